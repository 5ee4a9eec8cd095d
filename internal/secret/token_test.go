//go:build cgo

package secret

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// softHSM makes a token in a folder of its own. The library reads its settings from the environment of the process.
func softHSM(t *testing.T) Token {
	t.Helper()
	dir := t.TempDir()
	conf := filepath.Join(dir, "softhsm2.conf")
	if err := os.WriteFile(conf, []byte("directories.tokendir = "+dir+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", conf)
	out, err := exec.Command("softhsm2-util", "--init-token", "--free", "--label", "horizon", "--pin", "1234567", "--so-pin", "7654321").CombinedOutput()
	if err != nil {
		t.Fatalf("softhsm2-util (scripts/components.sh installs it): %v %s", err, out)
	}
	found, err := filepath.Glob("/usr/lib*/softhsm/libsofthsm2.so")
	more, _ := filepath.Glob("/usr/lib/*/softhsm/libsofthsm2.so")
	if found = append(found, more...); err != nil || len(found) == 0 {
		t.Fatal("there is no libsofthsm2.so (scripts/components.sh installs it)")
	}
	return Token{Module: found[0], Label: "horizon", PIN: NewText("1234567"), Key: "keyset"}
}

func TestToken(t *testing.T) {
	token := softHSM(t)
	if _, err := OpenWrapped(folder(t), token); err == nil || !strings.Contains(err.Error(), `0 AES keys "keyset"`) {
		t.Errorf("got %v, want that the token has no key", err)
	}
	if err := token.MakeKey(); err != nil {
		t.Fatal(err)
	}
	if err := token.MakeKey(); err == nil {
		t.Error("a second key was made under one label")
	}
	wraps(t, token)
	holds(t, token)

	f := folder(t)
	wrappedRing(t, f, token)
	for name, change := range map[string]func(*Token){
		"wrong PIN":      func(o *Token) { o.PIN = NewText("0000000") },
		"another token":  func(o *Token) { o.Label = "other" },
		"another module": func(o *Token) { o.Module = "/nonexistent.so" },
		"another key":    func(o *Token) { o.Key = "second" },
	} {
		other := token
		change(&other)
		if name == "another key" {
			if err := other.MakeKey(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := OpenWrapped(f, other); err == nil || strings.Contains(err.Error(), "0000000") {
			t.Errorf("%s: got %v, want it refused without the PIN", name, err)
		}
	}
}
