package secret

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func rotate(t testing.TB, k *Keyring) uint32 {
	t.Helper()
	id, err := k.Stage()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Promote(id); err != nil {
		t.Fatal(err)
	}
	return id
}

func sealedWith(t testing.TB, k *Keyring, want uint32) []byte {
	t.Helper()
	sealed := seal(t, k, "x")
	if got, ok := KeyOf(sealed); !ok || got != want {
		t.Errorf("sealed with the key %d, want %d", got, want)
	}
	return sealed
}

func TestRotate(t *testing.T) {
	t.Parallel()
	f := folder(t)
	here, there := keyring(t, f), keyring(t, f)
	first := here.Active()
	old := sealedWith(t, here, first)
	second, err := here.Stage()
	if err != nil {
		t.Fatal(err)
	}
	sealedWith(t, here, first) // a staged key does not seal
	if err := here.Promote(second); err != nil {
		t.Fatal(err)
	}
	fresh := sealedWith(t, here, second)
	opens(t, here, old, "x")
	sealedWith(t, there, first) // it has not noticed
	opens(t, there, fresh, "x") // it reads the folder again
	sealedWith(t, there, second)
	if diff := cmp.Diff([]uint32{first, second}, there.Keys()); diff != "" {
		t.Error(diff)
	}

	for id, want := range map[uint32]error{second: sealing, 7: noKey} {
		if err := here.Retire(id); !errors.Is(err, want) {
			t.Errorf("retiring %d: got %v, want %v", id, err, want)
		}
	}
	if err := here.Retire(first); err != nil {
		t.Fatal(err)
	}
	opens(t, there, old, "x") // what is in memory stays until it is read again
	if err := there.Refresh(); err != nil {
		t.Fatal(err)
	}
	if _, err := there.Open("credentials", "ldap/password", old); !errors.Is(err, Unreadable) {
		t.Errorf("got %v, want that a retired key opens nothing", err)
	}
	opens(t, here, fresh, "x")
}

// Nodes with copies of one keyset agree elsewhere on the key that seals.
func TestUse(t *testing.T) {
	t.Parallel()
	f := folder(t)
	k := keyring(t, f)
	first := k.Active()
	second, err := k.Stage()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Use(second); err != nil {
		t.Fatal(err)
	}
	sealedWith(t, k, second)
	sealedWith(t, keyring(t, f), first) // the file says otherwise
	third, err := keyring(t, f).Stage()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Refresh(); err != nil || !slices.Contains(k.Keys(), third) || k.Active() != second {
		t.Errorf("got keys %d, active %d, %v", k.Keys(), k.Active(), err)
	}
	if err := k.Retire(first); err != nil { // and the file changes its mind
		t.Fatal(err)
	}
	sealedWith(t, keyring(t, f), second)
	if err := k.Use(first); !errors.Is(err, noKey) {
		t.Errorf("got %v, want no such key", err)
	}
	if err := k.Promote(first); !errors.Is(err, noKey) {
		t.Errorf("got %v, want no such key", err)
	}
}

func TestRotateInTurn(t *testing.T) {
	t.Parallel()
	f := folder(t)
	k := keyring(t, f)
	put(t, f, lockFile, "", 0o600)
	if _, err := k.Stage(); !errors.Is(err, rotating) {
		t.Errorf("got %v, want one rotation at a time", err)
	}
	if err := os.Remove(f.at(lockFile)); err != nil {
		t.Fatal(err)
	}
	rotate(t, k)
}

func TestKeyringRace(t *testing.T) {
	t.Parallel()
	f := folder(t)
	var g sync.WaitGroup
	for range 16 {
		g.Go(func() {
			k, err := OpenKeyring(f)
			if err != nil {
				t.Error(err)
				return
			}
			if id, err := k.Stage(); err == nil {
				err = k.Promote(id)
				if err != nil && !errors.Is(err, rotating) {
					t.Error(err)
				}
			} else if !errors.Is(err, rotating) {
				t.Error(err)
			}
			opens(t, k, seal(t, k, "x"), "x")
		})
	}
	g.Wait()
}

func TestKeyOf(t *testing.T) {
	t.Parallel()
	for _, b := range [][]byte{nil, {1, 2, 3, 4}, []byte("$argon2id$"), bytes.Repeat([]byte{0}, 40)} {
		if id, ok := KeyOf(b); ok {
			t.Errorf("%q was sealed with %d", b, id)
		}
	}
}
