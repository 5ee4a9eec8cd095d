package lifecycle

import (
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// Profile is who may have which certificates, in what way and from which PKI. Each module (webra, acme ...) is a variant
// that embeds Common.
type Profile interface {
	// Shared returns what all modules share.
	Shared() Common
	// Admits returns nil when the protocol itself has authorized the caller for this profile, as an ACME account that
	// proved control of its names is; the right of the caller is asked for otherwise.
	Admits(access.Caller) bool
	// Complaints lists what is wrong with the module's own members.
	Complaints() []string
}

// Localized is a text in one language.
type Localized struct {
	Lang  string `json:"lang" required:"true" pattern:"^[a-z]{2}$" doc:"Two-letter language code."`
	Value string `json:"value" required:"true" maxLength:"2000" doc:"The text."`
}

// Common is what the profiles of all modules share.
type Common struct {
	kind.Named
	DisplayName    []Localized                         `json:"displayName,omitempty" maxItems:"20" doc:"Name for people."`
	Description    []Localized                         `json:"description,omitempty" maxItems:"20" doc:"What the profile is for."`
	Enabled        bool                                `json:"enabled" doc:"A profile that is not enabled does not exist for whoever asks for certificates."`
	Connector      kind.Ref[connector.Ref]             `json:"pkiConnector,omitempty" doc:"The PKI that issues. Without one nothing can be enrolled."`
	Constraints    *Constraints                        `json:"constraints,omitempty" doc:"Which names may stand in certificates."`
	CSRDataMapping map[string]rule.Template            `json:"csrDataMapping,omitempty" doc:"What is taken from the CSR, by target such as subject.cn.1; without it, subject and names as they are. Not used with a certificate template."`
	MaxPerHolder   *MaxPerHolder                       `json:"maxCertificatePerHolderPolicy,omitempty" doc:"How many valid certificates one holder may have."`
	Levels         AuthorizationLevels                 `json:"authorizationLevels" doc:"Who may do what on this profile."`
	Requests       RequestsPolicy                      `json:"requestsPolicy" doc:"How long requests wait for a decision."`
	Self           SelfPermissions                     `json:"selfPermissions" doc:"What owners may do without approval."`
	Template       *Template                           `json:"certificateTemplate,omitempty" doc:"What certificates may contain. A CSR with anything else is refused."`
	Crypto         CryptoPolicy                        `json:"cryptoPolicy" doc:"Which keys are accepted."`
	Triggers       *Triggers                           `json:"triggers,omitempty" doc:"Which notifications are sent when something happens."`
	Grading        []kind.Ref[inventory.GradingPolicy] `json:"gradingPolicies,omitempty" maxItems:"20" doc:"Policies that grade the certificates."`
}

// Shared returns the common part.
func (c Common) Shared() Common { return c }

// Constraints are regular expressions names have to match; empty is no constraint.
type Constraints struct {
	Domains      string `json:"allowedDomains,omitempty" maxLength:"2000" doc:"Regular expression for all domains."`
	EmailDomains string `json:"allowedEmailDomains,omitempty" maxLength:"2000" doc:"Regular expression for the part after @ of mail addresses and UPNs."`
	DNSDomains   string `json:"allowedDnsDomains,omitempty" maxLength:"2000" doc:"Regular expression for DNS names."`
}

// What happens when a holder has as many certificates as allowed.
const (
	BehaviorRevoke = "revoke"
	BehaviorReject = "reject"
)

// MaxPerHolder limits the valid certificates of one holder.
type MaxPerHolder struct {
	Max      int    `json:"max" required:"true" minimum:"1" maximum:"1000" doc:"Valid certificates one holder may have on this profile."`
	Behavior string `json:"behavior" required:"true" enum:"revoke,reject" doc:"revoke: the oldest are revoked once the new one is issued; reject: the new one is refused."`
	Reason   string `json:"revocationReason,omitempty" doc:"Reason the older ones are revoked with; superseded when left out."`
}

// Level is who may take one step.
type Level struct {
	AccessLevel string     `json:"accessLevel" required:"true" enum:"everyone,authenticated,authorized" doc:"everyone, whoever is authenticated, or who holds the permission."`
	Providers   []Provider `json:"enforcedIdentityProviders,omitempty" maxItems:"50" doc:"When given, only identities of these providers."`
}

// Provider names an identity provider.
type Provider struct {
	Type string `json:"type" required:"true" enum:"Local,OpenId,X509,Pop" doc:"Kind of provider."`
	Name string `json:"name" required:"true" maxLength:"128" doc:"Name of the provider."`
}

// takes reports whether the caller's identity comes from a provider the level names, when it names any.
func (l Level) takes(who access.Caller) bool {
	return len(l.Providers) == 0 || who.IsSystem() || slices.ContainsFunc(l.Providers, func(p Provider) bool {
		return strings.EqualFold(p.Type, who.Type) && p.Name == who.Provider
	})
}

// AuthorizationLevels says who may take which step; a step that is left out asks for the permission.
type AuthorizationLevels struct {
	Search         *Level `json:"search,omitempty"`
	Enroll         *Level `json:"enroll,omitempty"`
	EnrollAPI      *Level `json:"enrollApi,omitempty"`
	RequestEnroll  *Level `json:"requestEnroll,omitempty"`
	ApproveEnroll  *Level `json:"approveEnroll,omitempty"`
	Revoke         *Level `json:"revoke,omitempty"`
	RequestRevoke  *Level `json:"requestRevoke,omitempty"`
	ApproveRevoke  *Level `json:"approveRevoke,omitempty"`
	Recover        *Level `json:"recover,omitempty"`
	RecoverAPI     *Level `json:"recoverApi,omitempty"`
	RequestRecover *Level `json:"requestRecover,omitempty"`
	ApproveRecover *Level `json:"approveRecover,omitempty"`
	Update         *Level `json:"update,omitempty"`
	RequestUpdate  *Level `json:"requestUpdate,omitempty"`
	ApproveUpdate  *Level `json:"approveUpdate,omitempty"`
	Migrate        *Level `json:"migrate,omitempty"`
	RequestMigrate *Level `json:"requestMigrate,omitempty"`
	ApproveMigrate *Level `json:"approveMigrate,omitempty"`
	Renew          *Level `json:"renew,omitempty"`
	RenewAPI       *Level `json:"renewApi,omitempty"`
	RequestRenew   *Level `json:"requestRenew,omitempty"`
	ApproveRenew   *Level `json:"approveRenew,omitempty"`
	AuditRequest   *Level `json:"auditRequest,omitempty"`
}

// RequestsPolicy is how long requests wait for a decision, by workflow.
type RequestsPolicy struct {
	Enroll  span.Duration `json:"enroll,omitempty"`
	Revoke  span.Duration `json:"revoke,omitempty"`
	Recover span.Duration `json:"recover,omitempty"`
	Update  span.Duration `json:"update,omitempty"`
	Migrate span.Duration `json:"migrate,omitempty"`
	Renew   span.Duration `json:"renew,omitempty"`
}

// SelfPermissions are what the owner of a certificate, or who proves to hold its key, may do without approval.
type SelfPermissions struct {
	Recover   bool `json:"selfRecover"`
	Update    bool `json:"selfUpdate"`
	Revoke    bool `json:"selfRevoke"`
	Renew     bool `json:"selfRenew"`
	PopRenew  bool `json:"selfPopRenew"`
	PopRevoke bool `json:"selfPopRevoke"`
	PopUpdate bool `json:"selfPopUpdate"`
}

// CryptoPolicy says which keys are accepted, who makes them, and how they are handed out.
type CryptoPolicy struct {
	Centralized         bool                              `json:"centralized,omitempty" doc:"Whether keys can be made here and handed out as PKCS#12."`
	Decentralized       bool                              `json:"decentralized,omitempty" doc:"Whether requesters can send a CSR."`
	Escrow              bool                              `json:"escrow,omitempty" doc:"Whether keys made here or imported are kept for recovery."`
	DefaultKeyType      pki.KeyType                       `json:"defaultKeyType,omitempty" doc:"Key made here unless the request says otherwise; a hint for other clients."`
	AuthorizedKeyTypes  []pki.KeyType                     `json:"authorizedKeyTypes,omitempty" maxItems:"50" doc:"Accepted keys; empty is all that are strong."`
	PreferredMode       string                            `json:"preferredEnrollmentMode,omitempty" enum:"centralized,decentralized" doc:"What forms propose."`
	PasswordMode        string                            `json:"p12passwordMode,omitempty" enum:"random,manual" doc:"Who chooses the password of a PKCS#12: the server, or the requester. manual when left out."`
	PasswordPolicy      kind.Ref[identity.PasswordPolicy] `json:"p12passwordPolicy,omitempty" doc:"What the password of a PKCS#12 must look like."`
	StoreEncryption     pki.StoreEncryption               `json:"p12storeEncryptionType,omitempty" enum:"AES,DES_AVERAGE" doc:"How a PKCS#12 is encrypted; AES when left out, DES_AVERAGE for what cannot read that."`
	ShowPasswordEnroll  bool                              `json:"showP12PasswordOnEnroll,omitempty" doc:"Whether the answer to an enrollment holds the password."`
	ShowP12Enroll       bool                              `json:"showP12OnEnroll,omitempty" doc:"Whether the answer to an enrollment holds the PKCS#12."`
	ShowPasswordRecover bool                              `json:"showP12PasswordOnRecover,omitempty" doc:"Whether the answer to a recovery holds the password."`
	ShowP12Recover      bool                              `json:"showP12OnRecover,omitempty" doc:"Whether the answer to a recovery holds the PKCS#12."`
	KeyAvailability     span.Duration                     `json:"keyAvailability,omitempty" doc:"How long a key made here can be fetched from its request; 7 days when left out."`
}

// Profiles are the certificate profiles. Their variants are the modules.
var Profiles = kind.DefineUnion[Profile](kind.Info{
	Kind: "profile", Title: "certificate profiles", Singular: "Certificate profile", Menu: "Issuing", Path: "/certificate/profiles",
	Name: "CertificateProfile", Area: "configuration:certificate:profile", Family: "CERT-PROFILE", Events: event.Conf, By: "module",
}, func(tx *store.Tx, p Profile) []string {
	bad := append(p.Shared().complaints(), p.Complaints()...)
	return append(bad, p.Shared().Triggers.complaints(tx)...)
})
