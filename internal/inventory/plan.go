package inventory

import (
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// plan is how a page is read.
type plan struct {
	where clause // of all that is found
	count clause // the same, for counting: in which order they are found is nothing to that
	last  string // the column that orders what nothing else does, in the usual order
	by    order  // of a list that is sorted
	steps *steps // to read it by, or nil
}

// The usual order. Behind a plus no index is used for it.
const (
	byID      = "c.id"
	collected = "+c.id"
)

// page writes the statement that reads a page.
func (l plan) page(s *Search) string {
	if l.by.columns == nil {
		return selects + l.where.sql + s.SQL(sortable, l.last)
	}
	found := ` FROM certificate c` + l.by.indexed + ` WHERE ` + l.where.sql + s.SQL(l.by.columns, l.by.last)
	if l.by.first {
		return selects + `c.id IN (SELECT c.id` + found + `)` + s.OrderBy(l.by.columns, l.by.last)
	}
	return `SELECT ` + columns + found
}

// plan writes the whole condition, and finds out how it is best read.
func (s *Search) plan(tx *store.Tx, who access.Caller) (plan, query.Clause, error) {
	grades, err := letters(tx)
	if err != nil {
		return plan{}, query.Clause{}, err
	}
	t := &table{dialect: tx.Dialect(), letters: grades}
	q, err := t.fields().Parse(s.Query)
	if err != nil {
		return plan{}, query.Clause{}, err
	}
	may, few, err := scoped(tx, who)
	if err != nil {
		return plan{}, query.Clause{}, err
	}
	to := target(tx, len(may.args)+1)
	c, err := q.Compile(to)
	if err != nil || tx.Dialect() == store.PostgreSQL {
		return plan{where: may.and(c), count: may.and(c), last: byID, by: s.byStatistics()}, c, err
	}
	needles := t.needles
	if t.common, err = s.frequent(tx, needles); err != nil {
		return plan{}, c, err
	}
	if c, err = q.Compile(to); err != nil { // without the index for what is common
		return plan{}, c, err
	}
	l := plan{count: may.and(c), last: byID}
	c, led, err := s.lead(tx, t, q, to, few)
	if err != nil {
		return plan{}, c, err
	}
	l.where = may.apart().and(c)
	if led == store.Walked && (few || s.usual()) {
		l.where = may.and(c)
	}
	if led == store.Walked && !few && len(t.common) > 0 {
		led, err = s.byText(tx, &l, &steps{search: s, query: q, scope: may.apart(), table: t, needles: firstCommon(needles, t.common)})
		if err != nil {
			return plan{}, c, err
		}
	}
	switch {
	case !s.usual() && led == store.Walked && few:
		l.by = s.ordered(store.Collected)
	case !s.usual():
		l.by = s.ordered(led)
	case led == store.Collected:
		l.last = collected
	}
	return l, c, nil
}

// byText sets how what holds common needles is read, when not as the rest is: collected, when few hold all of them that
// everything found holds, or in steps.
func (s *Search) byText(tx *store.Tx, l *plan, r *steps) (led store.Led, err error) {
	held, few, err := s.together(tx, r.query.Always(func(t *query.Term) []string { return commonIn(t, r.table.common) }))
	if err != nil {
		return store.Walked, err
	}
	if len(held) > 0 {
		r.needles = held
		if r.compared, err = r.table.compared(s.Query); err != nil {
			return store.Walked, err
		}
	}
	if few {
		l.where, err = r.within(tx, nil)
		l.count = l.where
		return store.Collected, err
	}
	if s.inSteps() {
		l.steps = r
	}
	return store.Walked, nil
}

// together returns, of common needles, those that one look into the text index finds together, the rarest if there are
// several, and whether few certificates hold them.
func (s *Search) together(tx *store.Tx, needles []string) (rarest []string, few bool, err error) {
	farthest := int64(-1)
	groups := textIndex.Together(needles)
	for _, group := range groups {
		if len(group) > 1 {
			if often, err := s.often(tx, group); err != nil || !often {
				return group, err == nil, err
			}
		}
		if len(groups) == 1 {
			return group, false, nil
		}
		at, _, err := textIndex.Next(tx, group, 0, manyOfText)
		if err != nil {
			return nil, false, err
		}
		if at > farthest {
			rarest, farthest = group, at
		}
	}
	return rarest, false, nil
}

// commonIn returns the common needle that whatever fits a condition holds.
func commonIn(t *query.Term, common map[string]bool) []string {
	if t.Negated || t.Operator != query.Contains || t.Field.Name != "dn" && t.Field.Name != "san" || !common[t.Values[0]] {
		return nil
	}
	return t.Values[:1]
}

func firstCommon(needles []string, common map[string]bool) []string {
	i := slices.IndexFunc(needles, func(n string) bool { return common[n] })
	return needles[i : i+1]
}

// lead has the condition that finds the fewest certificates lead. few says that the caller may see few of all: these are
// collected rather than others read in their order.
func (s *Search) lead(tx *store.Tx, t *table, q *query.Query, to query.Target, few bool) (query.Clause, store.Led, error) {
	apart, err := t.compared(s.Query)
	if err != nil {
		return query.Clause{}, store.Walked, err
	}
	l := store.Lead{From: "certificate c", Ordered: s.inOrder(), Apart: apart, Most: max(store.Many, s.most)}
	if !s.usual() {
		l.Most = manySorted
	}
	if few && !s.usual() {
		l.Ordered = func([]*query.Term) bool { return false }
	}
	l.Common = func(part *query.Query) (bool, error) {
		t.met = false
		if _, err := part.Compile(to); err != nil || t.met {
			return t.met, err
		}
		return oftenLabelled(tx, part, l.Most)
	}
	return l.Clause(tx, q, to)
}

// oftenLabelled reports whether so many certificates have the label a part asks for. Asked by their identifiers, all of
// them would be collected before they are counted.
func oftenLabelled(tx *store.Tx, part *query.Query, most int) (bool, error) {
	terms := part.Terms()
	if len(terms) != 1 || terms[0].Field.Name != labelField.Name || terms[0].Negated {
		return false, nil
	}
	condition, args := `l.name = $1`, []any{terms[0].Key, most}
	if terms[0].Operator == query.Equals {
		condition, args = `l.name = $1 AND l.value = $3`, append(args, terms[0].Values[0])
	}
	var n int
	_, err := tx.Get(`SELECT count(*) FROM (SELECT 1 FROM certificate_label l WHERE `+condition+` LIMIT $2) AS found`, args, &n)
	return n == most, err
}

func target(tx *store.Tx, first int) query.Target {
	return query.Target{Dialect: tx.Dialect().Query(), Now: tx.Now(), First: first}
}

// maxProbed bounds the needles that are looked at one by one.
const maxProbed = 8

// How many certificates with a needle are collected at once. In the usual order more are read in steps, which costs little.
const (
	manyOfText       = 250
	manyOfTextSorted = 4000
)

// frequent returns the needles that the index does not help with.
func (s *Search) frequent(tx *store.Tx, needles []string) (map[string]bool, error) {
	common := map[string]bool{}
	for _, needle := range needles[:min(len(needles), maxProbed)] {
		often, err := s.often(tx, []string{needle})
		if err != nil {
			return nil, err
		}
		if often {
			common[needle] = true
		}
	}
	return common, nil
}

// often reports whether the certificates with all of the needles are too many to be collected.
func (s *Search) often(tx *store.Tx, needles []string) (bool, error) {
	often, err := textIndex.Frequent(tx, needles, manyOfText)
	if !often || err != nil || s.usual() {
		return often, err
	}
	return frequentSorted(tx, needles)
}

// frequentSorted reports whether the certificates with the needles are too many to be collected and sorted. Most tell by how
// close their first ones are, so that few are looked up.
func frequentSorted(tx *store.Tx, needles []string) (bool, error) {
	var last int64
	if _, err := tx.Get(`SELECT COALESCE(max(n), 0) FROM certificate`, nil, &last); err != nil {
		return false, err
	}
	at, ok, err := textIndex.Next(tx, needles, 0, manyOfText)
	if err != nil || ok && at < last/manyOfTextSorted*manyOfText {
		return err == nil, err
	}
	return textIndex.Frequent(tx, needles, manyOfTextSorted)
}
