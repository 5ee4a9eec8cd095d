package trust

import (
	"slices"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/pki"
)

// Dictionary gathers what templates may refer to of a certificate that stands for itself: its own facts, under the prefix
// certificate.
func Dictionary(c *pki.Certificate) *rule.Map {
	d := rule.NewMap()
	AddCertificate(d, "certificate", c)
	return d
}

// AddCertificate adds what a certificate says itself below a prefix.
func AddCertificate(d *rule.Map, prefix string, c *pki.Certificate) {
	for _, fact := range [][2]string{
		{"not_before", c.NotBefore.UTC().Format(time.RFC3339)}, {"not_after", c.NotAfter.UTC().Format(time.RFC3339)},
		{"serial", c.Serial}, {"thumbprint", c.Thumbprint}, {"public_key_thumbprint", c.PublicKeyThumbprint},
		{"key_type", string(c.KeyType)}, {"signing_algorithm", c.SigningAlgorithm}, {"holder_id", c.HolderID}, {"friendly_name", friendly(c)},
		{"pem", c.PEM()}, {"issuer", c.IssuerDN}, {"dn", c.DN}, {"sans", SANsText(c.SANs)}, {"extensions", ExtensionsText(c.Extensions)},
	} {
		if fact[1] != "" {
			d.Set(prefix+"."+fact[0], fact[1])
		}
	}
	AddNames(d, prefix, c.Subject, c.SANs, c.Extensions)
}

// AddNames adds the keys of a subject, of alternative names and of extensions below a prefix.
func AddNames(d *rule.Map, prefix string, subject pki.Name, sans []pki.SAN, extensions []pki.Extension) {
	var types []pki.DNType
	for _, e := range subject {
		if !slices.Contains(types, e.Type) {
			types = append(types, e.Type)
		}
	}
	for _, t := range types {
		d.Add(prefix+"."+rule.Key("subject", strings.ToLower(string(t))), subject.Values(t)...)
	}
	for _, s := range sans {
		d.Add(prefix+"."+rule.Key("san", strings.ToLower(string(s.Type))), s.Value)
	}
	for _, x := range extensions {
		d.Set(prefix+"."+rule.Key("extension", string(x.Type)), x.Value)
	}
}

// friendly is what people call the certificate: its first common name, or else its first alternative name.
func friendly(c *pki.Certificate) string {
	if names := c.Subject.Values(pki.CN); len(names) > 0 {
		return names[0]
	}
	if len(c.SANs) > 0 {
		return c.SANs[0].Value
	}
	return ""
}

// SANsText lists alternative names for people: DNSNAME: example.com,...
func SANsText(sans []pki.SAN) string {
	all := make([]string, len(sans))
	for i, s := range sans {
		all[i] = string(s.Type) + ": " + s.Value
	}
	return strings.Join(all, ",")
}

// ExtensionsText lists extensions for people.
func ExtensionsText(extensions []pki.Extension) string {
	all := make([]string, len(extensions))
	for i, x := range extensions {
		all[i] = string(x.Type) + ": " + x.Value
	}
	return strings.Join(all, ",")
}
