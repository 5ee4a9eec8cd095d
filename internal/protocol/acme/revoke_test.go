package acme

import (
	"crypto"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/pki"
)

func revokePayload(cert *x509.Certificate, reason string) string {
	if reason != "" {
		reason = `,"reason":` + reason
	}
	return `{"certificate":"` + encode64(cert.Raw) + `"` + reason + `}`
}

// Revocation by the account, by the key of the certificate, by whoever holds all names: RFC 8555, 7.6.
func TestRevoke(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.AuthorizationReuse = span.Day })
	c := b.account("web")
	other := b.account("web")
	to := c.at("revoke-cert")
	var certs []*x509.Certificate
	var keys []crypto.Signer
	for range 3 {
		_, chain, key := c.issued("a.localhost", "b.localhost")
		certs, keys = append(certs, chain[0]), append(keys, key)
	}
	b.events()
	other.post(to, revokePayload(certs[0], "")).want(t, 403, "unauthorized", "somebody else")
	other.post(to, revokePayload(certs[0], ""), sign{jwk: true}).want(t, 403, "unauthorized", "neither by an account nor by the key")
	if diff := cmp.Diff([]string{"ACME-REVOKE failure", "ACME-REVOKE failure"}, b.events("ACME", "LIFECYCLE")); diff != "" {
		t.Error(diff)
	}
	if a := c.post(to, revokePayload(certs[0], "4")).want(t, 200); len(a.body) != 0 || a.header.Get("Content-Length") != "0" {
		t.Errorf("got %q", a.body)
	}
	events := b.fresh()
	e := find(t, events, "ACME-REVOKE")
	if e.Status != event.Success || e.Detail("revocationReason") != string(pki.Superseded) || e.Detail("certificateSerial") == "" || e.Detail("accountId") == "" || e.Detail("orderId") == "" {
		t.Errorf("got %v", e.Details)
	}
	find(t, events, "LIFECYCLE-REVOKE")
	c.post(to, revokePayload(certs[0], "")).want(t, 400, "alreadyRevoked")
	if diff := cmp.Diff([]string{"LIFECYCLE-REVOKE warning", "ACME-REVOKE warning"}, b.events("ACME", "LIFECYCLE")); diff != "" {
		t.Error(diff)
	}
	c.post(to, revokePayload(certs[1], "1"), sign{jwk: true, key: keys[1]}).want(t, 200)
	e = find(t, b.fresh(), "ACME-REVOKE")
	if e.Status != event.Success || !strings.HasPrefix(e.Detail("actorId"), "key/") {
		t.Errorf("got %v", e.Details)
	}
	other.prove(other.order("a.localhost").want(t, 201))
	other.post(to, revokePayload(certs[2], "")).want(t, 403, "unauthorized", "not all its names")
	other.prove(other.order("b.localhost").want(t, 201))
	other.post(to, revokePayload(certs[2], "")).want(t, 200)
}

// Authorizations of short names prove nothing: they were granted beside another name.
func TestRevokeShortName(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.AuthorizeShortName = true })
	c, other := b.account("web"), b.account("web")
	_, chain, _ := c.issued("host", "host.localhost")
	other.prove(other.order("host", "host.localhost").want(t, 201))
	other.post(c.at("revoke-cert"), revokePayload(chain[0], "")).want(t, 403, "unauthorized")
	c.post(c.at("revoke-cert"), revokePayload(chain[0], "")).want(t, 200)
}

// What cannot be revoked, with its reason: RFC 8555, 7.6.
func TestRefusedRevocation(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	to := c.at("revoke-cert")
	_, chain, _ := c.issued("a.localhost")
	b.events()
	foreign := newKey(t)
	der, err := (&pki.Template{
		Subject: pki.Name{{Type: pki.CN, Value: "x"}}, SANs: []pki.SAN{{Type: pki.DNSName, Value: "a.localhost"}}, Serial: pki.NewSerial(),
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0),
	}).SelfSign(foreign)
	check(t, err)
	cert, err := x509.ParseCertificate(der)
	check(t, err)
	c.post(to, revokePayload(chain[0], "2")).want(t, 400, "badRevocationReason", "0, 1, 3, 4, 5 and 9")
	for _, reason := range []string{"6", "7", "8", "10", "11", "-1"} {
		c.post(to, revokePayload(chain[0], reason)).want(t, 400, "badRevocationReason")
	}
	c.post(to, `{}`).want(t, 400, "malformed", "base64url")
	c.post(to, `{"certificate":"AAAA"}`).want(t, 400, "malformed", "cannot be read")
	c.post(to, `{"certificate":"`+encode64(chain[0].Raw)+`","reason":"x"}`).want(t, 400, "malformed")
	c.post(to, ``).want(t, 400, "malformed")
	c.post(to, revokePayload(cert, ""), sign{jwk: true, key: foreign}).want(t, 404, "malformed", "not known")
	c.prove(c.order("a.localhost").want(t, 201))
	b.events()
	c.post(to, revokePayload(cert, "")).want(t, 404, "malformed", "not known") // it holds all names, but the certificate is unknown
	e := find(t, b.fresh(), "ACME-REVOKE")
	if e.Status != event.Failure || !strings.Contains(e.Detail("message"), "not known") {
		t.Errorf("got %v", e.Details)
	}
}

// When to renew: RFC 9773.
func TestRenewalInfo(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.RenewalPeriod = 30 * span.Day })
	c := b.account("web")
	_, chain, _ := c.issued("a.localhost")
	parsed, err := pki.NewCertificate(chain[0])
	check(t, err)
	at := c.at("renewal-info/" + certID(parsed))
	ask := func() answer { return c.do("GET", at, nil, nil).want(t, 200) }
	a := ask()
	from := chain[0].NotAfter.Add(-30 * 24 * time.Hour)
	life := chain[0].NotAfter.Sub(chain[0].NotBefore)
	want := map[string]any{"suggestedWindow": map[string]any{"start": stamp(from), "end": stamp(from.Add(life / 50))}}
	if diff := cmp.Diff(want, a.json(t)); diff != "" {
		t.Error(diff)
	}
	if a.header.Get("Retry-After") != "21600" {
		t.Errorf("ask again after %s", a.header.Get("Retry-After"))
	}
	c.post(c.at("revoke-cert"), revokePayload(chain[0], "")).want(t, 200)
	w := ask().json(t)["suggestedWindow"].(map[string]any)
	if end, err := time.Parse(time.RFC3339, w["end"].(string)); err != nil || end.After(b.now.Now().Add(time.Second)) {
		t.Errorf("a revoked certificate is to be renewed in %v", w)
	}
	for _, id := range []string{"x", "AA.AA", strings.Split(certID(parsed), ".")[0] + ".AQ"} {
		c.do("GET", c.at("renewal-info/"+id), nil, nil).want(t, 404, "malformed")
	}
	c.post(at, "").want(t, 405, "malformed")
	no := false
	b.change(func(p *Profile) { p.RenewalInfo = &no })
	c.do("GET", at, nil, nil).want(t, 404, "malformed")
	if _, told := c.do("GET", c.at("directory"), nil, nil).json(t)["renewalInfo"]; told {
		t.Error("the directory names what is not there")
	}
}

// An order that replaces another certificate is refused for a valid successor alone: a hint never blocks a renewal.
func TestReplaces(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.AuthorizationReuse = span.Day })
	c := b.account("web")
	_, chain, _ := c.issued("a.localhost", "b.localhost")
	parsed, err := pki.NewCertificate(chain[0])
	check(t, err)
	id := certID(parsed)
	order := func(c *client, id string, names ...string) answer {
		t.Helper()
		return c.post(c.at("new-order"), strings.TrimSuffix(orderPayload(names...), "}")+`,"replaces":"`+id+`"}`)
	}
	first := order(c, id, "b.localhost").want(t, 201)
	if first.text(t, "replaces") != id {
		t.Errorf("got %s", first.body)
	}
	second := order(c, id, "a.localhost").want(t, 201) // one that waits is no successor
	c.post(first.list(t, "authorizations")[0], `{"status":"deactivated"}`).want(t, 200)
	third := order(c, id, "a.localhost").want(t, 201) // nor is one that failed
	for name, x := range map[string]struct {
		by    *client
		id    string
		names []string
	}{
		"an unknown certificate": {c, strings.Split(id, ".")[0] + ".AQ", []string{"a.localhost"}},
		"of another account":     {b.account("web"), id, []string{"a.localhost"}},
		"of other names":         {c, id, []string{"z.localhost"}},
	} {
		if a := order(x.by, x.id, x.names...).want(t, 201); a.json(t)["replaces"] != nil {
			t.Errorf("%s: got %s", name, a.body)
		}
	}
	c.finalize(third, newKey(t), "a.localhost").want(t, 200)
	order(c, id, "a.localhost").want(t, 409, "alreadyReplaced")
	e := find(t, b.fresh(), "ACME-ORDER-NEW")
	if e.Code == "" {
		t.Error("no event")
	}
	c.finalize(second, newKey(t), "a.localhost").want(t, 200) // the promise to an order that was accepted holds
	c.order("a.localhost").want(t, 201)
}

// A holder with as many certificates as allowed is refused, and the order stays ready.
func TestMaxPerHolder(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) {
		p.MaxPerHolder = &lifecycle.MaxPerHolder{Max: 1, Behavior: lifecycle.BehaviorReject}
		p.AuthorizationReuse = span.Day
	})
	c := b.account("web")
	c.issued("a.localhost")
	o := c.order("a.localhost").want(t, 201)
	c.finalize(o, newKey(t), "a.localhost").want(t, 403, "unauthorized", "1 are allowed")
	if got := c.post(o.header.Get("Location"), "").text(t, "status"); got != ready {
		t.Errorf("the order is %s", got)
	}
	if diff := cmp.Diff([]string{"LIFECYCLE-MAX-CERT-PER-HOLDER failure", "LIFECYCLE-ENROLL failure", "ACME-ORDER-FINALIZE failure"},
		b.events("LIFECYCLE", "ACME-ORDER-FINALIZE")[2:]); diff != "" {
		t.Error(diff)
	}
}
