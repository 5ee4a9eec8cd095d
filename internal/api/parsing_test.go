package api_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"mime/multipart"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/pki"
)

// form is a form with a file and values.
func formOf(t *testing.T, name string, file []byte, values map[string]string) (contentType, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range values {
		if err := w.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile(name, "file")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

func (s *server) posted(path, contentType, body string, v any) {
	s.Helper()
	status, text := s.call("bob", "POST", path, contentType, body)
	if err := json.Unmarshal([]byte(text), v); err != nil || status != 200 {
		s.Errorf("%s: got %d %s", path, status, text)
	}
}

func TestParsedCertificate(t *testing.T) {
	t.Parallel()
	s := start(t)
	one := s.want("bob", "GET", "/rfc5280/x509/"+seen.Replace(s.leaf.PEM()), "", 200)
	for _, name := range []string{
		"dn", "dnElements", "issuerDn", "notBefore", "notAfter", "keyType", "signingAlgorithm", "pem", "subjectKeyIdentifier", "certificateThumbprint",
		"certificateSHAOneThumbprint", "publicKeyThumbprint", "keyUsages", "isKeyUsagesCritical", "extendedKeyUsages", "isExtendedKeyUsagesCritical", "selfSigned", "basicConstraints",
	} {
		if v, ok := one[name]; !ok || v == nil {
			t.Errorf("%s is missing", name)
		}
	}
	if one["pem"] != s.leaf.PEM() {
		t.Errorf("got %v", one["pem"])
	}
	contentType, body := formOf(t, "x509", s.leaf.X509.Raw, nil)
	var byFile map[string]any
	s.posted("/rfc5280/x509", contentType, body, &byFile)
	if diff := cmp.Diff(one, byFile); diff != "" {
		t.Error(diff)
	}
	s.want("bob", "GET", "/rfc5280/x509/nonsense", "", 400, "RFC5280-001", "Could not parse provided PEM")
	s.want("bob", "GET", "/rfc5280/pkcs10/"+seen.Replace(s.leaf.PEM()), "", 400, "RFC5280-001")
	s.want("", "GET", "/rfc5280/x509/"+seen.Replace(s.leaf.PEM()), "", 401)
}

func TestParsedChain(t *testing.T) {
	t.Parallel()
	s := start(t)
	path := "/rfc5280/tc/" + seen.Replace(s.leaf.PEM())
	names := func(text string) (all []string) {
		var chain []struct {
			DN, IssuerDN, PEM string
		}
		if err := json.Unmarshal([]byte(text), &chain); err != nil {
			t.Fatal(text)
		}
		for _, c := range chain {
			if c.PEM == "" || !slices.ContainsFunc(chain, func(x struct{ DN, IssuerDN, PEM string }) bool { return x.DN == c.IssuerDN }) {
				t.Errorf("%s: no PEM, or no issuer in %s", c.DN, text)
			}
			all = append(all, strings.TrimPrefix(c.DN, "CN="))
		}
		return all
	}
	for order, want := range map[string][]string{
		"": {"Root", "a.example.com"}, "?order=rtl": {"Root", "a.example.com"}, "?order=ltr": {"a.example.com", "Root"}, "?order=irtl": {"Root"},
		"?order=iltr": {"Root"}, "%3Forder=ltr": {"a.example.com", "Root"}, "%0A%3Forder=rtl": {"Root", "a.example.com"},
	} {
		status, text := s.call("bob", "GET", path+order, "", "")
		if diff := cmp.Diff(want, names(text)); status != 200 || diff != "" {
			t.Errorf("%s: %d %s", order, status, diff)
		}
	}
	contentType, body := formOf(t, "x509", []byte(s.leaf.PEM()), map[string]string{"order": "ltr"})
	if status, text := s.call("bob", "POST", "/rfc5280/tc", contentType, body); status != 200 || names(text)[0] != "a.example.com" {
		t.Errorf("got %d %s", status, text)
	}
	if status, text := s.call("bob", "GET", "/rfc5280/tc/"+seen.Replace(s.root.PEM())+"?order=iltr", "", ""); status != 200 || text != "[]" {
		t.Errorf("got %d %s", status, text)
	}
	s.want("bob", "GET", path+"?order=up", "", 400, "REQ-002", "order")
}

func TestParsedOthers(t *testing.T) {
	t.Parallel()
	s := start(t)
	key, err := pki.Generate(pki.P256)
	if err != nil {
		t.Fatal(err)
	}
	csr, err := pki.NewCSR(key, pki.Name{{Type: pki.CN, Value: "b.example.com"}}, []pki.SAN{{Type: pki.DNSName, Value: "b.example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	text := pki.EncodePEM("CERTIFICATE REQUEST", csr)
	s.want("bob", "GET", "/rfc5280/pkcs10/"+seen.Replace(text), "", 200, `"dn":"CN=b.example.com"`, `"dnElements":[{"type":"CN","value":"b.example.com"}]`,
		`"sans":[{"sanType":"DNSNAME","value":"b.example.com"}]`, `"keyType":"ec-secp256r1"`)
	bad := bytes.Clone(csr)
	bad[len(bad)-1] ^= 1
	s.want("bob", "GET", "/rfc5280/pkcs10/"+seen.Replace(pki.EncodePEM("CERTIFICATE REQUEST", bad)), "", 400, "RFC5280-002")

	self, err := (&pki.Template{Subject: pki.Name{{Type: pki.CN, Value: "c"}}, Serial: big.NewInt(2), IsCA: true, NotBefore: noon, NotAfter: noon.AddDate(1, 0, 0)}).SelfSign(key)
	if err != nil {
		t.Fatal(err)
	}
	ca, err := pki.ParseCertificate(self)
	if err != nil {
		t.Fatal(err)
	}
	crl, err := pki.Issuer{Certificate: ca.X509, Key: key}.SignCRL(pki.CRLTemplate{
		Number: big.NewInt(7), ThisUpdate: noon, NextUpdate: noon.AddDate(0, 0, 1),
		Entries: slices.Values([]pki.Revoked{{Serial: []byte{0xab, 1}, At: noon, Reason: pki.KeyCompromise}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.want("bob", "GET", "/rfc5280/crl/"+seen.Replace(pki.EncodePEM("X509 CRL", crl)), "", 200, `"issuerDn":"CN=c"`, `"crlNumber":"7"`, `"size":1`,
		`{"serial":"ab01","revocationDate":1772625600000,"revocationReason":"keycompromise"}`)

	store, err := pki.EncodePKCS12(pki.KeyStore{Key: key, Certificate: ca}, "sesame", pki.StoreAES)
	if err != nil {
		t.Fatal(err)
	}
	contentType, body := formOf(t, "pkcs12", store, map[string]string{"password": "sesame"})
	var opened struct {
		Certificate struct{ DN string }
		PrivateKey  string
		Chain       []any
	}
	s.posted("/rfc5280/pkcs12", contentType, body, &opened)
	if got, err := pki.ParseKey([]byte(opened.PrivateKey)); err != nil || !pki.SameKey(got.Public(), key.Public()) || opened.Certificate.DN != "CN=c" || opened.Chain == nil {
		t.Errorf("got %+v, %v", opened, err)
	}
	contentType, body = formOf(t, "pkcs12", store, map[string]string{"password": "wrong"})
	if status, text := s.call("bob", "POST", "/rfc5280/pkcs12", contentType, body); status != 400 || !strings.Contains(text, "RFC5280-003") {
		t.Errorf("got %d %s", status, text)
	}

	keyPEM, err := pki.EncodeKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for want, in := range map[string][]byte{
		`"type":"x509","certificates":[{"dn":"CN=c"`: self, `"type":"bundle"`: []byte(ca.PEM() + "\n" + s.root.PEM()), `"type":"pkcs10","pkcs10":{"dn":"CN=b.example.com"`: csr,
		`"type":"crl","crl":{"issuerDn":"CN=c"`: crl, `"type":"privatekey","keyType":"ec-secp256r1"}`: []byte(keyPEM), `{"type":"pkcs12"}`: store,
	} {
		contentType, body := formOf(t, "file", in, nil)
		if status, text := s.call("bob", "POST", "/rfc5280/detect", contentType, body); status != 200 || !strings.Contains(text, want) {
			t.Errorf("got %d %.300s, want %s", status, text, want)
		}
	}
	contentType, body = formOf(t, "file", []byte("nothing"), nil)
	if status, text := s.call("bob", "POST", "/rfc5280/detect", contentType, body); status != 400 || !strings.Contains(text, "RFC5280-001") {
		t.Errorf("got %d %s", status, text)
	}
}
