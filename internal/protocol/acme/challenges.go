package acme

import (
	"errors"
	"net/http"
	"time"

	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
)

// authorizationView is an authorization (RFC 8555, 7.1.4).
type authorizationView struct {
	Identifier identifier      `json:"identifier"`
	Status     string          `json:"status"`
	Expires    string          `json:"expires"`
	Challenges []challengeView `json:"challenges"`
	Wildcard   bool            `json:"wildcard,omitempty"`
}

// challengeView is a challenge (RFC 8555, 8). Every one has a token.
type challengeView struct {
	Type      string   `json:"type"`
	URL       string   `json:"url"`
	Status    string   `json:"status"`
	Validated string   `json:"validated,omitempty"`
	Error     *problem `json:"error,omitempty"`
	Token     string   `json:"token"`
}

func (d *Door) viewChallenge(s *site, a *authorization, method string) challengeView {
	v := challengeView{Type: method, URL: d.to(s, "challenge", a.ID, method), Status: a.trial(method), Token: a.Token}
	if method == a.Method {
		v.Error, v.Validated = a.Error, stamp(a.Validated)
	}
	return v
}

func (d *Door) sendAuthorization(c *call, status int, a *authorization) error {
	v := authorizationView{
		Identifier: a.Identifier, Status: a.state(d.DB.Clock.Now()), Expires: stamp(a.Expires), Wildcard: a.Wildcard, Challenges: []challengeView{},
	}
	for _, method := range a.shown() {
		v.Challenges = append(v.Challenges, d.viewChallenge(c.site, a, method))
	}
	c.w.Header().Set("Location", d.to(c.site, "authz", a.ID))
	d.tellWhen(c, a)
	return c.send(status, v)
}

// tellWhen says when a challenge is tried again (RFC 8555, 8.2).
func (d *Door) tellWhen(c *call, a *authorization) {
	if a.Status == pending && a.Trial == processing && a.Attempts > 0 {
		c.w.Header().Set("Retry-After", seconds(c.site.delay()))
	}
}

// newAuthorization makes an authorization ahead of any order (RFC 8555, 7.4.1).
func (d *Door) newAuthorization(c *call) error {
	var in struct {
		Identifier identifier `json:"identifier"`
	}
	if err := c.m.into(&in); err != nil {
		return err
	}
	ids, err := identifiers([]identifier{in.Identifier})
	if err != nil {
		return err
	}
	if ids[0].wildcard() {
		return malformed.Detail("wildcards are authorized with their order")
	}
	if ids[0].short() {
		return rejectedIdentifier.Detail("a host name without a domain is authorized with its order")
	}
	plans, err := planOrder(c.site.Profile, ids)
	if err != nil {
		return err
	}
	if err := c.site.issuesFor(ids); err != nil {
		return err
	}
	if err := d.mayOrder(c.who); err != nil {
		return err
	}
	var a *authorization
	err = d.DB.Write(c.r.Context(), func(tx *store.Tx) error {
		n, err := c.account.checkAndCount(tx, d.limits.Authorizations)
		if err != nil {
			return err
		}
		if n >= d.limits.Authorizations {
			return rateLimited.Detail("%d authorizations of the account are pending", n).Wait(time.Minute)
		}
		only, err := c.restrict(tx, plans)
		if err != nil {
			return err
		}
		made := newAuthorization(tx, c.account.ID, c.site, only[0])
		made.Once = false
		if err := insertAuthorization(tx, made); err != nil {
			return err
		}
		a = made
		return nil
	})
	if err != nil {
		return err
	}
	return d.sendAuthorization(c, http.StatusCreated, a)
}

// authorization shows an authorization, or gives it up (RFC 8555, 7.5 and 7.5.2).
func (d *Door) authorization(c *call) error {
	if c.m != nil && len(c.m.payload) > 0 {
		var in struct {
			Status string `json:"status"`
		}
		if err := c.m.into(&in); err != nil {
			return err
		}
		if in.Status != deactivated {
			return malformed.Detail("the status of an authorization can be changed to deactivated alone")
		}
		return d.giveUp(c)
	}
	a, err := d.authorizationOf(c)
	if err != nil {
		return err
	}
	return d.sendAuthorization(c, http.StatusOK, a)
}

// authorizationOf reads the authorization of a call, if it may see it: at once or, while it is being verified, when that
// has ended or taken too long to wait for. A trial nobody works on any more is taken up.
func (d *Door) authorizationOf(c *call) (a *authorization, err error) {
	look := func(tx *store.Tx) (err error) {
		a, err = c.findAuthorization(tx)
		return err
	}
	one := d.runs.find(trying + c.args[0])
	if err := one.wait(c.r.Context(), d.Hold/10); err != nil {
		return nil, err
	}
	if _, end := one.ended(); end != nil && c.own(end.Profile, end.Account, end.owner) == nil {
		return end, nil
	}
	err = d.read(c, look)
	if err != nil || a.Status != pending || a.Trial != processing || !d.abandoned(a.Worker, a.Turn, d.DB.Clock.Now()) {
		return a, err
	}
	if err := d.resumeTrial(c.r.Context(), *a); err != nil {
		return nil, err
	}
	_ = d.runs.find(trying+a.ID).wait(c.r.Context(), d.Hold/10)
	return a, d.read(c, look)
}

func (c *call) findAuthorization(tx *store.Tx) (*authorization, error) {
	if !store.IsID(c.args[0]) {
		return nil, notHere
	}
	a, err := authorizationByID(tx, c.args[0])
	if err != nil {
		return nil, err
	}
	if a == nil {
		return nil, notHere
	}
	return a, c.own(a.Profile, a.Account, a.owner)
}

// giveUp deactivates an authorization, and makes the orders invalid that need it.
func (d *Door) giveUp(c *call) error {
	c.facts.Authorization = c.args[0]
	var a *authorization
	err := d.do(c, event.AcmeAuthorizationDeactivate, func(tx *store.Tx, facts *event.Acme) error {
		if err := tx.Lock("acme/" + c.account.ID); err != nil {
			return err
		}
		found, err := c.findAuthorization(tx)
		if err != nil {
			return err
		}
		facts.Identifiers = []string{found.full().Value}
		state := found.state(tx.Now())
		if state == deactivated {
			a = found
			return act.ErrAlready
		}
		if !mayMove(authorizationMoves, state, deactivated) {
			return malformed.Detail("the authorization is %s", state)
		}
		moved, err := moveAuthorization(tx, found.ID, found.Status, deactivated)
		if err != nil {
			return err
		}
		if !moved {
			return errStale
		}
		why := unauthorized.Detail("the authorization for %s was deactivated", found.full().Value)
		orders, err := failOrders(tx, found.ID, problemOf(why))
		if err != nil {
			return err
		}
		alsoMoved(tx, found.Profile, orders, why)
		found.Status = deactivated
		a = found
		return nil
	})
	if err != nil && !errors.Is(err, act.ErrAlready) {
		return err
	}
	return d.sendAuthorization(c, http.StatusOK, a)
}

// challenge shows a challenge, or has it verified (RFC 8555, 7.5.1).
func (d *Door) challenge(c *call) error {
	method := c.args[1]
	if c.m == nil || len(c.m.payload) == 0 {
		a, err := d.authorizationOf(c)
		if err != nil {
			return err
		}
		return d.sendChallenge(c, a, method)
	}
	if err := c.m.into(&struct{}{}); err != nil {
		return err
	}
	c.facts.Authorization, c.facts.Challenge = c.args[0], brief(method)
	a, first := d.tryAtOnce(c, method)
	if a != nil {
		return d.sendChallenge(c, a, method)
	}
	err := d.do(c, event.AcmeChallengeRequestVerify, func(tx *store.Tx, facts *event.Acme) error {
		found, err := c.findAuthorization(tx)
		if err != nil {
			return err
		}
		facts.Identifiers = []string{found.full().Value}
		a = found
		if why := found.tryable(method, tx.Now()); why != "" {
			return act.Keep(event.Warning, notApplicable.Detail("%s", why))
		}
		// RFC 8555, 8.3: the key authorization is that of the key the account has now.
		found.Method, found.Trial, found.Print, found.Worker = method, processing, c.account.key.thumbprint, d.worker
		started, err := startTrial(tx, found, c.site.turn())
		if err != nil {
			return err
		}
		if !started {
			return errStale
		}
		facts.State = processing
		return nil
	})
	switch {
	case err == nil:
		if err := d.try(c.r.Context(), c.site, *a, c.who, first); err != nil {
			return err
		}
	case !errors.Is(err, notApplicable):
		return err
	case a.Method == method: // RFC 8555, 8.2: a retry is asked for
		d.runs.find(trying + a.ID).hurry()
	}
	return d.sendChallenge(c, a, method)
}

func (d *Door) sendChallenge(c *call, a *authorization, method string) error {
	for _, offered := range a.Offers {
		if offered == method {
			c.w.Header().Add("Link", "<"+d.to(c.site, "authz", a.ID)+`>;rel="up"`) // RFC 8555, 7.1
			d.tellWhen(c, a)
			return c.send(http.StatusOK, d.viewChallenge(c.site, a, method))
		}
	}
	return notHere
}
