package outbound

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// calling lists what calls out, by import path. A type is a find only where a value of it is made.
var calling = map[string]struct{ names, types *regexp.Regexp }{
	"net":                        {regexp.MustCompile(`^(Dial.*|Lookup.*|DefaultResolver)$`), regexp.MustCompile(`^Resolver$`)},
	"net/http":                   {regexp.MustCompile(`^(DefaultClient|DefaultTransport|Get|Head|Post|PostForm)$`), regexp.MustCompile(`^(Client|Transport)$`)},
	"crypto/tls":                 {regexp.MustCompile(`^Dial.*$`), regexp.MustCompile(`^$`)},
	"net/smtp":                   {regexp.MustCompile(`^(Dial|SendMail)$`), regexp.MustCompile(`^$`)},
	"github.com/miekg/dns":       {regexp.MustCompile(`^(Dial.*|Exchange.*)$`), regexp.MustCompile(`^(Client|Transfer)$`)},
	"golang.org/x/net/websocket": {regexp.MustCompile(`^Dial.*$`), regexp.MustCompile(`^$`)},
}

// found returns what of a file calls out.
func found(t *testing.T, name string, source any) []string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{}
	for _, i := range file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		local := path[strings.LastIndex(path, "/")+1:]
		if i.Name != nil {
			local = i.Name.Name
		}
		paths[local] = path
	}
	var all []string
	report := func(e ast.Expr, types bool) {
		s, ok := e.(*ast.SelectorExpr)
		if !ok {
			return
		}
		pkg, ok := s.X.(*ast.Ident)
		if !ok {
			return
		}
		c, ok := calling[paths[pkg.Name]]
		if ok && (types && c.types.MatchString(s.Sel.Name) || !types && c.names.MatchString(s.Sel.Name)) {
			all = append(all, fset.Position(s.Pos()).String()+": "+pkg.Name+"."+s.Sel.Name)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			report(n, false)
		case *ast.CompositeLit:
			report(n.Type, true)
		case *ast.ValueSpec:
			report(n.Type, true)
		case *ast.Field: // a value, not a pointer: its zero value calls out
			report(n.Type, true)
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "new" && len(n.Args) == 1 {
				report(n.Args[0], true)
			}
		}
		return true
	})
	return all
}

// TestOnly keeps calls to the outside in this package, where the policy is asked.
func TestOnly(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if d.IsDir() {
			own := rel == filepath.Join("internal", "outbound") || rel == filepath.Join("internal", "harness")
			if own || d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != root {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		for _, f := range found(t, path, nil) {
			t.Errorf("%s calls out past internal/outbound", f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOnlyFinds(t *testing.T) {
	t.Parallel()
	got := found(t, "x.go", `package x
import ("net"; web "net/http"; "crypto/tls"; "github.com/miekg/dns")
type holder struct { c web.Client; p *web.Client }
var d net.Dialer
func f(c *web.Client, conn net.Conn) {
	net.Dial("tcp", "x"); tls.Dial("tcp", "x", nil); _ = &web.Client{}; _ = web.DefaultClient; web.Get("x")
	_ = dns.Client{}; _ = new(web.Transport); _ = tls.Server(conn, nil); _ = web.StatusOK
}`)
	if len(got) != 9 {
		t.Errorf("got %q, want 9 finds", got)
	}
}
