package trust

import (
	"github.com/horizon-clm/horizon/internal/pki"
)

// Decoded is a certificate taken apart, as the contract shows it wherever it is not one of the inventory.
type Decoded struct {
	DN               string         `json:"dn"`
	Elements         []Element      `json:"dnElements"`
	Issuer           string         `json:"issuerDn"`
	Serial           string         `json:"serial"`
	NotBefore        int64          `json:"notBefore" doc:"Milliseconds since 1970."`
	NotAfter         int64          `json:"notAfter" doc:"Milliseconds since 1970."`
	KeyType          string         `json:"keyType"`
	Algorithm        string         `json:"signingAlgorithm"`
	PEM              string         `json:"pem"`
	KeyID            string         `json:"subjectKeyIdentifier"`
	AuthorityKeyID   string         `json:"authorityKeyIdentifier,omitempty"`
	Thumbprint       string         `json:"certificateThumbprint" doc:"SHA-256, in hex."`
	SHA1             string         `json:"certificateSHAOneThumbprint"`
	KeyThumbprint    string         `json:"publicKeyThumbprint" doc:"SHA-256, in hex."`
	Usages           []string       `json:"keyUsages"`
	UsagesCritical   bool           `json:"isKeyUsagesCritical"`
	Extended         []string       `json:"extendedKeyUsages"`
	ExtendedCritical bool           `json:"isExtendedKeyUsagesCritical"`
	SelfSigned       bool           `json:"selfSigned"`
	Basic            Basic          `json:"basicConstraints"`
	SANs             []Name         `json:"sans"`
	AIAs             []Access       `json:"aias,omitempty"`
	CRLDPs           []string       `json:"crldps,omitempty"`
	Policies         []string       `json:"policies,omitempty"`
	Extensions       []ExtensionOut `json:"extensions,omitempty"`
	Unsupported      []string       `json:"unsupportedExtensions,omitempty" doc:"OIDs of what nothing else here tells."`
}

// Element is one element of a distinguished name.
type Element struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Name is one subject alternative name.
type Name struct {
	Type  string `json:"sanType"`
	Value string `json:"value"`
}

// Basic is the basic constraints.
type Basic struct {
	IsCA    bool `json:"isCa"`
	PathLen *int `json:"pathLen,omitempty"`
}

// Access is one address of the authority information access.
type Access struct {
	Type string `json:"type" enum:"ocsp,caissuers"`
	URL  string `json:"url"`
}

// ExtensionOut is one extension the contract knows.
type ExtensionOut struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Decode takes a certificate apart.
func Decode(c *pki.Certificate) Decoded {
	d := Decoded{
		DN: c.DN, Elements: Elements(c.Subject), Issuer: c.IssuerDN, Serial: c.Serial,
		NotBefore: c.NotBefore.UnixMilli(), NotAfter: c.NotAfter.UnixMilli(), KeyType: string(c.KeyType),
		Algorithm: c.SigningAlgorithm, PEM: c.PEM(), KeyID: c.SubjectKeyID, AuthorityKeyID: c.AuthorityKeyID,
		Thumbprint: c.Thumbprint, SHA1: c.SHA1Thumbprint, KeyThumbprint: c.PublicKeyThumbprint,
		Usages: filled(c.KeyUsages), UsagesCritical: c.KeyUsageCritical, Extended: filled(c.ExtKeyUsages),
		ExtendedCritical: c.ExtKeyUsageCritical, SelfSigned: c.SelfSigned, Basic: Basic{c.IsCA, c.PathLen},
		SANs: Names(c.SANs), CRLDPs: c.CRLDPs, Policies: c.Policies, Unsupported: c.Unsupported,
	}
	for _, u := range c.OCSP {
		d.AIAs = append(d.AIAs, Access{"ocsp", u})
	}
	for _, u := range c.CAIssuers {
		d.AIAs = append(d.AIAs, Access{"caissuers", u})
	}
	for _, e := range c.Extensions {
		d.Extensions = append(d.Extensions, ExtensionOut{string(e.Type), e.Value})
	}
	return d
}

// Elements lists a name on the wire.
func Elements(n pki.Name) []Element {
	all := make([]Element, 0, len(n))
	for _, e := range n {
		all = append(all, Element{string(e.Type), e.Value})
	}
	return all
}

// Names lists alternative names on the wire.
func Names(sans []pki.SAN) []Name {
	all := make([]Name, 0, len(sans))
	for _, s := range sans {
		all = append(all, Name{string(s.Type), s.Value})
	}
	return all
}

// filled makes a list that is sent empty, never null.
func filled(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
