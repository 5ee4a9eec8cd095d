package connector

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/pki"
)

// Credential is what the server shows to another system, told apart by its type: Password, Certificate or Raw. Its
// secrets are sealed at rest and never read back.
type Credential interface {
	credentialName() string
	expiry() Expiry
}

// CredentialRef is where a reference to credentials points.
type CredentialRef struct{}

// KindName is the kind of credentials.
func (CredentialRef) KindName() string { return "credentials" }

// Credentials are what the server shows to other systems. Everything that calls out refers to them by their name.
var Credentials = kind.DefineUnion[Credential](kind.Info{
	Kind: CredentialRef{}.KindName(), Title: "credentials", Singular: "Credentials", Menu: "access", Path: "/security/credentials",
	Summary: []string{"description", "login", "expires"},
	Name:    "SecurityCredentials", Area: "configuration:security:credentials", Family: "CREDENTIALS", Events: event.OfCredentials, By: "type",
}, nil)

// Secured is what all credentials have in common.
type Secured struct {
	kind.Named
	Description string   `json:"description,omitempty" maxLength:"2000" doc:"What they are for." group:"what"`
	Expires     int64    `json:"expires,omitempty" minimum:"0" doc:"When they expire, in milliseconds since 1970. That of a certificate is taken from it." group:"limits"`
	Targets     []string `json:"targets,omitempty" maxItems:"20" uniqueItems:"true" example:"storage" doc:"What they are meant for, such as storage or dcv." group:"what"`
}

func (s Secured) credentialName() string { return s.Name }

// Password is a login with its password, or an identifier with its secret.
type Password struct {
	Type string `json:"type" required:"true" enum:"password" doc:"password" group:"what" title:"Login and password"`
	Secured
	Login    string      `json:"login" required:"true" minLength:"1" maxLength:"1024" example:"horizon" doc:"Login, or what the other system calls it: client id, access key id, bind DN." group:"where"`
	Password kind.Secret `json:"password" required:"true" doc:"Password; an update that leaves it out keeps it." group:"where"`
}

// Certificate is a certificate with its private key, for TLS towards another system.
type Certificate struct {
	Type string `json:"type" required:"true" enum:"certificate" doc:"certificate" group:"what" title:"Certificate with its key"`
	Secured
	Store Store `json:"store" required:"true" doc:"The certificate and its key." group:"where"`
}

// Store is a certificate with its private key.
type Store struct {
	Certificate string      `json:"certificate" required:"true" minLength:"1" maxLength:"262144" doc:"Certificate in PEM; those above it may follow."`
	Value       kind.Secret `json:"value" doc:"Private key in PEM; an update that leaves it out keeps it."`
}

// Raw is one secret value: an API token, or the JSON of a key file.
type Raw struct {
	Type string `json:"type" required:"true" enum:"raw" doc:"raw" group:"what" title:"Token or secret text"`
	Secured
	Secret kind.Secret `json:"secret" required:"true" doc:"Token or text; an update that leaves it out keeps it." group:"where"`
}

// Prepare refuses a login that has never had a password.
func (p Password) Prepare(ctx context.Context, deps kind.Deps) (any, error) {
	_, err := kept(ctx, deps, p.Name, "password", p.Password, func(old Password) kind.Secret { return old.Password })
	return p, err
}

// Prepare refuses a name that has never had a secret.
func (r Raw) Prepare(ctx context.Context, deps kind.Deps) (any, error) {
	_, err := kept(ctx, deps, r.Name, "secret", r.Secret, func(old Raw) kind.Secret { return old.Secret })
	return r, err
}

// Prepare checks that certificate and key belong together, and takes the expiry from the certificate.
func (c Certificate) Prepare(ctx context.Context, deps kind.Deps) (any, error) {
	chain, err := pki.ParseBundle([]byte(c.Store.Certificate))
	if err == nil && len(chain) == 0 {
		err = pki.NotParsable
	}
	if err != nil {
		return nil, wrong("store.certificate", err)
	}
	c.Store.Certificate = ""
	for _, one := range chain {
		c.Store.Certificate += pki.EncodePEM("CERTIFICATE", one.X509.Raw) + "\n"
	}
	c.Expires = chain[0].NotAfter.UnixMilli()
	key, err := kept(ctx, deps, c.Name, "store.value", c.Store.Value, func(old Certificate) kind.Secret { return old.Store.Value })
	if err != nil {
		return nil, err
	}
	held := c
	held.Store.Value = key
	_, err = held.KeyPair(deps.Keys)
	return c, err
}

// KeyPair returns the certificate with its key, as TLS wants it.
func (c Certificate) KeyPair(keys kind.Sealer) (tls.Certificate, error) {
	var pair tls.Certificate
	chain, err := pki.ParseBundle([]byte(c.Store.Certificate))
	if err != nil {
		return pair, wrong("store.certificate", err)
	}
	text, err := c.Store.Value.Reveal(keys)
	if err != nil {
		return pair, err
	}
	key, err := pki.ParseKey([]byte(text.Reveal()))
	if err != nil {
		return pair, wrong("store.value", err)
	}
	if !pki.SameKey(key.Public(), chain[0].X509.PublicKey) {
		return pair, Credentials.Invalid().Detail("store.value: it is not the key of the first certificate, %s", chain[0].DN)
	}
	pair.PrivateKey, pair.Leaf = key, chain[0].X509
	for _, one := range chain {
		pair.Certificate = append(pair.Certificate, one.X509.Raw)
	}
	return pair, nil
}

// wrong says which member could not be read.
func wrong(member string, err error) error {
	return Credentials.Invalid().Detail("%s: %s", member, fault.Of(err).Reason()).Because(err)
}

// kept returns the secret that was sent, or the one that is stored already when an update leaves it out.
func kept[T Credential](ctx context.Context, deps kind.Deps, name, member string, sent kind.Secret, of func(T) kind.Secret) (kind.Secret, error) {
	if _, ok := sent.Sent(); ok {
		return sent, nil
	}
	if sent.Removed() {
		return sent, Credentials.Invalid().Detail("%s: credentials are nothing without it; delete them instead", member)
	}
	old, err := Credentials.Look(ctx, deps.DB.DB, name)
	if err != nil && !errors.Is(err, Credentials.Missing()) {
		return sent, fmt.Errorf("reading the credentials %s: %w", name, err)
	}
	if was, ok := old.(T); ok && of(was).IsSet() {
		return of(was), nil
	}
	return sent, Credentials.Invalid().Detail("%s: a value is needed", member)
}
