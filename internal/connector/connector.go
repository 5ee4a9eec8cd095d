// Package connector is where the product plugs into PKIs and other systems: the interfaces of the plugs, the kinds they
// all refer to, and the pool of those that are open. Each product has a folder of its own below.
package connector

import (
	"context"
	"time"

	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/pki"
)

// Order is what a PKI is asked to issue.
type Order struct {
	ID         string // of the request: asked again with the same id, the PKI returns the same certificate
	CSR        *pki.CSR
	Subject    pki.Name // what the certificate is to hold, which may differ from the CSR
	SANs       []pki.SAN
	Extensions []pki.Extension
	Later      bool // the PKI may answer NotYet, and is asked again
}

// Issued is what a PKI has issued.
type Issued struct {
	Certificate []byte     // DER
	Chains      [][][]byte // DER, issuer first, root last when known; the first chain is the default
}

// Revocation is what a PKI is told to revoke.
type Revocation struct {
	Certificate []byte // DER
	Reason      pki.Reason
	At          time.Time
}

// PKI is an open connection to an issuing CA. Its methods may be called twice for the same order, respect the context and
// have a timeout of their own.
type PKI interface {
	// Enroll issues, or returns what it has issued for the same order before.
	Enroll(context.Context, Order) (Issued, error)
	// Revoke revokes. What is revoked already is no error.
	Revoke(context.Context, Revocation) error
}

// NotYet is the answer of a PKI that has taken an order and issues later, where the order allows that.
type NotYet struct {
	Ticket []byte        // what the PKI is asked with again; it is kept sealed
	After  time.Duration // how long not to ask, where the PKI says so
}

// Error tells that the certificate is not there yet.
func (*NotYet) Error() string { return "the PKI has not issued the certificate yet" }

// Collector is a PKI that may issue later: Enroll then returns NotYet.
type Collector interface {
	// Collect returns what was issued for an order, or NotYet again.
	Collect(ctx context.Context, o Order, ticket []byte) (Issued, error)
	// Abandon gives an order up. What was issued for it by then is revoked; an order that is not known any more is no error.
	Abandon(ctx context.Context, o Order, ticket []byte) error
}

// Unrevoker is a PKI that can take a certificate off hold.
type Unrevoker interface {
	Unrevoke(ctx context.Context, certificate []byte) error
}

// Connector is the configuration of a connection to a PKI.
type Connector interface {
	// ConnectorName is its unique name.
	ConnectorName() string
	// Open builds the connection. It is called when the configuration is first used and when it has changed.
	Open(context.Context, Env) (PKI, error)
}

// Env is what connectors are opened with.
type Env struct {
	DB   *act.DB
	Keys kind.Sealer
	Out  func(outbound.Options) (*outbound.Client, error)
	// Authority is the built-in CA's engine, an *authority.Engine. Its type is not told here, for of the connectors only
	// connector/integrated may know it.
	Authority any
}

// Ref is where a reference to a PKI connector points.
type Ref struct{}

// KindName is the kind of PKI connectors.
func (Ref) KindName() string { return "pki-connector" }

// Connectors are the connections to PKIs.
var Connectors = kind.DefineUnion[Connector](kind.Info{
	Kind: Ref{}.KindName(), Title: "PKI connectors", Singular: "PKI connector", Menu: "issuing", Path: "/pki/connectors",
	Summary: []string{"authority", "crtLifetime", "signAlg", "certType"},
	Name:    "PkiConnector", Area: "configuration:pki:connector", Family: "PKI-CONNECTOR", Events: event.Conf, By: "type",
}, nil)
