// Package lifecycle is the only place that issues, renews and revokes certificates: it asks who may have what, has it
// signed, keeps the request and puts the certificate into the inventory.
package lifecycle

import (
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/notify"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// The faults callers compare with.
var (
	NoProfile      = fault.Define("WEBRA-ENROLL-009", fault.Missing, "Profile does not exist or is disabled")
	AlreadyRevoked = fault.Define("WEBRA-REVOKE-005", fault.Invalid, "Certificate is already revoked")
	BadRequest     = fault.Define("WEBRA-ENROLL-001", fault.Invalid, "The request cannot be granted")
	BadKey         = fault.Define("WEBRA-ENROLL-002", fault.Invalid, "The key is not accepted")
	NoConnector    = fault.Define("WEBRA-ENROLL-003", fault.Invalid, "The profile has no PKI")
	TooMany        = fault.Define("WEBRA-ENROLL-004", fault.Denied, "The holder has as many certificates as allowed")
	PKIFailed      = fault.Define("WEBRA-ENROLL-011", fault.Upstream, "The PKI did not issue the certificate")
	RevokeFailed   = fault.Define("WEBRA-REVOKE-002", fault.Upstream, "The PKI did not revoke the certificate")
)

// Service carries out what happens to certificates.
type Service struct {
	DB     *act.DB
	PKIs   *connector.Pool
	Keys   kind.Sealer
	Notify *notify.Service
	DNS    outbound.DNSOptions // whom rules ask that want names to resolve
	// Pace counts a request of nobody known for the address it came from, and refuses what comes too fast; nil where nobody
	// does.
	Pace func(tx *store.Tx, address string) error
}

// Enrollment is one wish for a certificate.
type Enrollment struct {
	Profile string // name
	// Key makes the wish one: asked again with the same key, the same certificate is returned, also after a crash. The
	// door makes it of its own state, such as "acme/<order id>".
	Key string
	CSR *pki.CSR
	// Proven are the names the protocol has proven; the certificate has these alternative names, all and no others. Nil
	// is for protocols that prove nothing.
	Proven []pki.SAN
	Wishes Wishes
	// Contact is used where neither the wishes nor the profile name one, such as the first contact of an ACME account.
	Contact string
	// Facts are the protocol's own keys for rules, such as acme.order.initialip. It may be nil.
	Facts *rule.Map
	// Then is what the door notes of the certificate in the transaction that records it, last. It may add events by
	// act.Also. It is not called when the certificate was recorded before; Issued.Noted tells. It may be nil.
	Then func(*store.Tx, Issued) error

	kept *kept // by Keep
}

// Wishes are what the requester asks for besides the certificate; the profile decides.
type Wishes struct {
	Owner    string
	Team     string
	Contact  string
	Labels   map[string]string
	Metadata map[string]string
}

// sheet returns the wishes as a form.
func (w Wishes) sheet() *Sheet {
	s := &Sheet{Labels: map[string]Field{}, Metadata: map[string]Field{}}
	for _, one := range []struct {
		to   *Field
		text string
	}{{&s.Owner, w.Owner}, {&s.Team, w.Team}, {&s.Contact, w.Contact}} {
		if one.text != "" {
			*one.to = Text(one.text)
		}
	}
	for name, text := range w.Labels {
		s.Labels[name] = Text(text)
	}
	for name, text := range w.Metadata {
		s.Metadata[name] = Text(text)
	}
	return s
}

// Issued is a certificate and the chains it is handed out with.
type Issued struct {
	CertificateID string
	RequestID     string
	DER           []byte
	Chains        [][][]byte // DER, issuer first; the first chain is the default
	Noted         bool       // what Enrollment.Then wrote was committed with it
	// Certificate is DER, read; nil when it was recorded before.
	Certificate *pki.Certificate
}

// Revocation is one wish to revoke.
type Revocation struct {
	CertificateID string     // or DER
	DER           []byte     // of the certificate
	Reason        pki.Reason // unspecified when empty
	// Proven are names the protocol has found the caller to control: whoever controls all names of a certificate may
	// revoke it (RFC 8555, 7.6).
	Proven []pki.SAN
	// KeyProven tells that the caller has proven to hold the private key of the certificate.
	KeyProven bool
}
