package kind

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

var unseen = fault.Define("KIND-005", fault.Denied, "Objects you may not see use it, so it cannot be replaced everywhere")

type replaceIn struct {
	Key    string `path:"key" maxLength:"512"`
	DryRun bool   `query:"dryRun" doc:"Whether the answer only says what would change; nothing is stored or recorded."`
	Body   struct {
		With string `json:"with" required:"true" minLength:"1" maxLength:"512" doc:"What names the object of the same kind that is referred to from now on."`
	}
}

// substitution is what was changed so that another object is referred to.
type substitution struct {
	DryRun  bool          `json:"dryRun" doc:"Whether nothing was stored."`
	Objects []substituted `json:"objects" doc:"Objects that referred to the one, by kind and key."`
}

type substituted struct {
	Kind    string       `json:"kind" doc:"Kind of the object."`
	Title   string       `json:"title" doc:"Kind of the object, for people."`
	Key     string       `json:"key" doc:"What names the object."`
	Changes []difference `json:"changes" doc:"Members that change."`
}

// replaceOp makes everything that refers to an object refer to another one.
func (d *Definition) replaceOp(o ops) web.Operation {
	op := d.op(http.MethodPost, "Replace", "/{key}/replace", 200, "Makes everything that refers to one of the "+d.Title+
		" refer to another one, all or nothing. Each object that changes is checked and recorded as if it had been replaced by itself.")
	op.Describe, op.Right, op.Rule = nil, "", "by the right to manage each kind of object that refers to it"
	return web.Handle(op, o.substitute)
}

// swap is one attempt to replace an object everywhere.
type swap struct {
	ops
	c        *web.Call
	from, to string
	dry      bool

	// Set anew in each run.
	at    *Definition // the kind of the object that is worked on
	facts event.Object
	done  substitution
}

// substitute tries all of it first, so that a refusal is recorded as one of the object that is refused.
func (o ops) substitute(c *web.Call, in replaceIn) (substitution, error) {
	w := &swap{ops: o, c: c, from: in.Key, to: in.Body.With, dry: true}
	err := o.deps.DB.Read(c, func(tx *store.Tx) error {
		_, err := w.run(tx)
		return err
	})
	if in.DryRun || w.at == nil {
		return w.done, err
	}
	w.dry = false
	main := w.at
	err = act.Do(c, o.deps.DB, c.Who, main.Events.Update, &w.facts, func(tx *store.Tx) error {
		all, err := w.run(tx)
		if err == nil && len(all) == 0 { // what referred to it does no more
			err = act.ErrAlready
		}
		if err != nil {
			return err
		}
		w.record(tx, main, all)
		changed(tx)
		return nil
	})
	if err != nil && !errors.Is(err, act.ErrAlready) {
		return substitution{}, err
	}
	return w.done, nil
}

// record records each object by itself: the first of the kind the step is recorded for, the others beside it.
func (w *swap) record(tx *store.Tx, main *Definition, all []*change) {
	first := true
	for _, c := range all {
		if first && c.def == main {
			first, w.facts = false, c.facts
			continue
		}
		act.Also(tx, c.def.Events.Update, event.Success, &c.facts, nil)
	}
}

// run makes all changes, or in a dry run says what they would be.
func (w *swap) run(tx *store.Tx) (all []*change, err error) {
	w.done, w.at = substitution{DryRun: w.dry, Objects: []substituted{}}, nil
	if err := hold(tx); err != nil {
		return nil, err
	}
	s, err := at(tx)
	if err != nil {
		return nil, err
	}
	users, err := w.users(s)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		w.at, w.facts = w.set.all[u.Kind], event.Object{Kind: u.Kind, Name: clip(u.Key)}
		c, err := w.one(tx, s, u)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
		w.done.Objects = append(w.done.Objects, substituted{Kind: u.Kind, Title: u.Title, Key: u.Key, Changes: c.diff})
	}
	return all, nil
}

// users lists the objects that are to change, which the caller may all see.
func (w *swap) users(s *snapshot) ([]use, error) {
	if err := w.def.readable(w.c.Who); err != nil {
		return nil, err
	}
	if s.find(w.def.Kind, w.from) == nil {
		return nil, w.def.faults.missing.Detail("%s", clip(w.from))
	}
	if w.from == w.to || s.find(w.def.Kind, w.to) == nil {
		return nil, w.def.faults.invalid.Detail("with: there is no other %s named %s", w.def.Kind, clip(w.to))
	}
	hidden := 0
	users := w.set.visible(w.c.Who, s.users(w.def.Kind, w.from), &hidden)
	if hidden > 0 {
		return nil, unseen.Detail("%d", hidden)
	}
	return users, nil
}

// one changes one object, as if it had been sent.
func (w *swap) one(tx *store.Tx, s *snapshot, u use) (*change, error) {
	d := w.set.all[u.Kind]
	if err := w.c.Who.May(d.Right(Manage)); err != nil {
		return nil, err
	}
	if d.ReadOnly {
		return nil, d.faults.readOnly.Detail("%s", u.Key)
	}
	old := s.find(u.Kind, u.Key)
	t, err := tree(old.value)
	if err != nil {
		return nil, err
	}
	for _, path := range u.Fields {
		t = replaced(t, strings.Split(path, "."), w.to)
	}
	for _, path := range u.Fields {
		once(t, strings.Split(path, "."), w.to)
	}
	raw, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	v, _, err := d.parse(raw)
	if err != nil {
		return nil, refusedOf(u, err)
	}
	c := d.change(w.deps, w.c.Who, d.Events.Update, u.Key)
	c.dry = w.dry
	if _, err := c.write(tx, s, v, old); err != nil {
		return nil, refusedOf(u, err)
	}
	c.facts.Changed, c.facts.Changes = told(c.diff)
	return c, nil
}

// refusedOf says which object was refused.
func refusedOf(u use, err error) error {
	if f := fault.Of(err); f.Kind() == fault.Invalid {
		return f.Detail("%s %s: %s", u.Kind, u.Key, f.Occurrence())
	}
	return err
}

// once drops what a list of texts names a second time, when the path leads into one.
func once(t any, path []string, text string) {
	last := len(path) - 1
	if _, err := strconv.Atoi(path[last]); err != nil || last == 0 {
		return
	}
	holder := t
	if last > 1 {
		holder = within(t, strings.Join(path[:last-1], "."))
	}
	object, ok := holder.(map[string]any)
	if !ok {
		return
	}
	list, _ := object[path[last-1]].([]any)
	kept, seen := []any{}, false
	for _, one := range list {
		if one != any(text) || !seen {
			kept = append(kept, one)
		}
		seen = seen || one == any(text)
	}
	object[path[last-1]] = kept
}
