package inventory

import (
	"maps"
	"slices"

	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// inIndex are the indexes of SQLite that have all certificates in an order, and what orders those of the same value there.
var inIndex = map[string]struct{ name, last string }{
	"notAfter": {"certificate_not_after", "c.n"}, "notBefore": {"certificate_not_before", "c.n"}, "dn": {"certificate_dn", "c.n"},
	"issuer": {"certificate_issuer", "c.n"}, "serial": {"certificate_serial", "c.n"}, "thumbprint": {"certificate_thumbprint", "c.n"},
	"publicKeyThumbprint": {"certificate_public_key", "c.n"}, "keyType": {"certificate_key_type", "c.n"},
	"module": {"certificate_module", "c.n"}, "renewalDue": {"certificate_renewal", "c.n"}, "profile": {"certificate_profile", "c.id"},
	"owner": {"certificate_owner", "c.id"}, "team": {"certificate_team", "c.id"}, "contactEmail": {"certificate_contact", "c.id"},
	"signingAlgorithm": {"certificate_algorithm", "c.id"},
}

// apartSortable are the columns to sort by, as no index is used for the order.
var apartSortable = func() query.Columns {
	all := maps.Clone(sortable)
	for name, c := range all {
		c.SQL = "+" + c.SQL
		all[name] = c
	}
	return all
}()

// manySorted is how many certificates are collected for a list that is sorted; of more, reading in the order finds a page
// as soon. At a million certificates either reads about as many rows then.
const manySorted = 7000

// order is how the certificates of a sorted list are read.
type order struct {
	columns query.Columns // nil for a list in the usual order
	indexed string        // " INDEXED BY ..." when they are read in the order of an index, or ""
	last    string        // the column that orders what nothing else does
	first   bool          // which certificates are on the page is found first, and their rows are read then
}

// usual reports whether the list is in the order certificates were recorded in.
func (s *Search) usual() bool { return len(s.Sort) == 0 }

// ordered returns how a list that is sorted is read, by how its condition is answered. What nothing else orders has one
// order, however it is read: the pages of a list follow one another.
func (s *Search) ordered(led store.Led) order {
	o := order{columns: sortable, last: "c.id"}
	index := inIndex[s.Sort[0].Element]
	if len(s.Sort) == 1 && index.name != "" {
		o.last = index.last
		if s.Sort[0].Descending {
			o.last += " DESC"
		}
	}
	switch {
	case led == store.Collected:
		o.columns = apartSortable
	case led == store.Walked && index.name != "":
		o.indexed = " INDEXED BY " + index.name
	case led == store.InOrder && s.Sort[0].Element == "renewalDue": // SQLite would take the other one, with all that has ended
		o.indexed = " INDEXED BY certificate_due"
	}
	return o
}

// byStatistics is how PostgreSQL, which finds the way by itself, reads a list that is sorted. Asked for identifiers alone, it
// compares by an index that has the subject and the team beside, and sorts no rows.
func (s *Search) byStatistics() order {
	if s.usual() {
		return order{}
	}
	o := order{columns: sortable, last: byID, first: true}
	if len(s.Sort) == 1 && s.Sort[0].Descending && inIndex[s.Sort[0].Element].name != "" { // read backwards, as SQLite does
		o.last = "c.id DESC"
	}
	return o
}

// inOrder returns whether the index that answers conditions has the certificates in the order of the list.
func (s *Search) inOrder() func([]*query.Term) bool {
	by := "_id"
	switch {
	case len(s.Sort) == 1:
		by = s.Sort[0].Element
	case !s.usual():
		by = ""
	}
	return func(all []*query.Term) bool {
		t := all[0]
		switch {
		case len(all) != 1:
			return false
		case t.Field.Type == query.State:
			return !t.Negated && stateIn[by] == t.Values[0]
		case t.Negated:
			return t.Operator == query.Exists && t.Name() == "profile" && slices.Contains(namesIn[by], "profile")
		}
		return t.Operator == query.Equals && slices.Contains(namesIn[by], t.Name())
	}
}

// What has its certificates in an order, in the index that finds them.
var (
	namesIn = map[string][]string{"_id": {"profile", "owner", "team"}, "notAfter": {"profile", "holderid"}, "profile": {"profile"}, "owner": {"owner"}, "team": {"team"}}
	stateIn = map[string]string{"notAfter": Expired, "renewalDue": Due}
)
