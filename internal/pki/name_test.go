package pki

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/fault"
)

func TestDN(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   string
		want Name
		text string // when it differs from in
	}{
		"empty":          {"", nil, ""},
		"usual":          {"CN=a,O=b,C=FR", Name{{Type: CN, Value: "a"}, {Type: Organization, Value: "b"}, {Type: Country, Value: "FR"}}, ""},
		"spaces around":  {" cn = a b , o= c ", Name{{Type: CN, Value: "a b"}, {Type: Organization, Value: "c"}}, "CN=a b,O=c"},
		"several types":  {"CN=a+UID=b,O=c", Name{{Type: CN, Value: "a"}, {Type: UID, Value: "b", Joins: true}, {Type: Organization, Value: "c"}}, ""},
		"escapes":        {`CN=\ a\,b\+c\"\\\<\>\; \ `, Name{{Type: CN, Value: ` a,b+c"\<>;  `}}, `CN=\ a\,b\+c\"\\\<\>\; \ `},
		"hash":           {`CN=\#a`, Name{{Type: CN, Value: "#a"}}, ""},
		"hex pairs":      {`CN=Lu\C4\8Di\C4\87`, Name{{Type: CN, Value: "Lučić"}}, "CN=Lučić"},
		"control":        {`CN=a\0ab`, Name{{Type: CN, Value: "a\nb"}}, ""},
		"quotes":         {`O="a, b + c",C=FR`, Name{{Type: Organization, Value: "a, b + c"}, {Type: Country, Value: "FR"}}, `O=a\, b \+ c,C=FR`},
		"aliases":        {"EMAILADDRESS=a@b,S=x,2.5.4.3=y,OID.2.5.4.10=z", Name{{Type: Email, Value: "a@b"}, {Type: State, Value: "x"}, {Type: CN, Value: "y"}, {Type: Organization, Value: "z"}}, "E=a@b,ST=x,CN=y,O=z"},
		"unknown type":   {"1.2.3.4=#0c0161", Name{{Type: "1.2.3.4", Value: "#0c0161"}}, ""},
		"known in hex":   {"CN=#0c0161", Name{{Type: CN, Value: "a"}}, "CN=a"},
		"no string":      {"2.5.4.45=#03020780", Name{{Type: "2.5.4.45", Value: "#03020780"}}, ""},
		"equals in text": {"CN=a=b", Name{{Type: CN, Value: "a=b"}}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseDN(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, tt.want)
			if tt.text == "" {
				tt.text = tt.in
			}
			same(t, got.String(), tt.text)
			if len(got) == 0 {
				return
			}
			der, err := got.DER()
			if err != nil {
				t.Fatal(err)
			}
			again, err := ParseName(der)
			if err != nil {
				t.Fatal(err)
			}
			same(t, again, tt.want)
		})
	}
}

func TestBadDN(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"a", "CN", "CN=a,", "CN=a,,O=b", "=a", "XX=a", `CN=a\`, `CN=a\g`, `CN="a`, `CN="a"b`, "CN=a<b", "CN=#0c", "CN=#zz",
		"1.2.3.4=a", "9.9=#0500", "CN=\xff", `CN=\ff`, strings.Repeat("CN=a,", 64) + "CN=a", "CN=" + strings.Repeat("a", 20000),
	} {
		_, err := ParseDN(in)
		if len(in) > 50 {
			in = in[:50]
		}
		if !errors.Is(err, BadName) {
			t.Errorf("%q: got %v, want a bad name", in, err)
		}
	}
}

func TestNameDER(t *testing.T) {
	t.Parallel()
	der, err := Name{
		{Type: CN, Value: "é"}, {Type: Email, Value: "a@b"}, {Type: SerialNumber, Value: "1"}, {Type: DC, Value: "d"}, {Type: Country, Value: "FR"},
	}.DER()
	if err != nil {
		t.Fatal(err)
	}
	var rdns []pkix.RelativeDistinguishedNameSET
	if _, err := asn1.Unmarshal(der, &rdns); err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, r := range rdns {
		order = append(order, r[0].Type.String())
	}
	same(t, order, []string{"2.5.4.6", "0.9.2342.19200300.100.1.25", "2.5.4.5", "1.2.840.113549.1.9.1", "2.5.4.3"})
	same(t, hex.EncodeToString(der),
		"304d310b3009060355040613024652"+ // PrintableString
			"3111300f060a0992268993f22c64011916"+"0164"+ // IA5String
			"310a300806035504051301"+"31"+ // PrintableString
			"3112301006092a864886f70d01090116"+"03614062"+ // IA5String
			"310b300906035504030c02"+"c3a9") // UTF8String
}

func TestNameLimits(t *testing.T) {
	t.Parallel()
	for want, n := range map[string]Name{
		"CN is too long": {{Type: CN, Value: strings.Repeat("é", 65)}},
		"C is not a code of two letters | O has no value": {{Type: Country, Value: "F1"}, {Type: Organization, Value: " "}},
		"C is too long":                                    {{Type: Country, Value: "FRA"}},
		"E has a character that is not allowed":            {{Type: Email, Value: "é@b"}},
		"SERIALNUMBER has a character that is not allowed": {{Type: SerialNumber, Value: "a_b"}},
		"CN has a character that is not allowed":           {{Type: CN, Value: "a\x00b"}},
		"x is not a known type":                            {{Type: "x", Value: "y"}},
		"1.2.3 has no value in hex":                        {{Type: "1.2.3", Value: "y"}},
		"it has too many elements":                         make(Name, 65),
	} {
		_, err := n.DER()
		same(t, fault.Of(err).Occurrence(), want)
	}
	if _, err := (Name{{Type: CN, Value: strings.Repeat("é", 64)}}).DER(); err != nil {
		t.Errorf("got %v, want 64 characters allowed", err)
	}
}

func TestNameStrings(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"1e0400e90062": "CN=éb", "1402e962": "CN=éb", "1c04000000e9": "CN=é", "130161": "CN=a", "120131": "CN=1", "1a0161": "CN=a",
		"1e0161": "2.5.4.3=#1e0161", "0c01ff": "2.5.4.3=#0c01ff", "020101": "2.5.4.3=#020101",
	} {
		value, _ := hex.DecodeString(in)
		pair := append([]byte{0x06, 0x03, 0x55, 0x04, 0x03}, value...)
		der := bytes.Join([][]byte{{0x30, byte(len(pair) + 4), 0x31, byte(len(pair) + 2), 0x30, byte(len(pair))}, pair}, nil)
		n, err := ParseName(der)
		if err != nil {
			t.Fatal(err)
		}
		same(t, n.String(), want)
	}
	for _, bad := range []string{"", "31", "3000ff", "30023100", "3004310230ff", "300431023000", "3006310430023100"} {
		der, _ := hex.DecodeString(bad)
		_, err := ParseName(der)
		wantFault(t, err, BadName)
	}
}

func TestNameQuestions(t *testing.T) {
	t.Parallel()
	n := Name{{Type: OU, Value: "a"}, {Type: OU, Value: "b"}, {Type: Organization, Value: ""}}
	same(t, n.Values(OU), []string{"a", "b"})
	same(t, []bool{n.Has(CN, OU), n.Has(CN), n.Has(Organization)}, []bool{true, false, false})
	_, err := ParseDNType("cn2")
	wantFault(t, err, BadName)
	k, err := ParseDNType("emailAddress")
	wantFault(t, err, nil)
	same(t, k, Email)
}

func FuzzParseDN(f *testing.F) {
	for _, s := range []string{"CN=a,O=b", `CN="x"+O=\#a\0a`, "1.2.3=#0500"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseDN(s)
		if err != nil {
			return
		}
		again, err := ParseDN(n.String())
		if err != nil {
			t.Fatalf("%q: %v", n.String(), err)
		}
		same(t, again, n)
	})
}

func FuzzParseName(f *testing.F) {
	der, _ := Name{{Type: CN, Value: "a"}, {Type: UID, Value: "b", Joins: true}, {Type: Country, Value: "FR"}}.DER()
	f.Add(der)
	f.Fuzz(func(t *testing.T, der []byte) {
		n, err := ParseName(der)
		if err != nil {
			return
		}
		if _, err := ParseDN(n.String()); err != nil && len(n.String()) < maxNameText {
			t.Fatalf("%q: %v", n.String(), err)
		}
		if out, err := n.DER(); err == nil {
			if _, err := ParseName(out); err != nil {
				t.Fatal(err)
			}
		}
	})
}
