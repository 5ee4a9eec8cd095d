package acme

import (
	"net/http"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
)

// orderView is an order (RFC 8555, 7.1.3).
type orderView struct {
	Status         string       `json:"status"`
	Expires        string       `json:"expires"`
	Identifiers    []identifier `json:"identifiers"`
	Profile        string       `json:"profile,omitempty"`
	Replaces       string       `json:"replaces,omitempty"`
	Error          *problem     `json:"error,omitempty"`
	Authorizations []string     `json:"authorizations"`
	Finalize       string       `json:"finalize"`
	Certificate    string       `json:"certificate,omitempty"`
}

// stamp writes a time (RFC 3339).
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

const pollAfter = 2 * time.Second // what a client is told to wait for an issuance

func (d *Door) sendOrder(c *call, status int, o *order) error {
	v := orderView{
		Status: o.state(d.DB.Clock.Now()), Expires: stamp(o.Expires), Identifiers: o.Identifiers, Profile: o.Chosen, Replaces: o.Replaces,
		Error: o.Error, Finalize: d.to(c.site, "order", o.ID, "finalize"), Authorizations: make([]string, len(o.Authorizations)),
	}
	for i, id := range o.Authorizations {
		v.Authorizations[i] = d.to(c.site, "authz", id)
	}
	if o.Status == valid {
		v.Certificate = d.to(c.site, "cert", o.ID)
	}
	c.w.Header().Set("Location", d.to(c.site, "order", o.ID))
	if o.Status == processing { // RFC 8555, 7.4
		c.w.Header().Set("Retry-After", seconds(pollAfter))
	}
	return c.send(status, v)
}

// wish is the payload of newOrder (RFC 8555, 7.4).
type wish struct {
	Identifiers []identifier `json:"identifiers"`
	NotBefore   string       `json:"notBefore"`
	NotAfter    string       `json:"notAfter"`
	Replaces    string       `json:"replaces"` // RFC 9773, 5
	Profile     string       `json:"profile"`  // draft-ietf-acme-profiles
}

// newOrder places an order.
func (d *Door) newOrder(c *call) error {
	var in wish
	if err := c.m.into(&in); err != nil {
		return err
	}
	ids, err := d.wanted(c, in)
	if err != nil {
		return err
	}
	c.facts.Identifiers = values(ids)
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
	var o *order
	err = d.do(c, event.AcmeOrderNew, func(tx *store.Tx, facts *event.Acme) error {
		placed, err := d.place(tx, c, in, ids, plans)
		if err != nil {
			return err
		}
		facts.OrderID, facts.State = placed.ID, placed.Status
		o = placed
		return nil
	})
	if err != nil {
		return err
	}
	return d.sendOrder(c, http.StatusCreated, o)
}

// mayOrder takes a token of the account and one of the address.
func (d *Door) mayOrder(who access.Caller) error {
	now := d.DB.Clock.Now()
	if err := d.ordering.take(who.ID, now); err != nil {
		return err
	}
	return d.ordering.take(who.Address, now)
}

// wanted checks what an order asks for besides the rules of the profile.
func (d *Door) wanted(c *call, in wish) ([]identifier, error) {
	switch {
	case len(in.Identifiers) == 0:
		return nil, malformed.Detail("an order has one identifier at least")
	case len(in.Identifiers) > d.limits.Identifiers:
		return nil, malformed.Detail("an order has at most %d identifiers, not %d", d.limits.Identifiers, len(in.Identifiers))
	case in.NotBefore != "" || in.NotAfter != "": // RFC 8555, 7.4: an error rather than something else than was asked for
		return nil, malformed.Detail("notBefore and notAfter cannot be chosen")
	case in.Profile != "" && in.Profile != c.site.Name:
		return nil, badProfile.Detail("this directory offers %s", c.site.Name)
	case in.Replaces != "" && !isCertID(in.Replaces):
		return nil, malformed.Detail("replaces is not the identifier of a certificate")
	}
	return identifiers(in.Identifiers)
}

// place makes the order, its authorizations and what links them.
func (d *Door) place(tx *store.Tx, c *call, in wish, ids []identifier, plans []plan) (*order, error) {
	if err := tx.Lock("acme/" + c.account.ID); err != nil { // an authorization must not end while an order takes it
		return nil, err
	}
	n, err := c.account.checkAndCount(tx, d.limits.Authorizations+1)
	if err != nil {
		return nil, err
	}
	if n+len(plans) > d.limits.Authorizations {
		return nil, rateLimited.Detail("%d authorizations of the account are pending", n).Wait(time.Minute)
	}
	if plans, err = c.restrict(tx, plans); err != nil {
		return nil, err
	}
	replaces, err := replaceable(tx, c.account.ID, in.Replaces, ids)
	if err != nil {
		return nil, err
	}
	now := tx.Now()
	o := &order{
		ID: tx.NewID(), Account: c.account.ID, Profile: c.site.Name, Status: pending, Identifiers: ids, Expires: now.Add(c.site.lifetime()),
		Wishes: c.wishes, Replaces: replaces, Chosen: in.Profile, IP: c.who.Address, Created: now,
	}
	reused, fresh, err := d.authorizations(tx, o, c.site, plans)
	if err != nil {
		return nil, err
	}
	if o.Waiting == 0 {
		o.Status = ready
	}
	if err := insertOrder(tx, o); err != nil {
		return nil, err
	}
	for _, a := range reused {
		if err := link(tx, a.ID, o.ID); err != nil {
			return nil, err
		}
	}
	for _, a := range fresh {
		if err := insertAuthorization(tx, a); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// minReuse is how long an authorization has to last at least to serve a further order.
const minReuse = time.Hour

// authorizations finds the valid authorizations an order can use and makes the others. The order ends with the first of
// them at the latest.
func (d *Door) authorizations(tx *store.Tx, o *order, s *site, plans []plan) (reused, fresh []*authorization, err error) {
	for _, p := range plans {
		a, err := reusable(tx, o.Account, p.identifier, tx.Now().Add(min(minReuse, s.AuthorizationReuse.Std()/2)))
		if err != nil {
			return nil, nil, err
		}
		if a != nil {
			reused = append(reused, a)
			if a.Expires.Before(o.Expires) {
				o.Expires = a.Expires
			}
		} else {
			a = newAuthorization(tx, o.Account, s, p)
			fresh = append(fresh, a)
			if a.Status == pending {
				o.Waiting++
			}
		}
		o.Authorizations = append(o.Authorizations, a.ID)
	}
	for _, a := range fresh {
		a.Expires, a.Order = o.Expires, o.ID
	}
	return reused, fresh, nil
}

// newAuthorization makes an authorization. That of a short name is valid at once: the order needs the name beside it too.
func newAuthorization(tx *store.Tx, account string, s *site, p plan) *authorization {
	a := &authorization{
		ID: tx.NewID(), Account: account, Profile: s.Name, Identifier: p.identifier.base(), Wildcard: p.identifier.wildcard(),
		Status: pending, Token: newToken(), Offers: p.offers, Created: tx.Now(), Expires: tx.Now().Add(s.lifetime()), Once: true,
	}
	if p.beside {
		a.Status, a.Method, a.Trial, a.Validated = valid, p.offers[0], valid, tx.Now()
	}
	return a
}

// showOrder answers with an order, at once or when what is under way has ended, whichever comes first.
func (d *Door) showOrder(c *call) error {
	if err := c.empty(); err != nil {
		return err
	}
	_ = d.runs.find(issuing+c.args[0]).wait(c.r.Context(), d.Hold/10) // who finalizes is told why it was refused
	o, err := d.orderOf(c, c.args[0])
	if err == nil && o.Status == processing {
		o, err = d.takenUp(c, o)
	}
	if err != nil {
		return err
	}
	return d.sendOrder(c, http.StatusOK, o)
}

// takenUp has an order issued that nobody works on any more, and returns it as it is then.
func (d *Door) takenUp(c *call, o *order) (*order, error) {
	if !d.abandoned(o.Worker, o.Turn, d.DB.Clock.Now()) {
		return o, nil
	}
	if err := d.resumeOrder(c.r.Context(), *o); err != nil {
		return nil, err
	}
	if err := d.runs.find(issuing+o.ID).wait(c.r.Context(), d.Hold); err != nil {
		return nil, &recorded{err}
	}
	return d.orderOf(c, o.ID)
}

// orderOf reads an order the call may see.
func (d *Door) orderOf(c *call, id string) (o *order, err error) {
	if !store.IsID(id) {
		return nil, notHere
	}
	err = d.read(c, func(tx *store.Tx) (err error) {
		o, err = c.findOrder(tx, id)
		return err
	})
	return o, err
}

func (c *call) findOrder(tx *store.Tx, id string) (*order, error) {
	o, err := orderByID(tx, id)
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, notHere
	}
	return o, c.own(o.Profile, o.Account, o.owner)
}

// occurrence is what a refusal says beyond its type, or its type.
func occurrence(err error) string {
	f := fault.Of(err)
	return strings.TrimPrefix(f.Reason(), f.Text()+": ")
}
