package lifecycle

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/lang/rule/ruletest"
	"github.com/horizon-clm/horizon/internal/notify"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
	"github.com/horizon-clm/horizon/internal/system"
	"github.com/horizon-clm/horizon/internal/trust"
)

var everybody = access.Caller{
	ID: "ann", Name: "Ann", Email: "ann@example.com", Provider: "local", Address: "192.0.2.1", Verb: "POST", Path: "/api/v1/requests/submit",
	Rights: access.NewRights(access.Holding{Teams: []string{"core", "edge"}}),
}

// What is told of the keys of profiles is what rules can read.
func TestProfileKeys(t *testing.T) {
	t.Parallel()
	subject, sans, extensions := allNames(t)
	sheet := Sheet{
		Subject: map[string]Field{}, SANs: map[pki.SANType][]string{}, Extensions: map[pki.ExtensionType]Field{}, Labels: map[string]Field{"cost centre": {Text: "7"}},
		Metadata: map[string]Field{"x": {Text: "y"}}, Owner: Field{Text: "ann"}, Team: Field{Text: "core"}, Contact: Field{Text: "a@example.com"},
	}
	for _, e := range subject {
		sheet.Subject[elementName(e.Type, 1)] = Field{Text: e.Value}
	}
	for _, s := range sans {
		sheet.SANs[s.Type] = append(sheet.SANs[s.Type], s.Value)
	}
	for _, x := range extensions {
		sheet.Extensions[x.Type] = Field{Text: x.Value}
	}
	d := &draft{request: request{Module: Webra, Caller: everybody, csr: &pki.CSR{Subject: subject, SANs: sans, Extensions: extensions}}}
	ruletest.Compare(t, ProfileKeys(Webra, nil).All, d.dictionary(sheet))
}

// allNames has every key there is of names.
func allNames(t *testing.T) (subject pki.Name, sans []pki.SAN, extensions []pki.Extension) {
	t.Helper()
	for _, k := range ProfileKeys("", nil).All {
		parts := strings.Split(k.Name, ".")
		if parts[0] != "csr" || k.Spare {
			continue
		}
		switch name := parts[2]; parts[1] {
		case "subject":
			dn, err := pki.ParseDNType(name)
			if err != nil {
				t.Error(err)
			}
			subject = append(subject, pki.Element{Type: dn, Value: "x"})
		case "san":
			san, err := pki.ParseSANType(name)
			if err != nil {
				t.Error(err)
			}
			sans = append(sans, pki.SAN{Type: san, Value: "x"})
		case "extension":
			extensions = append(extensions, pki.Extension{Type: pki.ExtensionType(name), Value: "x"})
		}
	}
	return subject, sans, extensions
}

// What is told of the keys of notifications is what templates can read.
func TestNotificationKeys(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	db := storetest.Open(t, clock.NewManual(now))
	kind.NewSet(system.Labels.Definition, identity.Teams.Definition).Attach(db)
	seals, err := event.NewSeals([]byte("a secret for the tests only"))
	if err != nil {
		t.Fatal(err)
	}
	deps, server := kind.Deps{DB: &act.DB{DB: db, Pen: event.Pen{Seals: seals}}}, access.System("test", "")
	said, ofLabel, ofTeam := []Localized{{Lang: "en", Value: "Said"}}, []system.Localized{{Lang: "en", Value: "Said"}}, []identity.Localized{{Lang: "en", Value: "Said"}}
	if err := system.Labels.Add(t.Context(), deps, server, system.Label{Named: kind.Named{Name: "env"}, DisplayName: ofLabel, Description: ofLabel}); err != nil {
		t.Fatal(err)
	}
	if err := identity.Teams.Add(t.Context(), deps, server, identity.Team{Named: kind.Named{Name: "core"}, DisplayName: ofTeam, Description: ofTeam}); err != nil {
		t.Fatal(err)
	}
	subject, sans, extensions := allNames(t)
	q := request{
		ID: "1", Workflow: enroll, Module: Webra, Profile: "web", State: completed, Caller: everybody, Created: now, Modified: now,
		Content: content{
			Subject: subject, SANs: sans, Extensions: extensions, Owner: "ann", Team: "core", Contact: "a@example.com",
			Labels: map[string]string{"env": "prod"}, Metadata: map[string]string{"x": "y"},
		},
		asked: asked{Approver: "bob", RequesterComment: "x", ApproverComment: "y"},
	}
	c := inventory.Certificate{
		ID: "2", Module: Webra, Profile: "web", DER: requestedCertificate(t), Revoked: true, RevokedAt: now, Reason: pki.Superseded,
		Ownership: inventory.Ownership{Owner: "ann", Team: "core", ContactEmail: "a@example.com"},
		Labels:    []inventory.Pair{{Key: "env", Value: "prod"}}, Metadata: []inventory.Pair{{Key: "x", Value: "y"}},
	}
	p := WebraProfile{Common: Common{Named: kind.Named{Name: "web"}, DisplayName: said, Description: said}}
	err = db.Read(t.Context(), func(tx *store.Tx) error {
		w := words{Map: rule.NewMap(), tx: tx}
		w.profile(p)
		if err := w.certificate("request.certificate", c); err != nil {
			return err
		}
		trust.AddNames(w.Map, "request.certificate", subject, sans, extensions)
		if err := w.request(q, secret.NewText("secret")); err != nil {
			return err
		}
		ruletest.Compare(t, NotificationKeys(notify.OnRequest("approve", enroll)).All, w.Map)

		w = words{Map: rule.NewMap(), tx: tx}
		w.profile(p)
		for _, at := range []string{"certificate", "previous.certificate"} {
			if err := w.certificate(at, c); err != nil {
				return err
			}
			trust.AddNames(w.Map, at, subject, sans, extensions)
		}
		ruletest.Compare(t, NotificationKeys(notify.On(renew)).All, w.Map)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// requestedCertificate is a certificate with an extension and an alternative name.
func requestedCertificate(t *testing.T) []byte {
	t.Helper()
	key, err := pki.Generate(pki.P256)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	made := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "a.example.com"}, NotBefore: start, NotAfter: start.Add(time.Hour), DNSNames: []string{"a.example.com"},
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2}, Value: []byte{0x1e, 0x02, 0x00, 0x41}}},
	}
	der, err := x509.CreateCertificate(rand.Reader, made, made, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
