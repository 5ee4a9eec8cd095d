package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"sync"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyderivation"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/horizon-clm/horizon/internal/fault"
)

// Unreadable is returned for what was not sealed by this keyring for this purpose and object, or was changed since.
var Unreadable = fault.Define("SECRET-001", fault.Internal, "A stored secret cannot be read")

var rotating = fault.Define("SECRET-002", fault.Conflict, "The keys are being rotated by someone else")

const (
	keysetFile = "secrets.keyset"
	lockFile   = ".secrets.keyset.lock"
	maxObject  = 1024
	maxSealed  = 16 << 20
)

var purposeName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)

// Keyring seals secrets at rest with AES-256-GCM.
//
// Its file holds a Tink keyset of secrets from which HKDF-SHA256 derives an AES-256-GCM keyset for each purpose, so that a
// purpose's key says nothing about another's, and a new purpose needs no new file on any node. Purpose and object are
// authenticated with each secret: moved to another row, it does not open. Every sealed value names the key it was made
// with; keys that were replaced still open what they sealed.
//
// A Keyring may be used by many goroutines.
type Keyring struct {
	folder *Folder

	mu      sync.RWMutex // guards all below
	content []byte       // the file as it was read
	deriver keyderivation.KeysetDeriver
	derived map[string]tink.AEAD // by purpose
}

// OpenKeyring reads the keyset of the folder, and creates it when there is none.
func OpenKeyring(f *Folder) (*Keyring, error) {
	content, err := f.readOrCreate(keysetFile, func() ([]byte, error) {
		m := keyset.NewManager()
		if err := addKey(m, true); err != nil {
			return nil, err
		}
		return write(m)
	})
	if err != nil {
		return nil, err
	}
	k := &Keyring{folder: f}
	return k, k.load(content)
}

// load replaces what is in memory. The caller holds mu, or is alone.
func (k *Keyring) load(content []byte) error {
	handle, err := read(content)
	if err != nil {
		return err
	}
	deriver, err := keyderivation.New(handle)
	if err != nil {
		return fmt.Errorf("the keyset %s is not one of derived keys: %w", keysetFile, err)
	}
	k.content, k.deriver, k.derived = content, deriver, map[string]tink.AEAD{}
	return nil
}

func read(content []byte) (*keyset.Handle, error) {
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(content)))
	if err != nil {
		return nil, fmt.Errorf("the file %s is not a keyset", keysetFile) // the cause may quote the file
	}
	return handle, nil
}

func write(m *keyset.Manager) ([]byte, error) {
	handle, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("making the keyset: %w", err)
	}
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&b)); err != nil {
		return nil, fmt.Errorf("writing the keyset: %w", err)
	}
	return append(b.Bytes(), '\n'), nil
}

// addKey adds a new secret, which seals from now on when it is primary.
func addKey(m *keyset.Manager, primary bool) error {
	template, err := keyderivation.CreatePRFBasedKeyTemplate(prf.HKDFSHA256PRFKeyTemplate(), aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("making a key: %w", err)
	}
	id, err := m.Add(template)
	if err != nil {
		return fmt.Errorf("making a key: %w", err)
	}
	if primary {
		return m.SetPrimary(id)
	}
	return nil
}

// Seal encrypts a secret that belongs to an object: a purpose such as "credentials", and the object's kind, id and field.
func (k *Keyring) Seal(purpose, object string, plain []byte) ([]byte, error) {
	if len(plain) > maxSealed || len(object) > maxObject {
		return nil, fmt.Errorf("a secret for %s is too large to be sealed", purpose)
	}
	a, err := k.aead(purpose)
	if err != nil {
		return nil, err
	}
	return a.Encrypt(plain, associated(purpose, object))
}

// Open decrypts what Seal made for the same purpose and object. When it does not open, and the keys on disk were rotated
// by another process meanwhile, they are read again first.
func (k *Keyring) Open(purpose, object string, sealed []byte) ([]byte, error) {
	if len(sealed) > maxSealed+1024 || len(object) > maxObject {
		return nil, Unreadable
	}
	a, err := k.aead(purpose)
	if err != nil {
		return nil, err
	}
	plain, err := a.Decrypt(sealed, associated(purpose, object))
	if err == nil {
		return plain, nil
	}
	if changed, bad := k.reload(); bad != nil || !changed {
		return nil, Unreadable.Because(errors.Join(err, bad))
	}
	if a, err = k.aead(purpose); err != nil {
		return nil, err
	}
	if plain, err = a.Decrypt(sealed, associated(purpose, object)); err != nil {
		return nil, Unreadable.Because(err)
	}
	return plain, nil
}

// associated is unambiguous: a purpose holds no slash.
func associated(purpose, object string) []byte { return []byte(purpose + "/" + object) }

// aead returns the keys of a purpose.
func (k *Keyring) aead(purpose string) (tink.AEAD, error) {
	k.mu.RLock()
	a := k.derived[purpose]
	k.mu.RUnlock()
	if a != nil {
		return a, nil
	}
	if !purposeName.MatchString(purpose) {
		return nil, fmt.Errorf("%q is not the name of a purpose", purpose)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	handle, err := k.deriver.DeriveKeyset([]byte("horizon secrets v1/" + purpose))
	if err != nil {
		return nil, fmt.Errorf("deriving the keys for %s: %w", purpose, err)
	}
	if a, err = aead.New(handle); err != nil {
		return nil, fmt.Errorf("deriving the keys for %s: %w", purpose, err)
	}
	k.derived[purpose] = a
	return a, nil
}

// reload reads the file again and reports whether it has changed.
func (k *Keyring) reload() (changed bool, err error) {
	content, err := k.folder.read(keysetFile)
	if err != nil {
		return false, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if bytes.Equal(content, k.content) {
		return false, nil
	}
	return true, k.load(content)
}

// Rotate adds a new key that seals from now on. What older keys sealed stays readable. It suits one server, and several
// that share the folder. Where each node has a copy of the folder: Stage on one, copy the file to all, then Promote on one
// and copy again, so that no node meets a key it does not have.
func (k *Keyring) Rotate() error {
	return k.change(func(m *keyset.Manager, _ *keyset.Handle) error { return addKey(m, true) })
}

// Stage adds a new key that opens and does not seal yet.
func (k *Keyring) Stage() error {
	return k.change(func(m *keyset.Manager, _ *keyset.Handle) error { return addKey(m, false) })
}

// Promote makes the key added last the one that seals.
func (k *Keyring) Promote() error {
	return k.change(func(m *keyset.Manager, h *keyset.Handle) error {
		last, err := h.Entry(h.Len() - 1)
		if err != nil {
			return err
		}
		return m.SetPrimary(last.KeyID())
	})
}

// Keys returns how many keys the keyring has.
func (k *Keyring) Keys() int {
	k.mu.RLock()
	defer k.mu.RUnlock()
	h, err := read(k.content)
	if err != nil {
		return 0
	}
	return h.Len()
}

// change reads the file, edits it and writes it back while nobody else does.
func (k *Keyring) change(edit func(*keyset.Manager, *keyset.Handle) error) (err error) {
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
	handle, err := read(content)
	if err != nil {
		return err
	}
	m := keyset.NewManagerFromHandle(handle)
	if err := edit(m, handle); err != nil {
		return fmt.Errorf("changing the keyset: %w", err)
	}
	if content, err = write(m); err != nil {
		return err
	}
	if err := k.folder.replace(keysetFile, content); err != nil {
		return fmt.Errorf("changing the keyset: %w", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.load(content)
}
