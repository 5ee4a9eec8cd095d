package access

import (
	"slices"
	"strings"
	"sync/atomic"
)

// Held is a grant somebody holds: everywhere, or only on what its filter allows.
type Held struct {
	Grant  Grant
	Filter *Filter // nil is everywhere
	Role   string  // the role it comes from; "" is granted to the principal itself
}

// String says what is held, for people.
func (h Held) String() string {
	text := string(h.Grant)
	if h.Filter != nil {
		text += " where " + h.Filter.Text()
	}
	if h.Role != "" {
		text += ", of the role " + h.Role
	}
	return text
}

// Holding is everything one principal holds, at one revision of the configuration.
type Holding struct {
	Held     []Held
	Roles    []string
	Teams    []string
	Revision int64
}

// Rights is what a caller holds. A question costs the depth of the permission, not the number of grants. It is shared by
// all calls of a principal and may be renewed while they run. A nil Rights holds nothing.
type Rights struct {
	now atomic.Pointer[holding]
}

type holding struct {
	Holding
	root node
}

// node is one segment of the grants: what follows by word, by any word, and what is held from here on.
type node struct {
	words map[string]*node
	any   *node
	here  ways // grants that end here
	below ways // grants that end here with a "*" for all that follows
}

// ways are under which conditions something is held.
type ways struct {
	open    bool // everywhere
	filters []*Filter
}

func (w *ways) add(f *Filter) {
	if f == nil {
		w.open = true
	} else {
		w.filters = append(w.filters, f)
	}
}

func (w *ways) hold(on *Object) bool {
	if w.open {
		return true
	}
	return on != nil && slices.ContainsFunc(w.filters, func(f *Filter) bool { return f.Allows(*on) })
}

// NewRights returns the rights of a holding.
func NewRights(h Holding) *Rights {
	r := &Rights{}
	r.Renew(h)
	return r
}

// RightsOf returns the rights of these grants, held everywhere.
func RightsOf(grants ...Grant) *Rights {
	h := Holding{}
	for _, g := range grants {
		h.Held = append(h.Held, Held{Grant: g})
	}
	return NewRights(h)
}

// Renew replaces what is held, for calls that run as well.
func (r *Rights) Renew(h Holding) {
	n := &holding{Holding: h}
	for _, one := range h.Held {
		n.root.insert(string(one.Grant), one.Filter)
	}
	r.now.Store(n)
}

// Now returns what is held. It must not be changed.
func (r *Rights) Now() Holding {
	if r == nil {
		return Holding{}
	}
	return r.now.Load().Holding
}

func (n *node) insert(grant string, f *Filter) {
	for grant != "" {
		word, rest, more := strings.Cut(grant, ":")
		switch {
		case word == "*" && !more:
			n.below.add(f)
			return
		case word == "*":
			if n.any == nil {
				n.any = &node{}
			}
			n = n.any
		default:
			if n.words == nil {
				n.words = map[string]*node{}
			}
			if n.words[word] == nil {
				n.words[word] = &node{}
			}
			n = n.words[word]
		}
		grant = rest
	}
	n.here.add(f)
}

// holds reports whether the permission is held on an object; nil asks for it everywhere.
func (n *node) holds(permission string, more bool, on *Object) bool {
	if !more {
		return n.here.hold(on)
	}
	if n.below.hold(on) {
		return true
	}
	word, rest, more := strings.Cut(permission, ":")
	if next := n.words[word]; next != nil && next.holds(rest, more, on) {
		return true
	}
	return n.any != nil && n.any.holds(rest, more, on)
}

// somewhere reports whether the permission is held on any object at all.
func (n *node) somewhere(permission string, more bool) bool {
	if !more {
		return n.here.open || len(n.here.filters) > 0
	}
	if n.below.open || len(n.below.filters) > 0 {
		return true
	}
	word, rest, more := strings.Cut(permission, ":")
	if next := n.words[word]; next != nil && next.somewhere(rest, more) {
		return true
	}
	return n.any != nil && n.any.somewhere(rest, more)
}

func (r *Rights) can(p Permission, on *Object) bool {
	return r != nil && p != "" && r.now.Load().root.holds(string(p), true, on)
}

// Contain reports whether whoever holds the rights may give away the grant: nobody gives away more than they hold.
func (r *Rights) Contain(g Held) bool {
	for _, h := range r.Now().Held {
		if h.Grant.Contains(g.Grant) && (h.Filter == nil || g.Filter != nil && h.Filter.Text() == g.Filter.Text()) {
			return true
		}
	}
	return false
}

// Contains reports whether the grant covers every permission the other one covers.
func (g Grant) Contains(other Grant) bool {
	have, want := strings.Split(string(g), ":"), strings.Split(string(other), ":")
	for i, h := range have {
		if h == "*" && i == len(have)-1 {
			return true
		}
		if i >= len(want) || want[i] == "*" && (h != "*" || i == len(want)-1) || h != "*" && h != want[i] {
			return false
		}
	}
	return len(have) == len(want)
}
