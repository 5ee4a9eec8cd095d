package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func wrappedRing(t testing.TB, f *Folder, w Wrapper) *Keyring {
	t.Helper()
	k, err := OpenWrapped(f, w)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// onDisk returns the file of the keyset.
func onDisk(t testing.TB, f *Folder) []byte {
	t.Helper()
	b, err := os.ReadFile(f.at(keysetFile))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wraps tries all that a wrapper is for: a new keyset, rotation, moves from and to a plain file, and that the keyset opens
// in no other way.
func wraps(t *testing.T, w Wrapper) {
	t.Helper()
	f := folder(t)
	if _, err := Sealing(f); !errors.Is(err, fs.ErrNotExist) || HasKeyset(f) {
		t.Errorf("got %v, want no keyset", err)
	}
	k := wrappedRing(t, f, w)
	old := seal(t, k, "hunter2")
	rotate(t, k)
	again := wrappedRing(t, f, w)
	opens(t, again, old, "hunter2")
	opens(t, again, seal(t, k, "x"), "x")
	if how, err := Sealing(f); err != nil || how != w.Name() || k.Sealing() != w.Name() {
		t.Errorf("got %q, %v, want %q", how, err, w.Name())
	}
	if b := onDisk(t, f); bytes.Contains(b, []byte("primaryKeyId")) {
		t.Errorf("the keyset lies there in clear: %s", b)
	}
	if s, err := os.Stat(f.at(keysetFile)); err != nil || s.Mode().Perm() != fileMode {
		t.Errorf("got %v, %v, want mode 0600", s.Mode(), err)
	}
	if _, err := OpenKeyring(f); err == nil || !strings.Contains(err.Error(), w.Name()) {
		t.Errorf("got %v, want a sealed keyset not taken for a plain one", err)
	}

	if err := k.Rewrap(nil); err != nil {
		t.Fatal(err)
	}
	plain := keyring(t, f)
	opens(t, plain, old, "hunter2")
	if err := again.Refresh(); err == nil {
		t.Error("a keyset that lies there in another way was read")
	}
	opens(t, again, old, "hunter2") // with what it has
	if _, err := OpenWrapped(f, w); err == nil {
		t.Error("a plain keyset was taken for a sealed one")
	}
	if err := plain.Rewrap(w); err != nil {
		t.Fatal(err)
	}
	opens(t, wrappedRing(t, f, w), old, "hunter2")
}

// holds tries a keyset on disk that somebody changed, byte by byte.
func holds(t *testing.T, w Wrapper) {
	t.Helper()
	f := folder(t)
	wrappedRing(t, f, w)
	var good wrapped
	if err := json.Unmarshal(onDisk(t, f), &good); err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 7, len(good.Keyset) / 2, len(good.Keyset) - 1, -1, -2} {
		bad := wrapped{good.Sealed, bytes.Clone(good.Keyset)}
		switch i {
		case -1:
			bad.Keyset = nil
		case -2:
			bad.Keyset = bad.Keyset[:80]
		default:
			bad.Keyset[i] ^= 1
		}
		b, err := json.Marshal(bad)
		if err != nil {
			t.Fatal(err)
		}
		put(t, f, keysetFile, string(b), 0o600)
		if _, err := OpenWrapped(f, w); err == nil {
			t.Errorf("a keyset changed at %d opens", i)
		}
	}
}

func TestPassphrase(t *testing.T) {
	t.Parallel()
	wraps(t, Passphrase{words})
	holds(t, Passphrase{words})
	f := folder(t)
	k := wrappedRing(t, f, Passphrase{words})
	if _, err := OpenWrapped(f, Passphrase{NewText("correct horse stable")}); !errors.Is(err, badPassphrase) {
		t.Errorf("got %v, want a wrong passphrase refused", err)
	}
	if err := k.Rewrap(Passphrase{NewText("short")}); !errors.Is(err, weak) {
		t.Errorf("got %v, want a short passphrase refused", err)
	}
	opens(t, wrappedRing(t, f, Passphrase{words}), seal(t, k, "x"), "x") // nothing was changed
	if err := k.Rewrap(Passphrase{NewText("another horse battery")}); err != nil {
		t.Fatal(err)
	}
	opens(t, wrappedRing(t, f, Passphrase{NewText("another horse battery")}), seal(t, k, "x"), "x")
}

// A backup holds the keyset as it lies there: sealed twice.
func TestArchiveOfWrapped(t *testing.T) {
	t.Parallel()
	f := folder(t)
	w := Passphrase{NewText("the keyset's own words")}
	sealed := seal(t, wrappedRing(t, f, w), "hunter2")
	got, err := Import(filepath.Join(t.TempDir(), "restored"), bytes.NewReader(backup(t, f)), words)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyring(got); err == nil {
		t.Error("the backup has opened the keyset")
	}
	opens(t, wrappedRing(t, got, w), sealed, "hunter2")
}

func FuzzSealing(f *testing.F) {
	f.Add([]byte(`{"sealed":"passphrase","keyset":"AAAA"}`))
	f.Add([]byte(`{"primaryKeyId":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := read(b, Passphrase{NewText("short")}); err == nil {
			t.Errorf("%q opened with a passphrase that is none", b)
		}
		_, _ = read(b, nil)
	})
}
