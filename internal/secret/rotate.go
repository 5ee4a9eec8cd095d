package secret

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/horizon-clm/horizon/internal/fault"
)

var (
	rotating = fault.Define("SECRET-002", fault.Conflict, "The keys are being rotated by someone else")
	noKey    = fault.Define("SECRET-008", fault.Missing, "The keyset has no such key")
	sealing  = fault.Define("SECRET-009", fault.Conflict, "The key seals what is stored now")
)

const lockFile = ".secrets.keyset.lock"

// KeyOf returns the id of the key a value was sealed with; ok is false for what Seal never made.
func KeyOf(sealed []byte) (id uint32, ok bool) {
	const version = 1 // of Tink's prefix, before four bytes of the id
	if len(sealed) < 5 || sealed[0] != version {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:5]), true
}

// Keys returns the ids of the keys that open, in the order they were added.
func (k *Keyring) Keys() []uint32 {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return slices.Clone(k.ids)
}

// Active returns the id of the key that seals.
func (k *Keyring) Active() uint32 {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.active
}

// Sealing returns how the keyset lies on disk: PlainFile or the name of a Wrapper.
func (k *Keyring) Sealing() string {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return nameOf(k.wrapper)
}

// Purposes lists what was sealed or opened with this keyring, in order.
func (k *Keyring) Purposes() (all []string) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	for p := range k.used {
		all = append(all, p)
	}
	slices.Sort(all)
	return all
}

// Refresh reads the file again when it was changed. While it cannot be opened, the keys stay as they were.
func (k *Keyring) Refresh() error {
	_, err := k.reload()
	return err
}

// Use makes a key the one that seals in this process, whatever the file says. It is what nodes that have copies of one
// keyset agree on elsewhere.
func (k *Keyring) Use(id uint32) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.chosen == id && k.active == id {
		return nil
	}
	if !slices.Contains(k.ids, id) {
		return noKey.Detail("%d", id)
	}
	k.chosen = id
	return k.load(k.content)
}

// Stage adds a new key, which opens and does not seal yet, and returns its id.
func (k *Keyring) Stage() (id uint32, err error) {
	err = k.change(func(m *keyset.Manager) (err error) { id, err = addKey(m); return err })
	return id, err
}

// Promote makes a key the one that seals, here and for whoever opens the keyset later. Every node must have the key first.
func (k *Keyring) Promote(id uint32) error {
	if !slices.Contains(k.Keys(), id) {
		return noKey.Detail("%d", id)
	}
	if err := k.change(func(m *keyset.Manager) error { return m.SetPrimary(id) }); err != nil {
		return err
	}
	return k.Use(id)
}

// Retire removes a key for good: what it has sealed opens no more. The key that seals stays.
func (k *Keyring) Retire(id uint32) error {
	active := k.Active()
	switch {
	case id == active:
		return sealing.Detail("%d", id)
	case !slices.Contains(k.Keys(), id):
		return noKey.Detail("%d", id)
	}
	return k.change(func(m *keyset.Manager) error { return errors.Join(m.SetPrimary(active), m.Delete(id)) })
}

// Rewrap seals the keyset on disk anew with the wrapper; nil makes it a plain file.
func (k *Keyring) Rewrap(w Wrapper) error {
	return k.rewrite(func(*keyset.Manager, Wrapper) (Wrapper, error) { return w, nil })
}

// change edits the keyset on disk.
func (k *Keyring) change(edit func(*keyset.Manager) error) error {
	return k.rewrite(func(m *keyset.Manager, w Wrapper) (Wrapper, error) { return w, edit(m) })
}

// rewrite reads the file and writes it back, edited and sealed as edit says, while nobody else does.
func (k *Keyring) rewrite(edit func(*keyset.Manager, Wrapper) (Wrapper, error)) (err error) {
	lock := k.folder.at(lockFile)
	held, err := os.OpenFile(lock, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if errors.Is(err, fs.ErrExist) {
		return rotating.Detail("remove %s from the key folder if nobody does", lockFile)
	}
	if err != nil {
		return fmt.Errorf("locking the keyset: %w", err)
	}
	defer func() { err = errors.Join(err, held.Close(), os.Remove(lock)) }()
	content, err := k.folder.read(keysetFile)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	handle, err := read(content, k.wrapper)
	if err != nil {
		return err
	}
	m := keyset.NewManagerFromHandle(handle)
	w, err := edit(m, k.wrapper)
	if err != nil {
		return fmt.Errorf("changing the keyset: %w", err)
	}
	if content, err = write(m, w); err != nil {
		return err
	}
	if err := k.folder.replace(keysetFile, content); err != nil {
		return fmt.Errorf("changing the keyset: %w", err)
	}
	k.wrapper = w
	return k.load(content)
}
