package api

import (
	"github.com/horizon-clm/horizon/internal/lang/query"
)

// aggregating is what all searches share where their results are counted by values.
type aggregating struct {
	Query     string   `json:"query,omitempty" maxLength:"8192" doc:"Query; everything when left out."`
	GroupBy   []string `json:"groupBy,omitempty" maxItems:"5" doc:"What to group by; everything is one group when left out. Dates by .day, .month or .year."`
	WithCount bool     `json:"withCount,omitempty" doc:"Whether to count all groups."`
	SortOrder string   `json:"sortOrder,omitempty" enum:"Asc,Desc,KeyAsc,KeyDesc" doc:"By the number of members or by the values; the largest groups come first when left out."`
	Limit     int      `json:"limit,omitempty" minimum:"0" maximum:"1000000" doc:"Groups to return, at most 10000; 1000 when left out."`
	Most      int      `json:"most,omitempty" minimum:"0" maximum:"1000000" doc:"How many results are counted at most, the first in the usual order of the search; all when left out. A count of part of the results costs the same however many there are."`
	Having    *having  `json:"having,omitempty" doc:"Which groups to return, by the number of their members."`
}

type having struct {
	Operator string `json:"operator" required:"true" enum:"gt,gte,lt,lte,eq,ne" doc:"Comparison."`
	Value    int64  `json:"value" required:"true" doc:"Number of members."`
}

func (a aggregating) grouping() query.Grouping {
	g := query.Grouping{By: a.GroupBy, Order: a.SortOrder, Limit: a.Limit, Count: a.WithCount, Most: a.Most}
	if a.Having != nil {
		g.Having = &query.Having{Operator: a.Having.Operator, Value: a.Having.Value}
	}
	return g
}

// aggregated is the groups that were found.
type aggregated struct {
	Items []groupView `json:"items"`
	Count *int        `json:"count,omitempty" doc:"Number of all groups."`
	More  bool        `json:"more,omitempty" doc:"There may be more results than were counted: the groups are those of the first ones."`
}

type groupView struct {
	ID    map[string]any `json:"_id" doc:"The values by the names that were grouped by; null where there is none."`
	Count int64          `json:"count" doc:"Members of the group."`
}

// dateRange is a day, a month or a year.
type dateRange struct {
	Start int64 `json:"start" doc:"Milliseconds since 1970."`
	End   int64 `json:"end" doc:"Milliseconds since 1970, not included."`
}

func aggregatedOf(g query.Groups) aggregated {
	v := aggregated{Items: make([]groupView, 0, len(g.List)), Count: g.Count, More: g.More}
	for _, one := range g.List {
		id := make(map[string]any, len(g.By))
		for i, name := range g.By {
			id[name] = one.Values[i]
			if p, ok := one.Values[i].(query.Period); ok {
				id[name] = dateRange{p.Start.UnixMilli(), p.End.UnixMilli()}
			}
		}
		v.Items = append(v.Items, groupView{id, one.Rows})
	}
	return v
}
