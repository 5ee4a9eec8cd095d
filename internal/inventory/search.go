package inventory

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

var (
	badSearch = fault.Define("CERT-SEARCH-002", fault.Invalid, "Invalid search")
	tooSlow   = fault.Define("CERT-SEARCH-004", fault.Internal, "The search took too long")
)

// deadline is how long a search may take.
const deadline = 30 * time.Second

// Search is what to look for.
type Search struct {
	Query string // HCQL; "" finds everything
	query.Paging
	Count bool // how many there are in all
	most  int  // that are counted, where not all are
}

// Page is a part of what a search found.
type Page struct {
	query.Paging // as it was applied
	Certificates []Certificate
	More         bool
	Count        *int // of all that was found, when it was asked for
}

// sortable are what certificates can be sorted by.
var sortable = query.Columns{
	"_id": {SQL: "c.id"}, "module": {SQL: "c.module"}, "profile": {SQL: "c.profile"}, "owner": {SQL: "c.owner", Null: true},
	"team": {SQL: "c.team", Null: true}, "thumbprint": {SQL: "c.thumbprint"}, "selfSigned": {SQL: "c.self_signed"},
	"publicKeyThumbprint": {SQL: "c.public_key_thumbprint"}, "dn": {SQL: "c.dn"}, "serial": {SQL: "c.serial"},
	"issuer": {SQL: "c.issuer"}, "notBefore": {SQL: "c.not_before"}, "notAfter": {SQL: "c.not_after"},
	"revocationDate": {SQL: "c.revoked_at", Null: true}, "revocationReason": {SQL: "c.revocation_reason", Null: true},
	"keyType": {SQL: "c.key_type"}, "signingAlgorithm": {SQL: "c.signing_algorithm"}, "holderId": {SQL: "c.holder_id"},
	"contactEmail": {SQL: "c.contact_email", Null: true}, "grades": {SQL: "c.grades"}, "escrowed": {SQL: "c.escrowed"},
	"renewalDue": {SQL: dueSQL},
}

// Sortable returns the names of the columns a search can be sorted by.
func Sortable() []string { return sortable.Names() }

// Find returns a page of the certificates that the caller may see and the query describes.
func Find(ctx context.Context, db *store.DB, who access.Caller, s Search) (p Page, err error) {
	if problem := s.Settle(sortable); problem != "" {
		return Page{}, badSearch.Detail("%s", problem)
	}
	asked := s.Paging
	if slices.Equal(s.Sort, []query.Order{{Element: "_id"}}) { // which is the usual order
		s.Sort = nil
	}
	err = s.within(ctx, db, who, func(tx *store.Tx, l plan) error {
		p, err = s.read(tx, l)
		return err
	})
	p.Paging = asked
	return p, err
}

// within reads by the plan of the search, within the time a search may take.
func (s *Search) within(ctx context.Context, db *store.DB, who access.Caller, read func(*store.Tx, plan) error) error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	var found query.Clause
	err := db.Read(ctx, func(tx *store.Tx) error {
		l, c, err := s.plan(tx, who)
		found = c
		if err != nil {
			return err
		}
		return read(tx, l)
	})
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return s.late(found).Because(err)
	}
	return err
}

// late says what made the search slow.
func (s *Search) late(c query.Clause) *fault.Fault {
	if len(c.Slow) == 0 {
		return tooSlow.Detail("ask for fewer certificates, or for longer parts of names")
	}
	return tooSlow.Detail("no index helps with %s as it is asked: add a condition on another field", strings.Join(c.Slow, ", "))
}

// read reads the page, and one row more to know whether there is another.
func (s *Search) read(tx *store.Tx, l plan) (p Page, err error) {
	var all []Certificate
	if l.steps != nil {
		all, err = l.steps.read(tx)
	} else {
		all, err = store.AllPlanned(tx, scan, l.page(s), l.where.args...)
	}
	if err != nil {
		return p, err
	}
	p.More = len(all) > s.Size
	p.Certificates = all[:min(len(all), s.Size)]
	if s.Count {
		p.Count = new(int)
		_, err = tx.Get(`SELECT count(*) FROM certificate c WHERE `+l.count.sql, l.count.args, p.Count)
	}
	return p, err
}

// Look returns the certificate with the id and the results of its triggers, when the caller may see it.
func Look(ctx context.Context, db *store.DB, who access.Caller, id string) (c Certificate, err error) {
	return seen(ctx, db, who, func(tx *store.Tx) (Certificate, error) { return Get(tx, id) })
}

// LookByThumbprint returns the certificate with the SHA-256, when the caller may see it.
func LookByThumbprint(ctx context.Context, db *store.DB, who access.Caller, thumbprint string) (c Certificate, err error) {
	return seen(ctx, db, who, func(tx *store.Tx) (Certificate, error) { return ByThumbprint(tx, thumbprint) })
}

func seen(ctx context.Context, db *store.DB, who access.Caller, get func(*store.Tx) (Certificate, error)) (c Certificate, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		if c, err = get(tx); err != nil {
			return err
		}
		if !c.VisibleTo(who) {
			c = Certificate{}
			return Missing
		}
		found, err := Results(tx, c.ID)
		c.Results = found[c.ID]
		return err
	})
	return c, err
}

// Dictionary lists what a query can ask.
func Dictionary(ctx context.Context, db *store.DB) (all []query.Entry, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		grades, err := letters(tx)
		if err != nil {
			return err
		}
		all = (&table{dialect: tx.Dialect(), letters: grades}).fields().Dictionary()
		return nil
	})
	return all, err
}
