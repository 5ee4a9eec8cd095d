package acme

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

var (
	badSearch  = fault.Define("ACME-002", fault.Invalid, "Invalid search")
	slowSearch = fault.Define("EAB-004", fault.Internal, "The search took too long")
)

// deadline is how long a search may take.
const deadline = 30 * time.Second

// searching is a search as it is sent.
type searching struct {
	Query     string `json:"query,omitempty" maxLength:"8192" doc:"Query; everything when left out."`
	SortedBy  []sort `json:"sortedBy,omitempty" maxItems:"20" doc:"Columns to sort by."`
	PageIndex int    `json:"pageIndex,omitempty" minimum:"0" maximum:"1000000" doc:"Page, from 1."`
	PageSize  int    `json:"pageSize,omitempty" minimum:"0" maximum:"1000000" doc:"Rows of a page, at most 1000."`
	WithCount bool   `json:"withCount,omitempty" doc:"Whether to count all that is found."`
}

type sort struct {
	Element string `json:"element" required:"true" maxLength:"100" doc:"Name of the column."`
	Order   string `json:"order" required:"true" enum:"Asc,Desc" doc:"Direction."`
}

// page is a part of what a search found.
type page[T any] struct {
	Results   []T  `json:"results"`
	PageIndex int  `json:"pageIndex"`
	PageSize  int  `json:"pageSize"`
	HasMore   bool `json:"hasMore"`
	Count     *int `json:"count,omitempty"`
}

// subject is something that can be searched.
type subject[T any] struct {
	from    string // columns and tables: "e.name FROM acme_eab e"
	fields  *query.Fields
	columns query.Columns
	last    string // the column that makes an order complete
	scan    func(*sql.Rows) (T, error)
	may     string // the condition of what the caller may see
	args    []any  // its parameters
}

// find reads a page.
func (s subject[T]) find(ctx context.Context, db *store.DB, in searching) (p page[T], err error) {
	paging := query.Paging{Index: in.PageIndex, Size: in.PageSize}
	for _, o := range in.SortedBy {
		paging.Sort = append(paging.Sort, query.Order{Element: o.Element, Descending: o.Order == "Desc"})
	}
	if problem := paging.Settle(s.columns); problem != "" {
		return p, badSearch.Detail("%s", problem)
	}
	q, err := s.fields.Parse(in.Query)
	if err != nil {
		return p, err
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	p = page[T]{Results: []T{}, PageIndex: paging.Index, PageSize: paging.Size}
	err = db.Read(ctx, func(tx *store.Tx) error { return s.read(tx, q, paging, in.WithCount, &p) })
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = slowSearch.Because(err)
	}
	return p, err
}

func (s subject[T]) read(tx *store.Tx, q *query.Query, paging query.Paging, count bool, p *page[T]) error {
	c, err := q.Compile(query.Target{Dialect: tx.Dialect().Query(), Now: tx.Now(), First: len(s.args) + 1})
	if err != nil {
		return err
	}
	where := ` WHERE (` + s.may + `) AND ` + c.SQL
	args := append(s.args[:len(s.args):len(s.args)], c.Args...)
	all, err := store.All(tx, s.scan, `SELECT `+s.from+where+paging.SQL(s.columns, s.last), args...)
	if err != nil {
		return err
	}
	p.HasMore = len(all) > paging.Size
	p.Results = append(p.Results, all[:min(len(all), paging.Size)]...)
	if count {
		p.Count = new(int)
		_, err = tx.Get(`SELECT count(*) FROM (SELECT `+s.from+where+`) n`, args, p.Count)
	}
	return err
}
