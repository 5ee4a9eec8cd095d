package lifecycle

import (
	"context"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// secrets adds the PKCS#12 and its password for who may have them, while they can be fetched: the owner, and programs with
// the right for that. Only the answer to the submission itself may have one without the other.
func (s *Service) secrets(tx *store.Tx, who access.Caller, p Profile, q request, r *Request, submitted bool) error {
	if q.Content.Challenge && q.State == completed && q.CertificateID == "" {
		return s.showChallenge(tx, who, p, q, r)
	}
	file, password := shows(p, q)
	if file != password && !submitted {
		return nil
	}
	if r.Certificate == nil || !file && !password {
		return nil
	}
	k, ok, err := s.fetchable(tx, who, p, q)
	if err != nil || !ok {
		return err
	}
	if password {
		r.Password = k.password
	}
	if !file {
		return nil
	}
	r.PKCS12, err = s.pack(tx, *r.Certificate, k, p.Shared().Crypto)
	return err
}

// pack makes the PKCS#12 of a certificate.
func (s *Service) pack(tx *store.Tx, c inventory.Certificate, k keyPair, how CryptoPolicy) ([]byte, error) {
	all, err := s.store(tx, c, k)
	if err != nil {
		return nil, err
	}
	return pki.EncodePKCS12(all, k.password.Reveal(), how.store())
}

// shows tells whether the profile hands out the PKCS#12 of such a request, and its password.
func shows(p Profile, q request) (file, password bool) {
	c := p.Shared().Crypto
	if q.Workflow == recovery {
		return c.ShowP12Recover, c.ShowPasswordRecover
	}
	return c.ShowP12Enroll, c.ShowPasswordEnroll
}

// fetchable returns the key of a request while it can be fetched and the caller may have it.
func (s *Service) fetchable(tx *store.Tx, who access.Caller, p Profile, q request) (k keyPair, ok bool, err error) {
	if q.State != completed || !s.handsOut(who, p, q) {
		return k, false, nil
	}
	id, err := usedBy(tx, q)
	if err != nil {
		return k, false, err
	}
	k, ok, err = s.keptKey(tx, id)
	return k, ok && k.key != nil, err
}

// Forms a key and its certificate are handed out in.
const (
	AsPKCS12 = "pkcs12"
	AsJKS    = "jks"
)

// noKey is the fault of a key store that cannot be fetched, or not by the caller, or not any more.
var noKey = fault.Define("REQ-017", fault.Missing, "The request has no key to be fetched")

// KeyStore returns the key of a request with its certificate and chain, under the password of the request.
func (s *Service) KeyStore(ctx context.Context, who access.Caller, id, form string) (out []byte, err error) {
	if form != AsPKCS12 && form != AsJKS {
		return nil, Invalid.Detail("form: one of %s and %s", AsPKCS12, AsJKS)
	}
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		q, p, err := s.seen(tx, who, id)
		if err != nil {
			return err
		}
		if file, _ := shows(p, q); !file {
			return noKey.Detail("the profile %s does not hand it out", q.Profile)
		}
		k, ok, err := s.fetchable(tx, who, p, q)
		if err != nil {
			return err
		}
		if !ok {
			return noKey.Detail("it was made elsewhere, its time is over, or it is for the owner alone")
		}
		c, err := inventory.Get(tx, q.CertificateID)
		if err != nil {
			return err
		}
		if form == AsPKCS12 {
			out, err = s.pack(tx, c, k, p.Shared().Crypto)
			return err
		}
		all, err := s.store(tx, c, k)
		if err == nil {
			out, err = pki.EncodeJKS(all, c.ID, k.password.Reveal(), tx.Now())
		}
		return err
	})
	return out, err
}

// handsOut reports whether the caller may have the key of a request.
func (s *Service) handsOut(who access.Caller, p Profile, q request) bool {
	w := workflows[q.Workflow]
	return who.ID != "" && who.ID == q.Content.Owner || q.getsKey(who) || who.Known() == nil && w.name != revoke && mayOn(who, p, w.api(p.Shared().Levels), w.word()+"_api", q.object()) == nil
}

// store is what a certificate is handed out with: its key, itself and its chain.
func (s *Service) store(tx *store.Tx, c inventory.Certificate, k keyPair) (out pki.KeyStore, err error) {
	out.Key = k.key
	if out.Certificate, err = pki.ParseCertificate(c.DER); err != nil {
		return out, err
	}
	chain, err := s.chainOf(tx, c)
	if err != nil {
		return out, err
	}
	for _, der := range chain {
		one, err := pki.ParseCertificate(der)
		if err != nil {
			return out, err
		}
		out.Chain = append(out.Chain, one)
	}
	return out, nil
}

// chainOf returns the chain a certificate was handed out with, issuer first; none is no error.
func (s *Service) chainOf(tx *store.Tx, c inventory.Certificate) ([][]byte, error) {
	if c.RequestID == "" {
		return nil, nil
	}
	all, err := findRequests(tx, `id = $1`, c.RequestID)
	if err != nil || len(all) == 0 || len(all[0].Chains) == 0 {
		return nil, err
	}
	chains, err := chainsOf(tx, all[0].Chains[:1])
	if err != nil {
		return nil, err
	}
	return chains[0], nil
}
