package pki

import (
	"errors"
	"testing"
)

func FuzzDetect(f *testing.F) {
	for _, seed := range [][]byte{nil, []byte("nothing"), {0x30, 0x03, 0x02, 0x01, 0x03}, {0x30, 0x05, 0x02, 0x01, 0x03, 0x30, 0x00}, []byte("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		d, err := Detect(in)
		kinds := 0
		for _, is := range []bool{len(d.Certificates) > 0, d.Request != nil, d.List != nil, d.Key != nil, d.PKCS12} {
			if is {
				kinds++
			}
		}
		if (err == nil) != (kinds == 1) || kinds > 1 {
			t.Errorf("got %+v, %v", d, err)
		}
	})
}

func TestDetectRefuses(t *testing.T) {
	t.Parallel()
	for name, in := range map[string][]byte{
		"nothing": nil, "a text": []byte("certificate"), "a sequence": {0x30, 0x03, 0x02, 0x01, 0x03},
		"a sequence of version 1": {0x30, 0x05, 0x02, 0x01, 0x01, 0x30, 0x00},
	} {
		if _, err := Detect(in); !errors.Is(err, NotParsable) {
			t.Errorf("%s: got %v, want %v", name, err, NotParsable)
		}
	}
	if d, err := Detect([]byte{0x30, 0x05, 0x02, 0x01, 0x03, 0x30, 0x00}); err != nil || !d.PKCS12 {
		t.Errorf("got %+v, %v", d, err)
	}
}
