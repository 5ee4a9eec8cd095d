package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
)

var words = NewText("correct horse battery")

func backup(t testing.TB, f *Folder) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Export(&b, words); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchive(t *testing.T) {
	t.Parallel()
	f := folder(t)
	sealed := seal(t, keyring(t, f), "hunter2")
	nonce, err := f.Key("nonce.key", 32)
	if err != nil {
		t.Fatal(err)
	}
	put(t, f, "notes.txt", "no key", 0o600)
	b := backup(t, f)

	path := filepath.Join(t.TempDir(), "restored")
	got, err := Import(path, bytes.NewReader(b), words)
	if err != nil {
		t.Fatal(err)
	}
	opens(t, keyring(t, got), sealed, "hunter2")
	if same, err := got.Key("nonce.key", 32); err != nil || !bytes.Equal(same, nonce) {
		t.Errorf("got another key, %v", err)
	}
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) != 2 {
		t.Errorf("got %v, %v, want the two keys", entries, err)
	}
	if _, err := Import(path, bytes.NewReader(b), words); !errors.Is(err, notEmpty) {
		t.Errorf("got %v, want a folder with keys left alone", err)
	}
}

func TestArchiveRefused(t *testing.T) {
	t.Parallel()
	f := folder(t)
	keyring(t, f)
	good := backup(t, f)
	at := func(i int, b byte) []byte {
		c := bytes.Clone(good)
		c[i] = b
		return c
	}
	for name, x := range map[string]struct {
		b    []byte
		pass string
		want error
	}{
		"wrong passphrase": {good, "correct horse stable", badPassphrase},
		"short passphrase": {good, "x", badPassphrase},
		"changed at end":   {at(len(good)-1, good[len(good)-1]^1), words.Reveal(), badPassphrase},
		"changed nonce":    {at(headerSize-1, good[headerSize-1]^1), words.Reveal(), badPassphrase},
		"fewer passes":     {at(magicSize+3, 1), words.Reveal(), badPassphrase},
		"other version":    {at(magicSize-1, 2), words.Reveal(), badArchive},
		"much memory":      {at(magicSize+4, 0xff), words.Reveal(), badArchive},
		"no lanes":         {at(magicSize+8, 0), words.Reveal(), badArchive},
		"cut":              {good[:headerSize], words.Reveal(), badArchive},
		"empty":            {nil, words.Reveal(), badArchive},
		"large":            {make([]byte, maxArchive+1), words.Reveal(), badArchive},
	} {
		path := filepath.Join(t.TempDir(), "k")
		if _, err := Import(path, bytes.NewReader(x.b), NewText(x.pass)); !errors.Is(err, x.want) {
			t.Errorf("%s: got %v, want %v", name, err, x.want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: a folder was made", name)
		}
	}
	for _, pass := range []string{"", "elevenchars", strings.Repeat("x", maxPassphrase+1)} {
		if err := f.Export(&bytes.Buffer{}, NewText(pass)); !errors.Is(err, weak) {
			t.Errorf("got %v, want the passphrase refused", err)
		}
	}
}

// TestArchiveContent seals sets of files that Export would not make.
func TestArchiveContent(t *testing.T) {
	t.Parallel()
	many := map[string][]byte{}
	for i := range maxFiles + 1 {
		many[strings.Repeat("a", i/26+1)+string(rune('a'+i%26))+".key"] = nil
	}
	for name, files := range map[string]map[string][]byte{
		"none": nil, "many": many, "path": {"../x.key": nil}, "other": {"passwd": nil}, "large": {"a.key": make([]byte, maxFile+1)},
	} {
		plain, err := json.Marshal(archived{files})
		if err != nil {
			t.Fatal(err)
		}
		h := header{magic: archiveMagic, cost: cost{1, 64, 1}, salt: make([]byte, saltSize), nonce: make([]byte, chacha20poly1305.NonceSizeX)}
		a, err := chacha20poly1305.NewX(h.cost.key(words.Reveal(), h.salt, 32))
		if err != nil {
			t.Fatal(err)
		}
		b := a.Seal(h.bytes(), h.nonce, plain, h.bytes())
		if _, err := Import(filepath.Join(t.TempDir(), "k"), bytes.NewReader(b), words); !errors.Is(err, badArchive) {
			t.Errorf("%s: got %v, want it refused", name, err)
		}
	}
}

func FuzzHeader(f *testing.F) {
	h := header{magic: archiveMagic, cost: archiveCost, salt: make([]byte, saltSize), nonce: make([]byte, chacha20poly1305.NonceSizeX)}
	f.Add(append(h.bytes(), make([]byte, 40)...))
	f.Add([]byte(archiveMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, sealed, err := parseHeader(archiveMagic, b)
		if err == nil && (!h.cost.sane() || !bytes.Equal(append(h.bytes(), sealed...), b)) {
			t.Errorf("%x was read as %+v", b, h)
		}
	})
}

func FuzzFiles(f *testing.F) {
	f.Add([]byte(`{"files":{"a.key":"AAAA"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := parseFiles(b)
		for name := range all.Files {
			if err != nil || strings.ContainsAny(name, `/\`) {
				t.Errorf("%q was taken, %v", name, err)
			}
		}
	})
}
