package kind

import (
	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

// Mention is a name an object holds as plain text, of another object or of something else that can be deleted, such as a
// built-in certification authority.
type Mention struct {
	Path string // of the member that holds it, such as "labels.0.label"
	Kind string
	Key  string
}

// Mentioner is implemented by objects, also by single variants of a union, that name something in members that are no Ref.
// A name of nothing is allowed where Check does not refuse it; what is named cannot be deleted.
type Mentioner interface{ Mentions() []Mention }

// mentionsOf lists what an object names besides its references.
func mentionsOf(v any) (all []target) {
	m, ok := v.(Mentioner)
	if !ok {
		return nil
	}
	for _, one := range m.Mentions() {
		if one.Key != "" {
			all = append(all, target{one.Path, one.Kind, one.Key})
		}
	}
	return all
}

// outside is something objects name that is no kind of configuration object.
type outside struct {
	title string
	read  access.Permission
}

// Outside makes known what objects name that is no kind of configuration object: its name for people, in the plural, and the
// right to read it.
func (s *Set) Outside(kind, title string, read access.Permission) *Set {
	if _, twice := s.outside[kind]; twice || s.all[kind] != nil {
		panic("kind: " + kind + " is known already")
	}
	s.outside[kind] = outside{title, read}
	return s
}

// UsedBy tells people which objects refer to one, by kind and key: "pki-connector lab". It is empty where none does. The
// one is an object, or something outside of the configuration.
func UsedBy(tx *store.Tx, kind, key string) (string, error) {
	s, err := at(tx)
	if err != nil {
		return "", err
	}
	return naming(s.users(kind, key)), nil
}

// seen returns what people call a kind, when the caller may read what is of it.
func (s *Set) seen(who access.Caller, kind string) (title string, ok bool) {
	if d := s.all[kind]; d != nil {
		return d.Title, d.readable(who) == nil
	}
	o, known := s.outside[kind]
	return o.title, known && who.Can(o.read)
}
