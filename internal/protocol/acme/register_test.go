package acme

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/lifecycle"
)

// The directory names what there is, with what enriches the profile's name in every address: RFC 8555, 7.1.1.
func TestDirectory(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) {
		p.Meta = &Meta{TermsOfService: "https://pki.example/terms", Website: "https://pki.example", CAAIdentities: []string{"ca.example"}, ExternalAccountRequired: true}
		p.Description = []lifecycle.Localized{{Lang: "en", Value: "Web servers"}}
	})
	c := b.client("web~team:a,label.env:prod")
	a := c.do("GET", c.at("directory"), nil, nil).want(t, 200)
	at := func(s string) any { return c.at(s) }
	want := map[string]any{
		"newNonce": at("new-nonce"), "newAccount": at("new-account"), "newOrder": at("new-order"), "newAuthz": at("new-authz"),
		"revokeCert": at("revoke-cert"), "keyChange": at("key-change"), "renewalInfo": at("renewal-info"),
		"meta": map[string]any{
			"termsOfService": "https://pki.example/terms", "website": "https://pki.example", "caaIdentities": []any{"ca.example"},
			"externalAccountRequired": true, "profiles": map[string]any{"web": "Web servers"},
		},
	}
	if diff := cmp.Diff(want, a.json(t)); diff != "" {
		t.Error(diff)
	}
	if a.header.Get("Link") != "" || a.header.Get("Content-Type") != "application/json" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got the headers %v", a.header)
	}
	if head := c.do("HEAD", c.at("directory"), nil, nil); head.status != 200 {
		t.Errorf("HEAD: %d", head.status)
	}
}

// POST-as-GET is answered wherever GET is: RFC 8555, 6.3.
func TestPostAsGet(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	c.post(c.at("directory"), "").want(t, 200)
	if a := c.post(c.at("new-nonce"), ""); a.status != 204 {
		t.Errorf("new-nonce: %d", a.status)
	}
	c.post(c.at("directory"), "{}").want(t, 400, "malformed", "empty")
	o := c.order("a.localhost").want(t, 201)
	at := o.header.Get("Location")
	c.post(at, "").want(t, 200)
	c.post(at, "{}").want(t, 400, "malformed", "empty")
	c.post(o.list(t, "authorizations")[0], "").want(t, 200)
	challenge, _ := c.offered(o.list(t, "authorizations")[0], http01)
	if got := c.post(challenge, "").want(t, 200).text(t, "status"); got != pending {
		t.Errorf("POST-as-GET started the challenge: %s", got)
	}
	c.post(c.kid, "").want(t, 200)
	c.post(c.kid+"/orders", "").want(t, 200)
	c.post(c.kid+"/orders", "{}").want(t, 400, "malformed")
}

// Plain GET: 405 where RFC 8555, 6.3 wants it, unless the profile answers older clients.
func TestPlainGet(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	done, _, _ := c.issued("a.localhost")
	challenge, _ := c.offered(done.list(t, "authorizations")[0], http01)
	lenient := []string{done.header.Get("Location"), done.list(t, "authorizations")[0], challenge, done.text(t, "certificate")}
	strict := []string{c.kid, c.kid + "/orders", c.at("new-order"), c.at("new-account"), c.at("key-change"), c.at("revoke-cert"), done.text(t, "finalize")}
	get := func(at string) answer { return c.do("GET", at, nil, nil) }
	for _, at := range lenient {
		get(at).want(t, 200)
	}
	for _, at := range strict {
		a := get(at).want(t, 405, "malformed")
		if a.header.Get("Allow") != "POST" {
			t.Errorf("%s: allows %q", at, a.header.Get("Allow"))
		}
	}
	no := false
	b.change(func(p *Profile) { p.AllowGet = &no })
	for _, at := range lenient {
		get(at).want(t, 405, "malformed")
	}
	get(c.at("directory")).want(t, 200)
	c.do("DELETE", c.at("new-order"), nil, nil).want(t, 405, "malformed")
	c.do("PUT", c.at("directory"), nil, nil).want(t, 405, "malformed")
}

// A nonce by HEAD and by GET, never cached: RFC 8555, 7.2.
func TestNewNonce(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.client("web")
	seen := map[string]bool{}
	for method, status := range map[string]int{"HEAD": 200, "GET": 204} {
		a := c.do(method, c.at("new-nonce"), nil, nil)
		nonce := a.header.Get("Replay-Nonce")
		if a.status != status || len(a.body) > 0 || nonce == "" || seen[nonce] || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %d %q %v", method, a.status, a.body, a.header)
		}
		seen[nonce] = true
		if got := a.header.Get("Link"); got != "<"+c.at("directory")+`>;rel="index"` {
			t.Errorf("got the link %s", got)
		}
	}
}

// What is not signed as it should be: RFC 8555, 6.2, 6.4 and 6.5. Nothing of it uses up a nonce of others.
func TestRequestForm(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	other := b.client("web")
	empty, wrong, garbled := "", encode64(make([]byte, 32)), "a+b"
	long := strings.Repeat("x", maxBody)
	to := c.at("new-order")
	b.events("ACME")
	for name, x := range map[string]struct {
		how    sign
		status int
		kind   string
		says   string
		event  string
	}{
		"another media type":    {sign{content: "application/json"}, 415, "malformed", "application/jose+json", ""},
		"no media type":         {sign{content: ";"}, 415, "malformed", "", ""},
		"no JSON":               {sign{raw: "{"}, 400, "malformed", "", ""},
		"general form":          {sign{raw: `{"payload":"","signatures":[]}`}, 400, "malformed", "one signature", ""},
		"too large":             {sign{raw: `{"a":"` + long + `"}`}, 413, "malformed", "65536", ""},
		"jwk and kid":           {sign{both: true}, 400, "malformed", "exactly one", ""},
		"neither":               {sign{header: map[string]any{"kid": nil}}, 400, "malformed", "exactly one", ""},
		"a jwk for an account":  {sign{jwk: true}, 400, "malformed", "kid of an account", ""},
		"algorithm none":        {sign{alg: "none"}, 400, "badSignatureAlgorithm", "ES256", ""},
		"algorithm of a MAC":    {sign{alg: "HS256"}, 400, "badSignatureAlgorithm", "", ""},
		"algorithm of others":   {sign{alg: "RS256"}, 400, "badSignatureAlgorithm", "not the algorithm of this key", "ACME-ORDER-NEW failure"},
		"another path":          {sign{url: c.at("new-authz")}, 403, "unauthorized", "not the address", ""},
		"another host":          {sign{url: "https://evil.example" + Prefix + "web/new-order"}, 403, "unauthorized", "not the address", ""},
		"a query":               {sign{url: to + "?x=y"}, 403, "unauthorized", "not the address", ""},
		"no address":            {sign{header: map[string]any{"url": nil}}, 403, "unauthorized", "not the address", ""},
		"no nonce":              {sign{nonce: &empty}, 400, "badNonce", "there is none", ""},
		"a made-up nonce":       {sign{nonce: &wrong}, 400, "badNonce", "not given out", ""},
		"a garbled nonce":       {sign{nonce: &garbled}, 400, "malformed", "base64url", ""},
		"an unknown account":    {sign{kid: c.at("account/") + strings.Repeat("0", 24)}, 400, "accountDoesNotExist", "", ""},
		"an account elsewhere":  {sign{kid: b.host.Link(Prefix + "other/account/" + strings.Repeat("0", 24))}, 400, "accountDoesNotExist", "", ""},
		"a kid that is none":    {sign{kid: "x"}, 400, "accountDoesNotExist", "", ""},
		"another key":           {sign{key: other.key}, 400, "malformed", "signature", "ACME-ORDER-NEW failure"},
		"a changed payload":     {sign{spoil: true}, 400, "malformed", "signature", "ACME-ORDER-NEW failure"},
		"an unknown critical":   {sign{header: map[string]any{"crit": []string{"x"}}}, 400, "malformed", "crit", ""},
		"an unencoded payload":  {sign{header: map[string]any{"b64": false}}, 400, "malformed", "b64", ""},
		"jose+json with params": {sign{content: "application/jose+json; charset=utf-8"}, 201, "", "", "ACME-ORDER-NEW success"},
	} {
		t.Run(name, func(t *testing.T) {
			a := c.post(to, orderPayload("a.localhost"), x.how)
			if x.status >= 400 {
				a.want(t, x.status, x.kind, x.says)
			} else {
				a.want(t, x.status)
			}
			if got := strings.Join(b.events("ACME"), ","); got != x.event {
				t.Errorf("got the events %q, want %q", got, x.event)
			}
		})
	}
	a := c.post(to, orderPayload("a.localhost"), sign{alg: "none"}).want(t, 400)
	if diff := cmp.Diff([]string{"ES256", "ES384", "ES512", "EdDSA", "RS256"}, a.list(t, "algorithms")); diff != "" {
		t.Error(diff)
	}
}

// Every algorithm that is offered works: RFC 8555, 6.2.
func TestAlgorithms(t *testing.T) {
	t.Parallel()
	b := start(t)
	for alg, key := range keysOfAll(t) {
		c := b.client("web")
		c.key = key
		c.register(`{}`).want(t, 201)
		c.order("a.localhost").want(t, 201)
		if c.kid == "" {
			t.Errorf("%s: no account", alg)
		}
	}
}

// A nonce is taken once: RFC 8555, 6.5. The refusal brings one that is good.
func TestReplay(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	nonce := c.fetchNonce()
	c.post(c.at("new-order"), orderPayload("a.localhost"), sign{nonce: &nonce}).want(t, 201)
	c.post(c.at("new-order"), orderPayload("a.localhost"), sign{nonce: &nonce}).want(t, 400, "badNonce", "used before")
	c.post(c.at("new-order"), orderPayload("a.localhost")).want(t, 201) // with the nonce of the refusal
	nonce = c.fetchNonce()
	c.post(c.at("new-order"), orderPayload("a.localhost"), sign{nonce: &nonce, key: newKey(t)}).want(t, 400, "malformed")
	c.post(c.at("new-order"), orderPayload("a.localhost"), sign{nonce: &nonce}).want(t, 201) // a forgery did not use it up
	nonce = c.fetchNonce()
	b.now.Advance(nonceLife + 2e9)
	c.post(c.at("new-order"), orderPayload("a.localhost"), sign{nonce: &nonce}).want(t, 400, "badNonce", "too old")
}

// Nonces survive a restart without being stored, and are still taken once.
func TestNonceAfterRestart(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	nonce, kid := c.fetchNonce(), c.kid
	b.restart()
	c.http = b.http.Client()
	if strings.HasPrefix(kid, b.host.PublicURL.String()) {
		t.Log("the new server has the old address")
	}
	c.post(c.at("new-order"), orderPayload("a.localhost"), sign{nonce: &nonce}).want(t, 201) // with the kid of the old address
	c.post(c.at("new-order"), orderPayload("a.localhost"), sign{nonce: &nonce}).want(t, 400, "badNonce")
}

// Accounts are found by path, whatever the host: the server can change its name.
func TestAccountByPath(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	path := strings.TrimPrefix(c.kid, b.host.PublicURL.String())
	for _, kid := range []string{"https://ca.before.example" + path, "http://10.0.0.1:8080" + path, path} {
		c.post(c.at("new-order"), orderPayload("a.localhost"), sign{kid: kid}).want(t, 201)
	}
	c.post(c.at("new-order"), orderPayload("a.localhost"), sign{url: "https://old.example" + Prefix + "web/new-order"}).want(t, 201)
	for _, kid := range []string{c.kid + "/orders", c.kid + "0", strings.Replace(c.kid, "/web/", "/web2/", 1), "ht tp://x", "https://x/" + path} {
		c.post(c.at("new-order"), orderPayload("a.localhost"), sign{kid: kid}).want(t, 400, "accountDoesNotExist")
	}
}

// Links are built from the public address, also below a path, and never from the Host header.
func TestLinks(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.client("web")
	r, err := http.NewRequest("GET", c.at("directory"), nil)
	check(t, err)
	r.Host = "evil.example"
	w, err := c.http.Do(r)
	check(t, err)
	defer func() { _ = w.Body.Close() }()
	var v struct{ NewOrder string }
	check(t, json.NewDecoder(w.Body).Decode(&v))
	if v.NewOrder != c.at("new-order") {
		t.Errorf("got %s", v.NewOrder)
	}
	b.prefix = "/pki/" // a proxy takes it away
	b.restart()
	c = b.client("web")
	a0 := c.do("HEAD", strings.Replace(c.at("new-nonce"), "/pki", "", 1), nil, nil)
	if a0.status != 200 {
		t.Fatalf("new-nonce: %d", a0.status)
	}
	to := strings.Replace(c.at("new-account"), "/pki", "", 1)
	a := c.post(to, `{}`, sign{jwk: true, url: c.at("new-account")}).want(t, 201)
	if !strings.Contains(a.header.Get("Location"), "/pki/acme/web/account/") {
		t.Errorf("got %s", a.header.Get("Location"))
	}
	c.kid = a.header.Get("Location")
	c.post(strings.Replace(c.at("new-order"), "/pki", "", 1), orderPayload("a.localhost"), sign{url: c.at("new-order")}).want(t, 201)
}

// Unknown profiles and paths.
func TestNotHere(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.profile("off", func(p *Profile) { p.Enabled = false })
	c := b.account("web")
	for _, path := range []string{"nobody/directory", "off/directory", "web/nothing", "web/", "web", "", "web/order/1/x", "web/a/b/c/d/e", "web~bad/directory", "w%20b/directory"} {
		a := c.do("GET", b.host.Link(Prefix+path), nil, nil)
		want := 404
		if strings.HasPrefix(path, "web~") {
			want = 400
		}
		a.want(t, want, "malformed")
	}
	none := strings.Repeat("0", 24)
	for _, path := range []string{"order/" + none, "order/x", "authz/" + none, "authz/x", "challenge/" + none + "/http-01", "cert/" + none, "cert/x", "cert/" + none + "/1", "cert/" + none + "/x"} {
		c.post(c.at(path), "").want(t, 404, "malformed")
	}
	c.post(c.at("order/"+none+"/finalize"), `{"csr":""}`).want(t, 404, "malformed")
	c.post(c.at("order/x/finalize"), `{"csr":""}`).want(t, 404, "malformed")
}

// A new account: RFC 8555, 7.3.
func TestNewAccount(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.client("web")
	a := c.register(`{"contact":["mailto:a@example.com"],"termsOfServiceAgreed":true,"orders":"https://evil.example","status":"revoked","favourite":"x"}`).want(t, 201)
	v := a.json(t)
	want := map[string]any{
		"status": "valid", "contact": []any{"mailto:a@example.com"}, "termsOfServiceAgreed": true, "orders": c.kid + "/orders",
		"initialIp": "127.0.0.1", "createdAt": stamp(b.now.Now()),
	}
	if diff := cmp.Diff(want, v); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(a.header.Get("Link"), `rel="index"`) {
		t.Errorf("got the links %v", a.header.Values("Link"))
	}
	again := b.client("web")
	again.key = c.key
	same := again.register(`{"contact":["mailto:other@example.com"]}`).want(t, 200) // 7.3.1
	if again.kid != c.kid || same.text(t, "status") != valid || same.list(t, "contact")[0] != "mailto:a@example.com" {
		t.Errorf("got %s at %s", same.body, again.kid)
	}
	again.register(`{"onlyReturnExisting":true}`).want(t, 200)
	b.client("web").register(`{"onlyReturnExisting":true}`).want(t, 400, "accountDoesNotExist")
	b.client("web").post(c.at("new-account"), `{}`, sign{kid: c.kid, key: c.key}).want(t, 400, "malformed", "jwk")
	b.client("web").register(`[]`).want(t, 400, "malformed")
	b.client("web").register(`{"contact":"x"}`).want(t, 400, "malformed")
	b.client("web").register(``).want(t, 400, "malformed")
}

// The same key at the same time makes one account.
func TestNewAccountRace(t *testing.T) {
	t.Parallel()
	b := start(t)
	key := newKey(t)
	var mu sync.Mutex
	count := map[int]int{}
	at := map[string]bool{}
	var group sync.WaitGroup
	for range 32 {
		group.Go(func() {
			c := b.client("web")
			c.key = key
			a := c.register(`{}`)
			mu.Lock()
			defer mu.Unlock()
			count[a.status]++
			at[c.kid] = true
		})
	}
	group.Wait()
	if count[201] != 1 || count[200] != 31 || len(at) != 1 {
		t.Errorf("got %v at %d places", count, len(at))
	}
}

// Contacts: RFC 8555, 7.3, and what the profile wants of them. Refusals are recorded.
func TestContacts(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.profile("strict", func(p *Profile) {
		p.AuthorizeEmptyContact = false
		p.Constraints = &lifecycle.Constraints{EmailDomains: `example\.com`}
	})
	b.profile("kind", func(p *Profile) { p.AuthorizeEmptyContact = false; p.DefaultContacts = []string{"pki@example.com"} })
	for _, x := range []struct {
		profile, payload string
		status           int
		kind, says       string
	}{
		{"web", `{}`, 201, "", ""},
		{"web", `{"contact":[]}`, 201, "", ""},
		{"web", `{"contact":["tel:+12025551212"]}`, 400, "unsupportedContact", "mailto:"},
		{"web", `{"contact":["mailto:a@b,c@d"]}`, 400, "invalidContact", "more than one"},
		{"web", `{"contact":["mailto:a@example.com?cc=b"]}`, 400, "invalidContact", "more than an address"},
		{"web", `{"contact":["mailto:nobody"]}`, 400, "invalidContact", "not a mail address"},
		{"strict", `{}`, 400, "invalidContact", "needs one"},
		{"strict", `{"contact":["mailto:a@other.example"]}`, 400, "invalidContact", "other.example"},
		{"strict", `{"contact":["mailto:a@example.com"]}`, 201, "", ""},
		{"kind", `{}`, 201, "", ""},
	} {
		c := b.client(x.profile)
		a := c.register(x.payload)
		if x.status == 201 {
			a.want(t, 201)
			continue
		}
		a.want(t, x.status, x.kind, x.says)
		e := find(t, b.fresh(), "ACME-ACCOUNT-REGISTER")
		if e.Status != "failure" || !strings.Contains(e.Detail("message"), x.says) || e.Detail("certificateProfile") != x.profile || e.Detail("ip") != "127.0.0.1" {
			t.Errorf("%s: got the event %v", x.payload, e.Details)
		}
	}
	c := b.client("kind")
	if got := c.register(`{}`).list(t, "contact"); len(got) != 1 || got[0] != "mailto:pki@example.com" {
		t.Errorf("got the contacts %v", got)
	}
}

// Terms of service: RFC 8555, 7.3.
func TestTerms(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) {
		p.RequireTermsOfService = true
		p.Meta = &Meta{TermsOfService: "https://pki.example/terms"}
	})
	c := b.client("web")
	a := c.register(`{}`).want(t, 403, "userActionRequired", "https://pki.example/terms")
	if a.text(t, "instance") != "https://pki.example/terms" || !strings.Contains(strings.Join(a.header.Values("Link"), " "), `<https://pki.example/terms>;rel="terms-of-service"`) {
		t.Errorf("got %s %v", a.body, a.header)
	}
	c.register(`{"termsOfServiceAgreed":false}`).want(t, 403, "userActionRequired")
	if got := c.register(`{"termsOfServiceAgreed":true}`).want(t, 201).json(t)["termsOfServiceAgreed"]; got != true {
		t.Errorf("got %v", got)
	}
}

// Updates: RFC 8555, 7.3.2.
func TestUpdateAccount(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	a := c.post(c.kid, `{"contact":["mailto:new@example.com"],"orders":"x","status":"revoked","favourite":1}`).want(t, 200)
	if a.text(t, "status") != valid || a.list(t, "contact")[0] != "mailto:new@example.com" || a.json(t)["favourite"] != nil {
		t.Errorf("got %s", a.body)
	}
	if got := c.post(c.kid, "").want(t, 200).list(t, "contact"); len(got) != 1 || got[0] != "mailto:new@example.com" {
		t.Errorf("got %v", got)
	}
	c.post(c.kid, `{"contact":[]}`).want(t, 200)
	c.post(c.kid, `{"termsOfServiceAgreed":true}`).want(t, 200)
	if got := c.post(c.kid, "").json(t); got["contact"] != nil || got["termsOfServiceAgreed"] != true {
		t.Errorf("got %v", got)
	}
	b.events()
	c.post(c.kid, `{"contact":["tel:1"]}`).want(t, 400, "unsupportedContact")
	other := b.account("web")
	other.post(c.kid, `{"contact":[]}`).want(t, 403, "unauthorized", "another account")
	other.post(c.kid, "").want(t, 403, "unauthorized")
	other.post(c.kid+"/orders", "").want(t, 403, "unauthorized")
	if diff := cmp.Diff([]string{"ACME-ACCOUNT-UPDATE failure", "ACME-ACCOUNT-UPDATE failure", "ACME-ACCOUNT-UPDATE failure"}, b.events("ACME")); diff != "" {
		t.Error(diff)
	}
}

// Deactivation ends an account, what it has begun, and nothing else: RFC 8555, 7.3.6.
func TestDeactivateAccount(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	done, _, _ := c.issued("a.localhost")
	open := c.order("b.localhost").want(t, 201)
	b.events()
	if got := c.post(c.kid, `{"status":"deactivated"}`).want(t, 200).text(t, "status"); got != deactivated {
		t.Errorf("got %s", got)
	}
	if diff := cmp.Diff([]string{"ACME-ORDER-UPDATE success"}, b.events("ACME")); diff != "" {
		t.Error(diff)
	}
	for _, at := range []string{c.kid, done.header.Get("Location"), open.list(t, "authorizations")[0], done.text(t, "certificate")} {
		c.post(at, "").want(t, 401, "unauthorized", "deactivated")
	}
	c.order("c.localhost").want(t, 401, "unauthorized")
	c.register(`{}`).want(t, 401, "unauthorized")
	if got := b.events("ACME-ORDER-NEW", "ACME-ACCOUNT-REGISTER"); len(got) != 2 {
		t.Errorf("got the events %v", got)
	}
	if got := c.do("GET", open.header.Get("Location"), nil, nil).text(t, "status"); got != invalid {
		t.Errorf("the open order is %s", got)
	}
	if got := c.do("GET", done.header.Get("Location"), nil, nil).text(t, "status"); got != valid {
		t.Errorf("the finished order is %s", got)
	}
}

// Key change: RFC 8555, 7.3.5.
func TestKeyChange(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	other := b.account("web")
	open := c.order("a.localhost").want(t, 201)
	to := c.at("key-change")
	b.events()
	type inner struct {
		account, url, oldKey string
		by                   sign
	}
	fresh := newKey(t)
	send := func(x inner) answer {
		if x.account == "" {
			x.account = c.kid
		}
		if x.url == "" {
			x.url = to
		}
		if x.oldKey == "" {
			x.oldKey = jwkOf(t, c.key.Public())
		}
		h := map[string]any{"alg": "ES256", "url": x.url}
		if !x.by.both {
			h["jwk"] = json.RawMessage(jwkOf(t, fresh.Public()))
		} else {
			h["kid"] = c.kid
		}
		signer := fresh
		if x.by.key != nil {
			signer = x.by.key
		}
		return c.post(to, string(seal(t, signer, h, `{"account":"`+x.account+`","oldKey":`+x.oldKey+`}`)))
	}
	send(inner{account: other.kid}).want(t, 400, "malformed", "another account")
	send(inner{url: c.at("new-order")}).want(t, 400, "malformed", "another url")
	send(inner{oldKey: jwkOf(t, other.key.Public())}).want(t, 400, "malformed", "oldKey")
	send(inner{oldKey: `{}`}).want(t, 400, "malformed", "oldKey")
	send(inner{by: sign{key: c.key}}).want(t, 400, "malformed", "inner JWS does not hold")
	send(inner{by: sign{both: true}}).want(t, 400, "malformed", "jwk of the new key")
	c.post(to, `{}`).want(t, 400, "malformed", "inner JWS")
	c.post(to, ``).want(t, 400, "malformed", "inner JWS")
	keep := fresh
	fresh = other.key
	a := send(inner{}).want(t, 409, "malformed", "")
	if a.header.Get("Location") != other.kid {
		t.Errorf("got %s, want %s", a.header.Get("Location"), other.kid)
	}
	fresh = keep
	if got := b.events("ACME"); len(got) != 9 || got[8] != "ACME-ACCOUNT-KEY-CHANGE failure" {
		t.Errorf("got the events %v", got)
	}
	send(inner{}).want(t, 200)
	e := find(t, b.fresh(), "ACME-ACCOUNT-KEY-CHANGE")
	if e.Status != "success" || e.Detail("keyThumbprint") == "" || e.Detail("actorId") == "" {
		t.Errorf("got %v", e.Details)
	}
	c.post(c.kid, "").want(t, 400, "malformed", "signature") // the old key is no key any more
	c.key = fresh
	c.post(c.kid, "").want(t, 200)
	if got := c.post(open.header.Get("Location"), "").want(t, 200).text(t, "status"); got != pending {
		t.Errorf("the open order is %s", got)
	}
	c.prove(open)
}

// The list of orders, page by page: RFC 8555, 7.1.2.1.
func TestOrdersList(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.OrderLifetime = span.Day })
	c := b.account("web")
	other := b.account("web")
	other.order("x.localhost").want(t, 201)
	var want []string
	for range maxListed + 5 {
		want = append([]string{c.order("a.localhost").want(t, 201).header.Get("Location")}, want...)
	}
	first := c.post(c.kid+"/orders", "").want(t, 200)
	next := ""
	for _, l := range first.header.Values("Link") {
		if at, ok := strings.CutSuffix(l, `>;rel="next"`); ok {
			next = at[1:]
		}
	}
	second := c.post(next, "").want(t, 200)
	if diff := cmp.Diff(want, append(first.list(t, "orders"), second.list(t, "orders")...)); diff != "" {
		t.Error(diff)
	}
	if len(second.header.Values("Link")) != 1 {
		t.Errorf("got the links %v", second.header.Values("Link"))
	}
	c.post(c.kid+"/orders?cursor=x", "").want(t, 400, "malformed", "cursor")
	b.now.Advance(25 * span.Day.Std() / 24)
	check(t, b.door.Clean(t.Context()))
	if got := c.post(c.kid+"/orders", "").want(t, 200).list(t, "orders"); len(got) != 0 {
		t.Errorf("invalid orders are listed: %v", got)
	}
}
