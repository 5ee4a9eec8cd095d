package acme

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

var (
	noPolicy     = fault.Define("EAB-POLICY-001", fault.Missing, "External account key policy does not exist")
	policyInUse  = fault.Define("EAB-POLICY-002", fault.Invalid, "External account key policy is used elsewhere")
	badPolicy    = fault.Define("EAB-POLICY-003", fault.Invalid, "Invalid external account key policy")
	policyExists = fault.Define("EAB-POLICY-004", fault.Invalid, "External account key policy already exists")
)

const policyObject = "acme-eab-policy"

// restPolicyView is a policy of external account keys.
type restPolicyView struct {
	ID string `json:"_id"`
	policy
}

type policyIn struct {
	Body policy
}

func (d *Door) restAddPolicy(c *web.Call, in policyIn) (restPolicyView, error) {
	return d.putPolicy(c, event.ConfAdd, in.Body)
}

func (d *Door) restUpdatePolicy(c *web.Call, in policyIn) (restPolicyView, error) {
	return d.putPolicy(c, event.ConfUpdate, in.Body)
}

// putPolicy adds a policy or replaces it, by the code.
func (d *Door) putPolicy(c *web.Call, t event.Type[event.Object], p policy) (v restPolicyView, err error) {
	err = d.change(c, t, policyObject, p.Name, func(tx *store.Tx, facts *event.Object) error {
		old, err := policyByName(tx, p.Name)
		if err != nil {
			return err
		}
		if bad := p.complaints(); len(bad) > 0 {
			return badPolicy.Each(bad)
		}
		add := t.Code == event.ConfAdd.Code
		switch {
		case add && old != nil:
			return policyExists.Detail("%s", p.Name)
		case !add && old == nil:
			return noPolicy.Detail("%s", brief(p.Name))
		}
		one := storedPolicy{id: tx.NewID(), policy: p}
		if old != nil {
			one.id = old.id
			facts.Changed, facts.Changes = differ(old.policy, p, "", "")
		}
		v = restPolicyView{one.id, p}
		return putPolicy(tx, one)
	})
	return v, err
}

// differ lists the members two objects differ in, with their old and new values.
func differ(old, now any, oldPolicy, newPolicy string) (names []string, values []event.Detail) {
	was, is := membersOf(old), membersOf(now)
	if oldPolicy != newPolicy {
		was["eabPolicy"], is["eabPolicy"] = oldPolicy, newPolicy
	}
	for name := range was {
		if _, ok := is[name]; !ok {
			is[name] = ""
		}
	}
	for name, value := range is {
		if was[name] != value {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		values = append(values, event.Detail{Key: "old." + name, Value: was[name]}, event.Detail{Key: "new." + name, Value: is[name]})
	}
	return names, values
}

// membersOf returns the members of the JSON of an object as texts.
func membersOf(v any) map[string]string {
	all := map[string]string{}
	b, err := json.Marshal(v)
	if err != nil {
		return all
	}
	var raw map[string]json.RawMessage
	if json.Unmarshal(b, &raw) == nil {
		for name, value := range raw {
			all[name] = strings.Trim(string(value), `"`)
		}
	}
	return all
}

func (d *Door) restPolicies(c *web.Call, _ web.None) (all []restPolicyView, err error) {
	all = []restPolicyView{}
	err = d.DB.Read(c, func(tx *store.Tx) error {
		if err := mayReadEAB(c.Who); err != nil {
			return err
		}
		found, err := findPolicies(tx, `name > $1 ORDER BY name LIMIT 1000`, "")
		for _, p := range found {
			all = append(all, restPolicyView{p.id, p.policy})
		}
		return err
	})
	return all, err
}

func (d *Door) restPolicy(c *web.Call, in eabPath) (v restPolicyView, err error) {
	err = d.DB.Read(c, func(tx *store.Tx) error {
		if err := mayReadEAB(c.Who); err != nil {
			return err
		}
		p, err := policyByName(tx, in.Name)
		if err != nil {
			return err
		}
		if p == nil {
			return noPolicy.Detail("%s", brief(in.Name))
		}
		v = restPolicyView{p.id, p.policy}
		return nil
	})
	return v, err
}

func (d *Door) restDeletePolicy(c *web.Call, in eabPath) (web.None, error) {
	return web.None{}, d.change(c, event.ConfDelete, policyObject, in.Name, func(tx *store.Tx, _ *event.Object) error {
		p, err := policyByName(tx, in.Name)
		if err != nil {
			return err
		}
		if p == nil {
			return noPolicy.Detail("%s", brief(in.Name))
		}
		used, err := policyUsed(tx, p.Name)
		if err != nil {
			return err
		}
		if used {
			return policyInUse.Detail("%s", p.Name)
		}
		return deletePolicy(tx, p.Name)
	})
}
