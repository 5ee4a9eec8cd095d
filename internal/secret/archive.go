package secret

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/horizon-clm/horizon/internal/fault"
)

// archiveMagic begins a backup of the key folder: the files as JSON, sealed to a passphrase.
const (
	archiveMagic = "HZNKEYS\x01"
	maxArchive   = 8 << 20
)

var (
	badArchive = fault.Define("SECRET-003", fault.Invalid, "This is not a backup of keys, or not of this version")
	notEmpty   = fault.Define("SECRET-006", fault.Conflict, "Keys are restored into an empty folder only")
)

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
	sealed, err := sealWith(archiveMagic, passphrase, plain)
	if err == nil {
		_, err = w.Write(sealed)
	}
	if err != nil {
		return fmt.Errorf("writing the backup of the keys: %w", err)
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
	plain, err := openWith(archiveMagic, passphrase, b)
	if err != nil {
		return archived{}, err
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
