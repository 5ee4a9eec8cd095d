package secret

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// Folder is the key folder of a server: a directory that only its user may enter (0700) with one file for each key (0600).
// Key files are small text. A file appears complete or not at all, and two processes that create the same one agree on it.
type Folder struct{ path string }

const (
	dirMode  = 0o700
	fileMode = 0o600
	maxFile  = 64 << 10
	maxFiles = 64

	restoring = ".restoring" // stands in a folder while keys are brought back
)

var fileName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}\.(key|keyset)$`)

// OpenFolder opens the key folder, and creates it when there is none. It refuses a folder or a file in it that others may
// read or change, and one in which a restore has not come to its end.
func OpenFolder(path string) (*Folder, error) {
	if err := os.MkdirAll(path, dirMode); err != nil {
		return nil, fmt.Errorf("creating the key folder: %w", err)
	}
	f := &Folder{path: path}
	if err := f.checkSelf(); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(f.at(restoring)); err == nil {
		return nil, fmt.Errorf("the key folder %s holds half a restore: empty it and restore again", path)
	}
	names, err := f.Files()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := f.checkFile(name); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *Folder) at(name string) string { return filepath.Join(f.path, name) }

func (f *Folder) checkSelf() error {
	s, err := os.Stat(f.path)
	if err != nil {
		return fmt.Errorf("looking at the key folder: %w", err)
	}
	if !s.IsDir() {
		return fmt.Errorf("the key folder %s is not a directory", f.path)
	}
	if s.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("the key folder %s is open to others (mode %04o): run chmod 700 on it", f.path, s.Mode().Perm())
	}
	return nil
}

func (f *Folder) checkFile(name string) error {
	s, err := os.Lstat(f.at(name))
	if err != nil {
		return err
	}
	if !s.Mode().IsRegular() {
		return fmt.Errorf("the key file %s is not a regular file", f.at(name))
	}
	if s.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("the key file %s is open to others (mode %04o): run chmod 600 on it", f.at(name), s.Mode().Perm())
	}
	return nil
}

// Files returns the names of the key files, in order.
func (f *Folder) Files() ([]string, error) {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return nil, fmt.Errorf("reading the key folder: %w", err)
	}
	var names []string
	for _, e := range entries {
		if fileName.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	if len(names) > maxFiles {
		return nil, fmt.Errorf("the key folder %s holds more than %d keys", f.path, maxFiles)
	}
	slices.Sort(names)
	return names, nil
}

// read returns a key file after it has looked at who else may read it.
func (f *Folder) read(name string) ([]byte, error) {
	if err := f.checkFile(name); err != nil {
		return nil, err
	}
	file, err := os.Open(f.at(name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading the key file %s: %w", name, err)
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("the key file %s is larger than %d bytes", name, maxFile)
	}
	return b, nil
}

// readOrCreate returns a key file, which fresh fills when there is none. Of several processes that create it at once, one
// succeeds and all return its bytes.
func (f *Folder) readOrCreate(name string, fresh func() ([]byte, error)) ([]byte, error) {
	if !fileName.MatchString(name) {
		return nil, fmt.Errorf("%q is not the name of a key file", name)
	}
	b, err := f.read(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return b, err
	}
	if b, err = fresh(); err != nil {
		return nil, err
	}
	if err := f.create(name, b); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("creating the key file %s: %w", name, err)
	}
	return f.read(name)
}

// create writes a file that must not exist. A link to a complete file appears at once, and fails when the name is taken.
func (f *Folder) create(name string, content []byte) error {
	draft, err := f.draft(content)
	if err != nil {
		return err
	}
	defer os.Remove(draft)
	if err := os.Link(draft, f.at(name)); err != nil {
		return err
	}
	return f.sync()
}

// replace puts new content in the place of a file, at once.
func (f *Folder) replace(name string, content []byte) error {
	draft, err := f.draft(content)
	if err != nil {
		return err
	}
	if err := os.Rename(draft, f.at(name)); err != nil {
		_ = os.Remove(draft)
		return err
	}
	return f.sync()
}

// draft writes a file under a name of its own, down to the disk.
func (f *Folder) draft(content []byte) (path string, err error) {
	path = f.at(".draft-" + hex.EncodeToString(random(8)))
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(file, bytes.NewReader(content))
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		_ = os.Remove(path)
	}
	return path, err
}

// sync makes the names in the folder last.
func (f *Folder) sync() error {
	d, err := os.Open(f.path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// Key returns the random key of size bytes in the file name, such as "nonce.key", and creates it the first time. The file
// holds one line of base64. A key of another size is an error: it is never replaced.
func (f *Folder) Key(name string, size int) ([]byte, error) {
	if size < 16 || size > 64 {
		return nil, fmt.Errorf("a key has 16 to 64 bytes, not %d", size)
	}
	line, err := f.readOrCreate(name, func() ([]byte, error) {
		return []byte(base64.StdEncoding.EncodeToString(random(size)) + "\n"), nil
	})
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.Strict().DecodeString(string(bytes.TrimSpace(line)))
	if err != nil {
		return nil, fmt.Errorf("the key file %s is not base64", name)
	}
	if len(key) != size {
		return nil, fmt.Errorf("the key file %s holds %d bytes and not %d", name, len(key), size)
	}
	return key, nil
}
