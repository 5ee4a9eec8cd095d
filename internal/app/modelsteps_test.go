package app_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/horizon-clm/horizon/internal/pki"
)

// moves are all that can happen.
func (m *model) moves() map[string]func(*rapid.T) {
	all := map[string]func(*rapid.T){
		"enroll": m.enroll, "renew": m.renew, "revoke": m.revoke, "update": m.update, "migrate": m.migrate, "import": m.bring, "recover": m.recover,
		"approve": m.approve, "approve again": m.approve, "deny": m.deny, "cancel": m.cancel,
		"wait": m.wait, "look": m.look, "list": m.list, "read": m.read, "search": m.search,
	}
	for name, move := range all {
		all[name] = func(t *rapid.T) {
			m.t = t
			move(t)
			*m.steps++
		}
	}
	return all
}

// begin makes a certificate on each profile, of different owners.
func (m *model) begin() {
	for _, name := range profileNames {
		m.enrolled(named("robot"), name)
	}
}

// one is a certificate; there is one from the beginning.
func (m *model) one() *deed { return rapid.SampledFrom(m.deeds).Draw(m.t, "certificate") }

// requested is a request.
func (m *model) requested() *wish { return rapid.SampledFrom(m.wishes).Draw(m.t, "request") }

// waiting is a request, rather one that waits.
func (m *model) waiting() *wish {
	var waits []*wish
	for _, w := range m.wishes {
		if w.state == "pending" {
			waits = append(waits, w)
		}
	}
	if len(waits) == 0 || rapid.IntRange(0, 4).Draw(m.t, "any") == 4 {
		return m.requested()
	}
	return rapid.SampledFrom(waits).Draw(m.t, "waiting")
}

// submit sends a request. far is how far the requester may go, and bad the code of what is wrong with it, if anything is;
// tried tells whether that is looked at.
func (m *model) submit(a person, w *wish, body map[string]any, tried bool, bad string, far int) {
	body["workflow"], body["module"] = w.workflow, "webra"
	w.requester, w.from = a.name, ""
	if w.about != nil {
		w.from = w.about.profile
	}
	want, code := http.StatusCreated, ""
	switch {
	case !tried:
		want, code = http.StatusForbidden, "SEC-PERM-001"
	case bad != "":
		want, code = http.StatusBadRequest, bad
	case far == 0:
		want, code = http.StatusForbidden, "SEC-PERM-001"
	case far == 2 && w.workflow == "revoke" && w.about.foreign:
		want, code = http.StatusBadGateway, "WEBRA-REVOKE-002"
	}
	v := m.call(a, http.MethodPost, "/api/v1/requests/submit", body, want, code)
	if want != http.StatusCreated {
		return
	}
	w.id, w.state = v["_id"].(string), "pending"
	w.ends = m.now().Add(24 * time.Hour)
	if w.workflow == "import" { // there is no wait of its own for it
		w.ends = m.now().Add(24 * time.Hour)
	}
	if far == 2 {
		w.state = "completed"
		m.done(w, v)
	}
	m.wishes = append(m.wishes, w)
	c := m.compare(a, w, v, true)
	if w.state == "completed" {
		m.certificate(w.about, c)
	}
}

// done is what a request that was carried out leads to.
func (m *model) done(w *wish, v map[string]any) {
	c := w.about
	id, _ := v["certificateId"].(string)
	p := shapes[w.profile]
	w.forgets = m.now().Add(time.Duration(p.days) * 24 * time.Hour)
	switch w.workflow {
	case "enroll":
		w.secret = !w.csr
		w.about = &deed{id: id, profile: w.profile, owner: w.owner, team: w.team, env: w.env, made: !w.csr, escrowed: p.escrow && !w.csr}
		m.deeds = append(m.deeds, w.about)
	case "renew":
		w.owner, w.team, w.env = c.owner, c.team, c.env
		w.secret = !w.csr
		w.about = &deed{id: id, profile: w.profile, owner: c.owner, team: c.team, env: c.env, contact: c.contact, made: !w.csr, escrowed: p.escrow && !w.csr, renews: c.id}
		m.deeds = append(m.deeds, w.about)
	case "revoke":
		c.revoked, c.held = w.reason != "removefromcrl", w.reason == "certificatehold"
	case "update", "migrate":
		c.change(w.change)
		c.profile = w.profile
		w.owner, w.team, w.env = c.owner, c.team, c.env
	case "import":
		if c == nil {
			c = &deed{id: id, profile: w.profile, owner: w.owner, foreign: true, key: w.stray.key}
			w.about, w.stray.known = c, c
			m.deeds = append(m.deeds, c)
		}
		w.owner, w.team, w.env = c.owner, c.team, c.env
		c.escrowed = c.escrowed || w.withKey
	case "recover":
		w.secret = true
	}
}

// change applies an update.
func (c *deed) change(all map[string]*string) {
	for name, to := range map[string]*string{"owner": &c.owner, "team": &c.team, "contactEmail": &c.contact, "env": &c.env} {
		if v, ok := all[name]; ok {
			*to = ""
			if v != nil {
				*to = *v
			}
		}
	}
}

// after returns the value of an update on top of another one.
func after(change map[string]*string, name, now string) string {
	if v, ok := change[name]; ok {
		if v == nil {
			return ""
		}
		return *v
	}
	return now
}

// key adds a CSR to a form, or leaves the key to the server.
func (m *model) key(body, template map[string]any, w *wish) {
	if w.csr = rapid.Bool().Draw(m.t, "csr"); w.csr {
		_, template["csr"] = newRequest(m.s.T, "CN=ignored")
	} else if shapes[w.profile].manual {
		body["password"] = password
	}
}

func (m *model) enroll(t *rapid.T) {
	m.enrolled(m.someone("requester"), rapid.SampledFrom(profileNames).Draw(t, "profile"))
}

// enrolled asks for a certificate on a profile.
func (m *model) enrolled(a person, profile string) {
	t := m.t
	m.serial++
	w := &wish{workflow: "enroll", profile: profile, owner: a.name}
	template := map[string]any{"subject": []any{map[string]any{"element": "cn.1", "value": fmt.Sprintf("host%d.example", m.serial)}}}
	body := map[string]any{"profile": w.profile, "template": template}
	m.key(body, template, w)
	if w.team = rapid.SampledFrom([]string{"", "crew", "desk"}).Draw(t, "team"); w.team != "" {
		template["team"] = map[string]any{"value": w.team}
	}
	if rapid.IntRange(0, 3).Draw(t, "for another") == 3 {
		w.owner = m.someone("owner").name
		template["owner"] = map[string]any{"value": w.owner}
	}
	if w.env = rapid.SampledFrom([]string{"", "test"}).Draw(t, "env"); w.env != "" {
		template["labels"] = []any{map[string]any{"label": "env", "value": w.env}}
	}
	m.submit(a, w, body, tries(a, w.workflow, w.profile, nil), "", far(a, w.workflow, w.profile, nil, w.team))
}

// about is a request about a certificate.
func (m *model) about(a person, c *deed, workflow string) (*wish, map[string]any) {
	return &wish{workflow: workflow, profile: c.profile, about: c, team: c.team, env: c.env}, map[string]any{"certificateId": c.id}
}

func (m *model) renew(*rapid.T) {
	a, c := m.someone("requester"), m.one()
	w, body := m.about(a, c, "renew")
	w.owner = c.owner
	template := map[string]any{}
	body["template"] = template
	m.key(body, template, w)
	m.submit(a, w, body, tries(a, "renew", c.profile, c), renewable(c), far(a, "renew", c.profile, c, c.team))
}

func renewable(c *deed) string {
	if c.revoked {
		return "WEBRA-RENEW-003"
	}
	return ""
}

func (m *model) revoke(t *rapid.T) {
	a, c := m.someone("requester"), m.one()
	w, body := m.about(a, c, "revoke")
	w.reason = rapid.SampledFrom([]string{"unspecified", "certificatehold", "removefromcrl", "certificatehold", "removefromcrl"}).Draw(t, "reason")
	body["template"] = map[string]any{"revocationReason": w.reason}
	m.submit(a, w, body, tries(a, "revoke", c.profile, c), revocable(c, w.reason), far(a, "revoke", c.profile, c, c.team))
}

func revocable(c *deed, reason string) string {
	switch {
	case reason == "removefromcrl" && !c.held:
		return "WEBRA-REVOKE-006"
	case reason != "removefromcrl" && c.revoked && (!c.held || reason == "certificatehold"):
		return "WEBRA-REVOKE-005"
	}
	return ""
}

func (m *model) update(t *rapid.T) {
	a, c := m.someone("requester"), m.one()
	w, body := m.about(a, c, "update")
	template := m.changes(w)
	body["template"] = template
	w.owner, w.team, w.env = after(w.change, "owner", c.owner), after(w.change, "team", c.team), after(w.change, "env", c.env)
	m.submit(a, w, body, tries(a, "update", c.profile, c), "", far(a, "update", c.profile, c, c.team))
}

// changes draws what an update changes.
func (m *model) changes(w *wish) map[string]any {
	w.change = map[string]*string{}
	template := map[string]any{}
	for _, one := range []struct {
		name   string
		values []string
	}{
		{"owner", []string{"asker", "other", "half"}}, {"team", []string{"", "crew", "desk"}},
		{"contactEmail", []string{"", "a@example.com", "b@example.com"}}, {"env", []string{"", "test", "prod"}},
	} {
		name, values := one.name, one.values
		if rapid.IntRange(0, 2).Draw(m.t, "change "+name) < 2 {
			continue
		}
		text := rapid.SampledFrom(values).Draw(m.t, name)
		value := &text
		if text == "" {
			value = nil
		}
		w.change[name] = value
		if name == "env" {
			template["labels"] = []any{map[string]any{"label": "env", "value": value}}
		} else {
			template[name] = map[string]any{"value": value}
		}
	}
	return template
}

func (m *model) migrate(t *rapid.T) {
	a, c := m.someone("requester"), m.one()
	w, body := m.about(a, c, "migrate")
	w.profile = rapid.SampledFrom(profileNames).Draw(t, "target")
	w.owner = c.owner
	body["profile"] = w.profile
	bad, how := "", min(far(a, "migrate", w.profile, c, c.team), far(a, "migrate", c.profile, c, c.team))
	if w.profile == c.profile {
		bad = "WEBRA-MIGRATE-003"
	}
	m.submit(a, w, body, tries(a, "migrate", w.profile, c), bad, how)
}

// bring imports a certificate of elsewhere, or the key of one that is known.
func (m *model) bring(t *rapid.T) {
	a := m.someone("requester")
	w := &wish{workflow: "import", profile: rapid.SampledFrom(profileNames).Draw(t, "profile"), owner: a.name, withKey: rapid.Bool().Draw(t, "key")}
	w.stray = m.aStray()
	key, wrong := w.stray.key, w.withKey && rapid.IntRange(0, 5).Draw(t, "wrong") == 5
	if wrong {
		_, key = m.ownKey()
	}
	template := map[string]any{}
	if w.withKey {
		template["privateKey"] = key
	}
	body := map[string]any{"profile": w.profile, "certificatePem": w.stray.pem, "template": template}
	bad := ""
	if c := w.stray.known; c != nil {
		w.about, w.owner, w.team, w.env = c, c.owner, c.team, c.env
	}
	switch {
	case wrong:
		bad = "WEBRA-IMPORT-003"
	case w.withKey && !shapes[w.profile].escrow:
		bad = "WEBRA-IMPORT-004"
	case w.about != nil && (w.about.profile != w.profile || !w.withKey):
		bad = "WEBRA-IMPORT-002"
	}
	m.submit(a, w, body, tries(a, "import", w.profile, nil), bad, far(a, "import", w.profile, nil, w.team))
}

// aStray returns one of a few certificates that no CA of ours issued.
func (m *model) aStray() *stray {
	i := rapid.IntRange(0, 2).Draw(m.t, "stray")
	for len(m.strays) <= i {
		key, text := m.ownKey()
		now := m.now()
		shape := &x509.Certificate{
			SerialNumber: big.NewInt(now.UnixNano() + int64(len(m.strays))), Subject: pkix.Name{CommonName: fmt.Sprintf("stray%d.example", len(m.strays))},
			NotBefore: now.Add(-time.Hour), NotAfter: now.Add(1000 * 24 * time.Hour),
		}
		der, err := x509.CreateCertificate(rand.Reader, shape, shape, key.Public(), key)
		if err != nil {
			m.t.Fatal(err)
		}
		m.strays = append(m.strays, &stray{pem: pki.EncodePEM("CERTIFICATE", der), key: text})
	}
	return m.strays[i]
}

func (m *model) ownKey() (*ecdsa.PrivateKey, string) {
	key, err := pki.Generate(pki.P256)
	if err != nil {
		m.t.Fatal(err)
	}
	text, err := pki.EncodeKey(key)
	if err != nil {
		m.t.Fatal(err)
	}
	return key.(*ecdsa.PrivateKey), text
}

func (m *model) recover(*rapid.T) {
	a, c := m.someone("requester"), m.one()
	w, body := m.about(a, c, "recover")
	w.owner = a.name
	if shapes[c.profile].manual {
		body["password"] = password
	}
	m.submit(a, w, body, tries(a, "recover", c.profile, c), recoverable(c), far(a, "recover", c.profile, c, c.team))
}

func recoverable(c *deed) string {
	if !c.escrowed {
		return "WEBRA-RECOVER-002"
	}
	return ""
}

// refusal is why a decision is refused, if it is.
func (m *model) refusal(a person, w *wish) (int, string) {
	switch {
	case a.name == w.requester:
		return http.StatusForbidden, "REQ-007"
	case !w.decides(a):
		return http.StatusForbidden, "SEC-PERM-001"
	case w.state != "pending":
		return http.StatusBadRequest, "REQ-005"
	case !m.now().Before(w.ends):
		return http.StatusBadRequest, "REQ-008"
	}
	return http.StatusOK, ""
}

// obsolete is what keeps a request that waited from being carried out.
func (w *wish) obsolete() (int, string) {
	c, code := w.about, ""
	switch {
	case c != nil && c.profile != w.from:
		code = "REQ-005"
	case w.workflow == "renew":
		code = renewable(c)
	case w.workflow == "revoke":
		code = revocable(c, w.reason)
		if code == "" && c.foreign {
			return http.StatusBadGateway, "WEBRA-REVOKE-002"
		}
	case w.workflow == "import" && c == nil && w.stray.known != nil:
		code = "WEBRA-IMPORT-002"
	}
	if code != "" {
		return http.StatusBadRequest, code
	}
	return http.StatusOK, ""
}

func decision(w *wish) map[string]any {
	return map[string]any{"_id": w.id, "workflow": w.workflow, "module": "webra"}
}

// decider is somebody who decides about a request, rather one who may.
func (m *model) decider() (person, *wish) {
	a, w := m.someone("approver"), m.waiting()
	if able := slices.DeleteFunc(slices.Clone(cast), func(a person) bool { return !w.decides(a) }); len(able) > 0 && rapid.IntRange(0, 2).Draw(m.t, "somebody else") < 2 {
		a = rapid.SampledFrom(able).Draw(m.t, "able")
	}
	return a, w
}

func (m *model) approve(*rapid.T) {
	a, w := m.decider()
	want, code := m.refusal(a, w)
	if want == http.StatusOK {
		want, code = w.obsolete()
	}
	v := m.call(a, http.MethodPost, "/api/v1/requests/approve", decision(w), want, code)
	switch want {
	case http.StatusBadGateway:
		w.state = "failed"
	case http.StatusOK:
		w.state = "completed"
		m.done(w, v)
		m.certificate(w.about, m.compare(a, w, v, false))
	}
}

func (m *model) deny(*rapid.T) {
	a, w := m.decider()
	want, code := m.refusal(a, w)
	m.call(a, http.MethodPost, "/api/v1/requests/deny", decision(w), want, code)
	if want == http.StatusOK {
		w.state = "denied"
	}
}

func (m *model) cancel(*rapid.T) {
	a, w := m.someone("canceler"), m.waiting()
	if rapid.Bool().Draw(m.t, "one's own") {
		a = named(w.requester)
	}
	want, code := http.StatusOK, ""
	switch {
	case a.name != w.requester:
		want, code = http.StatusForbidden, "SEC-PERM-001"
	case w.state != "pending":
		want, code = http.StatusBadRequest, "REQ-005"
	}
	m.call(a, http.MethodPost, "/api/v1/requests/cancel", decision(w), want, code)
	if want == http.StatusOK {
		w.state = "canceled"
	}
}

// wait lets requests and keys grow old, up to ten days in one sequence.
func (m *model) wait(t *rapid.T) {
	hours := rapid.SampledFrom([]int{1, 13, 25, 49}).Draw(t, "hours")
	if m.waited+hours > 240 || rapid.IntRange(0, 4).Draw(t, "patience") < 4 {
		return
	}
	m.waited += hours
	m.s.Advance(time.Duration(hours) * time.Hour)
}

// look compares a request as somebody sees it.
func (m *model) look(*rapid.T) {
	a, w := m.someone("reader"), m.requested()
	path := "/api/v1/requests/" + w.id
	if !w.seen(a) {
		m.call(a, http.MethodGet, path, nil, http.StatusNotFound, "REQ-003")
		return
	}
	m.compare(a, w, m.call(a, http.MethodGet, path, nil, http.StatusOK, ""), false)
}

// read compares a certificate as somebody sees it.
func (m *model) read(*rapid.T) {
	a, c := m.someone("reader"), m.one()
	path := "/api/v1/certificates/" + c.id
	if !c.sees(a) {
		m.call(a, http.MethodGet, path, nil, http.StatusNotFound, "CERT-SEARCH-003")
		return
	}
	v := m.call(a, http.MethodGet, path, nil, http.StatusOK, "")
	m.certificate(c, v["certificate"].(map[string]any))
	may := v["permissions"].(map[string]any)
	for _, flow := range flows {
		how := far(a, flow, c.profile, c, c.team)
		if may[flow] != (how == 2) || may["request"+strings.ToUpper(flow[:1])+flow[1:]] != (how > 0) {
			m.t.Fatalf("%s may with %#v: %v, want %s %d", a.name, c, may, flow, how)
		}
	}
}

// pages returns the identifiers a search finds, page by page.
func (m *model) pages(a person, path string, body map[string]any) (ids []string) {
	body["fields"], body["pageSize"] = []string{}, 200
	for page := 1; ; page++ {
		body["pageIndex"] = page
		v := m.call(a, http.MethodPost, path, body, http.StatusOK, "")
		for _, r := range v["results"].([]any) {
			ids = append(ids, r.(map[string]any)["_id"].(string))
		}
		if v["hasMore"] != true {
			return ids
		}
	}
}

// found compares what a search finds of this sequence with what it should.
func found[T any](m *model, what string, ids []string, all []T, id func(T) string, want func(T) bool) {
	for _, one := range all {
		if got := slices.Contains(ids, id(one)); got != want(one) {
			m.t.Fatalf("%s: %s is found: %v, want %v", what, id(one), got, want(one))
		}
	}
}

// list compares whole searches of requests.
func (m *model) list(t *rapid.T) {
	a := m.someone("searcher")
	scope := rapid.SampledFrom([]string{"", "self", "manage", "search"}).Draw(t, "scope")
	ids := m.pages(a, "/api/v1/requests/search", map[string]any{"scope": scope})
	found(m, a.name+" in the scope "+scope, ids, m.wishes, func(w *wish) string { return w.id }, func(w *wish) bool {
		own, manage, audit := w.own(a), w.state == "pending" && w.decides(a), w.audits(a)
		return scope == "self" && own || scope == "manage" && manage || scope == "search" && audit || scope == "" && (own || manage || audit)
	})
}

// search compares whole searches of certificates.
func (m *model) search(t *rapid.T) {
	a := m.someone("searcher")
	query := rapid.SampledFrom([]string{"", "status is valid", "status is revoked", "certificate is escrowed", `team equals "crew"`}).Draw(t, "query")
	ids := m.pages(a, "/api/v1/certificates/search", map[string]any{"query": query})
	found(m, a.name+" searching "+query, ids, m.deeds, func(c *deed) string { return c.id }, func(c *deed) bool {
		fits := map[string]bool{"": true, "status is valid": !c.revoked, "status is revoked": c.revoked, "certificate is escrowed": c.escrowed, `team equals "crew"`: c.team == "crew"}
		return c.sees(a) && fits[query]
	})
}
