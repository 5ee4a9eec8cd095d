package acme

import (
	"crypto/ecdsa"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/pki"
)

// An order: RFC 8555, 7.1.3 and 7.4.
func TestNewOrder(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	a := c.order("B.localhost", "a.localhost", "a.localhost").want(t, 201)
	at := a.header.Get("Location")
	authz := a.list(t, "authorizations")
	want := map[string]any{
		"status": "pending", "expires": stamp(b.now.Now().Add(7 * 24 * time.Hour)), "finalize": at + "/finalize",
		"identifiers":    []any{map[string]any{"type": "dns", "value": "b.localhost"}, map[string]any{"type": "dns", "value": "a.localhost"}},
		"authorizations": []any{authz[0], authz[1]},
	}
	if diff := cmp.Diff(want, a.json(t)); diff != "" {
		t.Error(diff)
	}
	if again := c.post(at, "").want(t, 200); !cmp.Equal(want, again.json(t)) {
		t.Errorf("got another order: %s", again.body)
	}
	c.prove(a)
	after := c.post(at, "").want(t, 200)
	if after.text(t, "status") != ready || !cmp.Equal(authz, after.list(t, "authorizations")) { // immutable
		t.Errorf("got %s", after.body)
	}
	other := b.account("web")
	other.post(at, "").want(t, 403, "unauthorized", "another account")
	other.post(authz[0], "").want(t, 403, "unauthorized")
	b.profile("web2")
	c.post(strings.Replace(at, "/web/", "/web2/", 1), "").want(t, 400, "accountDoesNotExist")
	stranger := b.account("web2")
	stranger.post(strings.Replace(at, "/web/", "/web2/", 1), "").want(t, 404, "malformed")
}

// What an order cannot ask for: RFC 8555, 7.4. Each refusal is recorded with its reason.
func TestRefusedOrder(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) {
		p.AuthorizationMethods = []string{http01}
		p.MaxDNSName = 3
		p.Constraints = &lifecycle.Constraints{DNSDomains: `(.*\.)?localhost`}
	})
	c := b.account("web")
	b.events()
	for name, x := range map[string]struct{ payload, kind, says string }{
		"nothing":            {`{}`, "malformed", "one identifier"},
		"no identifiers":     {`{"identifiers":[]}`, "malformed", "one identifier"},
		"no list":            {`{"identifiers":"x"}`, "malformed", "form"},
		"no payload":         {``, "malformed", "JSON object"},
		"a kind unknown":     {`{"identifiers":[{"type":"email","value":"a@b.c"}]}`, "unsupportedIdentifier", "neither dns nor ip"},
		"a broken name":      {orderPayload("a..localhost"), "malformed", "not a domain name"},
		"a broken A-label":   {orderPayload("xn--a.localhost"), "malformed", "not a domain name"},
		"a wildcard":         {orderPayload("*.a.localhost"), "rejectedIdentifier", "none of the profile's methods"},
		"a short name":       {orderPayload("host"), "rejectedIdentifier", "without a domain"},
		"a foreign domain":   {orderPayload("a.example.com"), "rejectedIdentifier", "not allowed by the profile"},
		"too many names":     {orderPayload("a.localhost", "b.localhost", "c.localhost", "d.localhost"), "malformed", "at most 3"},
		"too many at all":    {orderPayload(slices.Repeat([]string{"a.localhost"}, 101)...), "malformed", "at most 100"},
		"a validity":         {`{"identifiers":[{"type":"dns","value":"a.localhost"}],"notAfter":"2030-01-01T00:00:00Z"}`, "malformed", "notAfter"},
		"another validity":   {`{"identifiers":[{"type":"dns","value":"a.localhost"}],"notBefore":"2030-01-01T00:00:00Z"}`, "malformed", "notBefore"},
		"another profile":    {`{"identifiers":[{"type":"dns","value":"a.localhost"}],"profile":"gold"}`, "invalidProfile", "web"},
		"a broken reference": {`{"identifiers":[{"type":"dns","value":"a.localhost"}],"replaces":"x"}`, "malformed", "replaces"},
	} {
		t.Run(name, func(t *testing.T) {
			c.post(c.at("new-order"), x.payload).want(t, 400, x.kind, x.says)
			e := find(t, b.fresh(), "ACME-ORDER-NEW")
			if e.Status != "failure" || e.Detail("actorId") == "" || !strings.Contains(e.Detail("message"), x.says) {
				t.Errorf("got the event %v", e.Details)
			}
		})
	}
	a := c.order("a..localhost", "b.example.com", "c.localhost").want(t, 400, "malformed")
	p := readProblem(string(a.body))
	if len(p.Subproblems) != 1 || p.Subproblems[0].Identifier.Value != "a..localhost" || p.Identifier != nil || p.Call == "" {
		t.Errorf("got %s", a.body)
	}
	if e := find(t, b.fresh(), "ACME-ORDER-NEW"); e.Detail("correlationId") != p.Call {
		t.Errorf("the answer names %s, the event %s", p.Call, e.Detail("correlationId"))
	}
}

// The draft of profiles: the one of the directory can be named.
func TestNamedProfile(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	a := c.post(c.at("new-order"), `{"identifiers":[{"type":"dns","value":"a.localhost"}],"profile":"web"}`).want(t, 201)
	if a.text(t, "profile") != "web" {
		t.Errorf("got %s", a.body)
	}
}

// Labels and owner from the profile's name reach the order, the rules and the certificate.
func TestEnrichedOrder(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) {
		p.Template = &lifecycle.Template{
			Subject: []lifecycle.SubjectElement{{Type: pki.CN, Mandatory: true, Editable: true}, {Type: pki.OU, Rule: mustRule("{{acme.order.team}}")}},
			SANs:    []lifecycle.SANElement{{Type: pki.DNSName, Editable: true}},
			Team:    &lifecycle.TeamPolicy{Editable: true}, Owner: &lifecycle.OwnerPolicy{Editable: true},
			Labels: []lifecycle.LabelElement{{Label: "env", Editable: true}, {Label: "from", Rule: mustRule("{{acme.order.initialip}}")}},
		}
	})
	c := b.account("web~team:web%20servers,owner:ann,label.env:prod")
	o := c.order("a.localhost").want(t, 201)
	c.prove(o)
	key := newKey(t)
	done := c.post(o.text(t, "finalize"), `{"csr":"`+encode64(csr(t, key, "a.localhost", "a.localhost"))+`"}`).want(t, 200)
	cert := c.download(done)[0]
	if diff := cmp.Diff([]string{"web servers"}, cert.Subject.OrganizationalUnit); diff != "" {
		t.Error(diff)
	}
	e := find(t, b.fresh(), "LIFECYCLE-ENROLL")
	if e.Detail("certificateOwner") != "ann" || e.Detail("certificateTeam") != "web servers" {
		t.Errorf("got %v", e.Details)
	}
	wrong := b.account("web~label.other:x")
	o = wrong.order("a.localhost").want(t, 201)
	wrong.prove(o)
	wrong.post(o.text(t, "finalize"), `{"csr":"`+encode64(csr(t, key, "a.localhost", "a.localhost"))+`"}`).want(t, 400, "badCSR", "Label element 'other' is not authorized")
}

// A short name stands and falls with the full name beside it.
func TestShortName(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.AuthorizeShortName = true })
	c := b.account("web")
	o := c.order("host", "host.localhost").want(t, 201)
	first := c.post(o.list(t, "authorizations")[0], "").want(t, 200)
	if first.text(t, "status") != valid || o.text(t, "status") != pending {
		t.Errorf("got %s for %s", first.body, o.body)
	}
	c.prove(o)
	done := c.finalize(o, newKey(t), "host", "host.localhost").want(t, 200)
	if diff := cmp.Diff([]string{"host", "host.localhost"}, c.download(done)[0].DNSNames); diff != "" {
		t.Error(diff)
	}
	again := c.order("host", "host.localhost").want(t, 201)
	if slices.Contains(again.list(t, "authorizations"), o.list(t, "authorizations")[0]) {
		t.Error("the authorization of a short name serves another order")
	}
}

// Wildcards: the authorization names the base domain, and says so (RFC 8555, 7.1.3 and 7.1.4).
func TestWildcard(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	o := c.order("*.example.test", "example.test").want(t, 201)
	authz := o.list(t, "authorizations")
	star := c.post(authz[0], "").want(t, 200).json(t)
	plain := c.post(authz[1], "").want(t, 200).json(t)
	if star["wildcard"] != true || star["identifier"].(map[string]any)["value"] != "example.test" || len(star["challenges"].([]any)) != 1 {
		t.Errorf("got %v", star)
	}
	if plain["wildcard"] != nil || len(plain["challenges"].([]any)) != 3 {
		t.Errorf("got %v", plain)
	}
	var records []string
	var answers []string
	for _, a := range authz {
		at, token := c.offered(a, dns01)
		digest := proof{token: token, thumbprint: c.thumbprint()}.digest()
		records = append(records, `_acme-challenge.example.test. 1 IN TXT "`+encode64(digest[:])+`"`)
		answers = append(answers, at)
	}
	b.proof.record("_acme-challenge.example.test", records...) // two records under one name
	for i, at := range answers {
		c.post(at, "{}").want(t, 200)
		c.settled(authz[i], valid)
	}
	done := c.finalize(o, newKey(t), "*.example.test", "example.test").want(t, 200)
	if got := c.download(done)[0].DNSNames; len(got) != 2 {
		t.Errorf("got %v", got)
	}
}

// Addresses: RFC 8738, by http-01 and by tls-alpn-01 with the reverse name.
func TestIPIdentifier(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	o := c.order("127.0.0.1").want(t, 201)
	authz := o.list(t, "authorizations")[0]
	if n := len(c.post(authz, "").json(t)["challenges"].([]any)); n != 2 {
		t.Errorf("%d challenges are offered", n)
	}
	at, token := c.offered(authz, tlsALPN01)
	digest := proof{token: token, thumbprint: c.thumbprint()}.digest()
	b.proof.show("1.0.0.127.in-addr.arpa", alpn(t, identifier{typeIP, "127.0.0.1"}, digest[:]))
	c.post(at, "{}").want(t, 200)
	c.settled(authz, valid)
	done := c.finalize(o, newKey(t), "127.0.0.1").want(t, 200)
	cert := c.download(done)[0]
	if len(cert.IPAddresses) != 1 || cert.IPAddresses[0].String() != "127.0.0.1" || len(cert.DNSNames) != 0 {
		t.Errorf("got %v %v", cert.IPAddresses, cert.DNSNames)
	}
	again := c.order("127.0.0.1").want(t, 201)
	c.prove(again)
}

// Authorizations that are valid serve further orders for as long as the profile says.
func TestReuse(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.AuthorizationReuse = 10 * span.Day })
	c := b.account("web")
	first := c.order("a.localhost").want(t, 201)
	c.prove(first)
	second := c.order("a.localhost", "b.localhost").want(t, 201)
	if first.list(t, "authorizations")[0] != second.list(t, "authorizations")[0] || second.text(t, "status") != pending {
		t.Errorf("got %s", second.body)
	}
	third := c.order("a.localhost").want(t, 201)
	if third.text(t, "status") != ready {
		t.Errorf("got %s", third.body)
	}
	if got := b.account("web").order("a.localhost").text(t, "status"); got != pending {
		t.Errorf("another account's order is %s", got)
	}
	if got := c.order("*.a.localhost").text(t, "status"); got != pending {
		t.Errorf("the order of a wildcard is %s", got)
	}
	c.finalize(third, newKey(t), "a.localhost").want(t, 200)
	b.now.Advance(9 * span.Day.Std())
	if got := c.order("a.localhost").want(t, 201); got.text(t, "status") != ready || got.text(t, "expires") != stamp(b.now.Now().Add(24*time.Hour)) {
		t.Errorf("got %s", got.body) // it ends with its authorization
	}
	b.now.Advance(span.Day.Std())
	if got := c.order("a.localhost").want(t, 201).text(t, "status"); got != pending {
		t.Errorf("an expired authorization is used again")
	}
	b.profile("once")
	c = b.account("once")
	c.prove(c.order("a.localhost").want(t, 201))
	if got := c.order("a.localhost").want(t, 201).text(t, "status"); got != pending {
		t.Errorf("without reuse the order is %s", got)
	}
}

// Ahead of an order: RFC 8555, 7.4.1.
func TestPreAuthorization(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	a := c.post(c.at("new-authz"), `{"identifier":{"type":"dns","value":"A.localhost"}}`).want(t, 201)
	at := a.header.Get("Location")
	if a.text(t, "status") != pending || a.json(t)["identifier"].(map[string]any)["value"] != "a.localhost" {
		t.Errorf("got %s", a.body)
	}
	challenge, token := c.offered(at, http01)
	b.proof.put(token, authorizes(token, c.thumbprint()))
	c.post(challenge, "{}").want(t, 200)
	c.settled(at, valid)
	o := c.order("a.localhost").want(t, 201)
	if o.text(t, "status") != ready || o.list(t, "authorizations")[0] != at {
		t.Errorf("got %s", o.body)
	}
	c.finalize(o, newKey(t), "a.localhost").want(t, 200)
	for payload, kind := range map[string]string{
		`{"identifier":{"type":"dns","value":"*.localhost"}}`: "malformed", `{"identifier":{"type":"dns","value":"host"}}`: "rejectedIdentifier",
		`{"identifier":{"type":"x","value":"y"}}`: "unsupportedIdentifier", `{}`: "unsupportedIdentifier", `{"identifier":{"type":"dns","value":"a..b"}}`: "malformed", `x`: "malformed",
	} {
		c.post(c.at("new-authz"), payload).want(t, 400, kind)
	}
}

// Finalize: RFC 8555, 7.4. What is refused leaves the order ready; asked again, the order is the answer.
func TestFinalize(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.Crypto.AuthorizedKeyTypes = []pki.KeyType{pki.P256} })
	c := b.account("web")
	o := c.order("a.localhost", "b.localhost").want(t, 201)
	to := o.text(t, "finalize")
	b.events()
	send := func(key *ecdsa.PrivateKey, names ...string) answer {
		return c.post(to, `{"csr":"`+encode64(csr(t, key, "", names...))+`"}`)
	}
	key := newKey(t).(*ecdsa.PrivateKey)
	send(key, "a.localhost", "b.localhost").want(t, 403, "orderNotReady", "2 of its authorizations")
	c.prove(o)
	b.events()
	p384, err := pki.Generate(pki.P384)
	check(t, err)
	for name, x := range map[string]struct {
		payload string
		says    string
	}{
		"no CSR":             {`{}`, "base64url"},
		"no DER":             {`{"csr":"AAAA"}`, "parse"},
		"PEM":                {`{"csr":"-----BEGIN CERTIFICATE REQUEST-----"}`, "base64url"},
		"padding":            {`{"csr":"AA=="}`, "base64url"},
		"one name less":      {`{"csr":"` + encode64(csr(t, key, "", "a.localhost")) + `"}`, "does not ask for b.localhost"},
		"one name more":      {`{"csr":"` + encode64(csr(t, key, "", "a.localhost", "b.localhost", "c.localhost")) + `"}`, "c.localhost"},
		"the account's key":  {`{"csr":"` + encode64(csr(t, c.key, "", "a.localhost", "b.localhost")) + `"}`, "that of an account"},
		"a key not accepted": {`{"csr":"` + encode64(csr(t, p384, "", "a.localhost", "b.localhost")) + `"}`, "not authorized"},
		"a broken signature": {`{"csr":"` + encode64(spoiled(csr(t, key, "", "a.localhost", "b.localhost"))) + `"}`, "ignature"},
	} {
		c.post(to, x.payload).want(t, 400, "badCSR", x.says)
		e := find(t, b.fresh(), "ACME-ORDER-FINALIZE")
		if e.Status != "failure" || !strings.Contains(e.Detail("message"), x.says) || e.Detail("orderId") == "" {
			t.Errorf("%s: got the event %v", name, e.Details)
		}
		if got := c.post(o.header.Get("Location"), "").text(t, "status"); got != ready {
			t.Errorf("%s: the order is %s", name, got)
		}
	}
	c.post(to, `x`).want(t, 400, "malformed")
	b.account("web").post(to, `{"csr":"`+encode64(csr(t, key, "", "a.localhost", "b.localhost"))+`"}`).want(t, 403, "unauthorized")
	done := send(key, "a.localhost", "b.localhost").want(t, 200)
	if done.text(t, "status") != valid || done.header.Get("Location") != o.header.Get("Location") || done.text(t, "certificate") == "" || done.json(t)["error"] != nil {
		t.Errorf("got %s", done.body)
	}
	e := find(t, b.fresh(), "ACME-ORDER-FINALIZE")
	if e.Detail("actorType") != "acme-account" {
		t.Errorf("got %v", e.Details)
	}
	again := send(key, "a.localhost", "b.localhost").want(t, 200)
	if !cmp.Equal(done.json(t), again.json(t)) {
		t.Errorf("got another order: %s", again.body)
	}
	c.post(to, `{"csr":"AAAA"}`).want(t, 200) // whatever is sent
	if got := len(c.download(done)); got != 3 {
		t.Errorf("got %d certificates", got)
	}
}

// spoiled changes the last bit of a structure: of its signature.
func spoiled(der []byte) []byte {
	der = slices.Clone(der)
	der[len(der)-1] ^= 1
	return der
}

// An order that has expired cannot be finalized, and is cleaned up with an event.
func TestExpiredOrder(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.OrderLifetime = span.Duration(time.Hour) })
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	c.prove(o)
	waiting := c.order("b.localhost").want(t, 201)
	b.now.Advance(time.Hour)
	if got := c.post(o.header.Get("Location"), "").want(t, 200).text(t, "status"); got != invalid {
		t.Errorf("the order is %s", got)
	}
	if got := c.post(o.list(t, "authorizations")[0], "").text(t, "status"); got != expired {
		t.Errorf("the authorization is %s", got)
	}
	c.finalize(o, newKey(t), "a.localhost").want(t, 403, "orderNotReady", "expired")
	at, _ := c.offered(waiting.list(t, "authorizations")[0], http01)
	c.post(at, "{}").want(t, 200)
	b.events()
	check(t, b.door.Clean(t.Context()))
	events := b.fresh()
	if len(events) != 2 || events[0].Code != "ACME-ORDER-UPDATE" || events[0].Detail("state") != expired || events[0].Detail("actorType") != "system" {
		t.Errorf("got %v", events)
	}
	a := c.post(o.header.Get("Location"), "").want(t, 200)
	if a.text(t, "status") != invalid || !strings.Contains(string(a.body), "expired") {
		t.Errorf("got %s", a.body)
	}
	if got := c.post(waiting.list(t, "authorizations")[0], "").text(t, "status"); got != invalid {
		t.Errorf("the pending authorization is %s", got)
	}
	b.now.Advance(keepFailed + time.Hour)
	check(t, b.door.Clean(t.Context()))
	c.post(o.header.Get("Location"), "").want(t, 404)
	c.post(o.list(t, "authorizations")[0], "").want(t, 404)
}

// Limits: 429 with the time to wait (RFC 8555, 6.6).
func TestLimits(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.restartWith(Limits{Accounts: Rate{1, 3}, Orders: Rate{1, 4}, Fetches: Rate{1, 1}, Authorizations: 3, Identifiers: 2}, 0)
	c := b.account("web")
	b.account("web")
	last := b.account("web")
	a := b.client("web").register(`{}`).want(t, 429, "rateLimited")
	if a.header.Get("Retry-After") != "60" {
		t.Errorf("wait %s", a.header.Get("Retry-After"))
	}
	c.order("a.localhost", "b.localhost", "c.localhost").want(t, 400, "malformed", "at most 2")
	c.order("a.localhost", "b.localhost").want(t, 201)
	c.order("a.localhost", "b.localhost").want(t, 429, "rateLimited", "pending")
	o := c.order("a.localhost").want(t, 201)
	c.post(c.at("new-authz"), `{"identifier":{"type":"dns","value":"a.localhost"}}`).want(t, 429, "rateLimited", "pending")
	if a := last.order("a.localhost").want(t, 429, "rateLimited"); a.header.Get("Retry-After") == "" { // by address
		t.Error("no time to wait")
	}
	c.do("GET", o.header.Get("Location"), nil, nil).want(t, 200)
	c.do("GET", o.header.Get("Location"), nil, nil).want(t, 429, "rateLimited")
	if got := b.events("ACME-ACCOUNT-REGISTER", "ACME-ORDER-NEW"); len(got) == 0 {
		t.Error("no event tells of the limits")
	}
	b.now.Advance(time.Minute)
	b.account("web")
}

// 64 workers poll one order while it is finalized: all see it move forward, none waits for long.
func TestManyPollers(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	c.prove(o)
	rank := map[string]int{ready: 1, processing: 2, valid: 3}
	var group sync.WaitGroup
	begin := make(chan struct{})
	for range 64 {
		group.Go(func() {
			p := *c
			p.nonce = ""
			<-begin
			last := 0
			for last < 3 {
				got := p.post(o.header.Get("Location"), "")
				if got.status != 200 || rank[got.text(t, "status")] < last {
					t.Errorf("got %d %s after %d", got.status, got.body, last)
					return
				}
				last = rank[got.text(t, "status")]
			}
		})
	}
	var certs sync.Map
	body := `{"csr":"` + encode64(csr(t, newKey(t), "", "a.localhost")) + `"}`
	for range 8 {
		group.Go(func() {
			p := *c
			p.nonce = ""
			<-begin
			done := p.post(o.text(t, "finalize"), body)
			if done.status != 200 || done.text(t, "status") != valid {
				t.Errorf("got %d %s", done.status, done.body)
				return
			}
			certs.Store(p.download(done)[0].SerialNumber.String(), true)
		})
	}
	close(begin)
	group.Wait()
	count := 0
	certs.Range(func(any, any) bool { count++; return true })
	if count != 1 {
		t.Errorf("%d certificates were issued", count)
	}
	if got := b.events("LIFECYCLE-ENROLL"); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}

// A client that finalizes as soon as its last authorization is valid never meets an order that is not ready.
func TestReadyWithLastAuthorization(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	names := []string{"a.localhost", "b.localhost", "c.localhost", "d.localhost", "e.localhost", "f.localhost"}
	o := c.order(names...).want(t, 201)
	var group sync.WaitGroup
	for _, authz := range o.list(t, "authorizations") {
		group.Go(func() {
			p := *c
			p.nonce = ""
			at, token := p.offered(authz, http01)
			b.proof.put(token, authorizes(token, p.thumbprint()))
			p.post(at, "{}").want(t, 200)
			p.settled(authz, valid)
		})
	}
	group.Wait()
	c.finalize(o, newKey(t), names...).want(t, 200)
	if got := b.events("ACME-ORDER-UPDATE"); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}

// Downloads: the chain in PEM, or the bare certificate (RFC 8555, 7.4.2 and 9.1).
func TestDownload(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	done, chain, key := c.issued("a.localhost")
	at := done.text(t, "certificate")
	if len(chain) != 3 || !chain[0].PublicKey.(*ecdsa.PublicKey).Equal(key.Public()) {
		t.Fatalf("got %d certificates", len(chain))
	}
	for i := 1; i < len(chain); i++ {
		check(t, chain[i-1].CheckSignatureFrom(chain[i]))
	}
	a := c.post(at, "").want(t, 200)
	if a.header.Get("Content-Type") != typeChain || strings.Contains(string(a.body), "\n\n") || !strings.HasPrefix(string(a.body), "-----BEGIN CERTIFICATE-----\n") {
		t.Errorf("got %s %q", a.header.Get("Content-Type"), a.body)
	}
	der := c.post(at, "", sign{accept: typeDER}).want(t, 200)
	if der.header.Get("Content-Type") != typeDER || !slices.Equal(der.body, chain[0].Raw) {
		t.Errorf("got %s", der.header.Get("Content-Type"))
	}
	if got := c.post(at, "", sign{accept: typeDER + ", " + typeChain}).header.Get("Content-Type"); got != typeChain {
		t.Errorf("got %s", got)
	}
	b.events()
	b.account("web").post(at, "").want(t, 403, "unauthorized")
	e := find(t, b.fresh(), "ACME-ORDER-CERTIFICATE")
	if e.Status != "failure" || e.Detail("orderId") == "" || !strings.Contains(e.Detail("message"), "another account") {
		t.Errorf("got %v", e.Details)
	}
	c.post(at+"/1", "").want(t, 404) // one chain
	open := c.order("b.localhost").want(t, 201)
	c.post(strings.Replace(open.header.Get("Location"), "/order/", "/cert/", 1), "").want(t, 403, "orderNotReady", "pending")
	b.restart() // what was issued a moment ago is not in memory any more
	c.http, c.nonce = b.http.Client(), ""
	if again := c.post(strings.Replace(at, strings.SplitAfter(at, "/acme")[0], b.host.PublicURL.String()+"/acme", 1), "").want(t, 200); string(again.body) != string(a.body) {
		t.Error("the certificate is another one after a restart")
	}
	no := false
	b.change(func(p *Profile) { p.IncludeRoot = &no })
	if _, chain, _ := c.issued("c.localhost"); len(chain) != 2 {
		t.Errorf("got %d certificates without the root", len(chain))
	}
}

// Of several chains the preferred one comes first, the others are links (RFC 8555, 7.4.2).
func TestAlternateChains(t *testing.T) {
	t.Parallel()
	b := start(t)
	fake := &fakeIssuer{issuer: b.life, t: t}
	b.issue = fake
	b.restart()
	c := b.account("web")
	done, _, _ := c.issued("a.localhost")
	at := done.text(t, "certificate")
	first, second := c.post(at, "").want(t, 200), c.post(at+"/1", "").want(t, 200)
	if string(first.body) == string(second.body) || certificates(t, first.body)[0].SerialNumber.Cmp(certificates(t, second.body)[0].SerialNumber) != 0 {
		t.Error("the chains are not alternatives")
	}
	if !slices.Contains(first.header.Values("Link"), "<"+at+`/1>;rel="alternate"`) || !slices.Contains(second.header.Values("Link"), "<"+at+`>;rel="alternate"`) {
		t.Errorf("got %v and %v", first.header.Values("Link"), second.header.Values("Link"))
	}
	c.post(at+"/2", "").want(t, 404)
	b.change(func(p *Profile) { p.PreferredCAs = []string{"nobody", "other root"} })
	if swapped := c.post(at, "").want(t, 200); string(swapped.body) != string(second.body) {
		t.Error("the preferred chain is not the default")
	}
}

// The answer of a proxy that is trusted tells the client's address.
func TestForwardedAddress(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.trusted = prefixes(t, "127.0.0.0/8")
	b.restart()
	c := b.client("web")
	r, err := http.NewRequest("POST", c.at("new-account"), strings.NewReader(string(c.message(c.at("new-account"), `{}`, sign{jwk: true}))))
	check(t, err)
	r.Header.Set("Content-Type", "application/jose+json")
	r.Header.Set("X-Forwarded-For", "203.0.113.9, 192.0.2.7")
	w, err := c.http.Do(r)
	check(t, err)
	check(t, w.Body.Close())
	c.kid = w.Header.Get("Location")
	if got := c.post(c.kid, "").text(t, "initialIp"); got != "192.0.2.7" {
		t.Errorf("got %s", got)
	}
}
