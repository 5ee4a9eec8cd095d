package pki

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/fault"
)

func TestSANs(t *testing.T) {
	t.Parallel()
	in := []SAN{
		{DNSName, "*.A.example"}, {DNSName, "*.a.EXAMPLE"}, {DNSName, "xn--mnchen-3ya.de"}, {DNSName, "host_1"}, {IPAddress, "10.0.0.1"},
		{IPAddress, "::ffff:10.0.0.1"}, {IPAddress, "2001:DB8:0::1"}, {RFC822Name, "A.b+c@Example.COM"}, {URI, "spiffe://a/b"}, {URI, "urn:x:y"},
		{OtherNameUPN, "é@corp.local"}, {OtherNameGUID, "00112233445566778899AABBCCDDEEFF"},
		{OtherNameGUID, "{33221100-5544-7766-8899-aabbccddeeff}"}, {RegisteredID, "1.2.3.4"},
	}
	want := []SAN{
		{DNSName, "*.a.example"}, {DNSName, "xn--mnchen-3ya.de"}, {DNSName, "host_1"}, {IPAddress, "10.0.0.1"}, {IPAddress, "2001:db8::1"},
		{RFC822Name, "A.b+c@example.com"}, {URI, "spiffe://a/b"}, {URI, "urn:x:y"}, {OtherNameUPN, "é@corp.local"},
		{OtherNameGUID, "00112233445566778899aabbccddeeff"}, {RegisteredID, "1.2.3.4"},
	}
	clean, err := CleanSANs(in)
	if err != nil {
		t.Fatal(err)
	}
	same(t, clean, want)
	der, err := SANsDER(in)
	if err != nil {
		t.Fatal(err)
	}
	got, others, err := ParseSANs(der)
	if err != nil || others != 0 {
		t.Fatalf("got %d unknown names and %v, want none", others, err)
	}
	same(t, got, want)
	if der, err := SANsDER(nil); der != nil || err != nil {
		t.Errorf("got %x, %v, want nothing of nothing", der, err)
	}
}

func TestBadSANs(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 63)
	for _, s := range []SAN{
		{DNSName, ""}, {DNSName, "a."}, {DNSName, ".a"}, {DNSName, "a..b"}, {DNSName, "-a.b"}, {DNSName, "a-.b"}, {DNSName, "a b"}, {DNSName, "*"},
		{DNSName, "*.com"}, {DNSName, "a.*.b"}, {DNSName, "*a.b"}, {DNSName, "1.2.3.4"}, {DNSName, "é.fr"}, {DNSName, "ab--c.fr"}, {DNSName, "xn--a"},
		{DNSName, "xn--zzzzzz99999999.fr"}, {DNSName, long + "a.fr"}, {DNSName, strings.Join([]string{long, long, long, long}, ".")},
		{IPAddress, "10.0.0"}, {IPAddress, "10.0.0.0/8"}, {IPAddress, "fe80::1%eth0"}, {RFC822Name, "a"}, {RFC822Name, "@b"}, {RFC822Name, "a@"},
		{RFC822Name, "a@*.b.c"}, {RFC822Name, "<a@b>"}, {RFC822Name, "a..b@c"}, {URI, "a"}, {URI, "http://"}, {URI, "http://é"}, {URI, "http:// a"},
		{OtherNameUPN, "a"}, {OtherNameUPN, "a@"}, {OtherNameGUID, "0011"}, {OtherNameGUID, "0-0112233445566778899aabbccddeeff0"},
		{RegisteredID, "1"}, {RegisteredID, "3.1"}, {RegisteredID, "1.40"}, {RegisteredID, "1.02"}, {"X", "a"}, {DNSName, string(tooMuch(maxSANValue))},
	} {
		if c, err := s.Clean(); err == nil || fault.Of(err).Code() != BadSAN.Code() {
			t.Errorf("%v: got %v, %v, want a fault", s, c, err)
		}
	}
	_, err := CleanSANs([]SAN{{DNSName, "a b"}, {DNSName, "c"}, {IPAddress, "d"}})
	same(t, fault.Of(err).Occurrence(), `DNSNAME "a b" | IPADDRESS "d"`)
	_, err = CleanSANs(make([]SAN, maxSANs+1))
	wantFault(t, err, BadSAN)
	_, err = ParseSANType("dns")
	wantFault(t, err, BadSAN)
	k, err := ParseSANType("othername_upn")
	wantFault(t, err, nil)
	same(t, k, OtherNameUPN)
}

func TestParseSANs(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]*fault.Fault{
		"300aa40830063104300281ff": nil, // directoryName
		"30058203612e62":           nil,
		"3003870101":               BadSAN, // an address of one byte
		"300382":                   BadSAN,
		"30":                       BadSAN,
		"3000ff":                   BadSAN,
		"3003820 1":                BadSAN,
		"3004a0020500":             BadSAN,
		"30028800":                 BadSAN,
	} {
		der, _ := hex.DecodeString(in)
		_, _, err := ParseSANs(der)
		wantFault(t, err, want)
	}
	der, _ := hex.DecodeString("300aa40830063104300281ff")
	if sans, others, _ := ParseSANs(der); len(sans) != 0 || others != 1 {
		t.Errorf("got %v and %d, want one of an unknown type", sans, others)
	}
}

func FuzzParseSANs(f *testing.F) {
	der, _ := SANsDER([]SAN{{DNSName, "a.b"}, {OtherNameUPN, "a@b"}, {OtherNameGUID, "00112233445566778899aabbccddeeff"}, {RegisteredID, "1.2.3"}, {IPAddress, "::1"}})
	f.Add(der)
	f.Fuzz(func(t *testing.T, der []byte) {
		sans, _, err := ParseSANs(der)
		if err != nil {
			return
		}
		clean, err := CleanSANs(sans)
		if err != nil || len(clean) == 0 {
			return
		}
		out, err := SANsDER(clean)
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := ParseSANs(out)
		if err != nil {
			t.Fatal(err)
		}
		if len(again) != len(clean) {
			t.Fatalf("got %v, want %v", again, clean)
		}
	})
}
