package acme

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"math/big"
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// revocation is the payload of revokeCert (RFC 8555, 7.6).
type revocation struct {
	Certificate string `json:"certificate"`
	Reason      *int   `json:"reason"`
}

// revoke revokes a certificate for its key, for the account it was issued to, or for one that holds all its names.
func (d *Door) revoke(c *call) error {
	var in revocation
	if err := c.m.into(&in); err != nil {
		return err
	}
	der, err := decode64(in.Certificate)
	if err != nil || len(der) == 0 {
		return malformed.Detail("the certificate is not base64url of DER without padding")
	}
	cert, err := pki.ParseCertificate(der)
	if err != nil {
		return malformed.Detail("the certificate cannot be read").Because(err)
	}
	c.facts.Serial, c.facts.Identifiers = cert.Serial, names(cert)
	r := lifecycle.Revocation{DER: der}
	if r.Reason, err = reasonOf(in.Reason); err != nil {
		return err
	}
	c.facts.Revocation = string(r.Reason)
	if c.account != nil {
		err = d.byAccount(c, cert, &r)
	} else {
		err = d.byCertificateKey(c, cert, &r)
	}
	if err != nil {
		return err
	}
	return d.carryOut(c, r)
}

// carryOut has the certificate revoked and records it.
func (d *Door) carryOut(c *call, r lifecycle.Revocation) error {
	err := d.Lifecycle.Revoke(c.r.Context(), c.who, r)
	switch {
	case err == nil:
		if err := act.Note(c.r.Context(), d.DB, c.who, event.AcmeRevoke, event.Success, &c.facts, nil); err != nil {
			return &recorded{err}
		}
		c.w.Header().Set("Content-Length", "0")
		c.w.WriteHeader(http.StatusOK)
		return nil
	case errors.Is(err, lifecycle.AlreadyRevoked):
		note := act.Note(c.r.Context(), d.DB, c.who, event.AcmeRevoke, event.Warning, &c.facts, alreadyRevoked)
		return &recorded{errors.Join(alreadyRevoked, note)}
	case errors.Is(err, inventory.Missing):
		return notFound
	}
	return err
}

// names lists the alternative names of a certificate for an event.
func names(c *pki.Certificate) []string {
	all := make([]string, 0, min(len(c.SANs), 100))
	for _, s := range c.SANs {
		if len(all) < cap(all) {
			all = append(all, brief(s.Value))
		}
	}
	return all
}

// reasonOf accepts the reasons a subscriber can give (RFC 5280, 5.3.1); the others are the CA's.
func reasonOf(code *int) (pki.Reason, error) {
	if code == nil {
		return pki.Unspecified, nil
	}
	switch *code {
	case 0, 1, 3, 4, 5, 9:
		r, _ := pki.ReasonOf(*code)
		return r, nil
	}
	return "", badReason.Detail("%d is none of 0, 1, 3, 4, 5 and 9", *code)
}

// byAccount finds out which of its names the account may speak for.
func (d *Door) byAccount(c *call, cert *pki.Certificate, r *lifecycle.Revocation) error {
	return d.read(c, func(tx *store.Tx) error {
		if err := c.account.check(tx); err != nil {
			return err
		}
		own, err := orderOfCertificate(tx, certID(cert))
		if err != nil {
			return err
		}
		if own != nil && own.Account == c.account.ID {
			c.facts.OrderID, c.facts.CertificateID = own.ID, own.CertificateID
			r.Proven = cert.SANs
			return nil
		}
		return c.holdsAll(tx, cert, r)
	})
}

// holdsAll wants a valid authorization for each name of the certificate (RFC 8555, 7.6).
func (c *call) holdsAll(tx *store.Tx, cert *pki.Certificate, r *lifecycle.Revocation) error {
	refusal := unauthorized.Detail("the certificate was issued to somebody else, and not all its names are authorized")
	if len(cert.SANs) == 0 || len(cert.SANs) > 1000 || cert.OtherSANs > 0 {
		return refusal
	}
	for _, s := range cert.SANs {
		id := identifier{Value: s.Value}
		switch s.Type {
		case pki.DNSName:
			id.Type = typeDNS
		case pki.IPAddress:
			id.Type = typeIP
		default:
			return refusal
		}
		ok, err := holds(tx, c.account.ID, id)
		if err != nil {
			return err
		}
		if !ok {
			return refusal
		}
		r.Proven = append(r.Proven, s)
	}
	return nil
}

// byCertificateKey wants the signature to be by the key of the certificate.
func (d *Door) byCertificateKey(c *call, cert *pki.Certificate, r *lifecycle.Revocation) error {
	if !pki.SameKey(cert.X509.PublicKey, c.key.public) {
		return unauthorized.Detail("the request is signed neither by an account nor by the key of the certificate")
	}
	c.who.Type, c.who.ID, c.who.Provider = access.Acme, "key/"+c.key.thumbprint, c.site.Name
	r.KeyProven = true
	return nil
}

// thumbprintOf returns the RFC 7638 thumbprint of a key, if it could be one of an account.
func thumbprintOf(public crypto.PublicKey) (string, bool) {
	var j string
	switch p := public.(type) {
	case *ecdsa.PublicKey:
		raw, err := p.Bytes()
		size := (p.Curve.Params().BitSize + 7) / 8
		if err != nil || len(raw) != 1+2*size {
			return "", false
		}
		j = `{"kty":"EC","crv":"` + p.Curve.Params().Name + `","x":"` + encode64(raw[1:1+size]) + `","y":"` + encode64(raw[1+size:]) + `"}`
	case ed25519.PublicKey:
		j = `{"kty":"OKP","crv":"Ed25519","x":"` + encode64(p) + `"}`
	case *rsa.PublicKey:
		j = `{"kty":"RSA","n":"` + encode64(p.N.Bytes()) + `","e":"` + encode64(big.NewInt(int64(p.E)).Bytes()) + `"}`
	default:
		return "", false
	}
	k, err := parseJWK([]byte(j))
	if err != nil {
		return "", false
	}
	return k.thumbprint, true
}
