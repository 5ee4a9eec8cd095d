package lifecycle

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

var (
	badSearch = fault.Define("REQ-014", fault.Invalid, "Invalid search")
	tooSlow   = fault.Define("REQ-015", fault.Internal, "The search took too long")
)

// deadline is how long a search may take.
const deadline = 30 * time.Second

// Search is which requests to look for.
type Search struct {
	Query string // HRQL; "" finds everything
	Scope Scope
	query.Paging
	Count bool // how many there are in all
}

// Page is a part of what a search found. Secrets are not among it.
type Page struct {
	query.Paging // as it was applied
	Requests     []Request
	More         bool
	Count        *int
}

// Find returns a page of the requests that the caller may see and the query describes.
func (s *Service) Find(ctx context.Context, who access.Caller, f Search) (p Page, err error) {
	if problem := f.Settle(sortable); problem != "" {
		return Page{}, badSearch.Detail("%s", problem)
	}
	err = s.within(ctx, who, f, func(tx *store.Tx, l plan) error {
		all, err := store.All(tx, scanRequest, `SELECT `+requestColumns+` FROM request r WHERE `+l.SQL+f.SQL(sortable, l.last), l.Args...)
		if err != nil {
			return fmt.Errorf("searching requests: %w", err)
		}
		p = Page{Paging: f.Paging, More: len(all) > f.Size}
		for _, q := range all[:min(len(all), f.Size)] {
			r, err := listed(tx, who, q)
			if err != nil {
				return err
			}
			p.Requests = append(p.Requests, r)
		}
		if !f.Count {
			return nil
		}
		p.Count = new(int)
		_, err = tx.Get(`SELECT count(*) FROM request r WHERE `+l.SQL, l.Args, p.Count)
		return err
	})
	return p, err
}

// Aggregate counts the requests that the caller may see and the query describes, by their values.
func (s *Service) Aggregate(ctx context.Context, who access.Caller, f Search, g query.Grouping) (all query.Groups, err error) {
	if problem := g.Settle(groupable); problem != "" {
		return query.Groups{}, badSearch.Detail("%s", problem)
	}
	err = s.within(ctx, who, f, func(tx *store.Tx, l plan) error {
		g.First = " ORDER BY " + l.last
		all, err = store.Grouped(tx, g, groupable, "request r", l.Clause)
		return err
	})
	return all, err
}

// Each hands over all requests that the caller may see and the query describes, a part at a time, in the order of the
// search, without what the caller may do with them. Its part and count are nothing to it.
func (s *Service) Each(ctx context.Context, who access.Caller, f Search, use func([]Request) error) error {
	if problem := f.Settle(sortable); problem != "" {
		return badSearch.Detail("%s", problem)
	}
	w := store.Walk[Request]{
		Columns: requestColumns, From: "request r", Key: func(r Request) any { return r.ID },
		Scan: func(r *sql.Rows) (Request, error) {
			q, err := scanRequest(r)
			if err != nil {
				return Request{}, err
			}
			return shown(q), nil
		},
		Within: func(ctx context.Context, read func(*store.Tx, store.Found) error) error {
			return s.within(ctx, who, f, func(tx *store.Tx, l plan) error {
				return read(tx, store.Found{Where: l.Clause, Last: l.last})
			})
		},
	}
	if len(f.Sort) > 0 {
		w.Sort = f.OrderBy(sortable, "r.id")
	}
	return w.Each(ctx, use)
}

// within reads what the search describes, within the time a search may take.
func (s *Service) within(ctx context.Context, who access.Caller, f Search, read func(*store.Tx, plan) error) error {
	switch f.Scope {
	case "", Self, Manage, Audit:
	default:
		return badSearch.Detail("scope: one of self, manage and search")
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	err := s.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := f.plan(tx, who)
		if err != nil {
			return err
		}
		return read(tx, l)
	})
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return tooSlow.Because(err)
	}
	return err
}

// listed is a request as lists show it.
func listed(tx *store.Tx, who access.Caller, q request) (Request, error) {
	r := shown(q)
	if r.DN == "" && q.CertificateID != "" { // it is about a certificate, and says nothing of names itself
		c, err := inventory.Get(tx, q.CertificateID)
		if err != nil && !errors.Is(err, inventory.Missing) {
			return r, err
		}
		r.DN = c.DN
	}
	if q.State != pending {
		return r, nil
	}
	p, err := Profiles.Get(tx, q.Profile)
	if err != nil {
		return r, err
	}
	r.CanApprove = workflows[q.Workflow].mayDecide(who, p, q) == nil
	r.CanCancel = who.ID != "" && who.ID == q.Caller.ID
	return r, nil
}
