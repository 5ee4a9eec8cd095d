package lifecycle

import (
	"maps"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// dictionary gathers what the rules of the template may refer to.
func (d *draft) dictionary(sheet Sheet) *rule.Map {
	dict := dictionary(d.Caller, d.csr, nil)
	at := d.Module + "." + enroll
	for name, f := range sheet.Subject {
		if t, index, ok := elementOf(name); ok && f.Text != "" {
			dict.Set(at+"."+rule.Key("subject", strings.ToLower(string(t)), index), f.Text)
		}
	}
	for t, values := range sheet.SANs {
		dict.Add(at+"."+rule.Key("san", strings.ToLower(string(t))), values...)
	}
	set := func(f Field, segments ...string) {
		if f.Text != "" {
			dict.Set(at+"."+rule.Key(segments...), f.Text)
		}
	}
	for t, f := range sheet.Extensions {
		set(f, "extension", string(t))
	}
	for name, f := range sheet.Labels {
		set(f, "label", name)
	}
	for name, f := range sheet.Metadata {
		set(f, "metadata", name)
	}
	set(sheet.Contact, "mail")
	set(sheet.Owner, "owner")
	set(sheet.Team, "team")
	return dict
}

// composeRenewal takes everything from the request the certificate was issued for, and the key from the form.
func (d *draft) composeRenewal(tx *store.Tx, a Ask) error {
	if err := d.renewable(); err != nil {
		return err
	}
	before, err := d.first(tx)
	if err != nil {
		return err
	}
	if a.Sheet.KeyType == "" && len(a.Sheet.CSR) == 0 {
		a.Sheet.KeyType = d.usualKey()
	}
	if err := d.readKey(a.Sheet, a.csr); err != nil {
		return err
	}
	if err := d.attended(tx, a); err != nil {
		return err
	}
	p := &composer{common: d.p.Shared()}
	if d.csr != nil {
		p.key(d.csr)
	} else {
		p.keyType(d.Content.KeyType)
	}
	next := before
	next.KeyType, next.Previous, next.Metadata, next.From, next.Of = d.Content.KeyType, d.c.ID, nil, "", ""
	next.AutoRenew = d.autoRenew(p, a.Sheet, contentOf(*d.c))
	if len(p.bad) > 0 {
		return Invalid.Each(p.bad)
	}
	if d.makeKey {
		if err := d.passwordFits(tx, a.Password, !a.DryRun); err != nil {
			return err
		}
	}
	d.Content = next
	d.inherit()
	d.HolderID = pki.HolderID(next.Subject, next.SANs)
	return nil
}

// attended refuses to replace, behind the back of whoever holds it, a key that was not made here.
func (d *draft) attended(tx *store.Tx, a Ask) error {
	if !a.Unattended || !d.makeKey {
		return nil
	}
	made, err := madeHere(tx, *d.c)
	if err == nil && !made {
		err = notRenewable.Detail("its key was not made here: renew it by a request of its own, with a CSR")
	}
	return err
}

// renewable refuses to renew what is revoked, or where there is no PKI.
func (d *draft) renewable() error {
	switch {
	case d.c.Revoked:
		return notRenewable.Detail("it is revoked")
	case d.p.Shared().Connector == "":
		return NoConnector.Detail("%s", d.Profile)
	}
	return nil
}

// inherit takes over who answers for the certificate the request is about, and its labels.
func (d *draft) inherit() {
	base := contentOf(*d.c)
	d.Content.Owner, d.Content.Team, d.Content.Contact, d.Content.Labels = base.Owner, base.Team, base.Contact, base.Labels
}

// belong lets the request be one of the team of its certificate, for those who decide on certificates of that team.
func (d *draft) belong() {
	base := contentOf(*d.c)
	d.Content.Team, d.Content.Labels = base.Team, base.Labels
}

// usualKey is the kind of key the renewed certificate has, where the profile still takes it.
func (d *draft) usualKey() pki.KeyType {
	if allowed := d.p.Shared().Crypto.AuthorizedKeyTypes; len(allowed) > 0 && !slices.Contains(allowed, d.c.KeyType) {
		return ""
	}
	return d.c.KeyType
}

// first returns what was asked for at first; where that is not known, what the certificate holds.
func (d *draft) first(tx *store.Tx) (content, error) {
	if d.c.RequestID != "" {
		all, err := findRequests(tx, `id = $1`, d.c.RequestID)
		if err != nil {
			return content{}, err
		}
		if len(all) == 1 && len(all[0].Content.Subject) > 0 {
			return all[0].Content, nil
		}
	}
	subject, err := pki.ParseDN(d.c.DN)
	if err != nil {
		return content{}, notRenewable.Detail("its subject cannot be asked for again").Because(err)
	}
	return content{Subject: subject, SANs: d.c.SANs, Extensions: d.c.Extensions}, nil
}

// contentOf is what a certificate holds and who owns it.
func contentOf(c inventory.Certificate) content {
	out := content{
		SANs: c.SANs, Extensions: c.Extensions, Owner: c.Owner, Team: c.Team, Contact: c.ContactEmail,
		Labels: map[string]string{}, Metadata: map[string]string{}, AutoRenew: &c.AutoRenew,
	}
	for _, l := range c.Labels {
		out.Labels[l.Key] = l.Value
	}
	for _, m := range c.Metadata {
		out.Metadata[m.Key] = m.Value
	}
	return out
}

// composeRevocation reads the reason.
func (d *draft) composeRevocation(a Ask) error {
	d.Content.Reason = a.Sheet.Reason
	if d.Content.Reason == "" {
		d.Content.Reason = pki.Unspecified
	}
	d.belong()
	return d.revocable()
}

// revocable refuses to revoke what is revoked for good, and to end a hold where there is none.
func (d *draft) revocable() error {
	held := d.c.Revoked && d.c.Reason == pki.CertificateHold
	switch {
	case d.Content.Reason == pki.RemoveFromCRL && held: // RFC 5280, 5.3.1: the hold ends
		return nil
	case d.Content.Reason == pki.RemoveFromCRL:
		return notHeld.Detail("only a certificate on hold can be taken off the list")
	case d.c.Revoked && (!held || d.Content.Reason == pki.CertificateHold):
		return AlreadyRevoked.Detail("since %s", d.c.RevokedAt.Format("2006-01-02 15:04:05 UTC"))
	}
	return nil
}

// composeChange applies the form of an update or a migration to what is known of the certificate.
func (d *draft) composeChange(tx *store.Tx, by role, sheet Sheet) error {
	c := d.p.Shared()
	base := contentOf(*d.c)
	if by == byApprover {
		base = d.Content
	}
	p := &composer{common: c, who: d.Caller, role: by, sheet: &sheet, base: base, existing: true, dict: d.dictionary(sheet)}
	p.env.Now = tx.Now()
	t := c.Template
	if t == nil {
		t = &Template{}
	}
	p.ownership(t)
	p.labels(t)
	p.metadata()
	p.constrain()
	p.teamExists(tx)
	p.out.AutoRenew = d.autoRenew(p, sheet, base)
	if len(p.bad) > 0 {
		return Invalid.Each(p.bad)
	}
	d.Content = content{
		Owner: p.out.Owner, Team: p.out.Team, Contact: p.out.Contact, Labels: p.out.Labels, Metadata: p.out.Metadata, AutoRenew: p.out.AutoRenew, From: d.Content.From,
	}
	if d.Workflow == migrate {
		if d.Profile == d.c.Profile {
			return notMigratable.Detail("it is on the profile %s already", d.Profile)
		}
		d.Content.Target = d.Profile
	}
	return nil
}

// composeImport takes a certificate, its key, or both.
func (s *Service) composeImport(tx *store.Tx, d *draft, a Ask) (err error) {
	if d.c == nil && d.parsed == nil {
		return noCertificate.Detail("certificatePem is needed")
	}
	if d.parsed == nil {
		if d.parsed, err = pki.ParseCertificate(d.c.DER); err != nil {
			return err
		}
	}
	if !a.PrivateKey.IsZero() {
		if err := d.checkKey(a.PrivateKey); err != nil {
			return err
		}
	}
	d.CSR = d.parsed.X509.Raw // what is imported stands where others have their CSR
	d.HolderID = d.parsed.HolderID
	return d.takeIn(tx, byRequester, a.Sheet, !a.PrivateKey.IsZero())
}

// takeIn decides what is known of an imported certificate. key tells whether its key comes with it.
func (d *draft) takeIn(tx *store.Tx, by role, sheet Sheet, key bool) error {
	if err := d.keyAlone(key); err != nil {
		return err
	}
	d.unknown()
	if err := d.composeChange(tx, by, sheet); err != nil {
		return err
	}
	if d.managed() && !d.Content.keeps(contentOf(*d.c)) {
		return knownAlready.Detail("an update changes its labels and who owns it")
	}
	x := d.parsed // what it holds, for whoever decides, and for a renewal
	d.Content.Subject, d.Content.SANs, d.Content.Extensions = x.Subject, x.SANs, x.Extensions
	return nil
}

// managed reports whether the request is about a certificate that is on a profile.
func (d *draft) managed() bool { return d.c != nil && d.c.ID != "" && d.c.Profile != "" }

// keyAlone refuses to import anything but the key of a certificate that is on a profile: the right to import is one on
// the profile it goes to, and takes certificates away from nobody.
func (d *draft) keyAlone(key bool) error {
	switch {
	case !d.managed():
		return nil
	case d.Profile != d.c.Profile:
		return knownAlready.Detail("it is on another profile; a migration moves it")
	case !key:
		return knownAlready.Detail("a private key is needed")
	}
	return nil
}

// keeps reports whether labels, ownership and technical facts are those of another content.
func (c content) keeps(other content) bool {
	return c.Owner == other.Owner && c.Team == other.Team && c.Contact == other.Contact && maps.Equal(c.Labels, other.Labels) && maps.Equal(c.Metadata, other.Metadata) &&
		(c.AutoRenew == nil || *c.AutoRenew == *other.AutoRenew)
}

// unknown stands in for the certificate of an import that is not in the inventory yet.
func (d *draft) unknown() {
	if d.c == nil {
		d.c = &inventory.Certificate{Module: d.Module, Profile: d.Profile, DN: d.parsed.DN, HolderID: d.parsed.HolderID, NotAfter: d.parsed.NotAfter}
		d.c.Owner = d.Caller.ID
	}
}

// checkKey refuses a key of another certificate, or on a profile that keeps none.
func (d *draft) checkKey(text secret.Text) error {
	key, err := pki.ParseKey([]byte(text.Reveal()))
	if err != nil {
		return err
	}
	if !pki.SameKey(key.Public(), d.parsed.X509.PublicKey) {
		return keyMismatch
	}
	if !d.p.Shared().Crypto.Escrow {
		return noEscrowHere.Detail("%s", d.Profile)
	}
	return nil
}

// passwordFits checks the password of a PKCS#12 where the requester chooses it. needed tells whether one has to be sent.
func (d *draft) passwordFits(tx *store.Tx, password secret.Text, needed bool) error {
	c := d.p.Shared().Crypto
	if c.PasswordMode == random {
		return nil
	}
	if password.IsZero() {
		if needed {
			return badPassword.Detail("password: it is mandatory, for the profile leaves it to the requester")
		}
		return nil
	}
	policy, err := c.policy(tx)
	if err != nil || policy == nil {
		return err
	}
	if problems := policy.Check(password.Reveal()); len(problems) > 0 {
		return badPassword.Each(problems)
	}
	return nil
}

// policy returns the password policy of the profile; nil is none.
func (c CryptoPolicy) policy(tx *store.Tx) (*identity.PasswordPolicy, error) {
	name := string(c.PasswordPolicy)
	if name == "" {
		if c.PasswordMode != random {
			return nil, nil
		}
		name = identity.DefaultPolicyName
	}
	p, err := identity.PasswordPolicies.Get(tx, name)
	return &p, err
}
