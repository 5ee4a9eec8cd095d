package acme

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/store"
)

// call is one request to the door.
type call struct {
	w       http.ResponseWriter
	r       *http.Request
	site    *site
	segment string           // the profile as it stands in the URL, with what enriches it
	wishes  lifecycle.Wishes // what enriches it
	args    []string         // ids in the path
	who     access.Caller
	m       *message // nil of a plain GET
	account *account // who signed, when that was by an account
	key     *key     // who signed, when that was by a key
	facts   event.Acme
}

// signer says which keys may sign the requests of a route.
type signer int

const (
	byAccount signer = iota + 1
	byKey
	byEither
)

// route is a kind of resource.
type route struct {
	name   string // as metrics have it
	get    bool   // plain GET is answered
	open   bool   // plain GET is answered where the profile allows it
	signed signer // 0: nothing is posted
	event  event.Type[event.Acme]
	serve  func(*call) error
}

// table lists the resources by the form of their path below the profile.
func (d *Door) table() map[string]route {
	none := event.Type[event.Acme]{}
	return map[string]route{
		"directory":        {"directory", true, false, byAccount, none, d.directory},
		"new-nonce":        {"newNonce", true, false, byAccount, none, d.newNonce},
		"new-account":      {"newAccount", false, false, byKey, event.AcmeAccountRegister, d.newAccount},
		"new-order":        {"newOrder", false, false, byAccount, event.AcmeOrderNew, d.newOrder},
		"new-authz":        {"newAuthz", false, false, byAccount, none, d.newAuthorization},
		"revoke-cert":      {"revokeCert", false, false, byEither, event.AcmeRevoke, d.revoke},
		"key-change":       {"keyChange", false, false, byAccount, event.AcmeAccountKeyChange, d.changeKey},
		"renewal-info/*":   {"renewalInfo", true, false, 0, none, d.renewalInfo},
		"account/*":        {"account", false, false, byAccount, event.AcmeAccountUpdate, d.updateAccount},
		"account/*/orders": {"orders", false, false, byAccount, none, d.listOrders},
		"order/*":          {"order", false, true, byAccount, none, d.showOrder},
		"order/*/finalize": {"finalize", false, false, byAccount, event.AcmeOrderFinalize, d.finalize},
		"authz/*":          {"authorization", false, true, byAccount, event.AcmeAuthorizationDeactivate, d.authorization},
		"challenge/*/*":    {"challenge", false, true, byAccount, event.AcmeChallengeRequestVerify, d.challenge},
		"cert/*":           {"certificate", false, true, byAccount, event.AcmeOrderCertificate, d.certificate},
		"cert/*/*":         {"certificate", false, true, byAccount, event.AcmeOrderCertificate, d.certificate},
	}
}

// locate takes a path apart: the profile, the form of the resource, and the ids in it.
func locate(path string) (segment, form string, args []string) {
	segment, rest, _ := strings.Cut(strings.TrimPrefix(path, Prefix), "/")
	parts := strings.SplitN(rest, "/", 4)
	switch len(parts) {
	case 1:
		return segment, parts[0], nil
	case 2:
		return segment, parts[0] + "/*", parts[1:]
	case 3:
		if parts[0] == "challenge" || parts[0] == "cert" {
			return segment, parts[0] + "/*/*", parts[1:]
		}
		return segment, parts[0] + "/*/" + parts[2], parts[1:2]
	}
	return segment, "", nil
}

// ServeHTTP answers a request below /acme/.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	segment, form, args := locate(r.URL.EscapedPath())
	c := &call{r: r, segment: segment, args: args, who: d.Host.Caller(r, "acme")}
	to, known := d.routes[form]
	if !known {
		to.name = "none"
	}
	speak := func(w http.ResponseWriter, _ *http.Request, err error) { d.speak(c, w, err) }
	d.Host.Wrap("acme", to.name, speak, func(w http.ResponseWriter, r *http.Request) error {
		c.w, c.r = w, r
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Replay-Nonce", d.nonces.give()) // RFC 8555, 6.5
		if err := d.enter(c, form); err != nil {
			return err
		}
		if !known {
			return notHere
		}
		return d.answer(c, to)
	})(w, r)
}

// enter finds the profile.
func (d *Door) enter(c *call, form string) error {
	name, wishes, err := parseSegment(c.segment)
	if err != nil {
		return err
	}
	if c.site, err = d.site(c.r.Context(), name); err != nil {
		return err
	}
	c.wishes, c.facts.Profile = wishes, name
	if form != "directory" { // RFC 8555, 7.1
		c.w.Header().Add("Link", "<"+d.link(c.segment, "directory")+`>;rel="index"`)
	}
	return nil
}

// answer lets a route serve a call, and records its refusal where the route has a code and nothing is recorded yet.
func (d *Door) answer(c *call, to route) error {
	err := d.admit(c, to)
	if err == nil {
		err = d.serve(c, to)
	}
	if err == nil || to.event.Code == nil || quiet(c, err) {
		return err
	}
	return act.Refuse(c.r.Context(), d.DB, c.who, to.event, &c.facts, err)
}

// quiet reports what is no event: what was refused before it was known who asks, and what is recorded already.
func quiet(c *call, err error) bool {
	var done *recorded
	return c.account == nil && c.key == nil || errors.As(err, &done) || errors.Is(err, badNonce) || errors.Is(err, context.Canceled)
}

// admit decides by the method, and finds out who asks.
func (d *Door) admit(c *call, to route) error {
	switch c.r.Method {
	case http.MethodGet, http.MethodHead:
		switch {
		case to.get:
			return nil
		case to.open && yes(c.site.AllowGet):
			return d.fetching.take(c.who.Address, d.DB.Clock.Now())
		}
		c.w.Header().Set("Allow", http.MethodPost)
		return notByGet // RFC 8555, 6.3
	case http.MethodPost:
		if to.signed != 0 {
			return d.authenticate(c, to.signed)
		}
	}
	c.w.Header().Set("Allow", allowed(to))
	return notByGet.Detail("%s is not answered here", brief(c.r.Method))
}

func allowed(to route) string {
	var all []string
	if to.get || to.open {
		all = append(all, http.MethodGet, http.MethodHead)
	}
	if to.signed != 0 {
		all = append(all, http.MethodPost)
	}
	return strings.Join(all, ", ")
}

// errStale says that an account has changed since it was put into memory. Nothing was done and nothing is recorded.
var errStale = fmt.Errorf("the account has changed: %w", act.ErrAlready)

const maxStale = 5

// serve serves a call, anew when the account that is kept in memory turns out to be an old one.
func (d *Door) serve(c *call, to route) error {
	for try := 0; ; try++ {
		err := to.serve(c)
		if !errors.Is(err, errStale) || c.account == nil || try == maxStale {
			return err
		}
		d.accounts.drop(c.account.ID)
		if err := d.identify(c, c.account.ID); err != nil {
			return err
		}
	}
}

// recorded is an error whose event is written.
type recorded struct{ err error }

// Error is for the log.
func (r *recorded) Error() string { return r.err.Error() }

// Unwrap returns the error.
func (r *recorded) Unwrap() error { return r.err }

// do runs one step of a call as an act. fn makes sure that the account is still the one that signed, by check or own.
func (d *Door) do(c *call, t event.Type[event.Acme], fn func(tx *store.Tx, facts *event.Acme) error) error {
	facts := c.facts
	err := act.Do(c.r.Context(), d.DB, c.who, t, &facts, func(tx *store.Tx) error {
		facts = c.facts
		return fn(tx, &facts)
	})
	if err == nil || errors.Is(err, errStale) {
		return err
	}
	return &recorded{err}
}

// read runs a step that changes nothing. fn makes sure that the account is still the one that signed, by check or own.
func (d *Door) read(c *call, fn func(tx *store.Tx) error) error { return d.DB.Look(c.r.Context(), fn) }

// own refuses an object of another profile, or of another account. revision is the one its account has.
func (c *call) own(profile, account string, revision int64) error {
	switch {
	case profile != c.site.Name:
		return notHere
	case c.account == nil:
		return nil
	case c.account.ID != account:
		return unauthorized.Detail("it belongs to another account")
	case c.account.Revision != revision:
		return errStale
	}
	return nil
}

// link is the public address of a resource below a profile.
func (d *Door) link(segment, path string) string { return d.Host.Link(Prefix + segment + "/" + path) }

// to is the public address of a resource of the profile itself.
func (d *Door) to(s *site, parts ...string) string { return d.link(s.Name, strings.Join(parts, "/")) }

// send answers with JSON.
func (c *call) send(status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	c.w.WriteHeader(status)
	_, _ = c.w.Write(b) // the client has gone
	return nil
}

// speak answers with a problem document.
func (d *Door) speak(c *call, w http.ResponseWriter, err error) {
	p := problemOf(err)
	p.Call = c.who.Call
	if f := fault.Of(err); f.After() > 0 {
		w.Header().Set("Retry-After", seconds(f.After()))
	}
	if w.Header().Get("Replay-Nonce") == "" {
		w.Header().Set("Replay-Nonce", d.nonces.give())
	}
	b, bad := json.Marshal(p)
	if bad != nil {
		b = []byte(`{"type":"` + urn + `serverInternal"}`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(b) // the client has gone
}

// seconds is a duration as Retry-After has it, rounded up.
func seconds(d time.Duration) string {
	return strconv.FormatInt(max(1, int64((d+time.Second-1)/time.Second)), 10)
}
