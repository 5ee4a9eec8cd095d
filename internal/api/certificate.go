package api

import (
	"context"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/trust"
)

// Certificate is a certificate of the inventory on the wire. What the contract calls mandatory is always there.
type Certificate struct {
	ID               string          `json:"_id"`
	Module           string          `json:"module"`
	Profile          string          `json:"profile,omitempty"`
	PEM              string          `json:"certificate" doc:"The certificate in PEM, without a newline at its end."`
	Thumbprint       string          `json:"thumbprint" doc:"SHA-256, in hex."`
	KeyThumbprint    string          `json:"publicKeyThumbprint" doc:"SHA-256, in hex."`
	SelfSigned       bool            `json:"selfSigned"`
	DN               string          `json:"dn"`
	Issuer           string          `json:"issuer"`
	Serial           string          `json:"serial" doc:"In hex."`
	NotBefore        int64           `json:"notBefore" doc:"Milliseconds since 1970."`
	NotAfter         int64           `json:"notAfter" doc:"Milliseconds since 1970."`
	Revoked          bool            `json:"revoked"`
	RevocationDate   int64           `json:"revocationDate,omitempty" doc:"Milliseconds since 1970."`
	RevocationReason string          `json:"revocationReason,omitempty"`
	KeyType          string          `json:"keyType"`
	SigningAlgorithm string          `json:"signingAlgorithm"`
	SANs             []trust.Name    `json:"subjectAlternateNames"`
	Extensions       []pair          `json:"extensions,omitempty"`
	HolderID         string          `json:"holderId"`
	Owner            string          `json:"owner,omitempty"`
	Team             string          `json:"team,omitempty"`
	ContactEmail     string          `json:"contactEmail,omitempty"`
	Labels           []pair          `json:"labels,omitempty"`
	Metadata         []pair          `json:"metadata"`
	Escrowed         bool            `json:"escrowed" doc:"Whether the private key can be recovered."`
	Grades           []gradeOf       `json:"grades,omitempty"`
	AutoRenew        bool            `json:"autoRenew" doc:"Whether the server renews it itself."`
	State            string          `json:"state" enum:"revoked,expired,superseded,due,valid" doc:"The one state it is in."`
	RenewalDue       int64           `json:"renewalDue" doc:"When it is due for renewal; milliseconds since 1970."`
	RenewalMode      string          `json:"renewalMode" enum:"auto,manual,none" doc:"Who renews it: the server, its owner or a client, or nobody."`
	Successor        string          `json:"successor,omitempty" doc:"The certificate that renewed it."`
	Results          []triggerResult `json:"triggerResults,omitempty" doc:"What became of its notifications when they last ran."`
}

// pair is a label or a fact of the metadata on the wire.
type pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// gradeOf is the grade by one policy on the wire.
type gradeOf struct {
	Policy string `json:"name"`
	Letter string `json:"grade"`
}

// certificateAnswer is a certificate with what the caller may do with it.
type certificateAnswer struct {
	Certificate Certificate `json:"certificate"`
	Permissions permissions `json:"permissions"`
}

// permissions is what a caller may do with a certificate.
type permissions struct {
	Revoke         bool `json:"revoke"`
	RequestRevoke  bool `json:"requestRevoke"`
	Update         bool `json:"update"`
	RequestUpdate  bool `json:"requestUpdate"`
	Recover        bool `json:"recover"`
	RequestRecover bool `json:"requestRecover"`
	Migrate        bool `json:"migrate"`
	RequestMigrate bool `json:"requestMigrate"`
	Renew          bool `json:"renew"`
	RequestRenew   bool `json:"requestRenew"`
	Enroll         bool `json:"enroll"`
	RequestEnroll  bool `json:"requestEnroll"`
}

// permissionsOf is what the caller may do with a certificate.
func (d Deps) permissionsOf(ctx context.Context, who access.Caller, c inventory.Certificate) (permissions, error) {
	all, err := d.Lifecycle.Powers(ctx, who, c)
	if err != nil {
		return permissions{}, err
	}
	revoke, update, recovery := lifecycle.Power(all, "revoke"), lifecycle.Power(all, "update"), lifecycle.Power(all, "recover")
	migrate, renew, enroll := lifecycle.Power(all, "migrate"), lifecycle.Power(all, "renew"), lifecycle.Power(all, "enroll")
	return permissions{
		Revoke: revoke.Perform, RequestRevoke: revoke.Request, Update: update.Perform, RequestUpdate: update.Request,
		Recover: recovery.Perform, RequestRecover: recovery.Request, Migrate: migrate.Perform, RequestMigrate: migrate.Request,
		Renew: renew.Perform, RequestRenew: renew.Request, Enroll: enroll.Perform, RequestEnroll: enroll.Request,
	}, nil
}

// CertificateOf is a certificate of the inventory on the wire, as it is now.
func CertificateOf(now time.Time, c inventory.Certificate) Certificate {
	v := Certificate{
		ID: c.ID, Module: c.Module, Profile: c.Profile, PEM: c.PEM(), Thumbprint: c.Thumbprint, KeyThumbprint: c.PublicKeyThumbprint,
		SelfSigned: c.SelfSigned, DN: c.DN, Issuer: c.Issuer, Serial: c.Serial, NotBefore: c.NotBefore.UnixMilli(),
		NotAfter: c.NotAfter.UnixMilli(), Revoked: c.Revoked, RevocationDate: millis(c.RevokedAt), RevocationReason: string(c.Reason),
		KeyType: string(c.KeyType), SigningAlgorithm: c.SigningAlgorithm, SANs: trust.Names(c.SANs), HolderID: c.HolderID,
		Owner: c.Owner, Team: c.Team, ContactEmail: c.ContactEmail, Labels: pairsOf(c.Labels), Metadata: pairsOf(c.Metadata),
		Escrowed: c.Escrowed, AutoRenew: c.AutoRenew, State: c.State(now), RenewalDue: c.RenewalDue().UnixMilli(), RenewalMode: c.RenewalMode(), Successor: c.Successor,
		Results: resultsOf(c.Results),
	}
	for _, e := range c.Extensions {
		v.Extensions = append(v.Extensions, pair{string(e.Type), e.Value})
	}
	for _, g := range c.Grades {
		v.Grades = append(v.Grades, gradeOf{g.Policy, g.Letter})
	}
	return v
}

func pairsOf(list []inventory.Pair) []pair {
	all := make([]pair, 0, len(list))
	for _, p := range list {
		all = append(all, pair(p))
	}
	return all
}

// millis is a time on the wire; 0 is none.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
