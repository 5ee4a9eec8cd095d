package query

import "slices"

// Parts returns the queries that all have to hold for this one to hold: what is joined by "and" at the top, conditions on
// the same field together, which may be the two ends of a range. The empty query has none. Who reads a database part by
// part can tell which of them finds the fewest rows.
func (q *Query) Parts() (parts []*Query) {
	at := map[string]int{} // of the part that holds a field
	for _, n := range flat(q.root) {
		t, ok := n.(*Term)
		if !ok {
			parts = append(parts, q.part(n))
			continue
		}
		i, known := at[t.Name()]
		if !known {
			at[t.Name()] = len(parts)
			parts = append(parts, q.part(n))
			continue
		}
		parts[i].root = append(every(flat(parts[i].root)), n)
	}
	return parts
}

func (q *Query) part(root bound) *Query { return &Query{text: q.text, fields: q.fields, root: root} }

// flat returns what all has to hold.
func flat(n bound) (all []bound) {
	list, ok := n.(every)
	if !ok {
		return []bound{n}
	}
	for _, n := range list {
		all = append(all, flat(n)...)
	}
	return all
}

// Terms returns the conditions that all have to hold, or nil when the query also has alternatives.
func (q *Query) Terms() (terms []*Term) {
	for _, n := range flat(q.root) {
		t, ok := n.(*Term)
		if !ok {
			return nil
		}
		terms = append(terms, t)
	}
	return terms
}

// Always returns what of tells of the conditions that holds for everything the query finds: what any of those tells that all
// have to hold, and of alternatives what each of them tells.
func (q *Query) Always(of func(*Term) []string) []string { return always(q.root, of) }

func always(n bound, of func(*Term) []string) (told []string) {
	switch n := n.(type) {
	case *Term:
		return of(n)
	case every:
		for _, part := range n {
			told = append(told, always(part, of)...)
		}
	case some:
		for i, alternative := range n {
			one := always(alternative, of)
			if i == 0 {
				told = one
				continue
			}
			told = slices.DeleteFunc(told, func(t string) bool { return !slices.Contains(one, t) })
		}
	}
	slices.Sort(told)
	return slices.Compact(told)
}
