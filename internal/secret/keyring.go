package secret

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
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

const (
	keysetFile = "secrets.keyset"
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
	wrapper Wrapper      // nil is a plain file
	content []byte       // the file as it was read
	chosen  uint32       // what Use was told; 0 is the file's own choice
	ids     []uint32
	active  uint32
	deriver keyderivation.KeysetDeriver
	derived map[string]tink.AEAD // by purpose
	used    map[string]bool      // purposes, as long as the process runs
}

// OpenKeyring reads the keyset of the folder from a plain file, and creates it when there is none.
func OpenKeyring(f *Folder) (*Keyring, error) { return OpenWrapped(f, nil) }

// OpenWrapped reads the keyset of the folder, which the wrapper has sealed, and creates it when there is none. A nil
// wrapper is a plain file. A keyset that lies there in another way is an error.
func OpenWrapped(f *Folder, w Wrapper) (*Keyring, error) {
	content, err := f.readOrCreate(keysetFile, func() ([]byte, error) {
		m := keyset.NewManager()
		id, err := addKey(m)
		if err == nil {
			err = m.SetPrimary(id)
		}
		if err != nil {
			return nil, err
		}
		return write(m, w)
	})
	if err != nil {
		return nil, err
	}
	k := &Keyring{folder: f, wrapper: w, used: map[string]bool{}}
	return k, k.load(content)
}

// HasKeyset reports whether the folder holds a keyset.
func HasKeyset(f *Folder) bool {
	_, err := os.Lstat(f.at(keysetFile))
	return err == nil
}

// load replaces what is in memory. The caller holds mu, or is alone. When it fails, what was there stays.
func (k *Keyring) load(content []byte) error {
	handle, err := read(content, k.wrapper)
	if err != nil {
		return err
	}
	ids, active, err := keysOf(handle)
	if err != nil {
		return err
	}
	if k.chosen != 0 && k.chosen != active && slices.Contains(ids, k.chosen) {
		m := keyset.NewManagerFromHandle(handle)
		if err := m.SetPrimary(k.chosen); err != nil {
			return fmt.Errorf("choosing the key %d: %w", k.chosen, err)
		}
		if handle, err = m.Handle(); err != nil {
			return fmt.Errorf("choosing the key %d: %w", k.chosen, err)
		}
		active = k.chosen
	}
	deriver, err := keyderivation.New(handle)
	if err != nil {
		return fmt.Errorf("the keyset %s is not one of derived keys: %w", keysetFile, err)
	}
	k.content, k.ids, k.active, k.deriver, k.derived = content, ids, active, deriver, map[string]tink.AEAD{}
	return nil
}

// keysOf lists the keys of a keyset in the order they were added, and the one that seals.
func keysOf(handle *keyset.Handle) (ids []uint32, active uint32, err error) {
	for i := range handle.Len() {
		e, err := handle.Entry(i)
		if err != nil {
			return nil, 0, err
		}
		ids = append(ids, e.KeyID())
	}
	primary, err := handle.Primary()
	if err != nil {
		return nil, 0, err
	}
	return ids, primary.KeyID(), nil
}

func read(content []byte, w Wrapper) (*keyset.Handle, error) {
	plain, err := unwrap(content, w)
	if err != nil {
		return nil, err
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(plain)))
	if err != nil {
		return nil, fmt.Errorf("the file %s is not a keyset", keysetFile) // the cause may quote the file
	}
	return handle, nil
}

func write(m *keyset.Manager, w Wrapper) ([]byte, error) {
	handle, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("making the keyset: %w", err)
	}
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&b)); err != nil {
		return nil, fmt.Errorf("writing the keyset: %w", err)
	}
	return wrap(b.Bytes(), w)
}

// addKey adds a new secret, which opens and does not seal yet.
func addKey(m *keyset.Manager) (uint32, error) {
	template, err := keyderivation.CreatePRFBasedKeyTemplate(prf.HKDFSHA256PRFKeyTemplate(), aead.AES256GCMKeyTemplate())
	if err != nil {
		return 0, fmt.Errorf("making a key: %w", err)
	}
	id, err := m.Add(template)
	if err != nil {
		return 0, fmt.Errorf("making a key: %w", err)
	}
	return id, nil
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
	k.derived[purpose], k.used[purpose] = a, true
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
