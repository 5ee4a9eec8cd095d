package lifecycle

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// Ask is what somebody asks for through the API.
type Ask struct {
	Workflow string
	Module   string // of an enrollment or import; tolerated and not looked at elsewhere
	Profile  string
	// Certificate is its id, or DER it; one is needed but for an enrollment. The certificate whose key a caller has proved
	// to hold need not be named.
	Certificate string
	DER         []byte
	Sheet       Sheet
	PrivateKey  secret.Text // PEM, of an import
	Password    secret.Text // of a PKCS#12, where the requester chooses it
	Comment     string
	Contact     string
	// Claim is chosen by who asks without an account; one is made where it is left out. Nobody else has one.
	Claim  secret.Text
	DryRun bool // nothing is stored; a password and the acceptance of terms may still be missing
	// Unattended says that nobody is there who could make a key: a certificate whose key was not made here is not renewed.
	Unattended bool
	// Then notes the request in the transaction that keeps it, last. act.ErrAlready undoes the request and leaves no trace
	// of it. It may be nil.
	Then func(*store.Tx, Taken) error

	resolved map[rule.Lookup]bool // what the DNS answered beforehand
	csr      *pki.CSR             // of Sheet.CSR, where it was read beforehand
}

// The faults of single workflows.
var (
	noCertificate = fault.Define("REQ-009", fault.Invalid, "The request does not say which certificate it is about")
	twoModules    = fault.Define("REQ-010", fault.Invalid, "The profile is of another module")
	notCentral    = fault.Define("WEBRA-ENROLL-012", fault.Invalid, "The profile does not make keys; send a CSR")
	notLocal      = fault.Define("WEBRA-ENROLL-013", fault.Invalid, "The profile makes the keys; no CSR is taken")
	badPassword   = fault.Define("WEBRA-ENROLL-014", fault.Invalid, "The password of the PKCS#12 is not accepted")
	notRenewable  = fault.Define("WEBRA-RENEW-003", fault.Invalid, "The certificate cannot be renewed")
	notHeld       = fault.Define("WEBRA-REVOKE-006", fault.Invalid, "The certificate is not on hold")
	notMigratable = fault.Define("WEBRA-MIGRATE-003", fault.Invalid, "The certificate cannot be migrated")
	knownAlready  = fault.Define("WEBRA-IMPORT-002", fault.Invalid, "The certificate is known already")
	keyMismatch   = fault.Define("WEBRA-IMPORT-003", fault.Invalid, "The private key does not belong to the certificate")
	noEscrowHere  = fault.Define("WEBRA-IMPORT-004", fault.Invalid, "The profile does not escrow keys")
)

// draft is what a request would become, as decided in one transaction.
type draft struct {
	request
	w       workflow
	p       Profile
	c       *inventory.Certificate // the request is about; nil of an enrollment or of a new import
	parsed  *pki.Certificate       // of an import
	stands  standing
	makeKey bool          // a key is made here
	lookups []rule.Lookup // what the rules of the profile ask the DNS
}

// facts are what the events of the request tell.
func (d *draft) facts() event.Request {
	f := event.Request{RequestID: d.ID, Workflow: d.Workflow, State: d.State, Profile: d.Profile, Requester: d.Caller.ID, Approver: d.Approver, CertificateID: d.CertificateID}
	if dn := d.Content.Subject.String(); dn != "" {
		f.DN = dn
	} else if d.c != nil {
		f.DN = d.c.DN
	}
	return f
}

// draft decides what an ask becomes. What is known of it so far is returned with a refusal, for its event.
func (s *Service) draft(tx *store.Tx, who access.Caller, a Ask) (d draft, err error) {
	d = draft{request: request{ID: tx.NewID(), Workflow: a.Workflow, Profile: a.Profile, Module: a.Module, Caller: who, CSR: []byte{}, Attempts: 1}}
	d.Sheet, d.RequesterComment = &a.Sheet, a.Comment
	d.Wish = "api/" + d.ID
	if who.Claim != "" {
		d.Wish = who.Claim
	}
	if err := d.locate(tx, a); err != nil {
		return d, err
	}
	if d.w, err = findWorkflow(a.Workflow, d.Module); err != nil {
		return d, err
	}
	if err := d.mayTry(); err != nil {
		return d, err
	}
	if err := s.compose(tx, &d, a); err != nil {
		return d, err
	}
	on := d.object()
	if d.c != nil && (a.Workflow != importer || d.managed()) {
		on = d.c.Object()
	}
	if d.stands, err = d.w.stands(who, d.p, d.c, on); err != nil {
		return d, err
	}
	if err := d.leaves(tx, who); err != nil {
		return d, err
	}
	if d.managed() {
		d.Content.From = d.c.Profile
	}
	err = d.validate(tx, a)
	return d, err
}

// leaves asks whether the caller may take the certificate off the profile it is on: a migration asks for the right on both,
// or whoever has rights on one profile could fetch the certificates of all others there.
func (d *draft) leaves(tx *store.Tx, who access.Caller) error {
	if d.Workflow != migrate || !d.managed() || d.Profile == d.c.Profile {
		return nil
	}
	from, err := Profiles.Get(tx, d.c.Profile)
	if errors.Is(err, Profiles.Missing()) {
		return nil
	}
	if err != nil {
		return err
	}
	far, err := d.w.stands(who, from, d.c, d.c.Object())
	d.stands = min(d.stands, far)
	return err
}

// locate finds the certificate and the profile.
func (d *draft) locate(tx *store.Tx, a Ask) error {
	if _, err := findWorkflow(a.Workflow, Webra); err != nil {
		return err
	}
	if err := d.about(tx, a); err != nil {
		return err
	}
	name := a.Profile
	if d.c != nil && (a.Workflow != migrate && a.Workflow != importer || name == "") {
		name = d.c.Profile
	}
	if name == "" {
		return Invalid.Detail("profile: it is required")
	}
	d.Profile = name
	p, err := Profiles.Get(tx, name)
	if errors.Is(err, Profiles.Missing()) || err == nil && !p.Shared().Enabled {
		return NoProfile.Detail("%s", clip(name))
	}
	if err != nil {
		return err
	}
	d.p, d.Module = p, Profiles.Variant(p)
	if (a.Workflow == enroll || a.Workflow == importer && d.c == nil) && a.Module != "" && a.Module != d.Module {
		return twoModules.Detail("%s is of the module %s", name, d.Module)
	}
	return nil
}

// about finds the certificate the request is about.
func (d *draft) about(tx *store.Tx, a Ask) (err error) {
	if a.Workflow == enroll {
		return nil
	}
	var c inventory.Certificate
	switch {
	case a.Certificate != "":
		c, err = inventory.Get(tx, a.Certificate)
	case len(a.DER) > 0:
		if d.parsed, err = pki.ParseCertificate(a.DER); err != nil {
			return err
		}
		c, err = inventory.ByThumbprint(tx, d.parsed.Thumbprint)
		if a.Workflow == importer && errors.Is(err, inventory.Missing) {
			return nil
		}
	case d.Caller.Certificate != "":
		c, err = inventory.Get(tx, d.Caller.Certificate)
	default:
		return noCertificate.Detail("certificateId or certificatePem is needed")
	}
	if err != nil {
		return err
	}
	d.c, d.CertificateID, d.HolderID = &c, c.ID, c.HolderID
	return nil
}

// mayTry refuses who may take no step of the workflow, before anything is told of the certificate.
func (d *draft) mayTry() error {
	who := d.Caller
	if who.Type == access.PoP {
		_, err := d.w.holderStands(who, d.p, d.c)
		return err
	}
	if d.c != nil && owns(who, *d.c) && d.w.owners {
		return nil
	}
	return d.w.mayAtAll(who, d.p)
}

// compose fills the content of the request by its workflow.
func (s *Service) compose(tx *store.Tx, d *draft, a Ask) error {
	d.Content.Contact = a.Contact
	switch d.Workflow {
	case enroll:
		return d.composeEnroll(tx, a)
	case renew:
		return d.composeRenewal(tx, a)
	case revoke:
		return d.composeRevocation(a)
	case importer:
		return s.composeImport(tx, d, a)
	case recovery:
		if err := d.Caller.Known(); err != nil { // the key is for who asks for it
			return err
		}
		if _, err := s.escrowed(tx, d.c.ID); err != nil {
			return err
		}
		d.belong()
		d.Content.Owner = d.Caller.ID // who recovers a key owns the request for it
		return d.passwordFits(tx, a.Password, false)
	default:
		return d.composeChange(tx, byRequester, a.Sheet)
	}
}

// composeEnroll applies the template to the form.
func (d *draft) composeEnroll(tx *store.Tx, a Ask) error {
	c := d.p.Shared()
	if c.Connector == "" {
		return NoConnector.Detail("%s", c.Name)
	}
	if p, ok := d.p.(WebraProfile); ok && p.TermsOfService != "" && !a.Sheet.Terms && !a.DryRun {
		return Invalid.Detail("termsOfService: the terms of service %s have to be accepted", p.TermsOfService)
	}
	if takesChallenges(d.p) {
		if !a.Password.IsZero() {
			return badPassword.Detail("password: the challenge is made by the server, and is the password")
		}
		return d.composeChallenge(tx, byRequester, a.Sheet, a.Contact)
	}
	if err := d.readKey(a.Sheet, a.csr); err != nil {
		return err
	}
	if d.makeKey {
		if err := d.passwordFits(tx, a.Password, !a.DryRun); err != nil {
			return err
		}
	}
	return d.fill(tx, byRequester, a.Sheet, content{}, a.Contact)
}

// read reads the CSR before any transaction, for its signature takes a while to check. What is wrong with it is found again;
// that of nobody known is read when they may try.
func (a *Ask) read(who access.Caller) {
	if len(a.Sheet.CSR) == 0 || who.Known() != nil {
		return
	}
	if csr, err := pki.ParseCSR(a.Sheet.CSR); err == nil {
		a.csr = csr
	}
}

// makesKey reports whether a key may have to be made for the request: of an enrollment or a renewal without a CSR.
func (a *Ask) makesKey() bool {
	return len(a.Sheet.CSR) == 0 && (a.Workflow == enroll || a.Workflow == renew)
}

// readKey takes the CSR, which was perhaps read before, or decides which key is made here.
func (d *draft) readKey(sheet Sheet, read *pki.CSR) (err error) {
	crypto := d.p.Shared().Crypto
	if len(sheet.CSR) > 0 {
		if !crypto.Decentralized {
			return notLocal.Detail("%s", d.Profile)
		}
		if d.csr = read; d.csr == nil {
			if d.csr, err = pki.ParseCSR(sheet.CSR); err != nil {
				return err
			}
		}
		d.CSR = d.csr.DER
		d.Sheet.CSR = nil // it is kept once
		return nil
	}
	if !crypto.Centralized {
		return notCentral.Detail("%s", d.Profile)
	}
	d.makeKey = true
	kind := sheet.KeyType
	if kind == "" {
		kind = crypto.DefaultKeyType
	}
	if kind == "" {
		kind = pki.P256
	}
	if d.Content.KeyType, err = pki.ParseKeyType(string(kind)); err != nil {
		return err
	}
	return nil
}

// fill composes subject, names, labels and ownership by the template.
func (d *draft) fill(tx *store.Tx, by role, sheet Sheet, base content, contact string) error {
	c := d.p.Shared()
	if c.Template == nil {
		return NoProfile.Detail("the profile %s has no certificate template", c.Name)
	}
	p := &composer{
		common: c, who: d.Caller, role: by, csr: d.csr, sheet: &sheet, base: base, requester: d.Caller.ID,
		dict: d.dictionary(sheet), wish: Enrollment{Contact: contact},
	}
	p.env.Now = tx.Now()
	if d.csr != nil {
		p.key(d.csr)
	} else {
		p.keyType(d.Content.KeyType)
	}
	p.byTemplate(c.Template)
	p.constrain()
	p.teamExists(tx)
	p.out.AutoRenew = d.autoRenew(p, sheet, base)
	if len(p.bad) > 0 {
		return Invalid.Each(p.bad)
	}
	sans, err := pki.CleanSANs(p.out.SANs)
	if err != nil {
		return Invalid.Detail("%s", reason(err))
	}
	p.out.SANs, p.out.KeyType = sans, d.Content.KeyType
	d.Content = p.out
	d.HolderID = pki.HolderID(d.Content.Subject, d.Content.SANs)
	return nil
}

// keyType checks the kind of a key that is made here.
func (p *composer) keyType(k pki.KeyType) {
	if allowed := p.common.Crypto.AuthorizedKeyTypes; len(allowed) > 0 && !slices.Contains(allowed, k) {
		p.bad.add("the key type %s is not authorized by the profile", k)
	}
}

// teamExists refuses a team nobody knows.
func (p *composer) teamExists(tx *store.Tx) {
	if p.out.Team == "" || p.out.Team == p.base.Team {
		return
	}
	if _, err := identity.Teams.Get(tx, p.out.Team); err != nil {
		if said := fmt.Sprintf("Team '%s' is not authorized", clip(p.out.Team)); !slices.Contains(p.bad, said) {
			p.bad.add("%s: there is no such team", said)
		}
	}
}

// autoRenew decides whether the server renews the certificate itself.
func (d *draft) autoRenew(p *composer, sheet Sheet, base content) *bool {
	r, _ := d.p.(WebraProfile)
	if r.AutoRenewal == nil {
		if sheet.AutoRenew != nil && *sheet.AutoRenew {
			p.bad.add("auto-renew is not editable: the profile does not renew certificates by itself")
		}
		return nil
	}
	standard := r.AutoRenewal.Default
	if base.AutoRenew != nil {
		standard = *base.AutoRenew
	}
	if sheet.AutoRenew == nil || *sheet.AutoRenew == standard {
		return &standard
	}
	if !r.AutoRenewal.Editable {
		p.bad.add("auto-renew is not editable on the profile %s", d.Profile)
		return &standard
	}
	return sheet.AutoRenew
}

// due returns when a certificate is to be renewed; zero where the profile says nothing.
func due(p Profile, notAfter time.Time) time.Time {
	if r, ok := p.(WebraProfile); ok && r.RenewalPeriod > 0 {
		return notAfter.Add(-time.Duration(r.RenewalPeriod))
	}
	return time.Time{}
}
