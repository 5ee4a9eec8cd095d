package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/fault"
)

func TestParseKeyType(t *testing.T) {
	t.Parallel()
	for _, k := range KeyTypes() {
		if got, err := ParseKeyType(strings.ToUpper(string(k))); err != nil || got != k {
			t.Errorf("%s: got %q, %v", k, got, err)
		}
	}
	for name, want := range map[string]*fault.Fault{
		"rsa-2048+mldsa-65":       nil,
		" ed-25519 ":              nil,
		"WrongKeyType-1234":       UnknownAlgorithm,
		"":                        UnknownAlgorithm,
		"rsa-2048+":               UnknownAlgorithm,
		"+rsa-2048":               UnknownAlgorithm,
		"rsa-2048+mldsa-65+":      UnknownAlgorithm,
		strings.Repeat("a", 1000): UnknownAlgorithm,
	} {
		_, err := ParseKeyType(name)
		wantFault(t, err, want)
	}
	_, err := ParseKeyType("WrongKeyType-1234")
	if !strings.Contains(fault.Of(err).Reason(), "Unknown algorithm") {
		t.Errorf("got %q, want the text clients look for", fault.Of(err).Reason())
	}
	hybrid := KeyType("rsa-2048+mldsa-65")
	if p, a := hybrid.Parts(); p != RSA2048 || a != "mldsa-65" || !hybrid.IsHybrid() || !hybrid.IsPQC() || !hybrid.IsRSA() {
		t.Errorf("got %s and %s of %s", p, a, hybrid)
	}
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	for _, k := range []KeyType{RSA2048, RSA3072, P256, P384, P521, Ed25519} {
		key := newKey(t, k)
		if got := KeyTypeOf(key.Public()); got != k {
			t.Errorf("got %s, want %s", got, k)
		}
		if err := CheckKey(key.Public()); err != nil {
			t.Errorf("%s: %v", k, err)
		}
		text, err := EncodeKey(key)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseKey([]byte(text))
		if err != nil || !SameKey(again.Public(), key.Public()) {
			t.Errorf("%s: got %v, want the same key", k, err)
		}
	}
	for k, want := range map[KeyType]*fault.Fault{"mldsa-65": Unsupported, "ed-448": Unsupported, "x": UnknownAlgorithm} {
		_, err := Generate(k)
		wantFault(t, err, want)
	}
}

func TestKeyTypeOfP224(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	same(t, KeyTypeOf(key.Public()), "ec-secp224r1")
	if err := CheckKey(key.Public()); !errors.Is(err, WeakKey) {
		t.Errorf("got %v, want a weak key", err)
	}
}
