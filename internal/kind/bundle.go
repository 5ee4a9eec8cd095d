package kind

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// BundleFormat names the form of an export. What reads it refuses any other.
const BundleFormat = "horizon-configuration/1"

const maxBundled = 20000 // objects

// Bundle is configuration on its way to another server. The same configuration gives the same bundle, byte by byte, but
// for sealed secrets, which are sealed anew each time.
type Bundle struct {
	Format  string    `json:"format" required:"true" enum:"horizon-configuration/1" doc:"Form of the document."`
	Objects []Bundled `json:"objects" required:"true" maxItems:"20000" doc:"Objects, by kind and key."`
	Needs   []Needed  `json:"needs,omitempty" maxItems:"20000" doc:"What objects need that is no configuration and has to be on the other server."`
	Secrets []byte    `json:"secrets,omitempty" doc:"Secrets of the objects, sealed to the passphrase."`
}

// Bundled is one object.
type Bundled struct {
	Kind   string          `json:"kind" required:"true" maxLength:"128" doc:"Its kind."`
	Key    string          `json:"key" required:"true" maxLength:"512" doc:"What names it."`
	Object json.RawMessage `json:"object" required:"true" doc:"The object, without its secrets."`
}

// Need is something that is no configuration object, yet has to be there for an object to work.
type Need struct {
	What string `json:"what" doc:"What it is."`
	Name string `json:"name" doc:"What names it."`
}

// Needed is a need, and who has it.
type Needed struct {
	Need
	By []string `json:"by" doc:"Objects that need it, by kind and key."`
}

// Needer is implemented by objects, also by single variants of a union, that need what an export does not hold.
type Needer interface{ Needs() []Need }

// Choice is some objects of a kind.
type Choice struct {
	Kind string   `json:"kind" required:"true" maxLength:"128" doc:"Kind of the objects."`
	Keys []string `json:"keys,omitempty" maxItems:"20000" doc:"What names them; all of the kind when left out."`
}

// Wish says what to export.
type Wish struct {
	Items      []Choice    // empty is everything
	Passphrase secret.Text // what secrets are sealed to; they are left out without one
}

var (
	exportFailed = fault.Define("CONF-EXPORT-001", fault.Internal, "The configuration could not be exported")
	badExport    = fault.Define("CONF-EXPORT-002", fault.Invalid, "Invalid export of the configuration")
)

// Export returns the objects that are wished for. It asks for the right to read their kinds, and with secrets for the
// right to manage them. Objects that are part of the product are left out: every server has them.
func (s *Set) Export(ctx context.Context, deps Deps, who access.Caller, wish Wish) (b Bundle, err error) {
	var all []chosen
	facts := event.Transfer{}
	err = act.Do(ctx, deps.DB, who, event.ConfExport, &facts, func(tx *store.Tx) error {
		now, err := at(tx)
		if err != nil {
			return err
		}
		found, err := s.choose(now, who, wish)
		if err != nil {
			return err
		}
		facts = event.Transfer{Objects: len(found), Secrets: !wish.Passphrase.IsZero()}
		for _, c := range found {
			if n := len(facts.Kinds); n == 0 || facts.Kinds[n-1] != c.def.Kind {
				facts.Kinds = append(facts.Kinds, c.def.Kind)
			}
		}
		all = found
		return nil
	})
	if err == nil {
		b, err = bundle(all, deps, wish.Passphrase)
	}
	var f *fault.Fault
	if err != nil && !errors.As(err, &f) {
		err = exportFailed.Because(err)
	}
	return b, err
}

// chosen is an object that is exported.
type chosen struct {
	def  *Definition
	item *item
}

// choose finds the objects that are wished for, by kind and key, each once.
func (s *Set) choose(now *snapshot, who access.Caller, wish Wish) (all []chosen, err error) {
	if !wish.Passphrase.IsZero() {
		if err := secret.CheckPassphrase(wish.Passphrase); err != nil {
			return nil, err
		}
	}
	items := wish.Items
	if len(items) == 0 {
		for _, d := range s.All() {
			if !d.ReadOnly {
				items = append(items, Choice{Kind: d.Kind})
			}
		}
	}
	for _, c := range items {
		d := s.all[c.Kind]
		if d == nil || d.ReadOnly {
			return nil, badExport.Detail("%s: there is no such kind to export", clip(c.Kind))
		}
		err := d.readable(who)
		if !wish.Passphrase.IsZero() {
			err = who.May(d.Right(Manage))
		}
		if err != nil {
			return nil, err
		}
		found, err := d.pick(now, c.Keys)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b chosen) int {
		return strings.Compare(a.def.Kind+" "+a.item.key, b.def.Kind+" "+b.item.key)
	})
	return slices.CompactFunc(all, func(a, b chosen) bool { return a.item == b.item }), nil
}

func (d *Definition) pick(now *snapshot, keys []string) (all []chosen, err error) {
	if len(keys) == 0 {
		for _, one := range now.list(d.Kind) {
			all = append(all, chosen{d, one})
		}
	}
	for _, key := range keys {
		one := now.find(d.Kind, key)
		if one == nil {
			return nil, d.faults.missing.Detail("%s", clip(key))
		}
		all = append(all, chosen{d, one})
	}
	return all, nil
}

// carried are the secrets of a bundle: values by kind and key, then path.
type carried map[string]map[string][]byte

// bundle writes the objects down.
func bundle(all []chosen, deps Deps, passphrase secret.Text) (Bundle, error) {
	b := Bundle{Format: BundleFormat, Objects: []Bundled{}}
	secrets := carried{}
	for _, c := range all {
		text, err := plainJSON(c.item.value)
		if err != nil {
			return b, err
		}
		b.Objects = append(b.Objects, Bundled{Kind: c.def.Kind, Key: c.item.key, Object: text})
		b.need(c)
		if passphrase.IsZero() {
			continue
		}
		for path, sealed := range c.item.secrets {
			plain, err := deps.Keys.Open(purpose, c.def.boundTo(c.item.key, path), sealed)
			if err != nil {
				return b, err
			}
			if at := c.def.Kind + " " + c.item.key; secrets[at] == nil {
				secrets[at] = map[string][]byte{}
			}
			secrets[c.def.Kind+" "+c.item.key][path] = plain
		}
	}
	slices.SortFunc(b.Needs, func(x, y Needed) int { return strings.Compare(x.What+" "+x.Name, y.What+" "+y.Name) })
	if passphrase.IsZero() {
		return b, nil
	}
	plain, err := json.Marshal(secrets)
	if err != nil {
		return b, err
	}
	b.Secrets, err = secret.SealBundle(passphrase, plain)
	return b, err
}

// need adds what an object needs.
func (b *Bundle) need(c chosen) {
	n, ok := c.item.value.(Needer)
	if !ok {
		return
	}
	for _, need := range n.Needs() {
		i := slices.IndexFunc(b.Needs, func(x Needed) bool { return x.Need == need })
		if i < 0 {
			i = len(b.Needs)
			b.Needs = append(b.Needs, Needed{Need: need})
		}
		b.Needs[i].By = append(b.Needs[i].By, c.def.Kind+" "+c.item.key)
	}
}
