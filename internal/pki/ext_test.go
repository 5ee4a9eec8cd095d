package pki

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"testing"

	"github.com/horizon-clm/horizon/internal/fault"
)

func TestExtensions(t *testing.T) {
	t.Parallel()
	want := []Extension{
		{MSSID, "S-1-5-21-3623811015-3361044348-30300820-1013"}, {MSTemplate, "Machine é"},
		{MSTemplateV2, "1.3.6.1.4.1.311.21.8.9025870.7129218"}, {MSTemplateV2, "1.3.6.1.4.1.311.21.8.1:100"}, {MSTemplateV2, "1.2.3:100:7"},
	}
	var list []pkix.Extension
	for _, e := range want {
		x, err := e.DER()
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, x)
	}
	same(t, Extensions(list), want)
	// The example of MS-WCCE, 2.2.2.7.7.4: otherName within a SEQUENCE.
	x, _ := Extension{MSSID, "S-1-5-2"}.DER()
	same(t, hex.EncodeToString(x.Value), "3019a017060a2b060104018237190201a0090407532d312d352d32")
}

func TestBadExtensions(t *testing.T) {
	t.Parallel()
	for _, e := range []Extension{
		{MSSID, ""}, {MSSID, "S-1-"}, {MSSID, "S-1-x"}, {MSSID, "S-2-5"}, {MSTemplate, ""}, {MSTemplate, string(tooMuch(256))},
		{MSTemplateV2, "a"}, {MSTemplateV2, "1.2.3:x"}, {MSTemplateV2, "1.2.3:1:2:3"}, {MSTemplateV2, "1.2.3:4294967296"}, {"x", "y"},
	} {
		if _, err := e.DER(); err == nil || fault.Of(err).Code() != BadExtension.Code() {
			t.Errorf("%v: got %v, want a fault", e, err)
		}
	}
	for _, oid := range []asn1.ObjectIdentifier{oidMSSID, oidMSTemplate, oidMSTemplateV2} {
		for _, v := range []string{"", "30", "3000", "3003020101", "1e0161"} {
			der, _ := hex.DecodeString(v)
			if got := Extensions([]pkix.Extension{{Id: oid, Value: der}}); len(got) != 0 {
				t.Errorf("got %v of %s, want nothing", got, v)
			}
		}
	}
}

func FuzzExtensions(f *testing.F) {
	for _, e := range []Extension{{MSSID, "S-1-5-21-1"}, {MSTemplate, "a"}, {MSTemplateV2, "1.2.3:1:2"}} {
		x, _ := e.DER()
		f.Add(x.Value)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		for _, oid := range []asn1.ObjectIdentifier{oidMSSID, oidMSTemplate, oidMSTemplateV2} {
			Extensions([]pkix.Extension{{Id: oid, Value: der}})
		}
	})
}
