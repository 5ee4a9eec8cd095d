package api

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/system"
)

// formView is the form of a request on the wire.
type formView struct {
	Workflow string             `json:"workflow"`
	Module   string             `json:"module"`
	Profile  string             `json:"profile"`
	Template templateView       `json:"template"`
	Terms    []system.Localized `json:"termsOfService,omitempty" doc:"Text of the terms that are to be accepted."`
	Usual    int64              `json:"usualAnswer,omitempty" doc:"How long the last requests of the profile and workflow waited for their answer: the median, in milliseconds; left out when fewer than five were answered."`
}

// templateView is every element of a form with its value and limits.
type templateView struct {
	Subject      []elementView            `json:"subject"`
	SANs         []namesView              `json:"sans"`
	Extensions   []extensionView          `json:"extensions"`
	Labels       []labelView              `json:"labels"`
	Metadata     []metadataView           `json:"metadata"`
	Owner        valueView                `json:"owner"`
	Team         teamView                 `json:"team"`
	Contact      contactView              `json:"contactEmail"`
	AutoRenew    *switchView              `json:"autoRenew,omitempty"`
	KeyType      string                   `json:"keyType,omitempty"`
	CSR          string                   `json:"csr,omitempty"`
	Reason       string                   `json:"revocationReason,omitempty"`
	Capabilities capabilities             `json:"capabilities"`
	PasswordMode string                   `json:"passwordMode,omitempty"`
	Policy       *identity.PasswordPolicy `json:"passwordPolicy,omitempty"`
}

type elementView struct {
	Element   string `json:"element"`
	Type      string `json:"type,omitempty"`
	Value     string `json:"value,omitempty"`
	Mandatory bool   `json:"mandatory"`
	Editable  bool   `json:"editable"`
	Regex     string `json:"regex,omitempty"`
	Rule      string `json:"computationRule,omitempty"`
}

type namesView struct {
	Type     string   `json:"type"`
	Value    []string `json:"value,omitempty"`
	Editable bool     `json:"editable"`
	Min      *int     `json:"min,omitempty"`
	Max      *int     `json:"max,omitempty"`
	Regex    string   `json:"regex,omitempty"`
	Rule     string   `json:"computationRule,omitempty"`
}

type extensionView struct {
	Type      string `json:"type"`
	Value     string `json:"value,omitempty"`
	Mandatory bool   `json:"mandatory"`
	Editable  bool   `json:"editable"`
	Regex     string `json:"regex,omitempty"`
	Rule      string `json:"computationRule,omitempty"`
}

type labelView struct {
	Label       string   `json:"label"`
	Value       string   `json:"value,omitempty"`
	Mandatory   bool     `json:"mandatory"`
	Editable    bool     `json:"editable"`
	Regex       string   `json:"regex,omitempty"`
	Enum        []string `json:"enum,omitempty"`
	Suggestions []string `json:"suggestions,omitempty"`
	Rule        string   `json:"computationRule,omitempty"`
}

type metadataView struct {
	Metadata string `json:"metadata"`
	Value    string `json:"value,omitempty"`
	Editable bool   `json:"editable"`
}

type valueView struct {
	Value       string                `json:"value,omitempty"`
	Editable    bool                  `json:"editable"`
	Mandatory   bool                  `json:"mandatory"`
	Rule        string                `json:"computationRule,omitempty"`
	Description []lifecycle.Localized `json:"description,omitempty"`
}

type teamView struct {
	valueView
	Authorized []string `json:"authorized,omitempty"`
	Regex      string   `json:"regex,omitempty"`
}

type contactView struct {
	valueView
	Whitelist []string `json:"whitelist,omitempty"`
	Regex     string   `json:"regex,omitempty"`
}

type switchView struct {
	Value    bool `json:"value"`
	Editable bool `json:"editable"`
}

// capabilities is the crypto policy as requesters see it. The first three are always told.
type capabilities struct {
	Centralized        bool     `json:"centralized"`
	Decentralized      bool     `json:"decentralized"`
	Escrow             bool     `json:"escrow"`
	DefaultKeyType     string   `json:"defaultKeyType,omitempty"`
	AuthorizedKeyTypes []string `json:"authorizedKeyTypes,omitempty"`
	PreferredMode      string   `json:"preferredEnrollmentMode,omitempty"`
	PasswordMode       string   `json:"p12passwordMode,omitempty"`
	PasswordPolicy     string   `json:"p12passwordPolicy,omitempty"`
	StoreEncryption    string   `json:"p12storeEncryptionType,omitempty"`
	PasswordOnEnroll   bool     `json:"showP12PasswordOnEnroll"`
	FileOnEnroll       bool     `json:"showP12OnEnroll"`
	PasswordOnRecover  bool     `json:"showP12PasswordOnRecover"`
	FileOnRecover      bool     `json:"showP12OnRecover"`
	KeyAvailability    string   `json:"keyAvailability,omitempty"`
}

func capabilitiesOf(c lifecycle.CryptoPolicy) capabilities {
	v := capabilities{
		Centralized: c.Centralized, Decentralized: c.Decentralized, Escrow: c.Escrow, DefaultKeyType: string(c.DefaultKeyType),
		PreferredMode: c.PreferredMode, PasswordMode: c.PasswordMode, PasswordPolicy: string(c.PasswordPolicy), StoreEncryption: string(c.StoreEncryption),
		PasswordOnEnroll: c.ShowPasswordEnroll, FileOnEnroll: c.ShowP12Enroll, PasswordOnRecover: c.ShowPasswordRecover, FileOnRecover: c.ShowP12Recover,
	}
	for _, k := range c.AuthorizedKeyTypes {
		v.AuthorizedKeyTypes = append(v.AuthorizedKeyTypes, string(k))
	}
	if c.KeyAvailability > 0 {
		v.KeyAvailability = c.KeyAvailability.String()
	}
	return v
}

// templateOf is a form on the wire. What was asked with it is said back where the form has no value of its own.
func templateOf(f lifecycle.Form, a lifecycle.Ask) templateView {
	v := templateBody(f)
	v.CSR, v.Policy, v.PasswordMode = f.CSR, f.Password, f.Crypto.PasswordMode
	if f.Challenge {
		v.PasswordMode = "random"
		return v
	}
	if a.Sheet.KeyType != "" {
		v.KeyType = string(a.Sheet.KeyType)
	}
	return v
}

func templateBody(f lifecycle.Form) templateView {
	v := templateView{
		Subject: []elementView{}, SANs: []namesView{}, Extensions: []extensionView{}, Labels: []labelView{}, Metadata: []metadataView{},
		Owner: valueOf(f.Owner), Team: teamView{valueOf(f.Team), f.Team.Enum, f.Team.Regex}, Contact: contactView{valueOf(f.Contact), f.Contact.Enum, f.Contact.Regex},
		KeyType: string(f.KeyType), Reason: string(f.Reason), Capabilities: capabilitiesOf(f.Crypto),
	}
	for _, e := range f.Subject {
		v.Subject = append(v.Subject, elementView{Element: e.Name, Type: e.Type, Value: e.Value, Mandatory: e.Mandatory, Editable: e.Editable, Regex: e.Regex, Rule: e.Rule.String()})
	}
	for _, e := range f.SANs {
		v.SANs = append(v.SANs, namesView{Type: string(e.Type), Value: e.Values, Editable: e.Editable, Min: e.Min, Max: e.Max, Regex: e.Regex, Rule: e.Rule.String()})
	}
	for _, e := range f.Extensions {
		v.Extensions = append(v.Extensions, extensionView{Type: e.Name, Value: e.Value, Mandatory: e.Mandatory, Editable: e.Editable, Regex: e.Regex, Rule: e.Rule.String()})
	}
	for _, e := range f.Labels {
		v.Labels = append(v.Labels, labelView{Label: e.Name, Value: e.Value, Mandatory: e.Mandatory, Editable: e.Editable, Regex: e.Regex, Enum: e.Enum, Suggestions: e.Suggestions, Rule: e.Rule.String()})
	}
	for _, e := range f.Metadata {
		v.Metadata = append(v.Metadata, metadataView{Metadata: e.Name, Value: e.Value, Editable: e.Editable})
	}
	if f.AutoRenew != nil {
		v.AutoRenew = &switchView{Value: f.AutoRenew.On, Editable: f.AutoRenew.Editable}
	}
	return v
}

func valueOf(e lifecycle.Element) valueView {
	return valueView{Value: e.Value, Editable: e.Editable, Mandatory: e.Mandatory, Rule: e.Rule.String(), Description: e.Description}
}

// requestView is a request on the wire.
type requestView struct {
	ID               string          `json:"_id"`
	Workflow         string          `json:"workflow"`
	Module           string          `json:"module"`
	Status           string          `json:"status" enum:"pending,approved,denied,canceled,completed,in_progress,failed"`
	Profile          string          `json:"profile"`
	DN               string          `json:"dn,omitempty"`
	Requester        string          `json:"requester,omitempty"`
	Approver         string          `json:"approver,omitempty"`
	RequesterComment string          `json:"requesterComment,omitempty"`
	ApproverComment  string          `json:"approverComment,omitempty"`
	Contact          string          `json:"contact,omitempty"`
	Owner            string          `json:"owner,omitempty"`
	Team             string          `json:"team,omitempty"`
	Registered       int64           `json:"registrationDate" doc:"Milliseconds since 1970."`
	Modified         int64           `json:"lastModificationDate" doc:"Milliseconds since 1970."`
	RemoveAt         int64           `json:"removeAt" doc:"When the request is removed; milliseconds since 1970."`
	Expires          int64           `json:"expirationDate,omitempty" doc:"Until when it can be decided; milliseconds since 1970."`
	HolderID         string          `json:"holderId"`
	HolderCount      int             `json:"globalHolderIdCount" doc:"Valid certificates of the holder."`
	ProfileCount     int             `json:"profileHolderIdCount" doc:"Those of the profile."`
	Labels           []pair          `json:"labels,omitempty"`
	Metadata         []pair          `json:"metadata,omitempty"`
	DryRun           bool            `json:"dryRun,omitempty"`
	Permissions      mayDecide       `json:"permissions"`
	Template         templateView    `json:"template"`
	Certificate      *Certificate    `json:"certificate,omitempty"`
	CertificateID    string          `json:"certificateId,omitempty"`
	PKCS12           *shownValue     `json:"pkcs12,omitempty" doc:"Base64, as long as the key can be fetched and the caller may have it."`
	Password         *shownValue     `json:"password,omitempty"`
	Claim            *shownValue     `json:"claim,omitempty" doc:"Of who asked without credentials: what the request is found by again. It is told in the answer to the submission alone."`
	Error            string          `json:"error,omitempty"`
	Results          []triggerResult `json:"triggerResults,omitempty" doc:"What became of its notifications when they last ran."`
	RetryAt          int64           `json:"retryAt,omitempty" doc:"When the PKI is asked again, of a request in progress; milliseconds since 1970."`
	Retries          int             `json:"retryCount,omitempty" doc:"How often it was asked again."`
}

type mayDecide struct {
	Approve bool `json:"approve"`
	Cancel  bool `json:"cancel"`
}

type shownValue struct {
	Value string `json:"value"`
}

// requestOf is a request on the wire.
func requestOf(now time.Time, r lifecycle.Request) requestView {
	v := requestView{
		ID: r.ID, Workflow: r.Workflow, Module: r.Module, Status: r.Status, Profile: r.Profile, DN: r.DN, Requester: r.Requester, Approver: r.Approver,
		RequesterComment: r.RequesterComment, ApproverComment: r.ApproverComment, Contact: r.Contact, Owner: r.Owner, Team: r.Team,
		Registered: millis(r.Registered), Modified: millis(r.Modified), RemoveAt: millis(r.RemoveAt), Expires: millis(r.Expires),
		HolderID: r.HolderID, HolderCount: r.HolderCount, ProfileCount: r.ProfileHolderCount, Labels: pairsOf(r.Labels), Metadata: pairsOf(r.Metadata),
		DryRun: r.DryRun, Permissions: mayDecide{r.CanApprove, r.CanCancel}, Template: templateBody(r.Form), CertificateID: r.CertificateID, Error: r.Error,
		RetryAt: millis(r.RetryAt), Retries: r.Retries, Results: resultsOf(r.Results),
	}
	if r.Certificate != nil {
		c := CertificateOf(now, *r.Certificate)
		v.Certificate = &c
	}
	if len(r.PKCS12) > 0 {
		v.PKCS12 = &shownValue{base64.StdEncoding.EncodeToString(r.PKCS12)}
	}
	if !r.Password.IsZero() {
		v.Password = &shownValue{r.Password.Reveal()}
	}
	if !r.Claim.IsZero() {
		v.Claim = &shownValue{r.Claim.Reveal()}
	}
	return v
}

// termsOf returns the text of terms of service; none when they are gone.
func (d Deps) termsOf(ctx context.Context, name string) ([]system.Localized, error) {
	t, err := system.TermsOfServices.Look(ctx, d.DB.DB, name)
	if errors.Is(err, system.TermsOfServices.Missing()) {
		return nil, nil
	}
	return t.Contents, err
}
