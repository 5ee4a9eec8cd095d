package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// usages has the names of the bits of the key usage (RFC 5280, 4.2.1.3) in their order.
var usages = [...]string{
	"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
	"keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
}

// extUsages has the names of the extended key usages (RFC 5280, 4.2.1.12, and of those others have added).
var extUsages = map[string]string{
	"2.5.29.37.0":             "anyExtendedKeyUsage",
	"1.3.6.1.5.5.7.3.1":       "serverAuth",
	"1.3.6.1.5.5.7.3.2":       "clientAuth",
	"1.3.6.1.5.5.7.3.3":       "codeSigning",
	"1.3.6.1.5.5.7.3.4":       "emailProtection",
	"1.3.6.1.5.5.7.3.5":       "ipsecEndSystem",
	"1.3.6.1.5.5.7.3.6":       "ipsecTunnel",
	"1.3.6.1.5.5.7.3.7":       "ipsecUser",
	"1.3.6.1.5.5.7.3.8":       "timeStamping",
	"1.3.6.1.5.5.7.3.9":       "OCSPSigning",
	"1.3.6.1.5.5.7.3.17":      "ipsecIKE",
	"1.3.6.1.5.5.7.3.27":      "cmcCA",
	"1.3.6.1.5.5.7.3.28":      "cmcRA",
	"1.3.6.1.5.5.7.3.36":      "documentSigning",
	"1.3.6.1.5.2.3.4":         "pkinitKPClientAuth",
	"1.3.6.1.5.2.3.5":         "pkinitKPKdc",
	"1.3.6.1.4.1.311.20.2.2":  "smartcardLogon",
	"1.3.6.1.4.1.311.20.2.1":  "certificateRequestAgent",
	"1.3.6.1.4.1.311.10.3.4":  "encryptingFileSystem",
	"1.3.6.1.4.1.311.10.3.12": "msDocumentSigning",
}

var extUsageOIDs = func() map[string]asn1.ObjectIdentifier {
	byName := make(map[string]asn1.ObjectIdentifier, len(extUsages))
	for dotted, name := range extUsages {
		byName[name], _ = parseOID(dotted)
	}
	return byName
}()

// spokenOf are the extensions a field of Certificate tells about.
var spokenOf = map[string]bool{
	"2.5.29.14": true, "2.5.29.15": true, "2.5.29.17": true, "2.5.29.19": true, "2.5.29.31": true, "2.5.29.32": true,
	"2.5.29.35": true, "2.5.29.37": true, "1.3.6.1.5.5.7.1.1": true, "2.5.29.72": true, "2.5.29.73": true, "2.5.29.74": true,
	oidMSSID.String(): true, oidMSTemplate.String(): true, oidMSTemplateV2.String(): true,
}

func (c *Certificate) readExtensions() (err error) {
	if c.X509.BasicConstraintsValid {
		c.IsCA = c.X509.IsCA
		if c.X509.MaxPathLen >= 0 {
			c.PathLen = &c.X509.MaxPathLen
		}
	}
	for _, x := range c.X509.Extensions {
		oid := x.Id.String()
		switch oid {
		case "2.5.29.15":
			c.KeyUsages, c.KeyUsageCritical = keyUsageNames(c.X509.KeyUsage), x.Critical
		case "2.5.29.17":
			if c.SANs, c.OtherSANs, err = ParseSANs(x.Value); err != nil {
				return err
			}
		case "2.5.29.37":
			c.ExtKeyUsages, c.ExtKeyUsageCritical = extUsageNames(x.Value), x.Critical
		case "2.5.29.72": // subjectAltPublicKeyInfo, X.509 (2019), 9.8.2
			if alternate := keyTypeOfSPKI(x.Value); alternate != "" {
				c.KeyType += "+" + alternate
			}
		}
		if !spokenOf[oid] {
			c.Unsupported = append(c.Unsupported, oid)
		}
	}
	return nil
}

func keyUsageNames(u x509.KeyUsage) []string {
	var names []string
	for bit, name := range usages {
		if u&(1<<bit) != 0 {
			names = append(names, name)
		}
	}
	return names
}

func extUsageNames(der []byte) []string {
	var seq, oid cryptobyte.String
	in := cryptobyte.String(der)
	in.ReadASN1(&seq, casn1.SEQUENCE)
	var names []string
	for seq.ReadASN1(&oid, casn1.OBJECT_IDENTIFIER) {
		text, _ := oidText(oid)
		if name, ok := extUsages[text]; ok {
			text = name
		}
		names = append(names, text)
	}
	return names
}

// signingAlgorithm names the algorithm of the signature, also one Go does not know.
func signingAlgorithm(x *x509.Certificate) string {
	var cert, alg cryptobyte.String
	in := cryptobyte.String(x.Raw)
	if !in.ReadASN1(&cert, casn1.SEQUENCE) || !cert.SkipASN1(casn1.SEQUENCE) || !cert.ReadASN1(&alg, casn1.SEQUENCE) {
		return ""
	}
	a, _ := readAlgorithm(alg)
	return a.name
}

// oidECKey is id-ecPublicKey (RFC 5480, 2.1.1) in DER.
var oidECKey = []byte{0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01}

// parseUnknownCurve reads a certificate whose key is on a curve Go does not have, such as the Brainpool ones. Go refuses
// such a certificate as a whole, but takes one whose key algorithm it does not know at all. So a copy with another
// algorithm identifier of the same length is parsed, and the bytes of the original are put back.
func parseUnknownCurve(der []byte) *x509.Certificate {
	var outer, tbs, inner, spki cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&outer, casn1.SEQUENCE) || !outer.ReadASN1Element(&tbs, casn1.SEQUENCE) {
		return nil
	}
	body := tbs
	ok := body.ReadASN1(&inner, casn1.SEQUENCE) &&
		inner.SkipOptionalASN1(casn1.Tag(0).ContextSpecific().Constructed()) && inner.SkipASN1(casn1.INTEGER)
	for range 4 { // signature, issuer, validity, subject
		ok = ok && inner.SkipASN1(casn1.SEQUENCE)
	}
	if !ok || !inner.ReadASN1Element(&spki, casn1.SEQUENCE) {
		return nil
	}
	at := bytes.Index(spki, oidECKey)
	if at < 0 || at > 10 {
		return nil
	}
	other := bytes.Clone(der)
	other[bytes.Index(der, spki)+at+len(oidECKey)-1] = 0x7f
	x, err := x509.ParseCertificate(other)
	if err != nil || x.PublicKey != nil {
		return nil
	}
	x.Raw, x.RawTBSCertificate, x.RawSubjectPublicKeyInfo = der, tbs, spki
	return x
}
