package secret

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Wrapper seals the keyset where it lies on disk, with a key that lies elsewhere: in a head (Passphrase), in a device
// (Token). The key management service of a cloud, or a vault, is another implementation of these three methods; it is
// asked when a server starts, and when the keyset was changed.
type Wrapper interface {
	// Name stands in the file, so that whoever opens it knows what it takes.
	Name() string
	// Wrap seals a few kilobytes.
	Wrap(ctx context.Context, plain []byte) ([]byte, error)
	// Unwrap opens what Wrap sealed, and nothing that was changed since.
	Unwrap(ctx context.Context, sealed []byte) ([]byte, error)
}

// PlainFile is the name of no Wrapper: the keyset lies in a file of mode 0600 as it is.
const PlainFile = "file"

// unwrapTimeout limits how long a device or service may take to open the keyset.
const unwrapTimeout = 30 * time.Second

// wrapped is the file of a sealed keyset.
type wrapped struct {
	Sealed string `json:"sealed"` // name of the wrapper
	Keyset []byte `json:"keyset"`
}

// Sealing returns how the keyset of the folder lies there: PlainFile or the name of a Wrapper. A keyset that does not exist
// is an error of fs.ErrNotExist.
func Sealing(f *Folder) (string, error) {
	content, err := f.read(keysetFile)
	if err != nil {
		return "", err
	}
	return sealingOf(content).Sealed, nil
}

// sealingOf reads the file of a keyset, sealed or not. What is neither is found out by whoever opens it.
func sealingOf(content []byte) wrapped {
	var w wrapped
	if err := json.Unmarshal(content, &w); err != nil || w.Sealed == "" {
		return wrapped{Sealed: PlainFile, Keyset: content}
	}
	return w
}

// nameOf is the name of a wrapper that may be nil.
func nameOf(w Wrapper) string {
	if w == nil {
		return PlainFile
	}
	return w.Name()
}

// unwrap returns the keyset in the content of its file.
func unwrap(content []byte, w Wrapper) ([]byte, error) {
	in := sealingOf(content)
	if in.Sealed != nameOf(w) {
		return nil, fmt.Errorf("the keyset lies there as %q and not as %q", in.Sealed, nameOf(w))
	}
	if w == nil {
		return content, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), unwrapTimeout)
	defer cancel()
	return w.Unwrap(ctx, in.Keyset)
}

// wrap returns the content of the file of a keyset.
func wrap(plain []byte, w Wrapper) ([]byte, error) {
	if w == nil {
		return append(plain, '\n'), nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), unwrapTimeout)
	defer cancel()
	sealed, err := w.Wrap(ctx, plain)
	if err != nil {
		return nil, fmt.Errorf("sealing the keyset: %w", err)
	}
	content, err := json.Marshal(wrapped{w.Name(), sealed})
	return append(content, '\n'), err
}
