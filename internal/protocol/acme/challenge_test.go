package acme

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/span"
)

// Challenges as clients need them: http-01, dns-01 and tls-alpn-01, one token for all, none without a token.
func TestChallenges(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	authz := o.list(t, "authorizations")[0]
	a := c.post(authz, "").want(t, 200)
	var types []string
	tokens := map[string]bool{}
	for _, i := range a.json(t)["challenges"].([]any) {
		m := i.(map[string]any)
		types = append(types, m["type"].(string))
		token, _ := m["token"].(string)
		tokens[token] = true
		if m["status"] != pending || len(token) < 22 || strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("got %v", m)
		}
	}
	if diff := cmp.Diff([]string{http01, dns01, tlsALPN01}, types); diff != "" || len(tokens) != 1 {
		t.Errorf("%d tokens, %s", len(tokens), diff)
	}
	at, token := c.offered(authz, http01)
	shown := c.post(at, "").want(t, 200)
	if shown.text(t, "token") != token || !strings.Contains(strings.Join(shown.header.Values("Link"), " "), "<"+authz+`>;rel="up"`) {
		t.Errorf("got %s %v", shown.body, shown.header)
	}
	b.proof.put(token, authorizes(token, c.thumbprint())+"\n")
	if got := c.post(at, `{"keyAuthorization":"ignored"}`).want(t, 200); got.text(t, "url") != at {
		t.Errorf("got %s", got.body)
	}
	done := c.settled(authz, valid).json(t)
	left := done["challenges"].([]any)
	first := left[0].(map[string]any)
	if len(left) != 1 || first["status"] != valid || first["validated"] == nil || done["expires"] == nil {
		t.Errorf("got %v", done)
	}
	other := c.order("a.localhost").want(t, 201)
	if _, again := c.offered(other.list(t, "authorizations")[0], http01); again == token {
		t.Error("two authorizations have one token")
	}
}

// Control that is proven while the client waits is recorded with the request; what takes longer is processing.
func TestProvenAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	all := []string{"ACME-CHALLENGE-REQUEST-VERIFY success", "ACME-CHALLENGE-VERIFY success", "ACME-ORDER-UPDATE success"}
	for hold, want := range map[time.Duration]string{time.Hour: valid, 10: processing} {
		b.restartWith(Limits{}, hold)
		c.http, c.nonce = b.http.Client(), ""
		o := c.order("a.localhost").want(t, 201)
		authz := o.list(t, "authorizations")[0]
		at, token := c.offered(authz, http01)
		b.proof.put(token, authorizes(token, c.thumbprint()))
		b.events()
		if got := c.post(at, "{}").want(t, 200).text(t, "status"); got != want {
			t.Errorf("held for %s: the challenge is %s", hold, got)
		}
		c.settled(authz, valid)
		if diff := cmp.Diff(all, b.events("ACME")); diff != "" {
			t.Errorf("held for %s: %s", hold, diff)
		}
		if got := c.post(o.header.Get("Location"), "").text(t, "status"); got != ready {
			t.Errorf("held for %s: the order is %s", hold, got)
		}
	}
}

// A profile offers its methods alone.
func TestOfferedMethods(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.AuthorizationMethods = []string{"dns-01"} })
	c := b.account("web")
	authz := c.order("a.localhost").want(t, 201).list(t, "authorizations")[0]
	if n := len(c.post(authz, "").json(t)["challenges"].([]any)); n != 1 {
		t.Errorf("%d challenges", n)
	}
	b.events()
	to := strings.Replace(authz, "/authz/", "/challenge/", 1)
	c.post(to+"/http-01", "{}").want(t, 404)
	c.post(to+"/x", "").want(t, 404)
	e := find(t, b.fresh(), "ACME-CHALLENGE-REQUEST-VERIFY")
	if e.Status != event.Warning || !strings.Contains(e.Detail("message"), "not offered") {
		t.Errorf("got %v", e.Details)
	}
}

// fails answers a challenge and returns the authorization when it has failed, and the event of the verification.
func (c *client) fails(method string, names ...string) (answer, event.Event) {
	c.t.Helper()
	o := c.order(names...).want(c.t, 201)
	authz := o.list(c.t, "authorizations")[0]
	at, _ := c.offered(authz, method)
	c.events()
	c.post(at, "{}").want(c.t, 200)
	a := c.settled(authz, invalid)
	return a, find(c.t, c.fresh(), "ACME-CHALLENGE-VERIFY")
}

// What can be wrong with a response, each with its type: RFC 8555, 6.7 and 8.
func TestFailedChallenge(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.profile("dead", func(p *Profile) { p.HTTP01Port, p.TLSALPN01Port = 1, 1 })
	b.profile("public", func(p *Profile) { p.AllowLoopback = false })
	b.profile("mixed", func(p *Profile) { p.TLSALPN01Port = b.proof.httpPort })
	b.proof.record("_acme-challenge.wrong.test", `_acme-challenge.wrong.test. 1 IN TXT "something else"`)
	b.proof.failing("_acme-challenge.broken.test.")
	for name, x := range map[string]struct{ profile, method, name, kind, says string }{
		"http: nothing there":         {"web", http01, "a.localhost", "incorrectResponse", "status 404"},
		"http: no server":             {"dead", http01, "a.localhost", "connection", "refused"},
		"http: no such name":          {"web", http01, "nowhere.test", "dns", "NXDOMAIN"},
		"http: refused by policy":     {"public", http01, "a.localhost", "connection", "may not be reached"},
		"dns: no record":              {"web", dns01, "nowhere.test", "dns", "_acme-challenge.nowhere.test"},
		"dns: another record":         {"web", dns01, "wrong.test", "incorrectResponse", "something else"},
		"dns: the server fails":       {"web", dns01, "broken.test", "dns", "SERVFAIL"},
		"dns: names of this machine":  {"web", dns01, "a.localhost", "dns", "no record"},
		"tls: no certificate":         {"web", tlsALPN01, "a.localhost", "tls", "TLS"},
		"tls: no server":              {"dead", tlsALPN01, "a.localhost", "connection", "refused"},
		"tls: another kind of server": {"mixed", tlsALPN01, "a.localhost", "tls", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := b.account(x.profile)
			a, e := c.fails(x.method, x.name)
			ch := a.json(t)["challenges"].([]any)
			why := ch[0].(map[string]any)["error"].(map[string]any)
			if len(ch) != 1 || ch[0].(map[string]any)["type"] != x.method || why["type"] != urn+x.kind || !strings.Contains(why["detail"].(string), x.says) {
				t.Errorf("got %s", a.body)
			}
			if e.Status != event.Warning || e.Detail("challengeType") != x.method || e.Detail("identifier") != x.name || !strings.Contains(e.Detail("message"), x.says) {
				t.Errorf("got %s %v", e.Status, e.Details)
			}
		})
	}

}

// A failed challenge makes authorization and order invalid, with the reason; the state of both is recorded.
func TestFailureReachesOrder(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	o := c.order("a.localhost", "b.localhost").want(t, 201)
	at, token := c.offered(o.list(t, "authorizations")[0], http01)
	b.proof.put(token, "wrong")
	b.events()
	c.post(at, "{}").want(t, 200)
	c.settled(o.list(t, "authorizations")[0], invalid)
	a := c.post(o.header.Get("Location"), "").want(t, 200)
	why := readProblem(string(a.body))
	_ = why
	reason := a.json(t)["error"].(map[string]any)
	subs := reason["subproblems"].([]any)
	if a.text(t, "status") != invalid || reason["type"] != urn+"incorrectResponse" || reason["identifier"] != nil ||
		subs[0].(map[string]any)["identifier"].(map[string]any)["value"] != "a.localhost" {
		t.Errorf("got %s", a.body)
	}
	if diff := cmp.Diff([]string{"ACME-CHALLENGE-REQUEST-VERIFY success", "ACME-CHALLENGE-VERIFY warning", "ACME-ORDER-UPDATE success"}, b.events("ACME")); diff != "" {
		t.Error(diff)
	}
	c.post(at, "{}").want(t, 200) // not applicable: nothing happens
	if diff := cmp.Diff([]string{"ACME-CHALLENGE-REQUEST-VERIFY warning"}, b.events("ACME")); diff != "" {
		t.Error(diff)
	}
	c.finalize(o, newKey(t), "a.localhost", "b.localhost").want(t, 403, "orderNotReady", "invalid")
}

// Attempts are repeated after a while; the error of the challenge has an entry for each (RFC 8555, 8.2).
func TestRetries(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.VerifyRetryCount = 3; p.VerifyRetryDelay = span.Duration(90 * time.Second) })
	b.restartWith(Limits{}, 10*time.Millisecond) // the clock stands still: nothing to wait for
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	authz := o.list(t, "authorizations")[0]
	at, token := c.offered(authz, http01)
	c.post(at, "{}").want(t, 200)
	tried := func(n int) answer {
		t.Helper()
		var a answer
		until(t, "attempt "+itoa(n), func() bool {
			a = c.post(at, "").want(t, 200)
			e, _ := a.json(t)["error"].(map[string]any)
			subs, _ := e["subproblems"].([]any)
			return n == 1 && e != nil || len(subs) >= n
		})
		return a
	}
	a := tried(1)
	if a.text(t, "status") != processing || a.header.Get("Retry-After") != "90" {
		t.Errorf("got %s, Retry-After %s", a.body, a.header.Get("Retry-After"))
	}
	if got := c.post(authz, "").want(t, 200); got.text(t, "status") != pending || got.header.Get("Retry-After") != "90" {
		t.Errorf("got %s", got.body)
	}
	b.now.Advance(90 * time.Second)
	tried(2)
	b.proof.put(token, authorizes(token, c.thumbprint()))
	c.post(at, "{}").want(t, 200) // the client asks for the next attempt at once
	c.settled(authz, valid)
	if got := b.proof.asked.Load(); got != 3 {
		t.Errorf("%d requests were made", got)
	}
	if got := b.events("ACME-CHALLENGE-VERIFY"); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}

// A change of key between question and answer counts; one after it does not (RFC 8555, 8.3).
func TestKeyOfAnswer(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.VerifyRetryCount = 2; p.VerifyRetryDelay = span.Duration(time.Minute) })
	b.restartWith(Limits{}, 10*time.Millisecond)
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	authz := o.list(t, "authorizations")[0]
	at, token := c.offered(authz, http01)
	before := c.thumbprint()
	c.post(at, "{}").want(t, 200)
	until(t, "the first attempt", func() bool { return c.post(at, "").json(t)["error"] != nil })
	c.changeKey()
	b.proof.put(token, authorizes(token, before))
	b.now.Advance(time.Minute)
	c.settled(authz, valid)
}

// changeKey gives the account a new key.
func (c *client) changeKey() {
	c.t.Helper()
	fresh := newKey(c.t)
	to := c.at("key-change")
	inner := seal(c.t, fresh, map[string]any{"alg": "ES256", "url": to, "jwk": rawJSON(jwkOf(c.t, fresh.Public()))},
		`{"account":"`+c.kid+`","oldKey":`+jwkOf(c.t, c.key.Public())+`}`)
	c.post(to, string(inner)).want(c.t, 200)
	c.key = fresh
}

// Redirects are followed, to HTTP and HTTPS on the ports that are allowed, ten of them, and never elsewhere.
func TestRedirects(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked", r.URL) }))
	t.Cleanup(elsewhere.Close)
	port := strconv.Itoa(b.proof.httpPort)
	var to string
	b.proof.answerBy(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/end/") {
			_, _ = w.Write([]byte(authorizes(strings.TrimPrefix(r.URL.Path, "/end/"), c.thumbprint())))
			return
		}
		if n, err := strconv.Atoi(r.URL.Query().Get("n")); err == nil {
			http.Redirect(w, r, "/again?n="+strconv.Itoa(n+1), http.StatusFound)
			return
		}
		b.proof.mu.Lock()
		defer b.proof.mu.Unlock()
		http.Redirect(w, r, strings.ReplaceAll(to, "TOKEN", strings.TrimPrefix(r.URL.Path, wellKnown)), http.StatusMovedPermanently)
	})
	for name, x := range map[string]struct {
		to, kind string
	}{
		"a path":           {"/end/TOKEN", ""},
		"another host":     {"http://b.localhost:" + port + "/end/TOKEN", ""},
		"another port":     {elsewhere.URL + "/end/TOKEN", "connection"},
		"a file":           {"file:///etc/passwd", "incorrectResponse"},
		"metadata":         {"http://169.254.169.254/latest", "connection"},
		"round and round":  {"/again?n=1", "incorrectResponse"},
		"with credentials": {"http://a:b@a.localhost:" + port + "/end/TOKEN", "incorrectResponse"},
	} {
		b.proof.mu.Lock()
		to = x.to
		b.proof.mu.Unlock()
		if x.kind == "" {
			o := c.order("a.localhost").want(t, 201)
			at, _ := c.offered(o.list(t, "authorizations")[0], http01)
			c.post(at, "{}").want(t, 200)
			c.settled(o.list(t, "authorizations")[0], valid)
			continue
		}
		a, _ := c.fails(http01, "a.localhost")
		if got := a.json(t)["challenges"].([]any)[0].(map[string]any)["error"].(map[string]any); got["type"] != urn+x.kind {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// Through a proxy, and with networks of the profile's own.
func TestProxyAndNetworks(t *testing.T) {
	t.Parallel()
	b := start(t)
	asked := make(chan string, 10)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Host
		b.proof.file(w, r)
	}))
	t.Cleanup(proxy.Close)
	u, err := url.Parse(proxy.URL)
	check(t, err)
	port, err := strconv.Atoi(u.Port())
	check(t, err)
	check(t, connector.HTTPProxies.Add(t.Context(), b.deps(), system, connector.HTTPProxy{Named: kind.Named{Name: "dmz"}, Host: "127.0.0.1", Port: port}))
	b.profile("dmz", func(p *Profile) { p.Proxy = "dmz"; p.HTTP01Port = 80 })
	c := b.account("dmz")
	c.prove(c.order("inside.example").want(t, 201))
	if got := <-asked; got != "inside.example" || len(asked) > 0 {
		t.Errorf("the proxy was asked for %s", got)
	}
	check(t, connector.HTTPProxies.Replace(t.Context(), b.deps(), system, connector.HTTPProxy{Named: kind.Named{Name: "dmz"}, Host: "127.0.0.1", Port: 1}))
	b.now.Advance(2 * time.Second)
	if a, _ := c.fails(http01, "inside.example"); !strings.Contains(string(a.body), "connection") {
		t.Errorf("got %s", a.body)
	}
	b.profile("closed", func(p *Profile) { p.DenyNetworks = []string{"127.0.0.0/8"} })
	b.profile("open", func(p *Profile) { p.AllowLoopback = false; p.AllowNetworks = []string{"127.0.0.1"} })
	if a, _ := b.account("closed").fails(http01, "127.0.0.1"); !strings.Contains(string(a.body), "denies") {
		t.Errorf("got %s", a.body)
	}
	o := b.account("open")
	o.prove(o.order("127.0.0.1").want(t, 201))
}

// CAA records, when the profile obeys them: RFC 8659 and RFC 8657.
func TestCAA(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.CheckCAA = true; p.Meta = &Meta{CAAIdentities: []string{"ca.example"}} })
	c := b.account("web")
	prove := func(name string) string {
		t.Helper()
		o := c.order(name).want(t, 201)
		authz := o.list(t, "authorizations")[0]
		at, token := c.offered(authz, dns01)
		digest := proof{token: token, thumbprint: c.thumbprint()}.digest()
		owner := queryName(strings.TrimPrefix(name, "*."))
		b.proof.record(owner, owner+`. 1 IN TXT "`+encode64(digest[:])+`"`)
		c.post(at, "{}").want(t, 200)
		until(t, name, func() bool { return c.post(authz, "").text(t, "status") != pending })
		a := c.post(authz, "")
		if a.text(t, "status") == valid {
			return ""
		}
		return a.json(t)["challenges"].([]any)[0].(map[string]any)["error"].(map[string]any)["type"].(string)
	}
	record := func(name, text string) { b.proof.record(name, name+". 1 IN CAA "+text) }
	record("yes.test", `0 issue "ca.example"`)
	record("no.test", `0 issue "other.example"`)
	record("mine.test", `0 issue "ca.example; accounturi=`+c.kid+`; validationmethods=dns-01"`)
	record("theirs.test", `0 issue "ca.example; accounturi=`+c.kid+`0"`)
	record("http.test", `0 issue "ca.example; validationmethods=http-01"`)
	record("critical.test", `128 future "x"`)
	b.proof.record("wild.test", `wild.test. 1 IN CAA 0 issue "ca.example"`, `wild.test. 1 IN CAA 0 issuewild ";"`)
	b.proof.failing("broken.test.")
	for name, want := range map[string]string{
		"yes.test": "", "a.b.yes.test": "", "no.test": urn + "caa", "a.no.test": urn + "caa", "mine.test": "", "theirs.test": urn + "caa",
		"http.test": urn + "caa", "critical.test": urn + "caa", "none.test": "", "wild.test": "", "*.wild.test": urn + "caa", "a.broken.test": urn + "caa",
	} {
		if got := prove(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	o := c.order("127.0.0.1").want(t, 201) // addresses have no records
	c.prove(o)
	if got := c.post(o.header.Get("Location"), "").text(t, "expires"); got != stamp(b.now.Now().Add(maxCAA)) {
		t.Errorf("the order ends at %s", got)
	}
}

// An authorization can be given up: RFC 8555, 7.5.2. What needs it fails.
func TestDeactivateAuthorization(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.AuthorizationReuse = span.Day })
	c := b.account("web")
	o := c.order("a.localhost").want(t, 201)
	c.prove(o)
	authz := o.list(t, "authorizations")[0]
	b.events()
	b.account("web").post(authz, `{"status":"deactivated"}`).want(t, 403, "unauthorized")
	c.post(authz, `{"status":"valid"}`).want(t, 400, "malformed", "deactivated alone")
	c.post(authz, `x`).want(t, 400, "malformed")
	if diff := cmp.Diff([]string{"ACME-AUTHORIZATION-DEACTIVATE failure", "ACME-AUTHORIZATION-DEACTIVATE failure", "ACME-AUTHORIZATION-DEACTIVATE failure"}, b.events("ACME")); diff != "" {
		t.Error(diff)
	}
	if got := c.post(authz, `{"status":"deactivated"}`).want(t, 200).text(t, "status"); got != deactivated {
		t.Errorf("got %s", got)
	}
	c.post(authz, `{"status":"deactivated"}`).want(t, 200)
	if diff := cmp.Diff([]string{"ACME-ORDER-UPDATE success"}, b.events("ACME")); diff != "" {
		t.Error(diff)
	}
	if got := c.post(o.header.Get("Location"), "").text(t, "status"); got != invalid {
		t.Errorf("the order is %s", got)
	}
	c.finalize(o, newKey(t), "a.localhost").want(t, 403, "orderNotReady")
	if got := c.order("a.localhost").text(t, "status"); got != pending {
		t.Errorf("a new order is %s", got)
	}
	open := c.order("b.localhost").want(t, 201)
	c.post(open.list(t, "authorizations")[0], `{"status":"deactivated"}`).want(t, 200)
	if got := c.post(open.header.Get("Location"), "").text(t, "status"); got != invalid {
		t.Errorf("the order is %s", got)
	}
	failed, _ := c.fails(http01, "c.localhost")
	c.post(failed.header.Get("Location"), `{"status":"deactivated"}`).want(t, 400, "malformed", "invalid")
}
