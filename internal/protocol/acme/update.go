package acme

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
)

// changes is the payload of an update of an account. Everything else in it is ignored (RFC 8555, 7.3.2).
type changes struct {
	Contact *[]string `json:"contact"`
	Status  string    `json:"status"`
	Terms   bool      `json:"termsOfServiceAgreed"`
}

// mine refuses the address of another account.
func (c *call) mine() error {
	if c.args[0] != c.account.ID {
		return unauthorized.Detail("it is another account")
	}
	return nil
}

// updateAccount changes, deactivates or just shows an account (RFC 8555, 7.3.2 and 7.3.6).
func (d *Door) updateAccount(c *call) error {
	if err := c.mine(); err != nil {
		return err
	}
	if len(c.m.payload) == 0 { // POST-as-GET
		if err := d.read(c, c.account.check); err != nil {
			return err
		}
		return d.sendAccount(c, http.StatusOK, c.account)
	}
	var in changes
	if err := c.m.into(&in); err != nil {
		return err
	}
	if in.Status == deactivated {
		return d.deactivate(c)
	}
	a := *c.account
	if in.Contact != nil {
		a.Contacts = *in.Contact
		c.facts.Contacts = clipped(a.Contacts)
		if _, err := c.site.contacts(a.Contacts); err != nil {
			return err
		}
	}
	if in.Contact != nil || in.Terms && a.Terms.IsZero() {
		err := d.do(c, event.AcmeAccountUpdate, func(tx *store.Tx, _ *event.Acme) error {
			if in.Terms && c.account.Terms.IsZero() {
				a.Terms = tx.Now()
			}
			return updateContacts(tx, c.account, a.Contacts, a.Terms)
		})
		if err != nil {
			return err
		}
		d.accounts.drop(a.ID)
	}
	return d.sendAccount(c, http.StatusOK, &a)
}

// deactivate closes an account, and what it has begun (RFC 8555, 7.3.6). Certificates stay as they are.
func (d *Door) deactivate(c *call) error {
	err := d.do(c, event.AcmeAccountUpdate, func(tx *store.Tx, facts *event.Acme) error {
		facts.State = deactivated
		if !mayMove(accountMoves, c.account.Status, deactivated) {
			return accountClosed
		}
		return closeAccount(tx, c.account, deactivated)
	})
	if err != nil {
		return err
	}
	d.accounts.drop(c.account.ID)
	a := *c.account
	a.Status = deactivated
	return d.sendAccount(c, http.StatusOK, &a)
}

// closeAccount moves an account to an end, with its open orders and authorizations.
func closeAccount(tx *store.Tx, a *account, to string) error {
	if err := moveAccount(tx, a, to); err != nil {
		return err
	}
	if err := closeAuthorizations(tx, a.ID); err != nil {
		return err
	}
	why := accountClosed.Detail("it was %s", to)
	orders, err := failAccount(tx, a.ID, problemOf(why))
	if err != nil {
		return err
	}
	alsoMoved(tx, a.Profile, orders, why)
	return nil
}

// alsoMoved records what became of orders by the step that is being recorded. why is the reason of their end.
func alsoMoved(tx *store.Tx, profile string, orders []moved, why error) {
	for _, o := range orders {
		facts := event.Acme{Profile: profile, AccountID: o.account, OrderID: o.id, Identifiers: values(o.identifiers), State: o.status}
		act.Also(tx, event.AcmeOrderUpdate, event.Success, &facts, why)
	}
}

// rollover is the payload of the inner JWS of keyChange (RFC 8555, 7.3.5).
type rollover struct {
	Account string          `json:"account"`
	OldKey  json.RawMessage `json:"oldKey"`
}

// changeKey replaces the key of an account by one that has signed the wish for it.
func (d *Door) changeKey(c *call) error {
	fresh, err := d.newKey(c)
	if err != nil {
		return err
	}
	c.facts.Thumbprint = fresh.thumbprint
	var other *account
	err = d.do(c, event.AcmeAccountKeyChange, func(tx *store.Tx, _ *event.Acme) (err error) {
		if other, err = accountOfKey(tx, c.site.Name, fresh.thumbprint); err != nil {
			return err
		}
		if other != nil {
			return keyTaken
		}
		return setKey(tx, c.account, fresh)
	})
	if other != nil { // RFC 8555, 7.3.5
		c.w.Header().Set("Location", d.to(c.site, "account", other.ID))
	}
	if store.Duplicate(err) { // another request a moment ago; it is recorded as it was met
		return &recorded{keyTaken}
	}
	if err != nil {
		return err
	}
	d.accounts.drop(c.account.ID)
	a := *c.account
	a.key = fresh
	return d.sendAccount(c, http.StatusOK, &a)
}

// newKey reads the inner JWS and checks that both keys agree to the change.
func (d *Door) newKey(c *call) (*key, error) {
	inner, err := parseJWS(c.m.payload)
	if err != nil {
		return nil, malformed.Detail("the inner JWS cannot be read: %s", occurrence(err))
	}
	if inner.jwk == nil {
		return nil, malformed.Detail("the inner JWS is signed with the jwk of the new key")
	}
	if err := checkAlgorithm(inner.alg); err != nil {
		return nil, err
	}
	fresh, err := parseJWK(inner.jwk)
	if err != nil {
		return nil, err
	}
	if err := fresh.verify(inner); err != nil {
		return nil, malformed.Detail("the signature of the inner JWS does not hold").Because(err)
	}
	if inner.url != c.m.url {
		return nil, malformed.Detail("the inner JWS has another url than the outer one")
	}
	var in rollover
	if err := inner.into(&in); err != nil {
		return nil, err
	}
	if id, ok := d.accountID(c.site.Name, in.Account); !ok || id != c.account.ID {
		return nil, malformed.Detail("the inner JWS is about another account")
	}
	old, err := parseJWK(in.OldKey)
	if err != nil || old.thumbprint != c.account.key.thumbprint {
		return nil, malformed.Detail("oldKey is not the key of the account")
	}
	return fresh, nil
}

// maxListed is how many orders one answer lists.
const maxListed = 100

type ordersView struct {
	Orders []string `json:"orders"`
}

// listOrders lists the orders of an account, newest first, page by page (RFC 8555, 7.1.2.1).
func (d *Door) listOrders(c *call) error {
	if err := c.mine(); err != nil {
		return err
	}
	if err := c.empty(); err != nil {
		return err
	}
	before := c.r.URL.Query().Get("cursor")
	if before == "" {
		before = "g" // behind every id
	} else if !store.IsID(before) {
		return malformed.Detail("the cursor is not one that was given out")
	}
	var ids []string
	err := d.read(c, func(tx *store.Tx) (err error) {
		if err := c.account.check(tx); err != nil {
			return err
		}
		ids, err = ordersOf(tx, c.account.ID, before, maxListed+1)
		return err
	})
	if err != nil {
		return err
	}
	if len(ids) > maxListed {
		ids = ids[:maxListed]
		next := d.to(c.site, "account", c.account.ID, "orders") + "?" + url.Values{"cursor": {ids[maxListed-1]}}.Encode()
		c.w.Header().Add("Link", "<"+next+`>;rel="next"`)
	}
	v := ordersView{Orders: make([]string, len(ids))}
	for i, id := range ids {
		v.Orders[i] = d.to(c.site, "order", id)
	}
	return c.send(http.StatusOK, v)
}
