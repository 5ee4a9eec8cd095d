package lifecycle

import (
	"errors"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/system"
	"github.com/horizon-clm/horizon/internal/trust"
)

// words are what the templates of notifications refer to: certificate.*, request.*, profile.* and previous.certificate.*.
type words struct {
	*rule.Map
	tx *store.Tx
}

// set gives a key below a prefix its value, when there is one.
func (w words) set(at, key, value string) {
	if value != "" {
		w.Set(at+"."+key, value)
	}
}

func (w words) moment(at, key string, t time.Time) {
	if !t.IsZero() {
		w.Set(at+"."+key, t.UTC().Format(time.RFC3339))
	}
}

// certificate adds a certificate of the inventory.
func (w words) certificate(at string, c inventory.Certificate) error {
	parsed, err := pki.ParseCertificate(c.DER)
	if err != nil {
		return err
	}
	trust.AddCertificate(w.Map, at, parsed)
	for _, fact := range [][2]string{
		{"id", c.ID}, {"module", c.Module}, {"profile", c.Profile}, {"mail", c.ContactEmail}, {"owner", c.Owner},
		{"revocation_reason", string(c.Reason)},
	} {
		w.set(at, fact[0], fact[1])
	}
	w.Set(at+".revoked", map[bool]string{true: "true", false: "false"}[c.Revoked])
	if c.Revoked {
		w.moment(at, "revocation_date", c.RevokedAt)
	}
	return w.sorted(at, c.Labels, c.Metadata, c.Team)
}

// sorted adds labels, technical facts and team.
func (w words) sorted(at string, labels, metadata []inventory.Pair, team string) error {
	for _, m := range metadata {
		w.Set(at+"."+rule.Key("metadata", m.Key), m.Value)
	}
	w.set(at, "metadata", inWords(metadata))
	for _, l := range labels {
		w.Set(at+"."+rule.Key("label", l.Key), l.Value)
		if known, err := system.Labels.Get(w.tx, l.Key); err == nil {
			as := func(l system.Localized) Localized { return Localized(l) }
			w.named(at+"."+rule.Key("label", l.Key), called{spoken(known.DisplayName, as), spoken(known.Description, as)})
		} else if !errors.Is(err, system.Labels.Missing()) {
			return err
		}
	}
	w.set(at, "labels", inWords(labels))
	return w.team(at, team)
}

func (w words) team(at, name string) error {
	if name == "" {
		return nil
	}
	w.Set(at+".team", name)
	known, err := identity.Teams.Get(w.tx, name)
	if errors.Is(err, identity.Teams.Missing()) {
		return nil
	}
	as := func(l identity.Localized) Localized { return Localized(l) }
	w.bothWays(at+".team", name, called{spoken(known.DisplayName, as), spoken(known.Description, as)})
	return err
}

// bothWays adds what an object is called below a prefix, and below the prefix and its name: both spellings are in use.
func (w words) bothWays(at, name string, c called) {
	w.named(at, c)
	w.named(at+"."+rule.Key(name), c)
}

// called is what an object is called, in every language.
type called struct{ display, description []inventory.Pair }

// named adds what an object is called.
func (w words) named(at string, c called) {
	for _, one := range []struct {
		key  string
		text []inventory.Pair
	}{{"displayname", c.display}, {"description", c.description}} {
		for _, t := range one.text {
			w.Set(at+"."+one.key+"."+t.Key, t.Value)
		}
		w.set(at, one.key+"s", inWords(one.text))
	}
}

// spoken lists texts by their language.
func spoken[T any](all []T, as func(T) Localized) (pairs []inventory.Pair) {
	for _, one := range all {
		l := as(one)
		pairs = append(pairs, inventory.Pair{Key: l.Lang, Value: l.Value})
	}
	return pairs
}

// inWords writes pairs for people: "env: prod,site: lyon".
func inWords(all []inventory.Pair) string {
	out := make([]string, len(all))
	for i, p := range all {
		out[i] = p.Key + ": " + p.Value
	}
	return strings.Join(out, ",")
}

// profile adds the profile.
func (w words) profile(p Profile) {
	c := p.Shared()
	w.Set("profile.name", c.Name)
	w.Set("profile.module", Profiles.Variant(p))
	as := func(l Localized) Localized { return l }
	w.bothWays("profile", c.Name, called{spoken(c.DisplayName, as), spoken(c.Description, as)})
}

// request adds a request. The password is that of its PKCS#12, where it may be told.
func (w words) request(q request, password secret.Text) error {
	const at = "request"
	for _, fact := range [][2]string{
		{"id", q.ID}, {"workflow", q.Workflow}, {"module", q.Module}, {"status", wire(q.State)}, {"profile", q.Profile},
		{"requester", q.Caller.ID}, {"approver", q.Approver}, {"requester_comment", q.RequesterComment}, {"approver_comment", q.ApproverComment},
		{"password", password.Reveal()}, {"mail", q.Content.Contact}, {"owner", q.Content.Owner}, {"dn", q.Content.Subject.String()},
		{"sans", trust.SANsText(q.Content.SANs)}, {"extensions", trust.ExtensionsText(q.Content.Extensions)},
		{"my.url", requestPage + q.ID}, {"manage.url", requestPage + q.ID},
	} {
		w.set(at, fact[0], fact[1])
	}
	w.moment(at, "registration_date", q.Created)
	w.moment(at, "last_modification_date", q.Modified)
	trust.AddNames(w.Map, at, q.Content.Subject, q.Content.SANs, q.Content.Extensions)
	return w.sorted(at, pairs(q.Content.Labels), pairs(q.Content.Metadata), q.Content.Team)
}

// requestPage is where the console shows a request, to whoever asked and to whoever decides.
const requestPage = "/ui/requests/"
