package pki

import "testing"

func TestOID(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"0.0", "1.39.1", "2.999.3", "2.5.4.3", "1.2.840.113549.1.9.1", "1.8.48.19750085808.127.128.16383.16384", "2.36028797018963000"} {
		der, ok := oidContent(s)
		if !ok {
			t.Fatalf("%s is refused", s)
		}
		got, ok := oidText(der)
		if !ok || got != s {
			t.Errorf("got %s, want %s", got, s)
		}
	}
	for _, s := range []string{"", "1", "1.", ".1", "1.40", "3.1", "1.-2", "1.+2", "1.02", "1.2.99999999999999999999", "1.2." + string(tooMuch(400))} {
		if der, ok := oidContent(s); ok {
			t.Errorf("%q: got %x, want nothing", s, der)
		}
	}
	for _, der := range [][]byte{nil, {0x80, 1}, {1, 0x80}, tooMuch(maxOID), {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}} {
		if got, ok := oidText(der); ok {
			t.Errorf("%x: got %s, want nothing", der, got)
		}
	}
}
