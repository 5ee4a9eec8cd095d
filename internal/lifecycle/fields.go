package lifecycle

import (
	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// label is where a label of a request is found.
var label = map[store.Dialect]string{
	store.SQLite:     "(r.content -> 'labels' ->> {key})",
	store.PostgreSQL: "(r.content::jsonb -> 'labels' ->> {key})",
}

// owning are the fields the filters of permissions ask about as well.
func owning(d store.Dialect) []query.Field {
	return []query.Field{
		{Name: "team", Type: query.Text, Doc: "The team that is to answer for it.", Column: "r.team", Fast: query.Equals | query.In},
		{Name: "label.*", Type: query.Text, Doc: "A label.", Column: label[d]},
	}
}

// Statuses lists the states of requests in the spelling of the contract.
func Statuses() []string {
	return []string{pending, "approved", "in_progress", completed, denied, canceled, failed}
}

// status is a state in the spelling of the contract.
const status = "CASE r.state WHEN 'processing' THEN 'approved' ELSE r.state END"

// inState writes the states that are asked for as they are kept, for their index.
func inState(w *query.Writer, t *query.Term) (bool, error) {
	if t.Operator != query.Equals && t.Operator != query.In {
		return false, nil
	}
	w.SQL("r.state IN (")
	for i, state := range t.Values {
		if i > 0 {
			w.SQL(", ")
		}
		if state == "approved" {
			state = processing
		}
		w.Arg(state)
	}
	w.SQL(")")
	return true, nil
}

// fields is the table of the query language of requests (HRQL).
func fields(d store.Dialect) *query.Fields {
	const exact = query.Equals | query.In
	return query.NewFields(append(owning(d),
		query.Field{Name: "id", Type: query.ID, Doc: "The identifier.", Column: "r.id", Fast: exact},
		query.Field{Name: "module", Type: query.Text, Doc: "The module of the profile.", Column: "r.module"},
		query.Field{Name: "workflow", Type: query.Enum, Doc: "What is asked for.", Column: "r.workflow", Values: Workflows()},
		query.Field{Name: "profile", Type: query.Text, Doc: "The profile.", Column: "r.profile", Fast: exact},
		query.Field{Name: "status", Type: query.Enum, Doc: "How far it has come.", Column: status, Values: Statuses(), Fast: exact, Write: inState},
		query.Field{Name: "requester", Type: query.Text, Doc: "The identifier of who asked.", Column: "r.requester", Fast: exact},
		query.Field{Name: "approver", Type: query.Text, Doc: "The identifier of who decided.", Column: "r.approver"},
		query.Field{Name: "owner", Type: query.Text, Doc: "The identifier of the owner.", Column: "r.owner", Fast: exact},
		query.Field{Name: "contact", Type: query.Text, Doc: "Whom to write to.", Column: "r.contact"},
		query.Field{Name: "dn", Type: query.Text, Doc: "The subject.", Column: "r.dn"},
		query.Field{Name: "holderid", Type: query.Text, Doc: "Who is to hold the certificate: computed from its names.", Column: "r.holder_id", Fast: exact},
		query.Field{Name: "certificateid", Type: query.ID, Doc: "The certificate it is about, or led to.", Column: "r.certificate_id", Fast: exact},
		query.Field{Name: "comment.requester", Type: query.Text, Doc: "What the requester says.", Column: "r.requester_comment"},
		query.Field{Name: "comment.approver", Type: query.Text, Doc: "What the approver says.", Column: "r.approver_comment"},
		query.Field{Name: "registration.date", Type: query.Date, Doc: "When it was submitted.", Column: "r.created", Past: true},
		query.Field{Name: "modification.date", Type: query.Date, Doc: "When it changed last.", Column: "r.modified", Past: true},
		query.Field{Name: "expiration.date", Type: query.Date, Doc: "Until when it can be decided.", Column: "r.expires"},
		query.Field{Name: "request", Type: query.State, Doc: "Whether it waits, and can still be decided.", States: []query.Word{
			{Name: "valid", Doc: "It waits and can be decided.", SQL: "(r.state = 'pending' AND r.expires > {now})", Fast: true},
			{Name: "expired", Doc: "It waited too long.", SQL: "(r.state = 'pending' AND r.expires <= {now})", Fast: true},
		}},
	)...)
}

// sortable are what requests can be sorted by.
var sortable = query.Columns{
	"_id": {SQL: "r.id"}, "module": {SQL: "r.module"}, "workflow": {SQL: "r.workflow"}, "status": {SQL: "r.state"}, "profile": {SQL: "r.profile"},
	"requester": {SQL: "r.requester"}, "approver": {SQL: "r.approver", Null: true}, "team": {SQL: "r.team", Null: true},
	"owner": {SQL: "r.owner", Null: true}, "contact": {SQL: "r.contact", Null: true}, "requesterComment": {SQL: "r.requester_comment", Null: true},
	"approverComment": {SQL: "r.approver_comment", Null: true}, "certificateId": {SQL: "r.certificate_id", Null: true}, "dn": {SQL: "r.dn", Null: true},
	"registrationDate": {SQL: "r.created"}, "lastModificationDate": {SQL: "r.modified"}, "expirationDate": {SQL: "r.expires", Null: true},
	"holderId": {SQL: "r.holder_id"},
}

// Sortable returns the names of the columns a search for requests can be sorted by.
func Sortable() []string { return sortable.Names() }

// groupable are what requests can be grouped by.
var groupable = query.Keys{
	"workflow": {SQL: "r.workflow"}, "module": {SQL: "r.module"}, "profile": {SQL: "r.profile"}, "status": {SQL: status},
	"requester": {SQL: "r.requester"}, "approver": {SQL: "r.approver"}, "team": {SQL: "r.team"}, "owner": {SQL: "r.owner"},
	"contact": {SQL: "r.contact"}, "dn": {SQL: "r.dn"}, "holderId": {SQL: "r.holder_id"}, "certificateId": {SQL: "r.certificate_id"},
	"registrationDate": {SQL: "r.created", Type: query.Date}, "lastModificationDate": {SQL: "r.modified", Type: query.Date},
	"expirationDate": {SQL: "r.expires", Type: query.Date},
}

// Groupable returns the names of what requests can be grouped by.
func Groupable() []string { return groupable.Names() }

// Check tells what can be told of a query before it is asked.
func (s *Service) Check(text string) (query.Verdict, error) {
	return fields(s.DB.Dialect).Check(text, query.Target{Dialect: s.DB.Dialect.Query(), Now: s.DB.Clock.Now()})
}

// Complete tells what can be written at a place of a query. known tells values in use.
func (s *Service) Complete(text string, offset int, known func(field string) []query.Choice) query.Completion {
	return fields(s.DB.Dialect).Complete(text, offset, known)
}

// InUse returns the names of the profiles whose certificates the caller may search.
func InUse(tx *store.Tx, who access.Caller) (names []string, err error) {
	profiles, err := Profiles.List(tx)
	for _, p := range profiles {
		if who.Can(permission(p, "search")) {
			names = append(names, p.Shared().Name)
		}
	}
	return names, err
}

// Dictionary lists what a query for requests can ask.
func Dictionary() []query.Entry { return fields(store.PostgreSQL).Dictionary() }
