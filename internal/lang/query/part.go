package query

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
