package api

import (
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/web"
)

var badRequestColumn = fault.Define("REQ-016", fault.Invalid, "Unknown member of requests")

type requestSearch struct {
	Body struct {
		searching
		Scope string `json:"scope,omitempty" maxLength:"16" doc:"self, manage or search: own requests, those to decide about, or those one may look at; all of these when left out."`
	}
}

// requestResult is a request a search has found: the members that were asked for. Secrets are not among them.
type requestResult struct {
	ID               string     `json:"_id"`
	Workflow         string     `json:"workflow,omitempty"`
	Module           string     `json:"module,omitempty"`
	Status           string     `json:"status,omitempty"`
	Profile          string     `json:"profile,omitempty"`
	DN               string     `json:"dn,omitempty"`
	Requester        string     `json:"requester,omitempty"`
	Approver         string     `json:"approver,omitempty"`
	RequesterComment string     `json:"requesterComment,omitempty"`
	ApproverComment  string     `json:"approverComment,omitempty"`
	Contact          string     `json:"contact,omitempty"`
	Owner            string     `json:"owner,omitempty"`
	Team             string     `json:"team,omitempty"`
	Registered       int64      `json:"registrationDate,omitempty"`
	Modified         int64      `json:"lastModificationDate,omitempty"`
	RemoveAt         int64      `json:"removeAt,omitempty"`
	Expires          int64      `json:"expirationDate,omitempty"`
	HolderID         string     `json:"holderId,omitempty"`
	Labels           *[]pair    `json:"labels,omitempty"`
	Metadata         *[]pair    `json:"metadata,omitempty"`
	Permissions      *mayDecide `json:"permissions,omitempty"`
	CertificateID    string     `json:"certificateId,omitempty"`
	Error            string     `json:"error,omitempty"`
}

func requestResultOf(r lifecycle.Request) requestResult {
	labels, metadata := pairsOf(r.Labels), pairsOf(r.Metadata)
	return requestResult{
		ID: r.ID, Workflow: r.Workflow, Module: r.Module, Status: r.Status, Profile: r.Profile, DN: r.DN, Requester: r.Requester, Approver: r.Approver,
		RequesterComment: r.RequesterComment, ApproverComment: r.ApproverComment, Contact: r.Contact, Owner: r.Owner, Team: r.Team,
		Registered: millis(r.Registered), Modified: millis(r.Modified), RemoveAt: millis(r.RemoveAt), Expires: millis(r.Expires), HolderID: r.HolderID,
		Labels: &labels, Metadata: &metadata, Permissions: &mayDecide{r.CanApprove, r.CanCancel}, CertificateID: r.CertificateID, Error: r.Error,
	}
}

// requestMembers are the fields of a result by their names on the wire.
var requestMembers = func() map[string]int {
	all := map[string]int{}
	t := reflect.TypeFor[requestResult]()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		all[name] = i
	}
	all["certificate"] = -1 // with the request itself
	return all
}()

func (d Deps) searchRequests(c *web.Call, in requestSearch) (found[requestResult], error) {
	keep, err := requestColumns(in.Body.Fields)
	if err != nil {
		return found[requestResult]{}, err
	}
	p, err := d.Lifecycle.Find(c, c.Who, lifecycle.Search{Query: in.Body.Query, Scope: lifecycle.Scope(in.Body.Scope), Paging: in.Body.paging(), Count: in.Body.WithCount})
	if err != nil {
		return found[requestResult]{}, err
	}
	out := found[requestResult]{Results: make([]requestResult, 0, len(p.Requests)), PageIndex: p.Index, PageSize: p.Size, HasMore: p.More, Count: p.Count}
	for _, r := range p.Requests {
		out.Results = append(out.Results, keep(requestResultOf(r)))
	}
	return out, nil
}

// requestColumns returns the function that keeps what was asked for: everything when fields is nil.
func requestColumns(fields *[]string) (func(requestResult) requestResult, error) {
	if fields == nil {
		return func(r requestResult) requestResult { return r }, nil
	}
	columns := []int{requestMembers["_id"]}
	for _, name := range *fields {
		i, ok := requestMembers[name]
		if !ok {
			return nil, badRequestColumn.Detail("%.128s: one of %s", name, strings.Join(slices.Sorted(maps.Keys(requestMembers)), ", "))
		}
		if i >= 0 {
			columns = append(columns, i)
		}
	}
	return func(from requestResult) (to requestResult) {
		src, dst := reflect.ValueOf(from), reflect.ValueOf(&to).Elem()
		for _, i := range columns {
			dst.Field(i).Set(src.Field(i))
		}
		return to
	}, nil
}

// requestCSV are the columns of a CSV when none are named.
var requestCSV = []string{
	"_id", "workflow", "module", "profile", "status", "dn", "requester", "approver", "owner", "team", "registrationDate", "lastModificationDate",
	"expirationDate", "requesterComment", "approverComment", "certificateId", "holderId", "labels",
}

func (d Deps) requestsCSV(c *web.Call, in requestSearch, to io.Writer) error {
	names := namesOr(in.Body.Fields, requestCSV)
	columns, err := columnsFor(names, requestCell)
	if err != nil {
		return err
	}
	s := lifecycle.Search{Query: in.Body.Query, Scope: lifecycle.Scope(in.Body.Scope), Paging: in.Body.order()}
	return writeCSV(to, names, columns, func(row func(requestResult) error) error {
		return d.Lifecycle.Each(c, c.Who, s, all(requestResultOf, row))
	})
}

// requestCell returns the column of a name.
func requestCell(name string) (func(requestResult) string, error) {
	i, ok := requestMembers[name]
	if !ok || name == "permissions" {
		return nil, badRequestColumn.Detail("%.128s: a CSV has %s", name, strings.Join(csvNames(requestMembers), ", "))
	}
	return member[requestResult](i), nil
}

type requestAggregate struct {
	Body struct {
		aggregating
		Scope string `json:"scope,omitempty" enum:"search,manage,self" doc:"As in a search."`
	}
}

func (d Deps) aggregateRequests(c *web.Call, in requestAggregate) (aggregated, error) {
	g, err := d.Lifecycle.Aggregate(c, c.Who, lifecycle.Search{Query: in.Body.Query, Scope: lifecycle.Scope(in.Body.Scope)}, in.Body.grouping())
	return aggregatedOf(g), err
}

// searchDictionary is what the queries and columns of a search are made of.
type searchDictionary struct {
	Fields   []query.Entry `json:"fields" doc:"What a query can ask."`
	SortedBy []string      `json:"sortedBy" doc:"What can be sorted by."`
	Columns  []string      `json:"columns" doc:"What can be selected."`
	GroupBy  []string      `json:"groupBy" doc:"What can be grouped by."`
}

func (d Deps) requestDictionary(_ *web.Call, _ web.None) (searchDictionary, error) {
	return searchDictionary{Fields: lifecycle.Dictionary(), SortedBy: lifecycle.Sortable(), Columns: slices.Sorted(maps.Keys(requestMembers)), GroupBy: lifecycle.Groupable()}, nil
}
