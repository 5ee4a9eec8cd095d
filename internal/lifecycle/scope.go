package lifecycle

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// Scope is which requests a search looks at.
type Scope string

// The scopes. Without one, all that the caller may see.
const (
	Self   Scope = "self"   // one's own, and those of one's teams
	Manage Scope = "manage" // those that wait and that the caller may decide about
	Audit  Scope = "search" // those the caller may look at
)

// condition is a part of a WHERE with its parameters.
type condition struct {
	who   access.Caller
	sql   []string // alternatives
	args  []any
	whole map[whole][]string // profiles of which everything is seen, by the rest of the condition
}

// whole is what the caller sees of profiles without any filter: all requests, or those to decide about.
type whole struct {
	workflows string
	decide    bool
}

// undecided writes the condition of what the caller can decide about: nobody decides about their own.
func (c *condition) undecided(decide bool) string {
	switch {
	case !decide:
		return ""
	case c.who.ID == "":
		return "r.state = 'pending' AND "
	}
	return "r.state = 'pending' AND r.requester <> " + c.arg(c.who.ID) + " AND "
}

func (c *condition) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

// text returns the alternatives as one expression.
func (c *condition) text() string {
	for _, w := range slices.SortedFunc(maps.Keys(c.whole), func(a, b whole) int { return strings.Compare(a.workflows, b.workflows) }) {
		before := c.undecided(w.decide)
		names := make([]string, 0, len(c.whole[w]))
		for _, profile := range c.whole[w] {
			names = append(names, c.arg(profile))
		}
		c.sql = append(c.sql, "("+before+"r.workflow IN ("+w.workflows+") AND r.profile IN ("+strings.Join(names, ", ")+"))")
	}
	if len(c.sql) == 0 {
		return "FALSE"
	}
	return "(" + strings.Join(c.sql, " OR ") + ")"
}

// scoped is which requests a caller sees.
type scoped struct {
	sql  string
	args []any
	own  string // where none but their own: the statement that finds their ids, each by an index
}

// visible writes which requests the caller sees in a scope.
func visible(tx *store.Tx, who access.Caller, scope Scope) (s scoped, err error) {
	if who.IsSystem() && scope == "" {
		return scoped{sql: "TRUE"}, nil
	}
	c := &condition{who: who, whole: map[whole][]string{}}
	if scope == Self || scope == "" {
		c.own()
	}
	mine := len(c.args)
	if scope != Self {
		if err := c.others(tx, scope); err != nil {
			return s, err
		}
	}
	if len(c.args) == mine && len(c.whole) == 0 && mine > 0 {
		s.own = c.union()
	}
	s.sql = c.text()
	s.args = c.args
	return s, nil
}

// others adds the requests of others: to decide about, to look at, or both.
func (c *condition) others(tx *store.Tx, scope Scope) error {
	profiles, err := Profiles.List(tx)
	if err != nil {
		return err
	}
	for _, p := range profiles {
		v := view{c, tx.Dialect(), p}
		if scope != Audit {
			err = v.decidable()
		}
		if scope != Manage && err == nil {
			err = v.reach(Workflows(), p.Shared().Levels.AuditRequest, "audit_request", false)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// own adds the requests of the caller and of the caller's teams.
func (c *condition) own() {
	if c.who.ID == "" {
		return
	}
	c.sql = append(c.sql, "r.requester = "+c.arg(c.who.ID), "r.owner = "+c.arg(c.who.ID))
	for _, team := range c.who.Rights.Now().Teams {
		c.sql = append(c.sql, "r.team = "+c.arg(team))
	}
}

// union writes the statement that finds what fulfils any of the alternatives: of an OR SQLite would use no index here.
func (c *condition) union() string {
	all := make([]string, len(c.sql))
	for i, one := range c.sql {
		all[i] = "SELECT r.id FROM request r WHERE " + among + " AND " + one
	}
	return strings.Join(all, " UNION ALL ")
}

// view is what one caller sees of the requests on one profile.
type view struct {
	*condition
	dialect store.Dialect
	p       Profile
}

// decidable adds the requests that wait and that the caller may decide about.
func (v view) decidable() error {
	var all []string
	for _, name := range Workflows() {
		w := workflows[name]
		level := w.decide(v.p.Shared().Levels)
		if v.everywhere(level, "approve_"+w.word()) {
			all = append(all, name)
		} else if err := v.reach([]string{name}, level, "approve_"+w.word(), true); err != nil {
			return err
		}
	}
	v.add(all, true)
	return nil
}

// everywhere reports whether the caller may take a step on the profile whatever it is about.
func (v view) everywhere(level *Level, step string) bool {
	decided, err := byLevel(v.who, v.p, level)
	return decided && err == nil || !decided && v.who.Can(permission(v.p, step))
}

// reach adds the requests that a step lets the caller see: all of them, or those a filter allows.
func (v view) reach(names []string, level *Level, step string, decide bool) error {
	if v.everywhere(level, step) {
		v.add(names, decide)
		return nil
	}
	if decided, _ := byLevel(v.who, v.p, level); decided {
		return nil
	}
	for _, h := range v.who.Rights.Now().Held {
		if h.Filter == nil || !h.Grant.Covers(permission(v.p, step)) {
			continue
		}
		q, err := query.NewFields(owning(v.dialect)...).Strict().Parse(h.Filter.Text())
		if err != nil {
			return err
		}
		before := v.undecided(decide)
		profile := v.arg(v.p.Shared().Name)
		clause, err := q.Compile(query.Target{Dialect: v.dialect.Query(), First: len(v.args) + 1})
		if err != nil {
			return err
		}
		v.args = append(v.args, clause.Args...)
		v.sql = append(v.sql, "("+before+"r.workflow IN ("+quoted(names)+") AND r.profile = "+profile+" AND ("+clause.SQL+"))")
	}
	return nil
}

func (v view) add(names []string, decide bool) {
	if len(names) > 0 {
		w := whole{quoted(names), decide}
		v.whole[w] = append(v.whole[w], v.p.Shared().Name)
	}
}

// quoted writes names that are ours as SQL.
func quoted(names []string) string { return "'" + strings.Join(names, "', '") + "'" }
