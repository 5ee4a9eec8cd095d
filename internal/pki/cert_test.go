package pki

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/fault"
)

func TestCertificate(t *testing.T) {
	t.Parallel()
	root := newRoot(t, "root", P384)
	key := newKey(t, P256)
	zero := 0
	tpl := &Template{
		Subject:   Name{{Type: CN, Value: "a"}, {Type: Organization, Value: "b"}, {Type: Country, Value: "FR"}},
		PublicKey: key.Public(), Serial: big.NewInt(0xa1b), NotBefore: noon.Add(time.Millisecond), NotAfter: noon.AddDate(0, 1, 0),
		SANs: []SAN{{DNSName, "A.example"}, {OtherNameUPN, "u@b"}}, ExtKeyUsages: []string{"serverAuth", "1.2.3.4"}, IsCA: true, PathLen: &zero,
		OCSP: []string{"http://o"}, CAIssuers: []string{"http://i"}, CRLDPs: []string{"http://c", "ldap://d"}, Policies: []string{"2.23.140.1.2.1"},
		Constraints: &NameConstraints{PermittedDNS: []string{"example"}, PermittedIPs: []*net.IPNet{{IP: net.IP{10, 0, 0, 0}, Mask: net.CIDRMask(8, 32)}}},
		Extensions:  []Extension{{MSTemplate, "Machine"}},
		Extra:       []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Value: []byte{5, 0}}},
	}
	der, err := root.Sign(tpl)
	c := mustParse(t, der, err)
	id, _ := KeyID(key.Public())
	above, _ := KeyID(root.Key.Public())
	want := &Certificate{
		X509:    c.X509,
		Subject: tpl.Subject, Issuer: Name{{Type: CN, Value: "root"}}, DN: "CN=a,O=b,C=FR", IssuerDN: "CN=root", Serial: "0a1b",
		NotBefore: noon, NotAfter: noon.AddDate(0, 1, 0),
		Thumbprint: c.Thumbprint, SHA1Thumbprint: c.SHA1Thumbprint, PublicKeyThumbprint: c.PublicKeyThumbprint, HolderID: HolderID(tpl.Subject, tpl.SANs),
		KeyType: P256, SigningAlgorithm: "SHA384WITHECDSA", SANs: []SAN{{DNSName, "a.example"}, {OtherNameUPN, "u@b"}},
		KeyUsages: []string{"digitalSignature", "keyCertSign", "cRLSign"}, KeyUsageCritical: true, ExtKeyUsages: []string{"serverAuth", "1.2.3.4"},
		IsCA: true, PathLen: &zero, SubjectKeyID: hex.EncodeToString(id), AuthorityKeyID: hex.EncodeToString(above),
		CRLDPs: tpl.CRLDPs, OCSP: tpl.OCSP, CAIssuers: tpl.CAIssuers, Policies: tpl.Policies, Extensions: tpl.Extensions,
		Unsupported: []string{"2.5.29.30", "1.2.3"},
	}
	x := c.X509
	c.X509, want.X509 = nil, nil
	same(t, c, want)
	c.X509 = x
	whole, spki := sha256.Sum256(der), sha256.Sum256(x.RawSubjectPublicKeyInfo)
	same(t, []string{c.Thumbprint, c.PublicKeyThumbprint}, []string{hex.EncodeToString(whole[:]), hex.EncodeToString(spki[:])})
	if !x.PermittedDNSDomainsCritical {
		t.Error("the name constraints are not critical")
	}
	text := c.PEM()
	if strings.HasSuffix(text, "\n") || !strings.HasPrefix(text, "-----BEGIN CERTIFICATE-----\n") {
		t.Errorf("got %q", text)
	}
	for _, in := range []string{text, text + "\n", "junk\n" + text, strings.ReplaceAll(text, "\n", " "), strings.ReplaceAll(text, "\n", "\r\n")} {
		again, err := ParseCertificate([]byte(in))
		if err != nil || again.Thumbprint != c.Thumbprint {
			t.Errorf("got %v, want the same certificate of %q", err, in[:40])
		}
	}
}

func TestBadCertificates(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]*fault.Fault{
		"":  NotParsable,
		"0": NotParsable,
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----":         NotParsable,
		"-----BEGIN CERTIFICATE----- %%%% -----END CERTIFICATE-----":           NotParsable,
		"-----BEGIN CERTIFICATE-----":                                          NotParsable,
		"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE-----": NotParsable,
		"\x30\x03\x02\x01\x01":                                                 NotParsable,
		string(tooMuch(MaxDocument)):                                           TooLarge,
	} {
		_, err := ParseCertificate([]byte(in))
		wantFault(t, err, want)
		if len(in) < MaxDocument {
			_, err = ParseBundle([]byte(in))
			wantFault(t, err, want)
		}
	}
	_, err := ParseBundle(tooMuch(MaxBundle))
	wantFault(t, err, TooLarge)
}

// The certificates of testdata were made with OpenSSL 3: algorithms the standard library does not know.
func TestForeignCertificates(t *testing.T) {
	t.Parallel()
	for file, want := range map[string][2]string{
		"brainpool.pem": {"ec-brainpoolp256r1", "SHA256WITHECDSA"},
		"ed448.pem":     {"ed-448", "ED448"},
		"dsa.pem":       {"dsa-1024", "SHA256WITHDSA"},
		"secp256k1.pem": {"ec-secp256k1", "SHA256WITHECDSA"},
		"rsa1024.pem":   {"rsa-1024", "SHA1WITHRSA"},
		"pss.pem":       {"rsa-2048", "SHA256WITHRSAANDMGF1"},
		"sha3.pem":      {"rsa-2048", "SHA3-256WITHRSA"},
	} {
		in, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ParseCertificate(in)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		same(t, [2]string{string(c.KeyType), c.SigningAlgorithm}, want)
		if !c.SelfSigned || c.DN != "CN=foreign" {
			t.Errorf("%s: got %s, self-signed %v", file, c.DN, c.SelfSigned)
		}
		if !strings.Contains(strings.ReplaceAll(string(in), "\r", ""), c.PEM()) {
			t.Errorf("%s: the bytes have changed", file)
		}
	}
}

func TestHybrid(t *testing.T) {
	t.Parallel()
	// A SubjectPublicKeyInfo of ML-DSA-65 with an empty key is enough to name it.
	spki, _ := hex.DecodeString("3010300b0609608648016503040312030100")
	key := newKey(t, P256)
	tpl := leaf(nil)
	tpl.Extra = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 72}, Value: spki}}
	der, err := tpl.SelfSign(key)
	c := mustParse(t, der, err)
	same(t, c.KeyType, "ec-secp256r1+mldsa-65")
	if !c.SelfSigned || len(c.Unsupported) != 0 {
		t.Errorf("got self-signed %v, unsupported %v", c.SelfSigned, c.Unsupported)
	}
}

// A certificate with an enormous key must not keep a processor busy: its signature is not verified.
func TestEnormousKey(t *testing.T) {
	t.Parallel()
	tpl := leaf(&rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 400_000, 1), E: 1<<31 - 1})
	tpl.Subject = Name{{Type: CN, Value: "root"}}
	der, err := newRoot(t, "root", RSA2048).Sign(tpl)
	c := mustParse(t, der, err)
	if c.SelfSigned || c.IssuedBy(c) || c.KeyType != "rsa-400001" {
		t.Errorf("got %s, self-signed %v", c.KeyType, c.SelfSigned)
	}
}

func TestHolderID(t *testing.T) {
	t.Parallel()
	a := HolderID(Name{{Type: CN, Value: "A"}}, []SAN{{DNSName, "b"}, {DNSName, "C"}, {DNSName, "b"}})
	if b := HolderID(Name{{Type: CN, Value: "a"}}, []SAN{{DNSName, "c"}, {DNSName, "B"}}); a != b {
		t.Error("order, case or repetition changed the holder")
	}
	for _, sans := range [][]SAN{nil, {{DNSName, "b"}}, {{RFC822Name, "b"}, {DNSName, "c"}}} {
		if HolderID(Name{{Type: CN, Value: "A"}}, sans) == a {
			t.Errorf("%v has the same holder", sans)
		}
	}
}

func TestSerial(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"A1B": "0a1b", "00:0a:1b": "0a1b", "0": "00", "ff": "ff"} {
		n, ok := ParseSerial(text)
		if !ok || SerialHex(n) != want {
			t.Errorf("%s: got %s, want %s", text, SerialHex(n), want)
		}
	}
	for _, text := range []string{"", "x", "-1", strings.Repeat("1", 65)} {
		if n, ok := ParseSerial(text); ok {
			t.Errorf("%q: got %v, want nothing", text, n)
		}
	}
	same(t, SerialHex(big.NewInt(-10)), "-0a")
	seen := map[string]bool{}
	for range 1000 {
		n := NewSerial()
		if n.Sign() <= 0 || n.BitLen() > 128 || seen[SerialHex(n)] {
			t.Fatalf("got %v", n)
		}
		seen[SerialHex(n)] = true
	}
}

func TestChain(t *testing.T) {
	t.Parallel()
	root := newRoot(t, "root", P256)
	sub := root.below(t, "sub", RSA2048)
	der, err := sub.Sign(leaf(newKey(t, Ed25519).Public()))
	end := mustParse(t, der, err)
	rootC, subC := mustParse(t, root.Certificate.Raw, nil), mustParse(t, sub.Certificate.Raw, nil)
	impostor := mustParse(t, newRoot(t, "sub", P256).Certificate.Raw, nil)
	older, err := root.Sign(&Template{
		RawSubject: sub.Certificate.RawSubject, Serial: big.NewInt(9), IsCA: true, PublicKey: sub.Key.Public(), NotBefore: noon, NotAfter: noon.AddDate(1, 0, 0),
	})
	olderC := mustParse(t, older, err)
	dns := func(chain []*Certificate) (all []string) {
		for _, c := range chain {
			all = append(all, c.DN+" "+c.Serial)
		}
		return all
	}
	pool := []*Certificate{impostor, olderC, rootC, end, subC}
	same(t, dns(Chain(end, pool)), []string{end.DN + " " + end.Serial, "CN=sub 02", "CN=root 01"})
	same(t, dns(Chain(end, pool[:2])), []string{end.DN + " " + end.Serial, "CN=sub 09"})
	same(t, dns(Chain(end, nil)), []string{end.DN + " " + end.Serial})
	same(t, dns(Chain(rootC, pool)), []string{"CN=root 01"})
	if end.SelfSigned || !rootC.SelfSigned || end.IssuedBy(impostor) {
		t.Error("a signature was not looked at")
	}
	var bundle []string
	for _, c := range pool {
		bundle = append(bundle, c.PEM())
	}
	got, err := ParseBundle([]byte(strings.Join(bundle, "\n") + "\n-----BEGIN X-----\nAAAA\n-----END X-----\n"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, dns(got), dns(pool))
	roots, subs := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(root.Certificate)
	subs.AddCert(sub.Certificate)
	if _, err := end.X509.Verify(x509.VerifyOptions{Roots: roots, Intermediates: subs, CurrentTime: noon, DNSName: "a.example"}); err != nil {
		t.Error(err)
	}
}

func TestBadTemplates(t *testing.T) {
	t.Parallel()
	root := newRoot(t, "root", P256)
	minus, one := -1, 1
	dup := pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3}, Value: []byte{5, 0}}
	for name, tt := range map[string]struct {
		change func(*Template)
		want   *fault.Fault
	}{
		"fine":                 {func(*Template) {}, nil},
		"no serial":            {func(t *Template) { t.Serial = nil }, BadTemplate},
		"serial 0":             {func(t *Template) { t.Serial = new(big.Int) }, BadTemplate},
		"long serial":          {func(t *Template) { t.Serial = new(big.Int).Lsh(big.NewInt(1), 161) }, BadTemplate},
		"ends before":          {func(t *Template) { t.NotAfter = t.NotBefore }, BadTemplate},
		"ends never":           {func(t *Template) { t.NotAfter = t.NotBefore.AddDate(8000, 0, 0) }, BadTemplate},
		"nobody":               {func(t *Template) { t.Subject, t.SANs = nil, nil }, BadTemplate},
		"names only":           {func(t *Template) { t.Subject = nil }, nil},
		"path length":          {func(t *Template) { t.PathLen = &one }, BadTemplate},
		"negative path length": {func(t *Template) { t.IsCA, t.PathLen = true, &minus }, BadTemplate},
		"constraints":          {func(t *Template) { t.Constraints = &NameConstraints{} }, BadTemplate},
		"usage":                {func(t *Template) { t.ExtKeyUsages = []string{"x"} }, BadTemplate},
		"policy":               {func(t *Template) { t.Policies = []string{"x"} }, BadTemplate},
		"twice":                {func(t *Template) { t.Extra = []pkix.Extension{dup, dup} }, BadTemplate},
		"bad name":             {func(t *Template) { t.Subject = Name{{Type: CN}} }, BadName},
		"bad SAN":              {func(t *Template) { t.SANs = []SAN{{DNSName, "?"}} }, BadSAN},
		"bad extension":        {func(t *Template) { t.Extensions = []Extension{{MSSID, "?"}} }, BadExtension},
		"bad URL":              {func(t *Template) { t.CRLDPs = []string{"é"} }, BadTemplate},
		"no key":               {func(t *Template) { t.PublicKey = nil }, Unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tpl := leaf(root.Key.Public())
			tt.change(tpl)
			der, err := root.Sign(tpl)
			wantFault(t, err, tt.want)
			if err == nil && len(tpl.Subject) == 0 && !isCritical(t, der, oidSAN) {
				t.Error("the names of a certificate without subject are not critical")
			}
		})
	}
}

func isCritical(t testing.TB, der []byte, oid asn1.ObjectIdentifier) bool {
	t.Helper()
	for _, x := range mustParse(t, der, nil).X509.Extensions {
		if x.Id.Equal(oid) {
			return x.Critical
		}
	}
	return false
}

func TestSignedByEveryKind(t *testing.T) {
	t.Parallel()
	for k, want := range map[KeyType]string{
		RSA2048: "SHA256WITHRSA", P256: "SHA256WITHECDSA", P384: "SHA384WITHECDSA", P521: "SHA512WITHECDSA", Ed25519: "ED25519",
	} {
		key := newKey(t, k)
		der, err := leaf(nil).SelfSign(key)
		c := mustParse(t, der, err)
		same(t, c.SigningAlgorithm, want)
		same(t, bytes.Equal(c.X509.AuthorityKeyId, c.X509.SubjectKeyId), true)
		if enciphers := len(c.KeyUsages) == 2; enciphers != k.IsRSA() || !c.SelfSigned {
			t.Errorf("%s: got %v, self-signed %v", k, c.KeyUsages, c.SelfSigned)
		}
	}
}

func FuzzParseCertificate(f *testing.F) {
	root := newRoot(f, "root", P256)
	f.Add(root.Certificate.Raw)
	in, err := os.ReadFile("testdata/brainpool.pem")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(in)
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := ParseCertificate(in)
		if err != nil {
			return
		}
		Chain(c, []*Certificate{c})
		if _, err := ParseCertificate([]byte(c.PEM())); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkCertificate(b *testing.B) {
	root := newRoot(b, "root", P256)
	key := newKey(b, P256)
	der, err := root.Sign(leaf(key.Public()))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("facts", func(b *testing.B) {
		for b.Loop() {
			if _, err := ParseCertificate(der); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("issue", func(b *testing.B) {
		for b.Loop() {
			if _, err := root.Sign(leaf(key.Public())); err != nil {
				b.Fatal(err)
			}
		}
	})
}
