// Package inventory is the certificates: every one that was issued, with its facts, its grades and who answers for it, and
// the search over them.
package inventory

import (
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
)

// Missing is the fault of a certificate that does not exist, or not for the caller.
var Missing = fault.Define("CERT-SEARCH-003", fault.Missing, "Certificate does not exist")

// Known is the fault of a certificate that is to be recorded again.
var Known = fault.Define("CERT-KNOWN-001", fault.Conflict, "Certificate is in the inventory already")

// Certificate is one certificate of the inventory.
type Certificate struct {
	ID                  string
	Module, Profile     string // the profile is "" of a certificate that none manages
	Thumbprint          string // SHA-256, lower-case hex
	PublicKeyThumbprint string
	Serial, DN, Issuer  string
	NotBefore, NotAfter time.Time
	Revoked             bool
	RevokedAt           time.Time
	Reason              pki.Reason
	KeyType             pki.KeyType
	SigningAlgorithm    string
	SelfSigned          bool
	Escrowed            bool // the private key can be recovered
	Trusted             bool // a known CA issued it
	HolderID            string
	Ownership
	Origin
	Grades     []Grade
	Metadata   []Pair
	Labels     []Pair
	SANs       []pki.SAN
	Extensions []pki.Extension
	DER        []byte
	Created    time.Time
	AutoRenew  bool      // the server renews it itself
	Due        time.Time // for renewal, where the profile says so; zero otherwise
	Successor  string    // id of the certificate that renewed it
	Results    []Result  // of its triggers, where AddResults was asked for them
}

// Ownership is who answers for a certificate.
type Ownership struct {
	Owner, Team, ContactEmail string
}

// Origin is how a certificate came to be.
type Origin struct {
	Requester     string // identifier of who asked
	RequesterType string
	RequestID     string
	Connector     string // the PKI connector that had it signed
	CA            string
}

// Pair is one label, or one fact of the metadata.
type Pair struct{ Key, Value string }

// Grade is what a grading policy says of a certificate.
type Grade struct{ Policy, Letter string }

// Fact returns a fact of the metadata, or "".
func (c Certificate) Fact(key string) string {
	for _, p := range c.Metadata {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}

// PEM returns the certificate without a newline at its end.
func (c Certificate) PEM() string { return pki.EncodePEM("CERTIFICATE", c.DER) }

// Valid reports whether the certificate is neither revoked nor expired.
func (c Certificate) Valid(now time.Time) bool { return !c.Revoked && c.NotAfter.After(now) }

// Right is the permission for something to be done with the certificate, such as "revoke".
func (c Certificate) Right(word string) access.Permission {
	return access.Of("lifecycle", c.Module, c.Profile, word)
}

// VisibleTo reports whether the caller may see the certificate: by the right to search its profile, as its owner, or as a
// member of the team that owns it.
func (c Certificate) VisibleTo(who access.Caller) bool {
	return who.CanOn(c.Right(search), c.Object()) || who.ID != "" && c.Owner == who.ID || who.In(c.Team)
}

// Object is what the filters of permissions see of the certificate.
func (c Certificate) Object() access.Object {
	labels := make(map[string]string, len(c.Labels))
	for _, l := range c.Labels {
		labels[l.Key] = l.Value
	}
	return access.Object{Team: c.Team, Labels: labels}
}

// search is the right to see the certificates of a profile.
const search = "search"
