package inventory

import (
	"slices"
	"strconv"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// scope is which certificates a caller may see, by their grants.
type scope struct {
	all      bool
	modules  []string // every profile of these
	profiles []string // these profiles of every module
	both     [][2]string
	narrowed []reach
	owner    string
	teams    []string
}

// reach is where a grant with a filter gives the right to search; "*" is everywhere.
type reach struct {
	module, profile string
	filter          *access.Filter
}

// scopeOf compiles the grants: those that cover "lifecycle:<module>:<profile>:search" for some module and profile.
func scopeOf(who access.Caller) scope {
	holding := who.Rights.Now()
	s := scope{all: who.IsSystem(), owner: who.ID, teams: holding.Teams}
	for _, h := range holding.Held {
		module, profile, ok := searches(string(h.Grant))
		switch {
		case !ok:
		case h.Filter != nil:
			s.narrowed = append(s.narrowed, reach{module, profile, h.Filter})
		case module == "*" && profile == "*":
			s.all = true
		case profile == "*":
			s.modules = append(s.modules, module)
		case module == "*":
			s.profiles = append(s.profiles, profile)
		default:
			s.both = append(s.both, [2]string{module, profile})
		}
	}
	return s
}

// searches returns where the grant gives the right to search; "*" is everywhere. It follows access.Grant.Covers: a "*" at
// the end stands for all that follows.
func searches(grant string) (module, profile string, ok bool) {
	have := strings.Split(grant, ":")
	want := []string{"lifecycle", "", "", search}
	found := []string{"*", "*", "*", "*"}
	for i, h := range have {
		last := i == len(have)-1
		switch {
		case i >= len(want), h != "*" && want[i] != "" && h != want[i]:
			return "", "", false
		case h == "*" && last:
			return found[1], found[2], true
		}
		found[i] = h
	}
	return found[1], found[2], len(have) == len(want)
}

// clause is a part of a condition, with its parameters.
type clause struct {
	sql  string
	args []any
}

// arg adds a parameter and returns its name.
func (c *clause) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

// and adds a condition whose parameters follow.
func (c clause) and(more query.Clause) clause {
	return clause{sql: c.sql + " AND " + more.SQL, args: append(slices.Clip(c.args), more.Args...)}
}

// apart is the clause as no index is used for it.
func (c clause) apart() clause { return clause{sql: "+(" + c.sql + ")", args: c.args} }

// condition writes the scope in SQL. Behind plus no index is used for it.
func (s scope) condition(to query.Dialect, plus string) (c clause, err error) {
	if s.all {
		return clause{sql: "TRUE"}, nil
	}
	var any []string
	any = c.among(any, plus+"c.module", s.modules)
	any = c.among(any, plus+"c.profile", s.profiles)
	apart := map[query.Dialect]string{query.SQLite: "+"}[to] // the profile finds fewer than its module
	for _, b := range s.both {
		any = append(any, "("+plus+"c.profile = "+c.arg(b[1])+" AND "+apart+"c.module = "+c.arg(b[0])+")")
	}
	for _, r := range s.narrowed {
		if any, err = c.narrow(any, to, plus, r); err != nil {
			return c, err
		}
	}
	if s.owner != "" {
		any = append(any, plus+"c.owner = "+c.arg(s.owner))
	}
	any = c.among(any, plus+"c.team", s.teams)
	c.sql = "FALSE"
	if len(any) > 0 {
		c.sql = "(" + strings.Join(any, " OR ") + ")"
	}
	return c, nil
}

// filterFields are what the filters of permissions ask about, as columns of certificates.
var filterFields = query.NewFields(teamField, labelField).Strict()

// narrow adds a reach: its module, its profile and what the filter says.
func (c *clause) narrow(any []string, to query.Dialect, plus string, r reach) ([]string, error) {
	var all []string
	if r.module != "*" {
		apart := plus
		if to == query.SQLite && r.profile != "*" {
			apart = "+"
		}
		all = append(all, apart+"c.module = "+c.arg(r.module))
	}
	if r.profile != "*" {
		all = append(all, plus+"c.profile = "+c.arg(r.profile))
	}
	q, err := filterFields.Parse(r.filter.Text())
	if err != nil {
		return nil, err
	}
	filter, err := q.Compile(query.Target{Dialect: to, First: len(c.args) + 1})
	if err != nil {
		return nil, err
	}
	c.args = append(c.args, filter.Args...)
	return append(any, "("+strings.Join(append(all, "("+filter.SQL+")"), " AND ")+")"), nil
}

func (c *clause) among(any []string, column string, values []string) []string {
	if len(values) == 0 {
		return any
	}
	names := make([]string, 0, len(values))
	for _, v := range slices.Compact(slices.Sorted(slices.Values(values))) {
		names = append(names, c.arg(v))
	}
	return append(any, column+" IN ("+strings.Join(names, ", ")+")")
}

// visible is the condition of what the caller may see.
func visible(tx *store.Tx, who access.Caller) (clause, error) {
	c, _, err := scoped(tx, who)
	return c, err
}

// scoped is visible, and tells whether that is known to be so few certificates that they are better collected. SQLite
// keeps no statistics: it is found out by counting, as far as it matters.
func scoped(tx *store.Tx, who access.Caller) (c clause, few bool, err error) {
	s := scopeOf(who)
	to := tx.Dialect().Query()
	c, err = s.condition(to, "")
	if err != nil || s.all || to == query.PostgreSQL {
		return c, false, err
	}
	if len(s.modules) > 0 || slices.ContainsFunc(s.narrowed, func(r reach) bool { return r.profile == "*" }) { // no index
		c, err = s.condition(to, "+")
		return c, false, err
	}
	var n int
	_, err = tx.Get(`SELECT count(*) FROM (SELECT 1 FROM certificate c WHERE `+c.sql+` LIMIT `+strconv.Itoa(store.Many)+`)`, c.args, &n)
	if err == nil && n == store.Many {
		c, err = s.condition(to, "+")
		return c, false, err
	}
	return c, true, err
}
