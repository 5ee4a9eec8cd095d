package kind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

var (
	importFailed = fault.Define("CONF-IMPORT-001", fault.Internal, "The configuration could not be imported")
	badImport    = fault.Define("CONF-IMPORT-002", fault.Invalid, "Invalid import of a configuration")
)

// What an import does with an object.
const (
	Added   = "add"
	Updated = "update"
	Same    = "same"
	Refused = "refused"
)

// Imported is what an import did, or would do.
type Imported struct {
	DryRun  bool             `json:"dryRun" doc:"Whether nothing was stored."`
	Added   int              `json:"added" doc:"Objects that were not there."`
	Updated int              `json:"updated" doc:"Objects that were otherwise."`
	Same    int              `json:"same" doc:"Objects that were so already."`
	Refused int              `json:"refused" doc:"Objects that cannot be imported; nothing is, while there are any."`
	Objects []ImportedObject `json:"objects" doc:"Each object, in the order of the import."`
}

// ImportedObject is what happened to one object.
type ImportedObject struct {
	Kind    string       `json:"kind" doc:"Its kind."`
	Key     string       `json:"key" doc:"What names it."`
	Outcome string       `json:"outcome" enum:"add,update,same,refused" doc:"What is done with it."`
	Reasons []string     `json:"reasons,omitempty" doc:"Why it is refused."`
	Changes []difference `json:"changes,omitempty" doc:"Members that change."`
	Unset   []string     `json:"unset,omitempty" doc:"Secrets that have no value afterwards."`
}

// incoming is one object on its way in.
type incoming struct {
	def   *Definition
	key   string
	value any
	bad   []string // why it could not be read

	// Set anew in each transaction.
	old  *item
	row  row
	item *item
	out  ImportedObject
}

// arrival is one import.
type arrival struct {
	set *Set
	Deps
	who   access.Caller
	all   []*incoming
	dry   bool
	facts event.Transfer
}

// Import stores the objects of a bundle, all or none: objects that are not there are added, others replaced, and nothing is
// deleted. References may point to what is there or to other objects of the bundle. Secrets that the bundle does not hold
// are kept. A dry run says what would happen to each object.
func (s *Set) Import(ctx context.Context, deps Deps, who access.Caller, b Bundle, passphrase secret.Text, dry bool) (Imported, error) {
	a := &arrival{set: s, Deps: deps, who: who, dry: dry}
	bad := a.read(ctx, b, passphrase)
	a.facts = event.Transfer{Kinds: a.kinds(), Objects: len(b.Objects), Secrets: len(b.Secrets) > 0}
	first := a.facts
	var done Imported
	attempt := func(tx *store.Tx) (err error) {
		a.facts = first
		done, err = a.store(tx, bad)
		return err
	}
	var err error
	if dry {
		err = deps.DB.Read(ctx, attempt)
	} else {
		err = act.Do(ctx, deps.DB, who, event.ConfImport, &a.facts, attempt)
	}
	var f *fault.Fault
	if err != nil && !errors.As(err, &f) {
		err = importFailed.Because(err)
	}
	if err != nil {
		return Imported{}, err
	}
	return done, nil
}

// read reads the bundle as far as that can be done outside of the transaction.
func (a *arrival) read(ctx context.Context, b Bundle, passphrase secret.Text) error {
	switch {
	case b.Format != BundleFormat:
		return badImport.Detail("format: it is not %s", BundleFormat)
	case len(b.Objects) > maxBundled:
		return badImport.Detail("objects: there are more than %d", maxBundled)
	}
	seen := map[string]bool{}
	for _, o := range b.Objects {
		d := a.set.all[o.Kind]
		if d == nil {
			return badImport.Detail("objects: this server has no kind %s", clip(o.Kind))
		}
		if at := o.Kind + " " + o.Key; seen[at] {
			return badImport.Detail("objects: %s is there twice", clip(at))
		}
		seen[o.Kind+" "+o.Key] = true
		a.all = append(a.all, &incoming{def: d, key: o.Key})
	}
	if err := a.may(); err != nil {
		return err
	}
	secrets, err := opened(b.Secrets, passphrase)
	if err != nil {
		return err
	}
	for i, o := range b.Objects {
		if err := a.all[i].read(ctx, a.Deps, o.Object, secrets[o.Kind+" "+o.Key]); err != nil {
			return err
		}
	}
	return nil
}

// may asks for the right to manage every kind of the bundle.
func (a *arrival) may() error {
	for _, kind := range a.kinds() {
		if err := a.who.May(a.set.all[kind].Right(Manage)); err != nil {
			return err
		}
	}
	return nil
}

// kinds lists the kinds of the bundle.
func (a *arrival) kinds() []string {
	all := map[string]bool{}
	for _, in := range a.all {
		all[in.def.Kind] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// opened opens the secrets of a bundle, when there are any and a passphrase for them.
func opened(sealed []byte, passphrase secret.Text) (all carried, err error) {
	if len(sealed) == 0 || passphrase.IsZero() {
		return nil, nil
	}
	plain, err := secret.OpenBundle(passphrase, sealed)
	if err != nil {
		return nil, badImport.Detail("secrets: %s", fault.Of(err).Reason()).Because(err)
	}
	defer clear(plain)
	if err := json.Unmarshal(plain, &all); err != nil {
		return nil, badImport.Detail("secrets: they are not those of a configuration").Because(err)
	}
	return all, nil
}

// read reads one object. What is wrong with it is kept; an error is of the server.
func (in *incoming) read(ctx context.Context, deps Deps, raw json.RawMessage, secrets map[string][]byte) error {
	v, key, err := in.def.parse(raw)
	if err == nil && key != in.key {
		err = in.def.faults.invalid.Detail("%s: it is not %s", in.def.Key, clip(in.key))
	}
	if in.def.ReadOnly {
		err = in.def.faults.readOnly
	}
	if err == nil {
		v, err = in.def.filled(v, secrets)
	}
	v, err = in.def.prepared(ctx, deps, v, err)
	var f *fault.Fault
	if errors.As(err, &f) {
		in.bad = []string{f.Reason()}
		return nil
	}
	in.value = v
	return err
}

// filled returns the value with the secrets a bundle has for it.
func (d *Definition) filled(v any, secrets map[string][]byte) (any, error) {
	if len(secrets) == 0 {
		return v, nil
	}
	c := reflect.New(reflect.TypeOf(v)).Elem()
	c.Set(reflect.ValueOf(v))
	set := 0
	walk(c, "", func(path string, f reflect.Value) {
		if plain, ok := secrets[path]; ok && f.Type() == secretType && f.CanSet() {
			text := string(plain)
			f.Set(reflect.ValueOf(Secret{plain: &text, carried: true}))
			set++
		}
	})
	if set < len(secrets) {
		return nil, d.faults.invalid.Detail("there are secrets for members it does not have")
	}
	return c.Interface(), nil
}

// store checks and stores everything in one transaction.
func (a *arrival) store(tx *store.Tx, bad error) (done Imported, err error) {
	if err := hold(tx); err != nil {
		return done, err
	}
	now, err := at(tx)
	if err != nil {
		return done, err
	}
	if err := a.may(); err != nil {
		return done, err
	}
	if bad != nil {
		return done, bad
	}
	staged, err := a.stage(tx, now)
	if err != nil {
		return done, err
	}
	tx.Set(snapshotKey{}, staged) // what checks look at
	done = Imported{DryRun: a.dry, Objects: make([]ImportedObject, 0, len(a.all))}
	for _, in := range a.all {
		if err := in.judge(tx, staged); err != nil {
			return done, err
		}
		done.count(in.out)
	}
	tx.Set(snapshotKey{}, nil)
	if a.dry {
		return done, nil
	}
	if done.Refused > 0 {
		return done, badImport.Each(done.reasons())
	}
	a.facts.Added, a.facts.Updated = done.Added, done.Updated
	return done, a.put(tx)
}

// stage returns the configuration as it would be.
func (a *arrival) stage(tx *store.Tx, now *snapshot) (*snapshot, error) {
	staged := &snapshot{revision: now.revision, kinds: maps.Clone(now.kinds)}
	if staged.kinds == nil {
		staged.kinds = map[string]map[string]*item{}
	}
	for _, kind := range a.kinds() {
		staged.kinds[kind] = maps.Clone(now.kinds[kind])
		if staged.kinds[kind] == nil {
			staged.kinds[kind] = map[string]*item{}
		}
	}
	for _, in := range a.all {
		in.out = ImportedObject{Kind: in.def.Kind, Key: in.key, Reasons: slices.Clone(in.bad)}
		in.old = now.find(in.def.Kind, in.key)
		if in.bad != nil {
			continue
		}
		var err error
		if in.row, err = in.def.row(tx, in.value, in.old, a.Keys, a.who); err != nil {
			return nil, err
		}
		if in.item, err = in.def.load(in.row); err != nil {
			return nil, err
		}
		staged.kinds[in.def.Kind][in.key] = in.item
	}
	return staged, nil
}

// judge says what is to be done with the object.
func (in *incoming) judge(tx *store.Tx, staged *snapshot) error {
	if in.out.Reasons == nil {
		problems, err := in.problems(tx, staged)
		if err != nil {
			return err
		}
		in.out.Reasons = problems
	}
	if len(in.out.Reasons) > 0 {
		in.out.Outcome = Refused
		return nil
	}
	diff, err := compare(in.old, in.item)
	if err != nil {
		return err
	}
	in.out.Changes, in.out.Unset = diff, unset(in.item)
	switch {
	case in.old == nil:
		in.out.Outcome = Added
	case len(diff) > 0:
		in.out.Outcome = Updated
	default:
		in.out.Outcome = Same
	}
	return nil
}

func (in *incoming) problems(tx *store.Tx, staged *snapshot) ([]string, error) {
	if err := in.def.sameVariant(in.item.value, in.old); err != nil {
		return []string{fault.Of(err).Occurrence()}, nil
	}
	return in.def.problems(tx, staged, in.value, in.old)
}

// unset lists the secrets of an object that have no value.
func unset(one *item) (all []string) {
	walk(reflect.ValueOf(one.value), "", func(path string, f reflect.Value) {
		if f.Type() == secretType && one.secrets[path] == nil {
			all = append(all, path)
		}
	})
	return all
}

// put stores what has changed, under one revision, and records each object.
func (a *arrival) put(tx *store.Tx) error {
	revision, err := nextRevision(tx)
	if err != nil {
		return err
	}
	for _, in := range a.all {
		if in.out.Outcome == Same {
			continue
		}
		in.row.revision = revision
		if err := put(tx, in.row); err != nil {
			return err
		}
		facts, code := event.Object{Kind: in.def.Kind, Name: clip(in.key)}, in.def.Events.Add
		if in.old != nil {
			facts.Changed, facts.Changes = told(in.out.Changes)
		}
		if in.old != nil || in.def.Upsert {
			code = in.def.Events.Update
		}
		act.Also(tx, code, event.Success, &facts, nil)
	}
	changed(tx)
	return nil
}

func (i *Imported) count(o ImportedObject) {
	i.Objects = append(i.Objects, o)
	switch o.Outcome {
	case Added:
		i.Added++
	case Updated:
		i.Updated++
	case Same:
		i.Same++
	default:
		i.Refused++
	}
}

// reasons says why objects are refused, of so many of them.
func (i *Imported) reasons() (all []string) {
	const most = 20
	for _, o := range i.Objects {
		if o.Outcome != Refused {
			continue
		}
		if len(all) == most {
			return append(all, fmt.Sprintf("and %d more objects", i.Refused-most))
		}
		for _, r := range o.Reasons {
			all = append(all, o.Kind+" "+clip(o.Key)+": "+r)
		}
	}
	return all
}
