package authority

import (
	"github.com/horizon-clm/horizon/internal/pki"
)

// view is a CA on the wire. Times are milliseconds since 1970.
type view struct {
	ID          string           `json:"_id"`
	Name        string           `json:"name"`
	Parent      string           `json:"parent,omitempty"`
	DN          string           `json:"dn"`
	KeyType     string           `json:"keyType"`
	PathLength  *int             `json:"pathLength,omitempty"`
	NotAfter    int64            `json:"notAfter" doc:"When its last certificate ends."`
	Created     int64            `json:"created"`
	Settings    settingsView     `json:"settings"`
	Generations []generationView `json:"generations" doc:"Its certificates, oldest first; the last one issues."`
	Issued      int              `json:"issued" doc:"Certificates it issued that are valid, counted up to 10000."`
}

type settingsView struct {
	CertificateLifetime string   `json:"certificateLifetime"`
	BackDate            string   `json:"backDate"`
	CRLLifetime         string   `json:"crlLifetime"`
	ExtKeyUsages        []string `json:"extKeyUsages"`
	Policies            []string `json:"certificatePolicies"`
}

type generationView struct {
	Generation     int64    `json:"generation"`
	KeyGeneration  int64    `json:"keyGeneration" doc:"The generation that brought the key."`
	Certificate    string   `json:"certificate" doc:"PEM."`
	CrossSigned    string   `json:"crossSigned,omitempty" doc:"PEM of the certificate of the same key by the key before."`
	Chains         []string `json:"chains" doc:"PEM of the chains of what it issues, issuer first."`
	Serial         string   `json:"serial"`
	Thumbprint     string   `json:"thumbprint"`
	NotBefore      int64    `json:"notBefore"`
	NotAfter       int64    `json:"notAfter"`
	CRL            *crlView `json:"crl,omitempty"`
	CRLURL         string   `json:"crlUrl,omitempty"`
	CertificateURL string   `json:"certificateUrl,omitempty"`
	OCSPURL        string   `json:"ocspUrl,omitempty"`
}

type crlView struct {
	Number     int64 `json:"number"`
	ThisUpdate int64 `json:"thisUpdate"`
	NextUpdate int64 `json:"nextUpdate"`
	Entries    int64 `json:"entries"`
}

func viewOf(c CA) view {
	last := c.Generations[len(c.Generations)-1].Certificate
	v := view{
		ID: c.ID, Name: c.Name, Parent: c.Parent, DN: last.DN, KeyType: string(last.KeyType), PathLength: last.PathLen,
		NotAfter: last.NotAfter.UnixMilli(), Created: c.Created.UnixMilli(), Issued: c.Issued, Settings: settingsView{
			CertificateLifetime: c.Settings.CertificateLifetime.String(), BackDate: c.Settings.BackDate.String(),
			CRLLifetime: c.Settings.CRLLifetime.String(), ExtKeyUsages: some(c.Settings.ExtKeyUsages), Policies: some(c.Settings.Policies),
		},
	}
	for _, g := range c.Generations {
		v.Generations = append(v.Generations, viewOfGeneration(g))
	}
	return v
}

func viewOfGeneration(g Generation) generationView {
	v := generationView{
		Generation: g.Number, KeyGeneration: g.Key, Certificate: g.Certificate.PEM(), Serial: g.Certificate.Serial,
		Thumbprint: g.Certificate.Thumbprint, NotBefore: g.Certificate.NotBefore.UnixMilli(), NotAfter: g.Certificate.NotAfter.UnixMilli(),
		CRLURL: g.ListURL, CertificateURL: g.CertificateURL, OCSPURL: g.OCSPURL,
	}
	if g.Cross != nil {
		v.CrossSigned = g.Cross.PEM()
	}
	for _, chain := range g.Chains {
		v.Chains = append(v.Chains, PEM(chain))
	}
	if l := g.List; l != nil {
		v.CRL = &crlView{Number: l.Number, ThisUpdate: l.ThisUpdate.UnixMilli(), NextUpdate: l.NextUpdate.UnixMilli(), Entries: l.Entries}
	}
	return v
}

// PEM writes certificates one after the other.
func PEM(ders [][]byte) string {
	text := ""
	for _, der := range ders {
		text += pki.EncodePEM("CERTIFICATE", der) + "\n"
	}
	return text
}

// some is a list that is never null.
func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
