// Package authority is the engine of the built-in CAs: their sealed keys, what they issue and revoke, their revocation
// lists and their OCSP answers.
//
// Several CAs stand side by side, each with a name; a root, or issuing below another one. Renewing a CA gives it a further
// generation: a new certificate, of the same key or a new one. Whatever a CA signed stays provable: every key goes on
// signing its revocation list until its last certificate ends.
//
// The verbs that issue and revoke ask no permission: whoever calls them, through a connector, has asked it and records the
// attempt. Creating, importing, renewing and deleting CAs ask and record here.
package authority

import (
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// Rights on CAs.
const (
	Read   access.Permission = "configuration:pki:authority:read"
	Manage access.Permission = "configuration:pki:authority:manage"
)

// Keys keeps the private keys of CAs, bound to an object, and opens them for signing. secret.SealedSigners is one; another
// may keep them in a device and return names as refs.
type Keys interface {
	Keep(object string, pkcs8 []byte) (ref []byte, err error)
	Signer(ctx context.Context, object string, ref []byte) (crypto.Signer, error)
}

// Registry is told of the certificates of CAs in the step that changes them, so that whoever checks chains knows them. What
// it refuses is not done.
type Registry interface {
	// Hold is called first: changes of what is known wait for each other.
	Hold(tx *store.Tx) error
	Add(tx *store.Tx, who access.Caller, ca string, c *pki.Certificate) error
	Remove(tx *store.Tx, who access.Caller, c *pki.Certificate) error
	// UsedBy tells which configuration objects name the CA, for people; empty where none does.
	UsedBy(tx *store.Tx, ca string) (string, error)
}

// Engine runs the CAs of one database. Its methods may be called from any goroutine; what it remembers can be made again.
type Engine struct {
	DB   *act.DB
	Keys Keys
	// PublicURL is where revocation lists, OCSP and CA certificates are served, such as http://pki.example.com. It goes
	// into the certificates that are issued; without it they name no addresses.
	PublicURL string
	// Registry makes the certificates known; nil where nobody is told.
	Registry Registry

	known   atomic.Pointer[directory]
	signers sync.Map // crypto.Signer by the object of its key
	answers answers
	lists   lists
	duty    sync.Mutex // held by who makes a responder
	duties  sync.Map   // *responder by the object of its key
}

// New returns the engine of a database whose keys are sealed with the keyring.
func New(db *act.DB, ring *secret.Keyring, publicURL string) *Engine {
	return &Engine{DB: db, Keys: secret.SealedSigners{Ring: ring}, PublicURL: publicURL}
}

// Faults of the engine.
var (
	Invalid      = fault.Define("AUTHORITY-002", fault.Invalid, "Invalid certification authority")
	Missing      = fault.Define("AUTHORITY-003", fault.Missing, "Certification authority does not exist")
	Exists       = fault.Define("AUTHORITY-004", fault.Invalid, "Certification authority already exists")
	InUse        = fault.Define("AUTHORITY-005", fault.Conflict, "Certification authority has issued what is still valid")
	Ended        = fault.Define("AUTHORITY-006", fault.Conflict, "Certification authority has ended")
	BadOrder     = fault.Define("AUTHORITY-007", fault.Invalid, "Certificate cannot be issued as it is asked for")
	Foreign      = fault.Define("AUTHORITY-008", fault.Missing, "Certificate is not of a built-in certification authority")
	NotHeld      = fault.Define("AUTHORITY-009", fault.Conflict, "Certificate is revoked for good")
	BadReason    = fault.Define("AUTHORITY-010", fault.Invalid, "Certificates are not revoked for this reason")
	NoRenewal    = fault.Define("AUTHORITY-011", fault.Conflict, "Certification authority cannot be renewed here")
	NoGeneration = fault.Define("AUTHORITY-012", fault.Missing, "Certification authority has no such generation")
)

// object is what the key of a generation is bound to.
func object(id string, keyGeneration int64) string {
	return fmt.Sprintf("authority/%s/%d", id, keyGeneration)
}

// signer returns the opened key of a generation.
func (e *Engine) signer(ctx context.Context, g *generation) (crypto.Signer, error) {
	at := object(g.of.id, g.key)
	if s, ok := e.signers.Load(at); ok {
		return s.(crypto.Signer), nil
	}
	s, err := e.Keys.Signer(ctx, at, g.of.generation(g.key).ref)
	if err != nil {
		return nil, fmt.Errorf("opening the key of %s: %w", g.of.name, err)
	}
	if !pki.SameKey(s.Public(), g.cert.X509.PublicKey) {
		return nil, fmt.Errorf("the key kept for %s is not the one of its certificate", g.of.name)
	}
	e.signers.Store(at, s)
	return s, nil
}

// issuer returns the generation as one that can sign.
func (e *Engine) issuer(ctx context.Context, g *generation) (pki.Issuer, error) {
	key, err := e.signer(ctx, g)
	if err != nil {
		return pki.Issuer{}, err
	}
	return pki.Issuer{Certificate: g.cert.X509, Key: key}, nil
}

// keep seals a new key for the object.
func (e *Engine) keep(object string, key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding a signing key: %w", err)
	}
	defer clear(der)
	return e.Keys.Keep(object, der)
}
