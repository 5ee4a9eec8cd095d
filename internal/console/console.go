// Package console serves the web console: files built from the folder web, embedded in the program. It stands on the
// public API alone; this package knows nothing of what the pages show.
package console

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"
)

// Root is where the console lives, so that none of its addresses meets that of a protocol.
const Root = "/ui"

//go:embed all:dist
var embedded embed.FS

// Door serves the pages.
type Door struct {
	page  []byte // index.html, with marks where the nonce goes
	files map[string]file
}

// file is one built file, ready to be sent.
type file struct {
	kind    string
	plain   []byte
	small   func() []byte // compressed when it is first asked for; nil where that saves nothing
	lasting bool          // its name changes with its content
}

// New reads the built files.
func New() (*Door, error) {
	d := &Door{files: map[string]file{}}
	dist, err := fs.Sub(embedded, "dist")
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(dist, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		if name == "index.html" {
			d.page = body
			return nil
		}
		d.files["/"+name] = file{
			kind: kindOf(name), plain: body, lasting: strings.HasPrefix(name, "assets/"),
			small: sync.OnceValue(func() []byte { return compressed(body) }),
		}
		return nil
	})
	if err == nil && d.page == nil {
		err = fmt.Errorf("console: dist/index.html is missing: build the folder web")
	}
	return d, err
}

// kindOf returns the media type by the end of the name, without asking the machine's own table.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// Mount places the console and the way to it from the root.
func (d *Door) Mount(r chi.Router) {
	to := http.RedirectHandler(Root+"/", http.StatusFound)
	r.Method(http.MethodGet, "/", to)
	r.Method(http.MethodGet, Root, to)
	r.Get(Root+"/*", d.serve)
	r.Head(Root+"/*", d.serve)
}

// serve sends a file, or the page for every address the pages themselves understand.
func (d *Door) serve(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, Root)
	if f, ok := d.files[name]; ok {
		f.send(w, r)
		return
	}
	if strings.HasPrefix(name, "/assets/") {
		http.NotFound(w, r) // of another release: the page is to be loaded anew
		return
	}
	d.sendPage(w)
}

const year = "public, max-age=31536000, immutable"

func (f file) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	if f.lasting {
		h.Set("Cache-Control", year)
	}
	h.Set("Vary", "Accept-Encoding")
	body := f.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if small := f.small(); small != nil {
			h.Set("Content-Encoding", "gzip")
			body = small
		}
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body) // a client that went away is nobody to tell
}

// policy lets the page load what this server has, and nothing else: no script within the page, no style but those with
// the nonce of this answer, no other site; no text that becomes markup or a program (Trusted Types).
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%[1]s'; img-src 'self' data: blob:; connect-src 'self'; " +
	"worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types default"

func (d *Door) sendPage(w http.ResponseWriter) {
	raw := make([]byte, 18)
	_, _ = rand.Read(raw) // never fails
	nonce := base64.StdEncoding.EncodeToString(raw)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", fmt.Sprintf(policy, nonce))
	_, _ = w.Write(bytes.ReplaceAll(d.page, []byte("{{nonce}}"), []byte(nonce)))
}

// compressed returns the body compressed, or nil where that saves less than a tenth.
func compressed(body []byte) []byte {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // there is such a level
	}
	_, _ = z.Write(body) // memory takes everything
	_ = z.Close()
	if out.Len() > len(body)*9/10 {
		return nil
	}
	return out.Bytes()
}
