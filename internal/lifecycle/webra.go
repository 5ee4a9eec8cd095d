package lifecycle

import (
	"fmt"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/system"
)

// Webra is the module of profiles whose certificates people and programs ask for through the API.
const Webra = "webra"

// WebraProfile is who may ask for which certificates through the API and the console, and who decides.
type WebraProfile struct {
	Module string `json:"module" required:"true" enum:"webra" doc:"webra" group:"what" title:"Web registration (WebRA)"`
	Common

	AuthorizationMode string                          `json:"authorizationMode" required:"true" enum:"authorized,auto-validation,auto-validation-authorized,challenge" doc:"Who decides about enrollments: authorized, the rights of the requester and an approver; auto-validation, the rules alone; auto-validation-authorized, the rules, and where they do not hold the rights; challenge, the rights, and what they give is a one-time challenge, with which whoever holds it enrolls once." group:"who"`
	Validation        *ValidationRuleset              `json:"validationRuleset,omitempty" doc:"Rules that decide about enrollments." group:"who"`
	TermsOfService    kind.Ref[system.TermsOfService] `json:"termsOfService,omitempty" doc:"Terms that are accepted before an enrollment." group:"ask"`
	RenewalPeriod     span.Duration                   `json:"renewalPeriod,omitempty" shorter:"pkiConnector.crtLifetime" doc:"How long before its end a certificate is due for renewal." group:"follow"`
	AutoRenewal       *AutoRenewal                    `json:"autoRenewalPolicy,omitempty" doc:"Whether certificates are renewed by the server itself; without it they are not." group:"follow"`
}

// AutoRenewal says what the flag autoRenew of new certificates is, and who may change it.
type AutoRenewal struct {
	Default  bool `json:"default" doc:"Whether new certificates are renewed by the server itself."`
	Editable bool `json:"editable" doc:"Whether requests may say otherwise."`
}

// Admits is no: the API proves nothing, the rights of the caller are asked for.
func (WebraProfile) Admits(access.Caller) bool { return false }

// ChallengePolicy says whether enrollments go by one-time challenges, and what these look like.
func (p WebraProfile) ChallengePolicy() (policy string, ok bool) {
	return string(p.Crypto.PasswordPolicy), p.AuthorizationMode == byChallenge
}

// Complaints lists what is wrong beyond what the tags can say.
func (p WebraProfile) Complaints() (bad []string) {
	if p.Template == nil {
		bad = append(bad, "certificateTemplate: it is required")
	}
	if p.Constraints != nil {
		bad = append(bad, "constraints: a webra profile has none; the template says what its elements must match")
	}
	c := p.Crypto
	bad = append(bad, p.validationComplaints()...)
	if p.AuthorizationMode == byChallenge && p.Validation != nil {
		bad = append(bad, "validationRuleset: challenge has none; the rights decide who gets one")
	}
	if p.AutoRenewal != nil && p.RenewalPeriod <= 0 {
		bad = append(bad, "renewalPeriod: automatic renewal needs it")
	}
	if p.AutoRenewal != nil && p.AutoRenewal.Default && c.Centralized && c.PasswordMode != random {
		bad = append(bad, "cryptoPolicy.p12passwordMode: automatic renewal needs random, for nobody is there to type a password")
	}
	if k := c.DefaultKeyType; k != "" && len(c.AuthorizedKeyTypes) > 0 && !slices.Contains(c.AuthorizedKeyTypes, k) {
		bad = append(bad, fmt.Sprintf("cryptoPolicy.defaultKeyType: %s is not among authorizedKeyTypes", k))
	}
	return bad
}

// Monitored is the module of profiles whose certificates are issued and revoked elsewhere.
const Monitored = "monitored"

// MonitoredProfile gives labels, owners, grades and reminders to certificates that others issue.
type MonitoredProfile struct {
	Module string `json:"module" required:"true" enum:"monitored" doc:"monitored" group:"what" title:"Watch only"`
	Common
}

// Admits is no: the rights of the caller are asked for.
func (MonitoredProfile) Admits(access.Caller) bool { return false }

// Complaints lists what is wrong beyond what the tags can say.
func (p MonitoredProfile) Complaints() (bad []string) {
	if p.Connector != "" {
		bad = append(bad, "pkiConnector: certificates of a monitored profile are issued elsewhere")
	}
	if p.MaxPerHolder != nil {
		bad = append(bad, "maxCertificatePerHolderPolicy: certificates of a monitored profile are issued elsewhere")
	}
	if s := p.Self; s.Renew || s.PopRenew || s.Revoke || s.PopRevoke {
		bad = append(bad, "selfPermissions: certificates of a monitored profile are neither renewed nor revoked here")
	}
	return bad
}

// WebraExample is a complete webra profile, for the list of variants.
func WebraExample() Profile {
	ten := 10
	return WebraProfile{
		Module: Webra, AuthorizationMode: authorized, RenewalPeriod: 30 * span.Day,
		Common: Common{
			Named: kind.Named{Name: "web-servers"}, Enabled: true,
			Template: &Template{
				Subject: []SubjectElement{{Type: "CN", Mandatory: true, Editable: true, ByApprove: true}},
				SANs:    []SANElement{{Type: "DNSNAME", Editable: true, ByApprove: true, Max: &ten}},
				Owner:   &OwnerPolicy{Editable: true, ByApprove: true},
				Contact: &ContactPolicy{Editable: true, ByApprove: true},
			},
			Levels: AuthorizationLevels{RequestEnroll: &Level{AccessLevel: authenticated}},
			Crypto: CryptoPolicy{
				Centralized: true, Decentralized: true, Escrow: true, DefaultKeyType: pki.P256, PasswordMode: random,
				StoreEncryption: pki.StoreAES, ShowPasswordEnroll: true, ShowP12Enroll: true, ShowPasswordRecover: true, ShowP12Recover: true,
			},
			Self: SelfPermissions{Recover: true, PopRenew: true},
		},
	}
}

// MonitoredExample is a complete monitored profile, for the list of variants.
func MonitoredExample() Profile {
	return MonitoredProfile{Module: Monitored, Common: Common{Named: kind.Named{Name: "watched"}, Enabled: true}}
}
