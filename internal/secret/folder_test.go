package secret

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
)

func folder(t testing.TB) *Folder {
	t.Helper()
	f, err := OpenFolder(filepath.Join(t.TempDir(), "data", "keys"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func put(t testing.TB, f *Folder, name, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(f.at(name), []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(f.at(name), mode); err != nil {
		t.Fatal(err)
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	f := folder(t)
	first, err := f.Key("nonce.key", 32)
	if err != nil {
		t.Fatal(err)
	}
	other, err := f.Key("event-seal.key", 64)
	if err != nil || len(other) != 64 {
		t.Fatalf("got %d bytes, %v", len(other), err)
	}
	again, err := OpenFolder(f.path)
	if err != nil {
		t.Fatal(err)
	}
	if same, err := again.Key("nonce.key", 32); err != nil || !bytes.Equal(first, same) {
		t.Errorf("got another key, %v", err)
	}
	for _, name := range []string{"nonce.key", "event-seal.key"} {
		if s, err := os.Stat(f.at(name)); err != nil || s.Mode().Perm() != fileMode {
			t.Errorf("got %v, %v, want mode 0600", s.Mode(), err)
		}
	}
	if s, err := os.Stat(f.path); err != nil || s.Mode().Perm() != dirMode {
		t.Errorf("got %v, %v, want mode 0700", s.Mode(), err)
	}
	names, err := f.Files()
	if diff := cmp.Diff([]string{"event-seal.key", "nonce.key"}, names); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestKeyRefused(t *testing.T) {
	t.Parallel()
	f := folder(t)
	put(t, f, "text.key", "not base64!\n", 0o600)
	put(t, f, "short.key", "AAAA\n", 0o600)
	put(t, f, "open.key", "AAAAAAAAAAAAAAAAAAAAAA==\n", 0o640)
	put(t, f, "large.key", strings.Repeat("A", maxFile+1), 0o600)
	if err := os.Symlink(f.at("short.key"), f.at("link.key")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"text.key": "not base64", "short.key": "3 bytes and not 16", "open.key": "mode 0640): run chmod 600", "large.key": "larger than",
		"link.key": "not a regular file", "../x.key": "not the name", "x": "not the name", ".key": "not the name", "X.key": "not the name",
	} {
		if _, err := f.Key(name, 16); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	for _, size := range []int{0, 15, 65, -1} {
		if _, err := f.Key("new.key", size); err == nil {
			t.Errorf("a key of %d bytes was made", size)
		}
	}
}

func TestOpenFolderRefuses(t *testing.T) {
	t.Parallel()
	wide := folder(t)
	if err := os.Chmod(wide.path, 0o750); err != nil {
		t.Fatal(err)
	}
	file := folder(t)
	put(t, file, "a.key", "x", 0o604)
	half := folder(t)
	put(t, half, restoring, "", 0o600)
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		wide.path: "mode 0750): run chmod 700", file.path: "mode 0604): run chmod 600", half.path: "half a restore", plain: "creating the key folder",
	} {
		if _, err := OpenFolder(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestKeyRace(t *testing.T) {
	t.Parallel()
	path := folder(t).path
	keys := make([][]byte, 32)
	var g sync.WaitGroup
	for i := range keys {
		g.Go(func() {
			f, err := OpenFolder(path)
			if err != nil {
				t.Error(err)
				return
			}
			if keys[i], err = f.Key("nonce.key", 32); err != nil {
				t.Error(err)
			}
		})
	}
	g.Wait()
	for _, k := range keys {
		if !bytes.Equal(k, keys[0]) {
			t.Fatal("two processes hold different keys")
		}
	}
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) != 1 {
		t.Errorf("got %d files, %v, want the key alone", len(entries), err)
	}
}

func TestNoteKey(t *testing.T) {
	t.Parallel()
	f := folder(t)
	k, err := f.NoteKey("event-checkpoint.key", "horizon.example/log")
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(k.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.NoteKey("event-checkpoint.key", "horizon.example/log")
	if err != nil || again.Verifier != k.Verifier {
		t.Fatalf("got another key, %v", err)
	}
	signed, err := note.Sign(&note.Note{Text: "checkpoint\n"}, again.Signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(signed, note.VerifierList(verifier)); err != nil {
		t.Error(err)
	}
	if _, err := f.NoteKey("event-checkpoint.key", "other"); err == nil || !strings.Contains(err.Error(), "was made for the log") {
		t.Errorf("got %v, want the other name refused", err)
	}
	if _, err := f.NoteKey("bad-name.key", "a b"); err == nil {
		t.Error("got a key under a name that notes do not have")
	}
	put(t, f, "broken.key", "PRIVATE+KEY+x+00000000+AAAA", 0o600)
	if _, err := f.NoteKey("broken.key", "x"); err == nil || strings.Contains(err.Error(), "AAAA") {
		t.Errorf("got %v, want an error without the key", err)
	}
}
