package pki

import (
	"bytes"
	"encoding/hex"
	"encoding/pem"
	"os"
	"testing"
)

// certsOnlyHead is what OpenSSL 3 writes before the two certificates.
const certsOnlyHead = "3082033106092a864886f70d010702a08203223082031e0201013100300b06092a864886f70d010701a0820306"

// What is written is what OpenSSL 3 writes for the same certificates (crl2pkcs7 -nocrl).
func TestCertsOnly(t *testing.T) {
	t.Parallel()
	var all [][]byte
	for _, file := range []string{"testdata/ed448.pem", "testdata/secp256k1.pem"} {
		in, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(in)
		all = append(all, block.Bytes)
	}
	head, err := hex.DecodeString(certsOnlyHead)
	if err != nil {
		t.Fatal(err)
	}
	want := append(append(head, bytes.Join(all, nil)...), 0x31, 0)
	if got := CertsOnly(all...); !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
	if got := CertsOnly(); len(got) == 0 {
		t.Error("without certificates: got nothing")
	}
}
