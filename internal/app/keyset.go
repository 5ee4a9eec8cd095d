package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/horizon-clm/horizon/internal/secret"
)

// keysetForms are the values of secrets.keyset.
var keysetForms = []string{secret.PlainFile, secret.Passphrase{}.Name(), secret.Token{}.Name()}

// OpenKeyring opens the keyset in the folder as secrets.keyset says, and makes it when there is none.
func OpenKeyring(c *Config, keys *secret.Folder) (*secret.Keyring, error) {
	lies, err := secret.Sealing(keys)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case lies != c.Keyset:
		return nil, fmt.Errorf("secrets.keyset is %s, and the keyset in %s lies there as %s: move it with \"horizon secrets seal\", or set secrets.keyset to %s", c.Keyset, c.keyFolder(), lies, lies)
	}
	w, err := c.wrapper(c.Keyset)
	if err != nil {
		return nil, err
	}
	return secret.OpenWrapped(keys, w)
}

func (c *Config) keyFolder() string { return filepath.Join(c.Data, "keys") }

// wrapper returns what opens a keyset of the form, by the settings; nil for a plain file.
func (c *Config) wrapper(form string) (secret.Wrapper, error) {
	switch form {
	case secret.PlainFile:
		return nil, nil
	case secret.Passphrase{}.Name():
		words, err := c.secretFrom("secrets.passphrase", c.Words, c.WordsFile, "horizon-passphrase")
		return secret.Passphrase{Words: words}, err
	case secret.Token{}.Name():
		t, err := c.token()
		return t, err
	}
	return nil, fmt.Errorf("%q is not one of %s", form, strings.Join(keysetForms, ", "))
}

// token returns the token of the settings.
func (c *Config) token() (t secret.Token, err error) {
	for _, s := range []struct{ key, value string }{
		{"secrets.pkcs11.module", c.TokenModule}, {"secrets.pkcs11.token", c.TokenLabel}, {"secrets.pkcs11.key", c.TokenKey},
	} {
		if s.value == "" {
			return t, fmt.Errorf("%s: a PKCS#11 token needs it", s.key)
		}
	}
	t = secret.Token{Module: c.TokenModule, Label: c.TokenLabel, Key: c.TokenKey}
	t.PIN, err = c.secretFrom("secrets.pkcs11.pin", c.TokenPIN, c.TokenPINFile, "horizon-pin")
	return t, err
}

// secretFrom returns a secret of the process: the setting itself, the first line of the file it names, or a credential
// systemd hands over.
func (c *Config) secretFrom(key string, value secret.Text, file, credential string) (secret.Text, error) {
	if !value.IsZero() {
		return value, nil
	}
	if file == "" && c.credentials != "" {
		file = filepath.Join(c.credentials, credential)
	}
	if file == "" {
		return value, fmt.Errorf("%s: set it, or %sFile, or hand over the systemd credential %s", key, key, credential)
	}
	text, err := FirstLine(file)
	if err != nil {
		return value, fmt.Errorf("%s: %w", key, err)
	}
	if text.IsZero() {
		return value, fmt.Errorf("%s: the first line of %s is empty", key, file)
	}
	return text, nil
}

// FirstLine reads a secret from the first line of a file.
func FirstLine(file string) (secret.Text, error) {
	b, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return secret.Text{}, err
	}
	first, _, _ := strings.Cut(string(b), "\n")
	return secret.NewText(strings.TrimRight(first, "\r")), nil
}

// SealKeyset seals the keyset on disk in another form, or anew in its own, and returns the form it had. A server that runs
// goes on with what it has in memory. old is the passphrase it was sealed to, where that is not the one of the settings.
func SealKeyset(c *Config, form string, old secret.Text) (was string, err error) {
	keys, err := OpenKeys(c)
	if err != nil {
		return "", err
	}
	if was, err = secret.Sealing(keys); err != nil {
		return "", fmt.Errorf("reading the keyset: %w", err)
	}
	from, err := c.wrapper(was)
	if was == (secret.Passphrase{}).Name() && !old.IsZero() {
		from, err = secret.Passphrase{Words: old}, nil
	}
	if err != nil {
		return "", fmt.Errorf("opening the keyset, which lies there as %s: %w", was, err)
	}
	to, err := c.wrapper(form)
	if err != nil {
		return "", err
	}
	ring, err := secret.OpenWrapped(keys, from)
	if err != nil {
		return "", err
	}
	return was, ring.Rewrap(to)
}

// MakeTokenKey makes the AES key the settings name in their token.
func MakeTokenKey(c *Config) error {
	t, err := c.token()
	if err != nil {
		return err
	}
	return t.MakeKey()
}
