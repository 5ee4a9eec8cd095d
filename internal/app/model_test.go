package app_test

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/pki"
)

// person is somebody with rights, as "profile:word"; those behind a @ hold for what belongs to that team alone.
type person struct {
	name   string
	role   string // under which others have the same rights, too
	rights []string
	teams  []string
}

// each writes rights for several words.
func each(profile, prefix, suffix string, words ...string) (all []string) {
	for _, w := range words {
		all = append(all, profile+":"+prefix+w+suffix)
	}
	return all
}

var (
	flows    = []string{"enroll", "renew", "revoke", "update", "migrate", "recover"}
	asking   = slices.Concat(each("web", "request_", "", flows...), each("team", "request_", "", flows...))
	deciding = slices.Concat(each("web", "approve_", "", flows...), each("self", "approve_", "", flows...), each("team", "approve_", "", flows...))
	doing    = slices.Concat(each("web", "", "", flows...), each("self", "", "", flows...), each("team", "", "", flows...))
	forCrew  = slices.Concat(each("web", "approve_", "@crew", flows...), []string{"web:search@crew", "web:audit_request@crew"})
	limited  = []string{"web:revoke@crew", "web:request_revoke", "web:enroll@crew", "web:request_recover@crew"}
	cast     = []person{
		{name: "asker", role: "asking", rights: asking},
		{name: "other", role: "asking", rights: asking, teams: []string{"crew"}},
		{name: "officer", role: "deciding", rights: deciding},
		{name: "both", rights: slices.Concat(asking, deciding)},
		{name: "robot", rights: append([]string{"web:search", "self:search"}, doing...)},
		{name: "program", rights: []string{"web:enroll_api", "web:renew_api", "web:recover_api", "team:enroll_api", "web:search"}},
		{name: "auditor", rights: []string{"web:audit_request", "self:audit_request", "web:search", "self:search", "team:search"}},
		{name: "mate", teams: []string{"crew"}},
		{name: "boss", rights: forCrew},
		{name: "half", rights: limited, teams: []string{"desk"}},
		{name: "mover", rights: []string{"self:migrate", "web:request_migrate", "team:migrate", "web:search"}},
		{name: "stranger"},
	}
)

// named is a person by name.
func named(name string) person {
	return cast[slices.IndexFunc(cast, func(a person) bool { return a.name == name })]
}

// GoString is how a person stands in a failed sequence.
func (a person) GoString() string { return a.name }

// GoString is how a certificate stands in a failed sequence.
func (c *deed) GoString() string {
	return c.id + " of " + c.owner + " and " + c.team + " on " + c.profile
}

// GoString is how a request stands in a failed sequence.
func (w *wish) GoString() string {
	return fmt.Sprintf("%s: %s %s by %s for %s and %s on %s", w.id, w.state, w.workflow, w.requester, w.owner, w.team, w.profile)
}

// can reports whether the person holds a right for what belongs to a team.
func (a person) can(profile, word, team string) bool {
	return slices.Contains(a.rights, profile+":"+word) || team != "" && slices.Contains(a.rights, profile+":"+word+"@"+team)
}

// somewhere reports whether the person holds a right for anything at all.
func (a person) somewhere(profile, word string) bool {
	return slices.ContainsFunc(a.rights, func(r string) bool { return r == profile+":"+word || strings.HasPrefix(r, profile+":"+word+"@") })
}

func (a person) in(team string) bool { return team != "" && slices.Contains(a.teams, team) }

// granted writes the rights as the API takes them.
func (a person) granted() (all []any) {
	for _, r := range a.rights {
		right, team, filtered := strings.Cut(r, "@")
		one := map[string]any{"value": "lifecycle:webra:" + right}
		if filtered {
			one["filter"] = fmt.Sprintf("team equals %q", team)
		}
		all = append(all, one)
	}
	return all
}

// shape is a profile as the model knows it.
type shape struct {
	name               string
	escrow, manual     bool
	open               bool            // everyone may ask for an enrollment
	self               map[string]bool // what owners may do
	file, password     bool            // what an enrollment shows
	fileBack, passBack bool            // what a recovery shows
	days               int             // how long a key can be fetched
}

var shapes = map[string]shape{
	"web":  {name: "web", escrow: true, file: true, password: true, fileBack: true, passBack: true, days: 2},
	"self": {name: "self", escrow: true, manual: true, open: true, file: true, fileBack: true, passBack: true, days: 2, self: map[string]bool{"renew": true, "revoke": true, "update": true, "recover": true}},
	"team": {name: "team", password: true, days: 7},
}

var profileNames = slices.Sorted(maps.Keys(shapes))

// body is the profile as the API takes it.
func (p shape) body() map[string]any {
	levels, mode := map[string]any{}, "random"
	if p.open {
		levels["requestEnroll"] = map[string]any{"accessLevel": "authenticated"}
	}
	if p.manual {
		mode = "manual"
	}
	wait := map[string]any{}
	for _, w := range flows {
		wait[w] = "1 day"
	}
	return map[string]any{
		"module": "webra", "name": p.name, "enabled": true, "authorizationMode": "authorized", "pkiConnector": "lab", "requestsPolicy": wait, "authorizationLevels": levels,
		"selfPermissions": map[string]any{"selfRenew": p.self["renew"], "selfRevoke": p.self["revoke"], "selfUpdate": p.self["update"], "selfRecover": p.self["recover"]},
		"certificateTemplate": map[string]any{
			"subject":     []any{map[string]any{"type": "CN", "mandatory": true, "editableByRequester": true}},
			"labels":      []any{map[string]any{"label": "env", "editableByRequester": true, "editableByApprover": true}},
			"ownerPolicy": map[string]any{"editableByRequester": true}, "teamPolicy": map[string]any{"editableByRequester": true},
			"contactEmailPolicy": map[string]any{"editableByRequester": true},
		},
		"cryptoPolicy": map[string]any{
			"centralized": true, "decentralized": true, "escrow": p.escrow, "p12passwordMode": mode, "keyAvailability": fmt.Sprintf("%d days", p.days),
			"showP12OnEnroll": p.file, "showP12PasswordOnEnroll": p.password, "showP12OnRecover": p.fileBack, "showP12PasswordOnRecover": p.passBack,
		},
	}
}

// deed is a certificate as the model knows it.
type deed struct {
	id, profile    string
	owner, team    string
	env, contact   string
	revoked, held  bool
	escrowed, made bool   // made: its key was made here
	foreign        bool   // no CA of ours issued it
	key            string // PEM of the key, where it was made elsewhere
	renews         string
}

// wish is a request as the model knows it.
type wish struct {
	id, workflow, profile, state string
	requester, owner, team, env  string
	about                        *deed // that it is about, and what it has led to
	from                         string
	reason                       string
	change                       map[string]*string // of an update
	csr, withKey                 bool
	secret                       bool // a key can be fetched
	ends, forgets                time.Time
	stray                        *stray // of an import
}

// stray is a certificate of another CA.
type stray struct {
	pem, key string
	known    *deed
}

// model is what a server should be.
type model struct {
	t      *rapid.T
	s      *harness.Server
	wishes []*wish
	deeds  []*deed
	strays []*stray
	serial int
	waited int
	steps  *int
}

const password = "Correct-Horse-Battery-1"

// call sends something and compares the status and, where one is given, the code of the error.
func (m *model) call(a person, method, path string, body any, want int, code string) map[string]any {
	status, text := m.s.Call(a.name, method, path, body)
	if status != want || code != "" && !strings.Contains(text, `"error":"`+code+`"`) {
		sent, _ := json.Marshal(body)
		m.t.Fatalf("%s %s by %s: %s\ngot %d %s\nwant %d %s", method, path, a.name, sent, status, text, want, code)
	}
	var v map[string]any
	_ = json.Unmarshal([]byte(text), &v) // of an empty answer there is nothing to read
	return v
}

func (m *model) someone(label string) person { return rapid.SampledFrom(cast).Draw(m.t, label) }

func (m *model) now() time.Time { return m.s.Clock.Now() }

// owns reports whether somebody answers for a certificate.
func (c *deed) owns(a person) bool { return a.name == c.owner || a.in(c.team) }

// word is a workflow as rights spell it.
func word(workflow string) string {
	if workflow == "import" {
		return "enroll"
	}
	return workflow
}

// tries reports whether somebody may take any step of a workflow, whatever it is about.
func tries(a person, workflow, profile string, c *deed) bool {
	w := word(workflow)
	if c != nil && c.owns(a) && slices.Contains([]string{"renew", "revoke", "update", "recover"}, workflow) {
		return true
	}
	return w == "enroll" && shapes[profile].open || a.somewhere(profile, w) || a.somewhere(profile, "request_"+w) || api(workflow) && a.somewhere(profile, w+"_api")
}

// api reports whether there is a right for programs.
func api(workflow string) bool {
	return slices.Contains([]string{"enroll", "import", "renew", "recover"}, workflow)
}

// far tells how far somebody may go: 2 it is done at once, 1 somebody else decides, 0 not at all.
func far(a person, workflow, profile string, c *deed, team string) int {
	w := word(workflow)
	owned := c != nil && c.owns(a)
	switch {
	case a.can(profile, w, team), api(workflow) && a.can(profile, w+"_api", team), owned && shapes[profile].self[workflow]:
		return 2
	case owned && slices.Contains([]string{"renew", "revoke", "update", "recover"}, workflow), a.can(profile, "request_"+w, team), w == "enroll" && shapes[profile].open:
		return 1
	}
	return 0
}

// decides reports whether somebody may decide about a request.
func (w *wish) decides(a person) bool {
	return a.name != w.requester && a.can(w.profile, "approve_"+word(w.workflow), w.team)
}

// own reports whether the request is somebody's, or their team's.
func (w *wish) own(a person) bool { return a.name == w.requester || a.name == w.owner || a.in(w.team) }

// audits reports whether somebody may look at the request for the right to.
func (w *wish) audits(a person) bool { return a.can(w.profile, "audit_request", w.team) }

// seen reports whether somebody sees the request. Who may decide sees it also when it is decided, and when it is their own.
func (w *wish) seen(a person) bool {
	return w.own(a) || w.audits(a) || a.can(w.profile, "approve_"+word(w.workflow), w.team)
}

// shows tells which secrets the request shows somebody: the file, the password.
func (m *model) shows(w *wish, a person, submitted bool) (file, pass bool) {
	p := shapes[w.profile]
	if w.state != "completed" || !w.secret || !m.now().Before(w.forgets) {
		return false, false
	}
	if a.name != w.owner && !(api(w.workflow) && a.can(w.profile, word(w.workflow)+"_api", w.team)) {
		return false, false
	}
	file, pass = p.file, p.password
	if w.workflow == "recover" {
		file, pass = p.fileBack, p.passBack
	}
	if file != pass && !submitted {
		return false, false
	}
	return file, pass
}

// sees reports whether somebody sees the certificate.
func (c *deed) sees(a person) bool { return c.owns(a) || a.can(c.profile, "search", c.team) }

// compare checks a request as it was answered, and returns the certificate.
func (m *model) compare(a person, w *wish, v map[string]any, submitted bool) map[string]any {
	may, _ := v["permissions"].(map[string]any)
	waits := w.state == "pending"
	got := fmt.Sprint(v["status"], v["workflow"], v["requester"], or(v["owner"]), or(v["team"]), v["profile"], may["cancel"], may["approve"])
	want := fmt.Sprint(w.state, w.workflow, w.requester, w.owner, w.team, w.profile, waits && a.name == w.requester, waits && w.decides(a))
	if got != want {
		m.t.Fatalf("%s sees the request %s as\n%s, want\n%s", a.name, w.id, got, want)
	}
	file, pass := m.shows(w, a, submitted)
	if (v["pkcs12"] != nil) != file || (v["password"] != nil) != pass {
		m.t.Fatalf("%s sees of the %s %s on %s (owner %s) the file %v and the password %v, want %v and %v", a.name, w.workflow, w.id, w.profile, w.owner, v["pkcs12"] != nil, v["password"] != nil, file, pass)
	}
	c, _ := v["certificate"].(map[string]any)
	if file && pass {
		m.open(v, c)
	}
	return c
}

func or(v any) string { s, _ := v.(string); return s }

// open opens what is handed out, and compares its key with the certificate.
func (m *model) open(v, c map[string]any) {
	der, err := base64.StdEncoding.DecodeString(v["pkcs12"].(map[string]any)["value"].(string))
	if err != nil {
		m.t.Fatal(err)
	}
	store, err := pki.ParsePKCS12(der, v["password"].(map[string]any)["value"].(string))
	if err != nil {
		m.t.Fatalf("what is handed out does not open: %v", err)
	}
	if !pki.SameKey(store.Key.Public(), store.Certificate.X509.PublicKey) || store.Certificate.PublicKeyThumbprint != c["publicKeyThumbprint"] {
		m.t.Fatal("what is handed out has another key")
	}
}

// certificate compares a certificate as it was answered.
func (m *model) certificate(c *deed, v map[string]any) {
	env := ""
	labels, _ := v["labels"].([]any)
	for _, l := range labels {
		if pair := l.(map[string]any); pair["key"] == "env" {
			env = pair["value"].(string)
		}
	}
	got := fmt.Sprint(v["_id"], v["profile"], or(v["owner"]), or(v["team"]), or(v["contactEmail"]), env, v["revoked"], v["revocationReason"] == "certificatehold", v["escrowed"])
	want := fmt.Sprint(c.id, c.profile, c.owner, c.team, c.contact, c.env, c.revoked, c.held, c.escrowed)
	if got != want {
		m.t.Fatalf("the certificate is\n%s, want\n%s", got, want)
	}
}

// world starts a server with the profiles and the people.
func world(t *testing.T) *harness.Server {
	t.Helper()
	s := harness.New(t, harness.LogTo(slog.New(slog.DiscardHandler))) // what goes wrong on purpose is of no interest
	post := func(path string, body any) {
		s.Must("admin", http.MethodPost, "/api/v1"+path, body, http.StatusCreated)
	}
	post("/authorities", map[string]any{"name": "lab", "settings": map[string]any{}})
	post("/pki/connectors", map[string]any{"name": "lab", "type": "integrated", "authority": "lab"})
	post("/certificate/labels", map[string]any{"name": "env"})
	for _, team := range []string{"crew", "desk"} {
		post("/security/teams", map[string]any{"name": team})
	}
	for _, name := range profileNames {
		post("/certificate/profiles", shapes[name].body())
	}
	post("/security/roles", map[string]any{"name": "asking", "permissions": person{rights: asking}.granted()})
	post("/security/roles", map[string]any{"name": "deciding", "permissions": person{rights: deciding}.granted()})
	for _, a := range cast {
		s.User(a.name)
		body := map[string]any{"identifier": a.name, "teams": a.teams}
		if a.role != "" {
			body["roles"] = []string{a.role}
		} else {
			body["permissions"] = a.granted()
		}
		s.Must("admin", http.MethodPut, "/api/v1/security/principalinfos", body, http.StatusOK)
	}
	return s
}

// Whatever people do in whatever order: states, rights and what is seen are those of a simple model. MODEL says for how
// long sequences are tried: half a minute on each database when all tests run, ten minutes by "make model".
func TestModel(t *testing.T) {
	t.Parallel()
	long, err := time.ParseDuration(cmp.Or(os.Getenv("MODEL"), "30s"))
	if err != nil {
		t.Fatal(err)
	}
	var s *harness.Server
	sequences, steps, failed := 0, 0, false
	for end := time.Now().Add(long); time.Now().Before(end) && !failed; {
		failed = !t.Run("sequences", func(t *testing.T) {
			s = world(t)
			rapid.Check(t, func(rt *rapid.T) {
				if !failed && (time.Now().After(end) || s.T.Failed()) {
					return
				}
				defer func() { failed = failed || rt.Failed() }()
				sequences++
				m := &model{t: rt, s: s, steps: &steps}
				m.begin()
				rt.Repeat(m.moves())
			})
		})
	}
	t.Logf("%d sequences, %d steps", sequences, steps)
}
