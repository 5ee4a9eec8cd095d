package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/horizon-clm/horizon/internal/fault"
)

func newStore(t testing.TB, k KeyType) KeyStore {
	t.Helper()
	root := newRoot(t, "root", P256)
	key := newKey(t, k)
	der, err := root.Sign(leaf(key.Public()))
	return KeyStore{Key: key, Certificate: mustParse(t, der, err), Chain: []*Certificate{mustParse(t, root.Certificate.Raw, nil)}}
}

func TestPKCS12(t *testing.T) {
	t.Parallel()
	for _, k := range []KeyType{RSA2048, P256, P384, Ed25519} {
		for _, how := range []StoreEncryption{"", StoreAES, StoreDES} {
			s := newStore(t, k)
			der, err := EncodePKCS12(s, "pä ss", how)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ParsePKCS12(der, "pä ss")
			if err != nil {
				t.Fatal(err)
			}
			if !SameKey(got.Key.Public(), s.Key.Public()) {
				t.Error("got another key")
			}
			same(t, got.Certificate.PEM(), s.Certificate.PEM())
			same(t, len(got.Chain), 1)
			same(t, got.Chain[0].PEM(), s.Chain[0].PEM())
		}
	}
}

// OpenSSL reads what we write.
func TestPKCS12OpenSSL(t *testing.T) {
	t.Parallel()
	s := newStore(t, P256)
	der, err := EncodePKCS12(s, "secret", StoreAES)
	if err != nil {
		t.Fatal(err)
	}
	file := t.TempDir() + "/a.p12"
	if err := os.WriteFile(file, der, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("openssl", "pkcs12", "-in", file, "-passin", "pass:secret", "-nodes").Output()
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseKey(out)
	if err != nil || !SameKey(key.Public(), s.Key.Public()) {
		t.Errorf("got %v, want the key", err)
	}
	all, err := ParseBundle(out)
	if err != nil || len(all) != 2 {
		t.Errorf("got %d certificates and %v, want two", len(all), err)
	}
}

func TestBadPKCS12(t *testing.T) {
	t.Parallel()
	s := newStore(t, P256)
	der, err := EncodePKCS12(s, "secret", StoreAES)
	if err != nil {
		t.Fatal(err)
	}
	slow, err := pkcs12.Modern2023.WithIterations(maxIterations+1).Encode(s.Key, s.Certificate.X509, nil, "secret")
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := pkcs12.Modern2023.Encode(newKey(t, P256), s.Certificate.X509, nil, "secret")
	if err != nil {
		t.Fatal(err)
	}
	store, err := pkcs12.Modern2023.EncodeTrustStore([]*x509.Certificate{s.Certificate.X509}, "secret")
	if err != nil {
		t.Fatal(err)
	}
	deep := []byte{5, 0}
	for range 40 {
		deep = append(appendHeader(nil, 0x30, len(deep)), deep...)
	}
	for name, tt := range map[string]struct {
		in       []byte
		password string
		want     *fault.Fault
		detail   string
	}{
		"wrong password": {der, "Secret", BadPKCS12, "the password is wrong"},
		"cut":            {der[:len(der)-1], "secret", BadPKCS12, ""},
		"nothing":        {nil, "secret", BadPKCS12, ""},
		"slow":           {slow, "secret", BadPKCS12, "its password is to be hashed too often, or it is nested too deep"},
		"deep":           {deep, "secret", BadPKCS12, "its password is to be hashed too often, or it is nested too deep"},
		"foreign key":    {foreign, "secret", BadPKCS12, "key and certificate do not belong together"},
		"no key":         {store, "secret", BadPKCS12, ""},
		"too large":      {tooMuch(MaxBundle), "", TooLarge, "the limit is 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParsePKCS12(tt.in, tt.password)
			wantFault(t, err, tt.want)
			if err != nil {
				same(t, fault.Of(err).Occurrence(), tt.detail)
			}
		})
	}
	_, err = EncodePKCS12(s, "x", "ROT13")
	wantFault(t, err, UnknownAlgorithm)
	s.Key = newKey(t, P256)
	_, err = EncodePKCS12(s, "x", StoreAES)
	wantFault(t, err, BadPKCS12)
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	for _, k := range []KeyType{RSA2048, P256, Ed25519} {
		key := newKey(t, k)
		forms := map[string][]byte{}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		forms["PRIVATE KEY"] = der
		switch k {
		case P256:
			forms["EC PRIVATE KEY"] = sec1(t, key)
		case RSA2048:
			forms["RSA PRIVATE KEY"] = pkcs1(t, key)
		}
		for label, der := range forms {
			text := EncodePEM(label, der)
			params := EncodePEM("EC PARAMETERS", []byte{5, 0}) + "\n"
			for _, in := range []string{string(der), text, params + text + "\n", strings.ReplaceAll(text, "\n", " ")} {
				got, err := ParseKey([]byte(in))
				if err != nil || !SameKey(got.Public(), key.Public()) {
					t.Errorf("%s: got %v, want the same key", label, err)
				}
			}
		}
	}
}

func TestBadKeys(t *testing.T) {
	t.Parallel()
	old := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}, Bytes: []byte{1}}))
	const encrypted, nothing = "it is encrypted; send it without a password, or as PKCS#12", "there is no private key in it"
	for in, want := range map[string]string{
		"": nothing, "x": nothing, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----": nothing, old: encrypted,
		EncodePEM("ENCRYPTED PRIVATE KEY", []byte{1}): encrypted, EncodePEM("PRIVATE KEY", []byte{1}): "", "0\x00": "",
	} {
		_, err := ParseKey([]byte(in))
		wantFault(t, err, BadKey)
		same(t, fault.Of(err).Occurrence(), want)
	}
	for _, in := range [][]byte{tooMuch(MaxDocument), append([]byte{0x30}, tooMuch(maxKey)...)} {
		_, err := ParseKey(in)
		wantFault(t, err, TooLarge)
	}
}

func FuzzParseKey(f *testing.F) {
	text, err := EncodeKey(newKey(f, P256))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(text))
	f.Add(sec1(f, newKey(f, P256)))
	f.Fuzz(func(t *testing.T, in []byte) {
		key, err := ParseKey(in)
		if err == nil && key.Public() == nil {
			t.Error("a key has no public key")
		}
	})
}

func FuzzParsePKCS12(f *testing.F) {
	der, err := EncodePKCS12(newStore(f, P256), "", StoreAES)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Fuzz(func(t *testing.T, in []byte) {
		if s, err := ParsePKCS12(in, ""); err == nil && !bytes.HasPrefix([]byte(s.Certificate.PEM()), []byte("-----")) {
			t.Error("a store has no certificate")
		}
	})
}
