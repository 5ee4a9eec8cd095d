package api

import (
	"context"
	"encoding/hex"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/trust"
	"github.com/horizon-clm/horizon/internal/web"
)

// Parsing returns the operations that take documents apart. They need no right and keep nothing.
func (d Deps) Parsing() []web.Operation {
	op := func(path, name, doc string) web.Op {
		return web.Op{Method: http.MethodPost, Path: "/rfc5280/" + path, Name: name, Doc: doc, Tag: "rfc5280", Needs: access.LoggedIn, Status: 200, Rule: "everybody", MaxBody: pki.MaxBundle}
	}
	file := func(o web.Op) web.Op { o.Type = "application/pkcs7-mime"; return o }
	return []web.Operation{
		web.Handle(op("pkcs10", "Rfc5280Pkcs10File", "Takes a certification request apart, bare or as the file of a form."), parsed(requestApart)),
		web.Handle(op("x509", "Rfc5280X509File", "Takes a certificate apart, bare or as the file of a form."), parsed(certificateApart)),
		web.Handle(op("crl", "Rfc5280CrlFile", "Takes a revocation list apart, bare or as the file of a form."), parsed(listApart)),
		web.Handle(op("detect", "Rfc5280Detect", "Tells what a document is, and takes it apart."), parsed(detected)),
		web.Handle(op("pkcs12", "Rfc5280Pkcs12File", "Opens a PKCS#12: the file and the password of a form."), openedStore),
		web.Handle(op("trust", "Rfc5280Trust", "Returns the ways from a certificate to a root, with what is known of each certificate. The certificate is bare or the file of a form."), d.waysOfFile),
		web.Handle(file(op("pkcs7", "Rfc5280Pkcs7", "Returns a certificate with its chain as PKCS#7 without signatures (certs-only, RFC 8551, 3.8), in DER: itself first, the root last.")), d.bundleOfFile),
		web.Handle(op("tc", "Rfc5280TcFile", "Returns the chain of a certificate: the file of a form, and its order."), d.chainOfFile),
	}
}

// parsingTails are those whose path ends with the document.
func (d Deps) parsingTails() []tail {
	get := func(path, name, doc string) web.Op {
		return web.Op{Method: http.MethodGet, Path: "/rfc5280/" + path + "/{pem}", Name: name, Doc: doc, Tag: "rfc5280", Needs: access.LoggedIn, Status: 200, Rule: "everybody"}
	}
	chain := get("tc", "Rfc5280TcPem", "Returns the chain of a certificate.")
	chain.Describe = func(_ huma.Registry, o *huma.Operation) {
		o.Parameters = append(o.Parameters, &huma.Param{
			Name: "order", In: "query", Description: "From the root (rtl, the usual one) or to it (ltr); irtl and iltr leave the certificate itself out.",
			Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"rtl", "ltr", "irtl", "iltr"}},
		})
	}
	return []tail{
		{get("pkcs10", "Rfc5280Pkcs10Pem", "Takes a certification request apart."), parsedTail(requestApart)},
		{get("x509", "Rfc5280X509Pem", "Takes a certificate apart."), parsedTail(certificateApart)},
		{get("crl", "Rfc5280CrlPem", "Takes a revocation list apart."), parsedTail(listApart)},
		{chain, func(c tailCall) (any, error) {
			return d.chainOf(c, []byte(c.value), c.order)
		}},
	}
}

// fileInput is a document in PEM or DER, bare or as the file of a form.
type fileInput struct {
	Type    string `header:"Content-Type"`
	RawBody []byte `contentType:"multipart/form-data"`
}

func parsed[T any](take func([]byte) (T, error)) func(*web.Call, fileInput) (T, error) {
	return func(_ *web.Call, in fileInput) (v T, err error) {
		f, err := readForm(in.Type, in.RawBody)
		if err != nil {
			return v, err
		}
		return take(f.file)
	}
}

func parsedTail[T any](take func([]byte) (T, error)) func(tailCall) (any, error) {
	return func(c tailCall) (any, error) { return take([]byte(c.value)) }
}

// requestParts is a certification request on the wire.
type requestParts struct {
	DN         string               `json:"dn"`
	Elements   []trust.Element      `json:"dnElements"`
	SANs       []trust.Name         `json:"sans"`
	KeyType    string               `json:"keyType"`
	PEM        string               `json:"pem"`
	Extensions []trust.ExtensionOut `json:"extensions,omitempty"`
}

func requestApart(in []byte) (requestParts, error) {
	r, err := pki.ParseCSR(in)
	if err != nil {
		return requestParts{}, err
	}
	return requestPartsOf(r), nil
}

func requestPartsOf(r *pki.CSR) requestParts {
	v := requestParts{DN: r.DN, Elements: trust.Elements(r.Subject), SANs: trust.Names(r.SANs), KeyType: string(r.KeyType), PEM: r.PEM()}
	for _, e := range r.Extensions {
		v.Extensions = append(v.Extensions, trust.ExtensionOut{Key: string(e.Type), Value: e.Value})
	}
	return v
}

func certificateApart(in []byte) (trust.Decoded, error) {
	x, err := pki.ParseCertificate(in)
	if err != nil {
		return trust.Decoded{}, err
	}
	return trust.Decode(x), nil
}

// maxEntries of a revocation list are shown.
const maxEntries = 1000

// listParts is a revocation list on the wire.
type listParts struct {
	Issuer         string          `json:"issuerDn"`
	Elements       []trust.Element `json:"issuerDnElements"`
	ThisUpdate     int64           `json:"thisUpdate" doc:"Milliseconds since 1970."`
	NextUpdate     int64           `json:"nextUpdate,omitempty" doc:"Milliseconds since 1970."`
	Number         string          `json:"crlNumber,omitempty"`
	Base           string          `json:"baseCrlNumber,omitempty" doc:"Of a delta list."`
	AuthorityKeyID string          `json:"authorityKeyIdentifier,omitempty"`
	Algorithm      string          `json:"signingAlgorithm"`
	Size           int             `json:"size" doc:"Number of entries."`
	Revoked        []revokedPart   `json:"revokedCertificates" doc:"The first 1000 entries."`
	PEM            string          `json:"pem,omitempty" doc:"Of a list of at most 64 KiB."`
}

type revokedPart struct {
	Serial string `json:"serial" doc:"In hex."`
	Date   int64  `json:"revocationDate" doc:"Milliseconds since 1970."`
	Reason string `json:"revocationReason"`
}

func listApart(in []byte) (listParts, error) {
	l, err := pki.ParseCRL(in)
	if err != nil {
		return listParts{}, err
	}
	return listPartsOf(l)
}

func listPartsOf(l *pki.CRL) (listParts, error) {
	v := listParts{
		Issuer: l.IssuerDN, Elements: trust.Elements(l.Issuer), ThisUpdate: l.ThisUpdate.UnixMilli(), NextUpdate: millis(l.NextUpdate),
		AuthorityKeyID: l.AuthorityKeyID, Algorithm: l.SigningAlgorithm, Revoked: []revokedPart{},
	}
	if l.Number != nil {
		v.Number = l.Number.String()
	}
	if l.Base != nil {
		v.Base = l.Base.String()
	}
	if len(l.DER) <= pki.MaxDocument {
		v.PEM = pki.EncodePEM("X509 CRL", l.DER)
	}
	for e, err := range l.Entries() {
		if err != nil {
			return listParts{}, err
		}
		if v.Size++; v.Size <= maxEntries {
			v.Revoked = append(v.Revoked, revokedPart{hex.EncodeToString(e.Serial), e.At.UnixMilli(), string(e.Reason)})
		}
	}
	return v, nil
}

// detectedView tells what a document is, with its parts.
type detectedView struct {
	Type         string          `json:"type" enum:"x509,bundle,pkcs10,crl,privatekey,pkcs12"`
	Certificates []trust.Decoded `json:"certificates,omitempty"`
	Request      *requestParts   `json:"pkcs10,omitempty"`
	List         *listParts      `json:"crl,omitempty"`
	KeyType      string          `json:"keyType,omitempty" doc:"Of a private key, which is not sent back."`
}

func detected(in []byte) (v detectedView, err error) {
	d, err := pki.Detect(in)
	if err != nil {
		return v, err
	}
	switch {
	case len(d.Certificates) > 0:
		v.Type = "bundle"
		if len(d.Certificates) == 1 {
			v.Type = "x509"
		}
		for _, x := range d.Certificates {
			v.Certificates = append(v.Certificates, trust.Decode(x))
		}
	case d.Request != nil:
		r := requestPartsOf(d.Request)
		v.Type, v.Request = "pkcs10", &r
	case d.List != nil:
		l, err := listPartsOf(d.List)
		if err != nil {
			return v, err
		}
		v.Type, v.List = "crl", &l
	case d.Key != nil:
		v.Type, v.KeyType = "privatekey", string(pki.KeyTypeOf(d.Key.Public()))
	default:
		v.Type = "pkcs12"
	}
	return v, nil
}

// storeView is what a PKCS#12 holds.
type storeView struct {
	Certificate trust.Decoded   `json:"certificate"`
	Key         string          `json:"privateKey" doc:"PKCS#8 in PEM."`
	Chain       []trust.Decoded `json:"chain"`
}

func openedStore(_ *web.Call, in fileInput) (v storeView, err error) {
	f, err := readForm(in.Type, in.RawBody)
	if err != nil {
		return v, err
	}
	s, err := pki.ParsePKCS12(f.file, f.values["password"])
	if err != nil {
		return v, err
	}
	v = storeView{Certificate: trust.Decode(s.Certificate), Chain: []trust.Decoded{}}
	for _, x := range s.Chain {
		v.Chain = append(v.Chain, trust.Decode(x))
	}
	v.Key, err = pki.EncodeKey(s.Key)
	return v, err
}

func (d Deps) chainOfFile(c *web.Call, in fileInput) ([]trust.Decoded, error) {
	f, err := readForm(in.Type, in.RawBody)
	if err != nil {
		return nil, err
	}
	return d.chainOf(c, f.file, f.values["order"])
}

// orders are the orders of a chain: from the root or to it, with the certificate itself or without.
var orders = map[string]struct{ rootFirst, bare bool }{
	"": {rootFirst: true}, "rtl": {rootFirst: true}, "ltr": {}, "irtl": {rootFirst: true, bare: true}, "iltr": {bare: true},
}

// chainOf returns the chain of the certificate, as far as the CAs of it are known.
func (d Deps) chainOf(ctx context.Context, in []byte, order string) ([]trust.Decoded, error) {
	o, ok := orders[order]
	if !ok {
		return nil, web.BadInput.Detail("order: %.32q is none of rtl, ltr, irtl, iltr", order)
	}
	x, err := pki.ParseCertificate(in)
	if err != nil {
		return nil, err
	}
	g, err := trust.Look(ctx, d.DB.DB)
	if err != nil {
		return nil, err
	}
	chain := g.Chain(x)
	if o.bare {
		chain = chain[1:]
	}
	all := make([]trust.Decoded, 0, len(chain))
	for _, one := range chain {
		all = append(all, trust.Decode(one))
	}
	if o.rootFirst {
		slices.Reverse(all)
	}
	return all, nil
}
