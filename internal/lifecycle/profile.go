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
type Localized = kind.Localized

// Common is what the profiles of all modules share.
type Common struct {
	kind.Named
	DisplayName    []Localized                         `json:"displayName,omitempty" maxItems:"20" doc:"Name for people." group:"what"`
	Description    []Localized                         `json:"description,omitempty" maxItems:"20" doc:"What the profile is for." group:"what"`
	Enabled        bool                                `json:"enabled" doc:"A profile that is not enabled does not exist for whoever asks for certificates." group:"what"`
	Connector      kind.Ref[connector.Ref]             `json:"pkiConnector,omitempty" doc:"The PKI that issues. Without one nothing can be enrolled." group:"where"`
	Constraints    *Constraints                        `json:"constraints,omitempty" doc:"Which names may stand in certificates." group:"ask"`
	CSRDataMapping map[string]rule.Template            `json:"csrDataMapping,omitempty" keys:"profile/module" doc:"What is taken from the CSR, by target such as subject.cn.1; without it, subject and names as they are. Not used with a certificate template." group:"ask"`
	MaxPerHolder   *MaxPerHolder                       `json:"maxCertificatePerHolderPolicy,omitempty" doc:"How many valid certificates one holder may have." group:"limits"`
	Levels         AuthorizationLevels                 `json:"authorizationLevels" doc:"Who may do what on this profile." group:"who"`
	Requests       RequestsPolicy                      `json:"requestsPolicy" doc:"How long requests wait for a decision." group:"limits"`
	Self           SelfPermissions                     `json:"selfPermissions" doc:"What owners may do without approval." group:"who"`
	Template       *Template                           `json:"certificateTemplate,omitempty" doc:"What certificates may contain. A CSR with anything else is refused." group:"ask"`
	Crypto         CryptoPolicy                        `json:"cryptoPolicy" doc:"Which keys are accepted." group:"ask"`
	Triggers       *Triggers                           `json:"triggers,omitempty" doc:"Which notifications are sent when something happens." group:"follow"`
	Grading        []kind.Ref[inventory.GradingPolicy] `json:"gradingPolicies,omitempty" maxItems:"20" doc:"Policies that grade the certificates." group:"follow"`
}

// Shared returns the common part.
func (c Common) Shared() Common { return c }

// Constraints are regular expressions names have to match; empty is no constraint.
type Constraints struct {
	Domains      kind.Regex `json:"allowedDomains,omitempty" doc:"Regular expression for all domains."`
	EmailDomains kind.Regex `json:"allowedEmailDomains,omitempty" doc:"Regular expression for the part after @ of mail addresses and UPNs."`
	DNSDomains   kind.Regex `json:"allowedDnsDomains,omitempty" doc:"Regular expression for DNS names."`
}

// What happens when a holder has as many certificates as allowed.
const (
	BehaviorRevoke = "revoke"
	BehaviorReject = "reject"
)

// MaxPerHolder limits the valid certificates of one holder.
type MaxPerHolder struct {
	Max      int    `json:"max" required:"true" minimum:"1" maximum:"1000" unit:"certificates" doc:"Valid certificates one holder may have on this profile."`
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
	Search         *Level `json:"search,omitempty" doc:"Who may search the certificates."`
	Enroll         *Level `json:"enroll,omitempty" doc:"Who may enroll at once."`
	EnrollAPI      *Level `json:"enrollApi,omitempty" doc:"Who may enroll at once through the API."`
	RequestEnroll  *Level `json:"requestEnroll,omitempty" doc:"Who may ask to enroll."`
	ApproveEnroll  *Level `json:"approveEnroll,omitempty" doc:"Who may decide about requests to enroll."`
	Revoke         *Level `json:"revoke,omitempty" doc:"Who may revoke at once."`
	RequestRevoke  *Level `json:"requestRevoke,omitempty" doc:"Who may ask to revoke."`
	ApproveRevoke  *Level `json:"approveRevoke,omitempty" doc:"Who may decide about requests to revoke."`
	Recover        *Level `json:"recover,omitempty" doc:"Who may recover the key at once."`
	RecoverAPI     *Level `json:"recoverApi,omitempty" doc:"Who may recover the key at once through the API."`
	RequestRecover *Level `json:"requestRecover,omitempty" doc:"Who may ask to recover the key."`
	ApproveRecover *Level `json:"approveRecover,omitempty" doc:"Who may decide about requests to recover the key."`
	Update         *Level `json:"update,omitempty" doc:"Who may change certificates at once."`
	RequestUpdate  *Level `json:"requestUpdate,omitempty" doc:"Who may ask to change certificates."`
	ApproveUpdate  *Level `json:"approveUpdate,omitempty" doc:"Who may decide about requests to change certificates."`
	Migrate        *Level `json:"migrate,omitempty" doc:"Who may bring certificates under this profile at once."`
	RequestMigrate *Level `json:"requestMigrate,omitempty" doc:"Who may ask to bring certificates under this profile."`
	ApproveMigrate *Level `json:"approveMigrate,omitempty" doc:"Who may decide about requests to bring certificates under this profile."`
	Renew          *Level `json:"renew,omitempty" doc:"Who may renew at once."`
	RenewAPI       *Level `json:"renewApi,omitempty" doc:"Who may renew at once through the API."`
	RequestRenew   *Level `json:"requestRenew,omitempty" doc:"Who may ask to renew."`
	ApproveRenew   *Level `json:"approveRenew,omitempty" doc:"Who may decide about requests to renew."`
	AuditRequest   *Level `json:"auditRequest,omitempty" doc:"Who may look at the requests of others."`
}

// RequestsPolicy is how long requests wait for a decision, by workflow.
type RequestsPolicy struct {
	Enroll  span.Duration `json:"enroll,omitempty" doc:"How long a request to enroll waits for a decision."`
	Revoke  span.Duration `json:"revoke,omitempty" doc:"How long a request to revoke waits for a decision."`
	Recover span.Duration `json:"recover,omitempty" doc:"How long a request to recover the key waits for a decision."`
	Update  span.Duration `json:"update,omitempty" doc:"How long a request to change certificates waits for a decision."`
	Migrate span.Duration `json:"migrate,omitempty" doc:"How long a request to bring certificates under this profile waits for a decision."`
	Renew   span.Duration `json:"renew,omitempty" doc:"How long a request to renew waits for a decision."`
}

// SelfPermissions are what the owner of a certificate, or who proves to hold its key, may do without approval.
type SelfPermissions struct {
	Recover   bool `json:"selfRecover" doc:"Owners recover the keys of their certificates."`
	Update    bool `json:"selfUpdate" doc:"Owners change their certificates."`
	Revoke    bool `json:"selfRevoke" doc:"Owners revoke their certificates."`
	Renew     bool `json:"selfRenew" doc:"Owners renew their certificates."`
	PopRenew  bool `json:"selfPopRenew" doc:"Whoever holds the key of a certificate renews it."`
	PopRevoke bool `json:"selfPopRevoke" doc:"Whoever holds the key of a certificate revokes it."`
	PopUpdate bool `json:"selfPopUpdate" doc:"Whoever holds the key of a certificate changes it."`
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
	Kind: "profile", Title: "certificate profiles", Singular: "Certificate profile", Menu: "issuing", Path: "/certificate/profiles",
	Summary: []string{"description", "pkiConnector", "authorizationMode", "authorizationMethods", "cryptoPolicy.defaultKeyType", "renewalPeriod", "maxCertificatePerHolderPolicy.max", "gradingPolicies"},
	Name:    "CertificateProfile", Area: "configuration:certificate:profile", Family: "CERT-PROFILE", Events: event.Conf, By: "module",
}, func(tx *store.Tx, p Profile) []string {
	bad := append(p.Shared().complaints(), p.Complaints()...)
	return append(bad, p.Shared().Triggers.complaints(tx)...)
})
