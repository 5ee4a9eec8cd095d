package secret

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"github.com/horizon-clm/horizon/internal/fault"
)

// A backup of the key folder is a header and, sealed with XChaCha20-Poly1305, the files as JSON. The header is
// authenticated with it:
//
//	8 bytes   "HZNKEYS" and the version, 1
//	4, 4, 1   argon2id: passes, KiB of memory, lanes (big endian)
//	16        salt
//	24        nonce
const (
	archiveMagic  = "HZNKEYS\x01"
	saltSize      = 16
	headerSize    = len(archiveMagic) + 9 + saltSize + chacha20poly1305.NonceSizeX
	maxArchive    = 8 << 20
	minPassphrase = 12
	maxPassphrase = 1024
)

var (
	badArchive    = fault.Define("SECRET-003", fault.Invalid, "This is not a backup of keys, or not of this version")
	badPassphrase = fault.Define("SECRET-004", fault.Invalid, "The passphrase is wrong, or the backup was changed")
	weak          = fault.Define("SECRET-005", fault.Invalid, "The passphrase does not have 12 to 1024 characters")
	notEmpty      = fault.Define("SECRET-006", fault.Conflict, "Keys are restored into an empty folder only")
)

// cost says what one guess of a passphrase or password takes.
type cost struct {
	passes, memory uint32 // memory in KiB
	lanes          uint8
}

// archiveCost is higher than that of passwords: a backup lies around, and is opened once.
var archiveCost = cost{passes: 3, memory: 64 << 10, lanes: 4}

// sane limits what a header or hash from outside can make us spend.
func (c cost) sane() bool {
	return c.passes >= 1 && c.passes <= 16 && c.lanes >= 1 && c.lanes <= 16 &&
		c.memory >= 8*uint32(c.lanes) && c.memory <= 256<<10
}

func (c cost) key(password string, salt []byte, size uint32) []byte {
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.lanes, size)
}

type header struct {
	cost  cost
	salt  []byte
	nonce []byte
}

func (h header) bytes() []byte {
	b := []byte(archiveMagic)
	b = binary.BigEndian.AppendUint32(b, h.cost.passes)
	b = binary.BigEndian.AppendUint32(b, h.cost.memory)
	b = append(b, h.cost.lanes)
	b = append(b, h.salt...)
	return append(b, h.nonce...)
}

func parseHeader(b []byte) (h header, sealed []byte, err error) {
	if len(b) < headerSize+chacha20poly1305.Overhead || string(b[:len(archiveMagic)]) != archiveMagic {
		return header{}, nil, badArchive
	}
	rest := b[len(archiveMagic):]
	h.cost = cost{binary.BigEndian.Uint32(rest), binary.BigEndian.Uint32(rest[4:]), rest[8]}
	if !h.cost.sane() {
		return header{}, nil, badArchive.Detail("its parameters are out of bounds")
	}
	h.salt, h.nonce = rest[9:9+saltSize], rest[9+saltSize:headerSize-len(archiveMagic)]
	return h, b[headerSize:], nil
}

type archived struct {
	Files map[string][]byte `json:"files"`
}

// Export writes all keys of the folder, sealed with a passphrase of at least 12 characters.
func (f *Folder) Export(w io.Writer, passphrase Text) error {
	if err := checkPassphrase(passphrase); err != nil {
		return err
	}
	all := archived{Files: map[string][]byte{}}
	names, err := f.Files()
	if err != nil {
		return err
	}
	for _, name := range names {
		if all.Files[name], err = f.read(name); err != nil {
			return err
		}
	}
	plain, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("writing the backup of the keys: %w", err)
	}
	defer clear(plain)
	h := header{cost: archiveCost, salt: random(saltSize), nonce: random(chacha20poly1305.NonceSizeX)}
	a, err := chacha20poly1305.NewX(h.cost.key(passphrase.Reveal(), h.salt, chacha20poly1305.KeySize))
	if err != nil {
		return fmt.Errorf("writing the backup of the keys: %w", err)
	}
	head := h.bytes()
	if _, err := w.Write(a.Seal(head, h.nonce, plain, head)); err != nil {
		return fmt.Errorf("writing the backup of the keys: %w", err)
	}
	return nil
}

func checkPassphrase(p Text) error {
	n := utf8.RuneCountInString(p.Reveal())
	if n < minPassphrase || n > maxPassphrase {
		return weak
	}
	return nil
}

// Import brings the keys of a backup into a folder that is empty or does not exist, and opens it. Nothing is written
// before the whole backup was verified. A folder in which it was interrupted does not open.
func Import(path string, r io.Reader, passphrase Text) (*Folder, error) {
	all, err := unseal(r, passphrase)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(path, dirMode); err != nil {
		return nil, fmt.Errorf("creating the key folder: %w", err)
	}
	f := &Folder{path: path}
	if err := f.checkSelf(); err != nil {
		return nil, err
	}
	if entries, err := os.ReadDir(path); err != nil || len(entries) > 0 {
		return nil, errors.Join(notEmpty, err)
	}
	if err := f.fill(all); err != nil {
		return nil, fmt.Errorf("restoring the keys: %w", err)
	}
	return OpenFolder(path)
}

func (f *Folder) fill(all archived) error {
	if err := f.create(restoring, nil); err != nil {
		return err
	}
	for name, content := range all.Files {
		if err := f.create(name, content); err != nil {
			return err
		}
	}
	if err := os.Remove(f.at(restoring)); err != nil {
		return err
	}
	return f.sync()
}

// unseal reads a backup and checks what is in it.
func unseal(r io.Reader, passphrase Text) (archived, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxArchive+1))
	if err != nil {
		return archived{}, fmt.Errorf("reading the backup of the keys: %w", err)
	}
	if len(b) > maxArchive {
		return archived{}, badArchive.Detail("it is too large")
	}
	h, sealed, err := parseHeader(b)
	if err != nil {
		return archived{}, err
	}
	if err := checkPassphrase(passphrase); err != nil {
		return archived{}, badPassphrase
	}
	a, err := chacha20poly1305.NewX(h.cost.key(passphrase.Reveal(), h.salt, chacha20poly1305.KeySize))
	if err != nil {
		return archived{}, fmt.Errorf("reading the backup of the keys: %w", err)
	}
	plain, err := a.Open(nil, h.nonce, sealed, b[:headerSize])
	if err != nil {
		return archived{}, badPassphrase
	}
	defer clear(plain)
	return parseFiles(plain)
}

func parseFiles(plain []byte) (all archived, err error) {
	if err := json.Unmarshal(plain, &all); err != nil || len(all.Files) == 0 || len(all.Files) > maxFiles {
		return archived{}, badArchive.Detail("what it holds is not a set of keys")
	}
	for name, content := range all.Files {
		if !fileName.MatchString(name) || len(content) > maxFile {
			return archived{}, badArchive.Detail("what it holds is not a set of keys")
		}
	}
	return all, nil
}
