// Package api is the REST API: one file for each family of routes. It decodes, calls the core and encodes; shapes on the
// wire are its types.
package api

import (
	"context"
	"slices"

	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/lifecycle/batch"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/web"
)

// Deps is what the operations call.
type Deps struct {
	DB        *act.DB
	Log       *event.Log
	Lifecycle *lifecycle.Service
	Batches   *batch.Service
	Identity  *identity.Service
	Authority *authority.Engine
	Mail      *mail.Service
	Kinds     []*kind.Definition
	Brought   map[string][]rule.Known // keys of rules that protocols bring, by module
	Server    func(context.Context) (ServerFacts, error)
	Version   string // of the program
}

// Operations returns the operations of all families.
func (d Deps) Operations() []web.Operation {
	return slices.Concat(d.Events(), d.Certificates(), d.Requests(), d.Challenges(), d.BatchOperations(), d.Grading(), d.TrustChains(), d.Parsing(), d.Queries(), d.Principals(), d.Teams(), d.UI(), d.Home(), d.Previews())
}

// sorting is one column of a search to sort by.
type sorting struct {
	Element string `json:"element" required:"true" maxLength:"100" doc:"Name of the column."`
	Order   string `json:"order" required:"true" enum:"Asc,Desc,KeyAsc,KeyDesc" doc:"Direction."`
}

// searching is the part of a search that all searches share.
type searching struct {
	Query     string    `json:"query,omitempty" maxLength:"8192" doc:"Query; everything when left out."`
	Fields    *[]string `json:"fields,omitempty" maxItems:"200" doc:"Which members to return; all when left out, only _id when empty."`
	SortedBy  []sorting `json:"sortedBy,omitempty" maxItems:"20" doc:"Columns to sort by."`
	PageIndex int       `json:"pageIndex,omitempty" minimum:"0" maximum:"1000000" doc:"Page, from 1."`
	PageSize  int       `json:"pageSize,omitempty" minimum:"0" maximum:"1000000" doc:"Rows of a page, at most 1000."`
	WithCount bool      `json:"withCount,omitempty" doc:"Whether to count all that is found."`
}

// paging is the part of the search the core knows.
func (s searching) paging() query.Paging {
	p := query.Paging{Index: s.PageIndex, Size: s.PageSize}
	for _, o := range s.SortedBy {
		p.Sort = append(p.Sort, query.Order{Element: o.Element, Descending: o.Order == "Desc" || o.Order == "KeyDesc"})
	}
	return p
}

// order is that part without pages.
func (s searching) order() query.Paging { return query.Paging{Sort: s.paging().Sort} }

// found is a page of what a search found.
type found[T any] struct {
	Results   []T  `json:"results"`
	PageIndex int  `json:"pageIndex"`
	PageSize  int  `json:"pageSize"`
	HasMore   bool `json:"hasMore"`
	Count     *int `json:"count,omitempty"`
}
