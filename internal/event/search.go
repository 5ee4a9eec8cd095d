package event

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// The faults of the event log's readers.
var (
	badSearch = fault.Define("EVT-002", fault.Invalid, "Invalid search of events")
	tooSlow   = fault.Define("EVT-001", fault.Internal, "The search of events took too long")
	Missing   = fault.Define("EVT-003", fault.Missing, "Event does not exist")
	Broken    = fault.Define("EVT-004", fault.Invalid, "The event log does not hold")
)

// Read is the right to see events.
const Read access.Permission = "configuration:event:read"

const searchTime = 30 * time.Second

// Entry is an event with its place in the log.
type Entry struct {
	Event
	Sequence int64
	Leaf     []byte
	Pending  bool // it waits to be sealed, and has neither
}

// Search is what to look for.
type Search struct {
	Query string // HEQL; "" finds everything
	query.Paging
	Count bool
}

// Page is a part of what a search found, the newest first unless it was sorted.
type Page struct {
	Entries []Entry
	query.Paging
	More  bool
	Count *int
}

var sortable = query.Columns{
	"_id": {SQL: "e.id"}, "code": {SQL: "e.code"}, "module": {SQL: "e.module"}, "node": {SQL: "e.node"},
	"timestamp": {SQL: "e.time"}, "status": {SQL: "e.status"}, "sequence": {SQL: "e.seq"},
}

// groupable are what events can be grouped by.
var groupable = query.Keys{
	"code": {SQL: "e.code"}, "module": {SQL: "e.module"}, "node": {SQL: "e.node"}, "status": {SQL: "e.status"},
	"timestamp":            {SQL: "e.time", Type: query.Date, Unit: time.Millisecond},
	"detail.actorId":       {SQL: "e.actor_id"},
	"detail.ip":            {SQL: "e.ip"},
	"detail.requestId":     {SQL: "e.request_id"},
	"detail.certificateId": {SQL: "e.certificate_id"}, "detail.certificateProfile": {SQL: "e.profile"},
}

// Groupable returns the names of what events can be grouped by.
func Groupable() []string { return groupable.Names() }

const indexedText = query.Equals | query.In

// fieldsOf are the names HEQL knows, for each database.
var fieldsOf = map[store.Dialect]func() *query.Fields{
	store.SQLite: sync.OnceValue(func() *query.Fields {
		return fields(`EXISTS (SELECT 1 FROM json_each(e.details) d WHERE json_extract(d.value, '$[0]') = {key} AND {})`, `json_extract(d.value, '$[1]')`)
	}),
	store.PostgreSQL: sync.OnceValue(func() *query.Fields {
		return fields(`EXISTS (SELECT 1 FROM jsonb_array_elements(e.details::jsonb) d WHERE d.value->>0 = {key} AND {})`, `(d.value->>1)`)
	}),
}

func fields(via, column string) *query.Fields {
	var codes, modules []string
	seen := map[string]bool{}
	for _, c := range Catalogue() {
		codes = append(codes, c.Code)
		if !seen[c.Module] {
			seen[c.Module] = true
			modules = append(modules, c.Module)
		}
	}
	list := []query.Field{
		{Name: "id", Type: query.ID, Doc: "Identifier of the event.", Column: "e.id", Fast: indexedText},
		{Name: "code", Type: query.Enum, Doc: "Code of the event.", Column: "e.code", Values: codes, Fast: indexedText},
		{Name: "module", Type: query.Enum, Doc: "Part of the product the event is about.", Column: "e.module", Values: modules},
		{Name: "node", Type: query.Text, Doc: "Server that recorded the event.", Column: "e.node"},
		{Name: "status", Type: query.Enum, Doc: "How the attempt ended.", Column: "e.status", Values: []string{"success", "failure", "warning"}},
		{Name: "timestamp", Type: query.Date, Doc: "When it happened.", Column: "e.time", Unit: time.Millisecond, Past: true, Fast: query.Before | query.After | query.Equals},
		{Name: "sequence", Type: query.Number, Doc: "Place in the sealed log.", Column: "e.seq", Fast: query.Equals | query.Before | query.After | query.AtMost | query.AtLeast | query.Below | query.Above},
		{Name: "detail.*", Type: query.Set, Doc: "A detail of the event, by its key.", Column: column, Via: via},
	}
	columns := []string{"e.actor_id", "e.ip", "e.certificate_id", "e.request_id", "e.profile", "e.object_name"}
	for i, key := range indexed {
		list = append(list, query.Field{Name: "detail." + key, Type: query.Text, Doc: "The detail " + key + ".", Column: columns[i], Fast: indexedText})
	}
	return query.NewFields(list...)
}

// Find returns a page of the events that the query describes.
func (l *Log) Find(ctx context.Context, who access.Caller, s Search) (p Page, err error) {
	if problem := s.Settle(sortable); problem != "" {
		return Page{}, badSearch.Detail("%s", problem)
	}
	err = l.within(ctx, who, s.Query, func(tx *store.Tx, q *query.Query) error {
		p, err = find(tx, q, s)
		return err
	})
	return p, err
}

// Aggregate counts the events that the query describes by their values.
func (l *Log) Aggregate(ctx context.Context, who access.Caller, text string, g query.Grouping) (all query.Groups, err error) {
	if problem := g.Settle(groupable); problem != "" {
		return query.Groups{}, badSearch.Detail("%s", problem)
	}
	err = l.within(ctx, who, text, func(tx *store.Tx, q *query.Query) error {
		c, err := q.Compile(query.Target{Dialect: tx.Dialect().Query(), Now: tx.Now()})
		if err != nil {
			return err
		}
		g.First = " ORDER BY " + newest
		all, err = store.Grouped(tx, g, groupable, "event e", c)
		return err
	})
	return all, err
}

// Each hands over all events that the query describes, a part at a time, in the order of the search. Its part and count are
// nothing to it.
func (l *Log) Each(ctx context.Context, who access.Caller, s Search, use func([]Entry) error) error {
	if problem := s.Settle(sortable); problem != "" {
		return badSearch.Detail("%s", problem)
	}
	w := store.Walk[Entry]{
		Columns: entryColumns, From: "event e", Down: true, Key: func(e Entry) any { return e.Sequence },
		Scan: func(r *sql.Rows) (Entry, error) {
			e, err := scanEntry(r)
			return e.public(), err
		},
		Within: func(ctx context.Context, read func(*store.Tx, store.Found) error) error {
			return l.within(ctx, who, s.Query, func(tx *store.Tx, q *query.Query) error {
				c, last, err := s.plan(tx, q)
				if err != nil {
					return err
				}
				return read(tx, store.Found{Where: c, Last: strings.TrimSuffix(last, " DESC")})
			})
		},
	}
	if len(s.Sort) > 0 {
		w.Sort = s.OrderBy(sortable, newest)
	}
	return w.Each(ctx, use)
}

// within reads what a query describes for who may see events, within the time a search may take.
func (l *Log) within(ctx context.Context, who access.Caller, text string, read func(*store.Tx, *query.Query) error) error {
	if err := who.May(Read); err != nil {
		return err
	}
	q, err := fieldsOf[l.DB.Dialect]().Parse(text)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	err = l.DB.Read(ctx, func(tx *store.Tx) error { return read(tx, q) })
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return tooSlow.Detail("add a condition on code, timestamp, sequence, or one of the details actorId, ip, certificateId, requestId, certificateProfile, name").Because(err)
	}
	return err
}

func find(tx *store.Tx, q *query.Query, s Search) (Page, error) {
	c, last, err := s.plan(tx, q)
	if err != nil {
		return Page{}, err
	}
	p := Page{Paging: s.Paging}
	rows, err := store.AllPlanned(tx, scanEntry, selects+c.SQL+s.SQL(sortable, last), c.Args...)
	if err != nil {
		return Page{}, err
	}
	p.More = len(rows) > s.Size
	for _, r := range rows[:min(len(rows), s.Size)] {
		p.Entries = append(p.Entries, r.public())
	}
	if s.Count {
		p.Count, err = count(tx, q)
	}
	return p, err
}

// count counts all the query finds. In which order it finds them is nothing to it.
func count(tx *store.Tx, q *query.Query) (*int, error) {
	n := new(int)
	c, err := q.Compile(query.Target{Dialect: tx.Dialect().Query(), Now: tx.Now()})
	if err != nil {
		return nil, err
	}
	_, err = tx.Get(`SELECT count(*) FROM event e WHERE `+c.SQL, c.Args, n)
	return n, err
}

func (e entry) public() Entry { return Entry{Event: e.Event, Sequence: e.seq, Leaf: e.leaf} }

// Get returns the event with the id.
func (l *Log) Get(ctx context.Context, who access.Caller, id string) (e Entry, err error) {
	if err := who.May(Read); err != nil {
		return e, err
	}
	err = l.DB.Read(ctx, func(tx *store.Tx) error {
		rows, err := store.All(tx, scanEntry, `SELECT `+entryColumns+` FROM event e WHERE id = $1`, id)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return Missing.Detail("%s", id[:min(len(id), 64)])
		}
		e = rows[0].public()
		return nil
	})
	return e, err
}

// Look returns the event with the id, also while it waits to be sealed: it then has no place in the log yet.
func (l *Log) Look(ctx context.Context, who access.Caller, id string) (e Entry, err error) {
	if err := who.May(Read); err != nil {
		return e, err
	}
	waits := false
	err = l.DB.Read(ctx, func(tx *store.Tx) (err error) {
		e.Event, waits, err = findPending(tx, id)
		return err
	})
	e.Pending = waits
	if err != nil || waits {
		return e, err
	}
	return l.Get(ctx, who, id) // which may have been sealed since: it is looked for in this order
}

// Span returns the sequence numbers of the events between two times, and whether there are any.
func (l *Log) Span(ctx context.Context, from, to time.Time) (first, last int64, ok bool, err error) {
	until := to.UnixMilli()
	if to.IsZero() {
		until = 1 << 62
	}
	err = l.DB.Read(ctx, func(tx *store.Tx) error {
		var a, b *int64
		_, err := tx.Get(`SELECT min(seq), max(seq) FROM event WHERE time >= $1 AND time <= $2`, []any{from.UnixMilli(), until}, &a, &b)
		if err == nil && a != nil {
			first, last, ok = *a, *b, true
		}
		return err
	})
	return first, last, ok, err
}

// Check tells what can be told of a query before it is asked.
func (l *Log) Check(text string) (query.Verdict, error) {
	return fieldsOf[l.DB.Dialect]().Check(text, query.Target{Dialect: l.DB.Dialect.Query(), Now: l.DB.Clock.Now()})
}

// Complete tells what can be written at a place of a query. known tells values in use.
func (l *Log) Complete(text string, offset int, known func(field string) []query.Choice) query.Completion {
	return fieldsOf[l.DB.Dialect]().Complete(text, offset, known)
}

// Dictionary lists what a query can ask.
func (l *Log) Dictionary() []query.Entry { return fieldsOf[l.DB.Dialect]().Dictionary() }
