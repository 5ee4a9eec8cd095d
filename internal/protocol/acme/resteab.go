package acme

import (
	"crypto/rand"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
	"github.com/horizon-clm/horizon/internal/web"
)

var (
	externalExists = fault.Define("EAB-001", fault.Invalid, "External account key already exists")
	noExternal     = fault.Define("EAB-002", fault.Missing, "External account key does not exist")
	externalBound  = fault.Define("EAB-003", fault.Invalid, "Accounts are bound to the external account key")
	badExternal    = fault.Define("EAB-005", fault.Invalid, "Invalid external account key")
)

const externalObject = "acme-eab"

// restEABView is an external account key. The secret stands in the answer that made it alone.
type restEABView struct {
	ID        string `json:"_id"`
	Name      string `json:"name"`
	Policy    string `json:"eabPolicy"`
	Algorithm string `json:"macKeyAlgorithm"`
	KeyID     string `json:"macKeyId" doc:"What clients send as the key identifier."`
	Secret    string `json:"macKey,omitempty" doc:"The secret, base64url; in the answer that made it alone."`
	Status    string `json:"status" enum:"valid,disabled,suspended,deactivated,compromised"`
	ExpiresAt *int64 `json:"expirationDate,omitempty"`
	CreatedAt *int64 `json:"createdAt"`
	Bound     int    `json:"boundAccounts" doc:"How many accounts were ever bound."`
	externalLimits
}

func viewEAB(x *externalKey) restEABView {
	return restEABView{
		ID: x.ID, Name: x.Name, Policy: x.Policy.Name, Algorithm: x.Algorithm, KeyID: x.KeyID, Status: x.Status,
		ExpiresAt: millis(x.Expires), CreatedAt: millis(x.Created), Bound: x.Bound, externalLimits: x.Limits,
	}
}

type newEAB struct {
	Body struct {
		Name      string         `json:"name" required:"true" minLength:"1" maxLength:"128" pattern:"^[0-9a-zA-Z\\-_.]+$" doc:"Unique name; it cannot be changed later."`
		Policy    string         `json:"eabPolicy" required:"true" maxLength:"128" doc:"The policy it has."`
		Algorithm string         `json:"macKeyAlgorithm" required:"true" enum:"HS256,HS384,HS512" doc:"Algorithm of the MAC."`
		Validity  *span.Duration `json:"eabValidityDuration,omitempty" doc:"How long accounts can be bound to it; for ever, or as long as the policy says, when left out."`
		externalLimits
	}
}

// secretBytes is the length of a secret, by algorithm.
var secretBytes = map[string]int{"HS256": 32, "HS384": 48, "HS512": 64}

// draw gives a key a new secret and returns it in clear.
func (d *Door) draw(x *externalKey) (string, error) {
	secret := make([]byte, secretBytes[x.Algorithm])
	_, _ = rand.Read(secret) // never fails
	sealed, err := d.Keys.Seal(externalPurpose, x.object(), secret)
	x.Secret = sealed
	return encode64(secret), err
}

// until is the end of a key that begins now.
func (x *externalKey) until(now time.Time, validity *span.Duration) (time.Time, error) {
	most := x.Policy.MaxValidity
	switch {
	case validity == nil && most == 0:
		return time.Time{}, nil
	case validity == nil:
		return now.Add(most.Std()), nil
	case !validity.Positive():
		return time.Time{}, badExternal.Detail("eabValidityDuration: more than nothing")
	case most > 0 && *validity > most:
		return time.Time{}, badExternal.Detail("eabValidityDuration: the policy allows %s at most", most)
	}
	return now.Add(validity.Std()), nil
}

// fits refuses what the policy does not allow, or does not exist.
func (x *externalKey) fits(tx *store.Tx) error {
	p, err := policyByName(tx, x.Policy.Name)
	if err != nil {
		return err
	}
	if p == nil {
		return badExternal.Detail("eabPolicy: there is no policy %s", brief(x.Policy.Name))
	}
	x.Policy = p.policy
	bad := x.Limits.complaints()
	if len(x.Policy.Algorithms) > 0 && !contains(x.Policy.Algorithms, x.Algorithm) {
		bad = append(bad, "macKeyAlgorithm: the policy does not allow "+x.Algorithm)
	}
	if len(bad) > 0 {
		return badExternal.Each(bad)
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// change runs one change of a key or policy: the question, the change, the event.
func (d *Door) change(c *web.Call, t event.Type[event.Object], kind, name string, fn func(*store.Tx, *event.Object) error) error {
	facts := event.Object{Kind: kind, Name: brief(name)}
	return act.Do(c, d.DB, c.Who, t, &facts, func(tx *store.Tx) error {
		facts = event.Object{Kind: kind, Name: brief(name)}
		if err := c.Who.May(manageEAB); err != nil {
			return err
		}
		return fn(tx, &facts)
	})
}

func (d *Door) restAddEAB(c *web.Call, in newEAB) (v restEABView, err error) {
	b := in.Body
	err = d.change(c, event.ConfAdd, externalObject, b.Name, func(tx *store.Tx, _ *event.Object) error {
		x := &externalKey{
			Name: b.Name, ID: tx.NewID(), KeyID: newToken()[:22], Algorithm: b.Algorithm, Status: valid, Limits: b.externalLimits,
			Policy: policy{Name: b.Policy}, Created: tx.Now(),
		}
		if err := x.fits(tx); err != nil {
			return err
		}
		if x.Expires, err = x.until(tx.Now(), b.Validity); err != nil {
			return err
		}
		secret, err := d.draw(x)
		if err != nil {
			return err
		}
		added, err := insertExternal(tx, x)
		if err != nil {
			return err
		}
		if !added {
			return externalExists.Detail("%s", b.Name)
		}
		v = viewEAB(x)
		v.Secret = secret
		return nil
	})
	return v, err
}

// known reads a key that is to be changed.
func knownExternal(tx *store.Tx, name string) (*externalKey, error) {
	x, err := externalByName(tx, name)
	if err == nil && x == nil {
		err = noExternal.Detail("%s", brief(name))
	}
	return x, err
}

type changedEAB struct {
	Body struct {
		Name   string `json:"name" required:"true" maxLength:"128" doc:"The key to change."`
		Policy string `json:"eabPolicy,omitempty" maxLength:"128" doc:"Its policy; as it was when left out."`
		externalLimits
	}
}

func (d *Door) restUpdateEAB(c *web.Call, in changedEAB) (v restEABView, err error) {
	b := in.Body
	err = d.change(c, event.ConfUpdate, externalObject, b.Name, func(tx *store.Tx, facts *event.Object) error {
		x, err := knownExternal(tx, b.Name)
		if err != nil {
			return err
		}
		old := *x
		x.Limits = b.externalLimits
		if b.Policy != "" {
			x.Policy = policy{Name: b.Policy}
		}
		if err := x.fits(tx); err != nil {
			return err
		}
		facts.Changed, facts.Changes = differ(old.Limits, x.Limits, old.Policy.Name, x.Policy.Name)
		v = viewEAB(x)
		return updateExternal(tx, x)
	})
	return v, err
}

var externalFields = query.NewFields(
	query.Field{Name: "id", Type: query.ID, Doc: "The identifier.", Column: "e.id"},
	query.Field{Name: "name", Type: query.Text, Doc: "The name.", Column: "e.name", Fast: query.Equals | query.In},
	query.Field{Name: "status", Type: query.Enum, Doc: "The status.", Column: "e.status", Values: []string{valid, disabled, suspended, deactivated, compromised}},
	query.Field{Name: "mackey.algorithm", Type: query.Enum, Doc: "The algorithm.", Column: "e.algorithm", Values: []string{"HS256", "HS384", "HS512"}},
	query.Field{Name: "expiration.date", Type: query.Date, Doc: "When it ends.", Column: "NULLIF(e.expires, 0)"},
	query.Field{Name: "created.at", Type: query.Date, Doc: "When it was made.", Column: "e.created", Past: true},
	query.Field{Name: "eab.policy", Type: query.Text, Doc: "The policy.", Column: "e.policy", Fast: query.Equals | query.In},
	query.Field{Name: "validation.methods", Type: query.Text, Doc: "The challenges, with spaces between.", Column: "e.methods"},
)

var externalOrder = query.Columns{
	"_id": {SQL: "e.id"}, "name": {SQL: "e.name"}, "status": {SQL: "e.status"}, "createdAt": {SQL: "e.created"}, "expirationDate": {SQL: "e.expires"},
}

// mayReadEAB asks for the right to read, or to manage.
func mayReadEAB(who access.Caller) error {
	if who.Can(manageEAB) {
		return nil
	}
	return who.May(readEAB)
}

func (d *Door) restSearchEAB(c *web.Call, in accountSearch) (p page[restEABView], err error) {
	if err := mayReadEAB(c.Who); err != nil {
		return p, err
	}
	s := subject[*externalKey]{
		from:   externalColumns + " FROM acme_eab e LEFT JOIN acme_eab_policy p ON p.name = e.policy",
		fields: externalFields, columns: externalOrder, last: "e.name", scan: scanExternal, may: "TRUE",
	}
	all, err := s.find(c, d.DB.DB, in.Body)
	return mapped(all, viewEAB), err
}

type eabPath struct {
	Name string `path:"name" maxLength:"128"`
}

func (d *Door) restEAB(c *web.Call, in eabPath) (v restEABView, err error) {
	err = d.DB.Read(c, func(tx *store.Tx) error {
		if err := mayReadEAB(c.Who); err != nil {
			return err
		}
		x, err := knownExternal(tx, in.Name)
		if err == nil {
			v = viewEAB(x)
		}
		return err
	})
	return v, err
}

func (d *Door) restDeleteEAB(c *web.Call, in eabPath) (web.None, error) {
	return web.None{}, d.change(c, event.ConfDelete, externalObject, in.Name, func(tx *store.Tx, _ *event.Object) error {
		x, err := knownExternal(tx, in.Name)
		if err != nil {
			return err
		}
		bound, err := boundAccounts(tx, x.Name, "", 1000)
		if err != nil {
			return err
		}
		for _, a := range bound {
			if a.Status != revoked {
				return externalBound.Detail("the account %s", a.ID)
			}
		}
		return deleteExternal(tx, x.Name)
	})
}

type renewedEAB struct {
	Name string `path:"name" maxLength:"128"`
	Body struct {
		Algorithm string         `json:"macKeyAlgorithm,omitempty" enum:"HS256,HS384,HS512" doc:"Algorithm of the MAC; as it was when left out."`
		Validity  *span.Duration `json:"eabValidityDuration,omitempty" doc:"How long accounts can be bound to it; for ever, or as long as the policy says, when left out."`
	}
}

func (d *Door) restRenewEAB(c *web.Call, in renewedEAB) (v restEABView, err error) {
	err = d.change(c, event.ConfUpdate, externalObject, in.Name, func(tx *store.Tx, facts *event.Object) error {
		x, err := knownExternal(tx, in.Name)
		if err != nil {
			return err
		}
		facts.Changed = []string{"macKey"}
		if x.Status == compromised || x.Status == deactivated {
			return badMove.Detail("a key that is %s is not renewed", x.Status)
		}
		x.Algorithm = or(in.Body.Algorithm, x.Algorithm)
		if err := x.fits(tx); err != nil {
			return err
		}
		if x.Expires, err = x.until(tx.Now(), in.Body.Validity); err != nil {
			return err
		}
		secret, err := d.draw(x)
		if err != nil {
			return err
		}
		v = viewEAB(x)
		v.Secret = secret
		return updateExternal(tx, x)
	})
	return v, err
}

type movedEAB struct {
	Name string `path:"name" maxLength:"128"`
	Body struct {
		Status string `json:"status" required:"true" enum:"valid,disabled,suspended,deactivated,compromised" doc:"The new status. deactivated closes the accounts that are bound; compromised is for ever, closes them, and revokes what they were issued."`
		Since  int64  `json:"compromisedAt,omitempty" minimum:"0" doc:"When it was compromised, in milliseconds since 1970: certificates issued since are revoked; all of them when left out."`
		Reason string `json:"compromissionReason,omitempty" maxLength:"2000" doc:"What happened."`
	}
}

func (d *Door) restMoveEAB(c *web.Call, in movedEAB) (v restEABView, err error) {
	b := in.Body
	err = d.change(c, event.ConfUpdate, externalObject, in.Name, func(tx *store.Tx, facts *event.Object) error {
		x, err := knownExternal(tx, in.Name)
		if err != nil {
			return err
		}
		facts.Changed = []string{"status"}
		facts.Changes = []event.Detail{{Key: "old.status", Value: x.Status}, {Key: "new.status", Value: b.Status}}
		if b.Reason != "" {
			facts.Changes = append(facts.Changes, event.Detail{Key: "compromissionReason", Value: b.Reason})
		}
		if !mayMove(externalMoves, x.Status, b.Status) {
			return badMove.Detail("a key that is %s cannot become %s", x.Status, b.Status)
		}
		x.Status = b.Status
		if err := updateExternal(tx, x); err != nil {
			return err
		}
		v = viewEAB(x)
		if b.Status != deactivated && b.Status != compromised {
			return nil
		}
		return task.Insert(tx, closing{Key: x.Name, Since: b.Since, Revoke: b.Status == compromised}, task.Unique())
	})
	return v, err
}
