package secret

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
)

func keyring(t testing.TB, f *Folder) *Keyring {
	t.Helper()
	k, err := OpenKeyring(f)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func seal(t testing.TB, k *Keyring, plain string) []byte {
	t.Helper()
	b, err := k.Seal("credentials", "ldap/password", []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func opens(t testing.TB, k *Keyring, sealed []byte, want string) {
	t.Helper()
	got, err := k.Open("credentials", "ldap/password", sealed)
	if err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestSeal(t *testing.T) {
	t.Parallel()
	f := folder(t)
	k := keyring(t, f)
	sealed := seal(t, k, "hunter2")
	opens(t, k, sealed, "hunter2")
	opens(t, keyring(t, f), sealed, "hunter2")
	opens(t, k, seal(t, k, ""), "")
	if bytes.Contains(sealed, []byte("hunter2")) || bytes.Equal(sealed, seal(t, k, "hunter2")) {
		t.Error("the sealed value shows what it is")
	}
	other := keyring(t, folder(t))
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for name, try := range map[string]func() ([]byte, error){
		"other object":  func() ([]byte, error) { return k.Open("credentials", "smtp/password", sealed) },
		"other purpose": func() ([]byte, error) { return k.Open("escrow", "ldap/password", sealed) },
		"other keyring": func() ([]byte, error) { return other.Open("credentials", "ldap/password", sealed) },
		"changed":       func() ([]byte, error) { return k.Open("credentials", "ldap/password", changed) },
		"cut":           func() ([]byte, error) { return k.Open("credentials", "ldap/password", sealed[:10]) },
		"empty":         func() ([]byte, error) { return k.Open("credentials", "ldap/password", nil) },
		"large":         func() ([]byte, error) { return k.Open("credentials", "x", make([]byte, maxSealed+2048)) },
	} {
		if got, err := try(); !errors.Is(err, Unreadable) {
			t.Errorf("%s: got %q, %v, want it unreadable", name, got, err)
		}
	}
	for _, purpose := range []string{"", "A", "a/b", "-a", strings.Repeat("a", 64)} {
		if _, err := k.Seal(purpose, "x", nil); err == nil {
			t.Errorf("%q was taken for a purpose", purpose)
		}
	}
	if _, err := k.Seal("a", strings.Repeat("x", maxObject+1), nil); err == nil {
		t.Error("an object's name without limit was taken")
	}
}

func TestBadKeyset(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"empty": "", "json": `{"primaryKeyId":1}`, "nonsense": "hunter2",
		"unknown type": `{"primaryKeyId":1,"key":[{"keyData":{"typeUrl":"type.googleapis.com/none","value":"aHVudGVyMg==","keyMaterialType":"SYMMETRIC"},"status":"ENABLED","keyId":1,"outputPrefixType":"TINK"}]}`,
	} {
		f := folder(t)
		put(t, f, keysetFile, content, 0o600)
		if _, err := OpenKeyring(f); err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "aHVud") {
			t.Errorf("%s: got %v, want an error without the content", name, err)
		}
	}
}

func TestSealedSigners(t *testing.T) {
	t.Parallel()
	var s Signers
	kept := SealedSigners{Ring: keyring(t, folder(t))}
	s = kept
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := kept.Keep("ca/root", der)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := s.Signer(t.Context(), "ca/root", ref)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("x"))
	sig, err := signer.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil || !ecdsa.VerifyASN1(&key.PublicKey, digest[:], sig) {
		t.Errorf("the key does not sign: %v", err)
	}
	if _, err := s.Signer(t.Context(), "ca/other", ref); !errors.Is(err, Unreadable) {
		t.Errorf("got %v, want another CA's key unreadable", err)
	}
	if _, err := kept.Keep("x", []byte("hunter2")); !errors.Is(err, errNoSigner) {
		t.Errorf("got %v, want no signer", err)
	}
	kept.Parse = func([]byte) (crypto.PrivateKey, error) { return "no signer", nil }
	if _, err := kept.Keep("x", der); !errors.Is(err, errNoSigner) {
		t.Errorf("got %v, want no signer", err)
	}
	kept.Parse = func(b []byte) (crypto.PrivateKey, error) { return ed25519.NewKeyFromSeed(b), nil }
	if _, err := kept.Keep("x", make([]byte, 32)); err != nil {
		t.Errorf("got %v, want the form of another parser", err)
	}
}
