package acme

import (
	"crypto/hmac"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/event"
)

// eab adds an external account key by REST and returns its kid and secret.
func (b *bench) eab(name, more string) (kid string, secret []byte) {
	b.t.Helper()
	status, body := b.call("ann", "POST", "/acme/eab", `{"name":"`+name+`","eabPolicy":"any","macKeyAlgorithm":"HS256"`+more+`}`)
	var v struct{ MacKeyID, MacKey string }
	if err := json.Unmarshal([]byte(body), &v); status != 201 || err != nil {
		b.t.Fatalf("%d %s", status, body)
	}
	secret, err := decode64(v.MacKey)
	check(b.t, err)
	return v.MacKeyID, secret
}

func (b *bench) policy(body string) {
	b.t.Helper()
	if status, got := b.call("ann", "POST", "/acme/eab-policies", body); status != 201 {
		b.t.Fatalf("%d %s", status, got)
	}
}

// bind makes an external account binding. Parameters of the header that are nil are left out.
func (c *client) bind(kid string, secret []byte, change map[string]any) string {
	c.t.Helper()
	h := map[string]any{"alg": "HS256", "kid": kid, "url": c.at("new-account")}
	key := jwkOf(c.t, c.key.Public())
	for k, v := range change {
		switch {
		case k == "payload":
			key = v.(string)
		case v == nil:
			delete(h, k)
		default:
			h[k] = v
		}
	}
	head, err := json.Marshal(h)
	check(c.t, err)
	signed := encode64(head) + "." + encode64([]byte(key))
	hash := macs["HS256"]
	if alg, ok := h["alg"].(string); ok && macs[alg] != nil {
		hash = macs[alg]
	}
	mac := hmac.New(hash, secret)
	mac.Write([]byte(signed))
	return `{"protected":"` + encode64(head) + `","payload":"` + encode64([]byte(key)) + `","signature":"` + encode64(mac.Sum(nil)) + `"}`
}

func (c *client) registerWith(binding string) answer {
	c.t.Helper()
	return c.register(`{"contact":["mailto:a@example.com"],"externalAccountBinding":` + binding + `}`)
}

// External account binding: RFC 8555, 7.3.4.
func TestExternalAccount(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.Meta = &Meta{ExternalAccountRequired: true} })
	b.policy(`{"name":"any"}`)
	kid, secret := b.eab("one", "")
	c := b.client("web")
	b.events()
	c.register(`{}`).want(t, 403, "externalAccountRequired")
	c.register(`{"externalAccountBinding":null}`).want(t, 403, "externalAccountRequired")
	other := jwkOf(t, newKey(t).Public())
	for name, x := range map[string]struct {
		kid    string
		secret []byte
		change map[string]any
		status int
		kind   string
		says   string
	}{
		"another secret":       {kid, []byte("wrong"), nil, 403, "unauthorized", "MAC is wrong"},
		"an unknown key":       {"nobody", secret, nil, 403, "unauthorized", "not known"},
		"another algorithm":    {kid, secret, map[string]any{"alg": "HS512"}, 403, "unauthorized", "not known"},
		"a signature":          {kid, secret, map[string]any{"alg": "ES256"}, 400, "badSignatureAlgorithm", "HS256"},
		"none":                 {kid, secret, map[string]any{"alg": "none"}, 400, "badSignatureAlgorithm", ""},
		"a nonce":              {kid, secret, map[string]any{"nonce": "AAAA"}, 400, "malformed", "no nonce"},
		"another url":          {kid, secret, map[string]any{"url": c.at("new-order")}, 400, "malformed", "another url"},
		"no url":               {kid, secret, map[string]any{"url": nil}, 400, "malformed", "another url"},
		"a jwk":                {kid, secret, map[string]any{"kid": nil, "jwk": rawJSON(`{}`)}, 400, "malformed", "no kid"},
		"another key inside":   {kid, secret, map[string]any{"payload": other}, 400, "malformed", "another key"},
		"something else in it": {kid, secret, map[string]any{"payload": `{}`}, 400, "malformed", "another key"},
	} {
		t.Run(name, func(t *testing.T) {
			c.registerWith(c.bind(x.kid, x.secret, x.change)).want(t, x.status, x.kind, x.says)
			if e := find(t, b.fresh(), "ACME-ACCOUNT-REGISTER"); e.Status != event.Failure {
				t.Errorf("got %v", e)
			}
			b.now.Advance(time.Minute)
		})
	}
	c.registerWith(`"x"`).want(t, 400, "malformed", "cannot be read")
	c.registerWith(`{}`).want(t, 400, "malformed", "cannot be read")
	binding := c.bind(kid, secret, nil)
	a := c.registerWith(binding).want(t, 201)
	if got, err := json.Marshal(a.json(t)["externalAccountBinding"]); err != nil || !sameJSON(t, string(got), binding) {
		t.Errorf("got the binding %s", got)
	}
	if got, err := json.Marshal(c.post(c.kid, "").json(t)["externalAccountBinding"]); err != nil || !sameJSON(t, string(got), binding) {
		t.Errorf("got the binding %s", got)
	}
	b.client("web").registerWith("null").want(t, 403, "externalAccountRequired")
	second := b.client("web")
	second.registerWith(second.bind(kid, secret, nil)).want(t, 201) // many accounts
	for alg, bytes := range map[string]int{"HS384": 48, "HS512": 64} {
		b.policy(`{"name":"` + alg + `","macKeyAlgorithms":["` + alg + `"]}`)
		status, body := b.call("ann", "POST", "/acme/eab", `{"name":"`+alg+`","eabPolicy":"`+alg+`","macKeyAlgorithm":"`+alg+`"}`)
		var v struct{ MacKeyID, MacKey string }
		check(t, json.Unmarshal([]byte(body), &v))
		s, err := decode64(v.MacKey)
		check(t, err)
		if status != 201 || len(s) != bytes {
			t.Errorf("%d %s", status, body)
		}
		n := b.client("web")
		n.registerWith(n.bind(v.MacKeyID, s, map[string]any{"alg": alg})).want(t, 201)
	}
}

func sameJSON(t testing.TB, a, b string) bool {
	t.Helper()
	var x, y any
	check(t, json.Unmarshal([]byte(a), &x))
	check(t, json.Unmarshal([]byte(b), &y))
	return cmp.Equal(x, y)
}

// What a key or its policy lets its accounts do.
func TestExternalLimits(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.profile("other")
	b.policy(`{"name":"any","identifierConstraint":"(.*\\.)?localhost","maxAccounts":2,"maxValidity":"10 days"}`)
	kid, secret := b.eab("one", `,"identifierConstraint":"a.*","allowedProfiles":["web"],"validationMethods":["DNS-01","http-01"],"emailConstraint":".*@example\\.com","eabValidityDuration":"1 day"`)
	c := b.client("web")
	wrong := b.client("other")
	wrong.registerWith(wrong.bind(kid, secret, nil)).want(t, 403, "unauthorized", "not for this profile")
	c.register(`{"contact":["mailto:a@other.example"],"externalAccountBinding":`+c.bind(kid, secret, nil)+`}`).want(t, 400, "invalidContact", "external account key")
	c.registerWith(c.bind(kid, secret, nil)).want(t, 201)
	c.order("b.localhost").want(t, 400, "rejectedIdentifier", "external account key")
	c.order("a.example").want(t, 400, "rejectedIdentifier", "external account key")
	o := c.order("a.localhost").want(t, 201)
	if n := len(c.post(o.list(t, "authorizations")[0], "").json(t)["challenges"].([]any)); n != 2 {
		t.Errorf("%d challenges are offered", n)
	}
	b.now.Advance(24 * time.Hour)
	late := b.client("web")
	late.registerWith(late.bind(kid, secret, nil)).want(t, 403, "unauthorized", "expired")
	c.order("a.localhost").want(t, 201) // accounts stay
}

// Single use, also when two come at once.
func TestExternalSingleUse(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.policy(`{"name":"any","maxAccounts":1}`)
	kid, secret := b.eab("one", "")
	var mu sync.Mutex
	count := map[int]int{}
	var group sync.WaitGroup
	for range 16 {
		c := b.client("web")
		group.Go(func() {
			a := c.registerWith(c.bind(kid, secret, nil))
			mu.Lock()
			defer mu.Unlock()
			count[a.status]++
		})
	}
	group.Wait()
	if count[201] != 1 || count[403] != 15 {
		t.Errorf("got %v", count)
	}
}

// The life of a key by REST: what each state does to its accounts.
func TestExternalStates(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.policy(`{"name":"any"}`)
	kid, secret := b.eab("one", "")
	c := b.client("web")
	c.registerWith(c.bind(kid, secret, nil)).want(t, 201)
	_, chain, _ := c.issued("a.localhost")
	move := func(to string, want int) string {
		t.Helper()
		status, body := b.call("ann", "POST", "/acme/eab/one/status", `{"status":"`+to+`"}`)
		if status != want {
			t.Errorf("%s: %d %s", to, status, body)
		}
		return body
	}
	another := func(want int) {
		t.Helper()
		n := b.client("web")
		if a := n.registerWith(n.bind(kid, secret, nil)); a.status != want {
			t.Errorf("got %d %s, want %d", a.status, a.body, want)
		}
	}
	move("disabled", 200)
	another(403)
	c.order("a.localhost").want(t, 201)
	move("suspended", 200)
	c.order("a.localhost").want(t, 403, "unauthorized", "suspended")
	move("valid", 200)
	another(201)
	if body := move("valid", 400); !strings.Contains(body, "ACME-003") {
		t.Errorf("got %s", body)
	}
	b.fresh()
	move("compromised", 200)
	move("valid", 400)
	check(t, b.tasks.Due(t.Context()))
	c.order("a.localhost").want(t, 401, "unauthorized", "revoked")
	events := b.fresh()
	if e := find(t, events, "LIFECYCLE-REVOKE"); e.Detail("revocationReason") != "keycompromise" || e.Detail("certificateSerial") == "" {
		t.Errorf("got %v for %s", e.Details, chain[0].SerialNumber)
	}
	if e := find(t, events, "CONF-UPDATE"); e.Detail("kind") != "acme-eab" || e.Detail("new.status") != compromised {
		t.Errorf("got %v", e.Details)
	}
	check(t, b.door.closeBound(t.Context(), closing{Key: "one", Revoke: true})) // a job can run twice
	if got := b.events("CONF", "LIFECYCLE", "ACME-ORDER"); got != nil {
		t.Errorf("the second run did %v", got)
	}
}
