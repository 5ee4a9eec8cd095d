package api

import (
	"context"
	"errors"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/trust"
	"github.com/horizon-clm/horizon/internal/web"
)

// waysView is the ways from a certificate to a root.
type waysView struct {
	Ways []wayView `json:"ways" doc:"At most four; those that reach a root first."`
}

// wayView is one of them.
type wayView struct {
	Complete bool      `json:"complete" doc:"Whether it ends at a root that is known."`
	Links    []wayLink `json:"links" doc:"The root, or what is highest of what is known, first; the certificate itself last."`
}

// wayLink is one certificate of a way with what is known of it.
type wayLink struct {
	Certificate trust.Decoded    `json:"certificate"`
	CA          string           `json:"ca,omitempty" doc:"Name of the known CA it is of."`
	ForClients  bool             `json:"trustedForClientAuthentication,omitempty" doc:"Whether that CA logs people and machines in."`
	ForServers  bool             `json:"trustedForServerAuthentication,omitempty" doc:"Whether that CA is trusted when connecting to servers."`
	Published   *publishedStatus `json:"published,omitempty" doc:"What its issuer publishes of it, where the issuer is a CA of this server."`
}

// publishedStatus is what a CA of this server publishes of a certificate it issued.
type publishedStatus struct {
	Authority string         `json:"authority" doc:"Name of the CA."`
	Status    string         `json:"status" enum:"good,revoked,unknown" doc:"What its OCSP responder answers now."`
	RevokedAt int64          `json:"revocationDate,omitempty" doc:"Milliseconds since 1970."`
	Reason    string         `json:"revocationReason,omitempty"`
	OCSPURL   string         `json:"ocspUrl,omitempty"`
	List      *publishedList `json:"crl,omitempty" doc:"Its newest revocation list; none before the first one is made."`
	ListURL   string         `json:"crlUrl,omitempty"`
}

// publishedList tells how old a revocation list is.
type publishedList struct {
	Number     int64 `json:"number"`
	ThisUpdate int64 `json:"thisUpdate" doc:"Milliseconds since 1970."`
	NextUpdate int64 `json:"nextUpdate" doc:"Milliseconds since 1970."`
	Entries    int64 `json:"entries"`
	Over       bool  `json:"over" doc:"Whether the next one should have come."`
}

func (d Deps) waysOfFile(c *web.Call, in fileInput) (v waysView, err error) {
	x, err := certificateOfFile(in)
	if err != nil {
		return v, err
	}
	g, err := trust.Look(c, d.DB.DB)
	if err != nil {
		return v, err
	}
	further, err := d.Authority.Further(c)
	if err != nil {
		return v, err
	}
	v.Ways = []wayView{}
	for _, way := range g.Ways(x, further) {
		one, err := d.wayView(c, g, way)
		if err != nil {
			return v, err
		}
		v.Ways = append(v.Ways, one)
	}
	return v, nil
}

// wayView shows a way from its end to the certificate.
func (d Deps) wayView(ctx context.Context, g *trust.Graph, way []*pki.Certificate) (v wayView, err error) {
	v.Complete = way[len(way)-1].SelfSigned
	v.Links = make([]wayLink, len(way))
	for i, x := range way {
		l := wayLink{Certificate: trust.Decode(x)}
		if ca, ok := g.Find(x); ok {
			l.CA, l.ForClients, l.ForServers = ca.Name, ca.ForClients, ca.ForServers
		}
		if l.Published, err = d.published(ctx, x); err != nil {
			return v, err
		}
		v.Links[len(way)-1-i] = l
	}
	return v, nil
}

// ocspWords are the answers of OCSP on the wire (RFC 6960, 2.2).
var ocspWords = map[pki.OCSPStatus]string{pki.OCSPGood: "good", pki.OCSPRevoked: "revoked", pki.OCSPUnknown: "unknown"}

// published is what a CA of this server publishes of a certificate; nil where none of them issued it.
func (d Deps) published(ctx context.Context, x *pki.Certificate) (*publishedStatus, error) {
	s, err := d.Authority.Standing(ctx, x)
	if errors.Is(err, authority.Foreign) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := &publishedStatus{Authority: s.Issuer, Status: ocspWords[s.Status], RevokedAt: millis(s.At), Reason: string(s.Reason), OCSPURL: s.OCSPURL, ListURL: s.ListURL}
	if l := s.List; l != nil {
		v.List = &publishedList{Number: l.Number, ThisUpdate: l.ThisUpdate.UnixMilli(), NextUpdate: l.NextUpdate.UnixMilli(), Entries: l.Entries}
		v.List.Over = !l.NextUpdate.After(d.DB.Clock.Now())
	}
	return v, nil
}

func (d Deps) bundleOfFile(c *web.Call, in fileInput) ([]byte, error) {
	x, err := certificateOfFile(in)
	if err != nil {
		return nil, err
	}
	g, err := trust.Look(c, d.DB.DB)
	if err != nil {
		return nil, err
	}
	var ders [][]byte
	for _, one := range g.Chain(x) {
		ders = append(ders, one.X509.Raw)
	}
	return pki.CertsOnly(ders...), nil
}

// certificateOfFile reads a certificate, bare or as the file of a form.
func certificateOfFile(in fileInput) (*pki.Certificate, error) {
	f, err := readForm(in.Type, in.RawBody)
	if err != nil {
		return nil, err
	}
	return pki.ParseCertificate(f.file)
}
