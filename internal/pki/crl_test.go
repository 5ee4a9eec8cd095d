package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"iter"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"github.com/horizon-clm/horizon/internal/fault"
)

func entries(t testing.TB, c *CRL) []Revoked {
	t.Helper()
	var all []Revoked
	for e, err := range c.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func TestCRL(t *testing.T) {
	t.Parallel()
	for _, k := range []KeyType{RSA2048, P256, P384, P521, Ed25519} {
		root := newRoot(t, "root", k)
		want := []Revoked{
			{[]byte{1}, noon, Unspecified}, {[]byte{0x80, 0}, noon.Add(time.Hour), KeyCompromise}, {[]byte{0x7f}, noon.AddDate(30, 0, 0), CertificateHold},
			{[]byte{0}, noon, RemoveFromCRL}, {[]byte{0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, noon.AddDate(-60, 0, 0), AACompromise},
		}
		der, err := root.SignCRL(CRLTemplate{
			Number: big.NewInt(300), ThisUpdate: noon, NextUpdate: noon.AddDate(0, 0, 7), Entries: slices.Values(want), DistributionPoint: "http://c/crl",
		})
		if err != nil {
			t.Fatal(err)
		}
		c, err := ParseCRL(der)
		if err != nil {
			t.Fatal(err)
		}
		same(t, entries(t, c), want)
		rootC := mustParse(t, root.Certificate.Raw, nil)
		same(t, []string{c.IssuerDN, c.Number.String(), c.AuthorityKeyID, c.SigningAlgorithm}, []string{"CN=root", "300", rootC.SubjectKeyID, rootC.SigningAlgorithm})
		same(t, []time.Time{c.ThisUpdate, c.NextUpdate}, []time.Time{noon, noon.AddDate(0, 0, 7)})
		if err := c.Verify(rootC); err != nil {
			t.Error(err)
		}
		// A second opinion on what we write.
		x, err := x509.ParseRevocationList(der)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.CheckSignatureFrom(root.Certificate); err != nil || len(x.RevokedCertificateEntries) != len(want) || x.Number.Int64() != 300 {
			t.Errorf("got %v and %d entries", err, len(x.RevokedCertificateEntries))
		}
	}
}

func TestEmptyCRL(t *testing.T) {
	t.Parallel()
	root := newRoot(t, "root", P256)
	for _, none := range []iter.Seq[Revoked]{nil, slices.Values([]Revoked(nil))} {
		der, err := root.SignCRL(CRLTemplate{Number: new(big.Int), ThisUpdate: noon, NextUpdate: noon.AddDate(30, 0, 0), Entries: none})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x509.ParseRevocationList(der); err != nil {
			t.Fatal(err)
		}
		c, err := ParseCRL([]byte(EncodePEM(labelCRL, der)))
		if err != nil {
			t.Fatal(err)
		}
		if got := entries(t, c); len(got) != 0 || c.NextUpdate.Year() != 2056 {
			t.Errorf("got %v until %v", got, c.NextUpdate)
		}
	}
}

func TestVerifyCRL(t *testing.T) {
	t.Parallel()
	root, twin, other := newRoot(t, "root", P256), newRoot(t, "root", P256), newRoot(t, "other", P256)
	der, err := root.SignCRL(CRLTemplate{Number: big.NewInt(1), ThisUpdate: noon, NextUpdate: noon.AddDate(0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseCRL(der)
	if err != nil {
		t.Fatal(err)
	}
	limited := mustParse(t, root.Certificate.Raw, nil)
	limited.KeyUsages = []string{"keyCertSign"}
	for _, ca := range []*Certificate{mustParse(t, twin.Certificate.Raw, nil), mustParse(t, other.Certificate.Raw, nil), limited} {
		wantFault(t, c.Verify(ca), BadSignature)
	}
	c.alg = algorithm{name: "x"}
	wantFault(t, c.Verify(mustParse(t, root.Certificate.Raw, nil)), Unsupported)
}

// Lists of the standard library, with what ours never have.
func TestForeignCRLs(t *testing.T) {
	t.Parallel()
	root := newRoot(t, "root", P256)
	critical := func(oid ...int) []pkix.Extension {
		return []pkix.Extension{{Id: asn1.ObjectIdentifier(oid), Critical: true, Value: []byte{0x30, 0}}}
	}
	for name, tt := range map[string]struct {
		list, entry []pkix.Extension
		want, each  *fault.Fault
	}{
		"plain":              {nil, nil, nil, nil},
		"certificate issuer": {nil, critical(2, 5, 29, 29), nil, Unsupported},
		"critical":           {critical(1, 2, 3), nil, Unsupported, nil},
		"delta":              {[]pkix.Extension{{Id: oidDeltaCRL, Critical: true, Value: []byte{2, 1, 5}}}, nil, nil, nil},
		"broken delta":       {[]pkix.Extension{{Id: oidDeltaCRL, Critical: true, Value: []byte{5, 0}}}, nil, NotParsable, nil},
		"point":              {critical(2, 5, 29, 28), nil, nil, nil},
		"user certificates":  {[]pkix.Extension{{Id: oidIDP, Critical: true, Value: []byte{0x30, 3, 0x81, 1, 0xff}}}, nil, nil, nil},
		"indirect":           {[]pkix.Extension{{Id: oidIDP, Critical: true, Value: []byte{0x30, 3, 0x84, 1, 0xff}}}, nil, Unsupported, nil},
		"not indirect":       {[]pkix.Extension{{Id: oidIDP, Critical: true, Value: []byte{0x30, 3, 0x84, 1, 0}}}, nil, nil, nil},
		"some reasons":       {[]pkix.Extension{{Id: oidIDP, Critical: true, Value: []byte{0x30, 4, 0x83, 2, 1, 2}}}, nil, Unsupported, nil},
		"broken point":       {[]pkix.Extension{{Id: oidIDP, Critical: true, Value: []byte{0x30, 3, 0x84}}}, nil, NotParsable, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			der, err := x509.CreateRevocationList(nil, &x509.RevocationList{
				Number: big.NewInt(1), ThisUpdate: noon, NextUpdate: noon.AddDate(0, 0, 1), ExtraExtensions: tt.list,
				RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(200), RevocationTime: noon, ExtraExtensions: tt.entry}},
			}, root.Certificate, root.Key)
			if err != nil {
				t.Fatal(err)
			}
			c, err := ParseCRL(der)
			wantFault(t, err, tt.want)
			if err != nil {
				return
			}
			for _, err := range c.Entries() {
				wantFault(t, err, tt.each)
			}
			if err := c.Verify(mustParse(t, root.Certificate.Raw, nil)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEntry(t *testing.T) {
	t.Parallel()
	const head = "020105" + "170d3236303330343132303030305a" // 5, noon
	for in, want := range map[string]struct {
		reason Reason
		fault  *fault.Fault
	}{
		head:                                        {Unspecified, nil},
		head + "300c300a0603551d1504030a0104":       {Superseded, nil},
		head + "300c300a0603551d1504030a0163":       {Unspecified, nil}, // a reason nobody knows
		head + "300f300d0603551d150101ff04030a0104": {Superseded, nil},  // critical
		head + "3017300906035 51d1804020500300a0603551d1504030a0104": {Superseded, nil},          // with an invalidity date
		head + "300b30090603551d1504020500":                          {Unspecified, NotParsable}, // no enumeration
		head + "0500":                                                {Unspecified, NotParsable}, // no extensions
		head + "300c300a0603551d1d0101ff04023000":                    {Unspecified, NotParsable},
		head + "300e300c0603551d1d0101ff04023000":                    {Unspecified, Unsupported}, // another issuer
		"0200" + head[6:]:                                            {"", NotParsable},
		"020105170d3236313330343132303030305a":                       {"", NotParsable}, // month 13
		"020105170d3236303233303132303030305a":                       {"", NotParsable}, // 30 February
		"020105170b323630323330313230305a":                           {"", NotParsable}, // no seconds
		"020105180f3a3032363033303431323030305a":                     {"", NotParsable},
		"0201050500":                                                 {"", NotParsable},
		"020105":                                                     {"", NotParsable},
	} {
		body, err := hex.DecodeString(strings.ReplaceAll(in, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		der := cryptobyte.String(append([]byte{0x30, byte(len(body))}, body...))
		e, err := readEntry(&der)
		wantFault(t, err, want.fault)
		if e.Reason != want.reason && want.fault == nil {
			t.Errorf("%s: got %q, want %q", in, e.Reason, want.reason)
		}
	}
}

func TestBadCRLTemplates(t *testing.T) {
	t.Parallel()
	root := newRoot(t, "root", P256)
	day := noon.AddDate(0, 0, 1)
	for _, tpl := range []CRLTemplate{
		{ThisUpdate: noon, NextUpdate: day}, {Number: big.NewInt(-1), ThisUpdate: noon, NextUpdate: day}, {Number: big.NewInt(1), ThisUpdate: noon, NextUpdate: noon},
		{Number: big.NewInt(1), ThisUpdate: noon, NextUpdate: day, Entries: slices.Values([]Revoked{{}})},
		{Number: big.NewInt(1), ThisUpdate: noon, NextUpdate: day, DistributionPoint: "é"},
	} {
		_, err := root.SignCRL(tpl)
		wantFault(t, err, BadTemplate)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for _, y := range []int{1900, 1949, 1950, 1999, 2000, 2049, 2050, 9999} {
		at := time.Date(y, 2, 28, 23, 59, 58, 0, time.UTC)
		root := newRoot(t, "root", P256)
		der, err := root.SignCRL(CRLTemplate{Number: new(big.Int), ThisUpdate: noon, NextUpdate: noon.Add(1), Entries: slices.Values([]Revoked{{[]byte{1}, at, Superseded}})})
		if err != nil {
			t.Fatal(err)
		}
		c, err := ParseCRL(der)
		if err != nil {
			t.Fatal(err)
		}
		same(t, entries(t, c), []Revoked{{[]byte{1}, at, Superseded}})
	}
}

func FuzzParseCRL(f *testing.F) {
	root := newRoot(f, "root", P256)
	der, err := root.SignCRL(CRLTemplate{
		Number: big.NewInt(1), ThisUpdate: noon, NextUpdate: noon.AddDate(0, 0, 1), DistributionPoint: "http://a/b",
		Entries: slices.Values([]Revoked{{[]byte{1}, noon, KeyCompromise}, {[]byte{2}, noon.AddDate(40, 0, 0), Unspecified}}),
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	rootC, err := ParseCertificate(root.Certificate.Raw)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := ParseCRL(in)
		if err != nil {
			return
		}
		for e, err := range c.Entries() {
			if err == nil && len(e.Serial) == 0 {
				t.Error("an entry has no serial number")
			}
		}
		if err := c.Verify(rootC); err != nil && !errors.Is(err, BadSignature) && !errors.Is(err, Unsupported) {
			t.Error(err)
		}
	})
}

// many yields n entries with serial numbers of 16 bytes.
func many(n int) iter.Seq[Revoked] {
	return func(yield func(Revoked) bool) {
		serial := make([]byte, 16)
		serial[0] = 0x55
		for i := range n {
			binary.BigEndian.PutUint64(serial[8:], uint64(i))
			if !yield(Revoked{serial, noon, KeyCompromise}) {
				return
			}
		}
	}
}

func BenchmarkCRL(b *testing.B) {
	root := newRoot(b, "root", P256)
	for _, n := range []int{100_000, 1_000_000} {
		tpl := CRLTemplate{Number: big.NewInt(1), ThisUpdate: noon, NextUpdate: noon.AddDate(0, 0, 1), Entries: many(n), Count: n}
		name := map[int]string{100_000: "100k", 1_000_000: "1M"}[n]
		var der []byte
		b.Run("sign/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if der, err = root.SignCRL(tpl); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("read/"+name, func(b *testing.B) {
			b.ReportAllocs()
			rootC, err := ParseCertificate(root.Certificate.Raw)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				c, err := ParseCRL(der)
				if err != nil || c.Verify(rootC) != nil {
					b.Fatal(err)
				}
				count := 0
				for _, err := range c.Entries() {
					if err != nil {
						b.Fatal(err)
					}
					count++
				}
				if count != n {
					b.Fatalf("got %d entries, want %d", count, n)
				}
			}
		})
	}
}
