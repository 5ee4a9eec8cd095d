package identity

import (
	"encoding/json"
	"fmt"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// Dashboard is a page of charts of a principal.
type Dashboard struct {
	Name        string  `json:"name" required:"true" minLength:"1" maxLength:"128" doc:"Unique among one's own; it cannot be changed later."`
	Type        string  `json:"type" required:"true" enum:"certificate,request,event" doc:"What its charts count."`
	Description string  `json:"description,omitempty" maxLength:"2000"`
	Charts      []Chart `json:"charts" required:"true" maxItems:"50"`
}

// Chart is one chart of a dashboard and its place in the grid of twelve columns.
type Chart struct {
	Type        string   `json:"type" required:"true" enum:"area,donut,heatmap,bar-horizontal,bar-vertical,line,metric,pie,polar,pyramid,radar,table,treemap"`
	Title       string   `json:"title" required:"true" maxLength:"256"`
	Fields      []string `json:"fields" required:"true" maxItems:"10" doc:"What it groups by."`
	Colors      []string `json:"colors" required:"false" maxItems:"100" doc:"As #rrggbb."`
	Log         bool     `json:"log" required:"false" doc:"Whether its scale is logarithmic."`
	Query       string   `json:"localQuery,omitempty" maxLength:"4000" doc:"What it counts, in the query language."`
	Limit       *int     `json:"limit,omitempty" minimum:"1" maximum:"1000"`
	Order       string   `json:"sortOrder,omitempty" enum:"Asc,Desc,KeyAsc,KeyDesc"`
	Having      *Having  `json:"having,omitempty"`
	Direction   string   `json:"direction,omitempty" enum:"asc,desc"`
	Description string   `json:"description,omitempty" maxLength:"2000"`
	ID          string   `json:"i,omitempty" maxLength:"128"`
	X           *int     `json:"x,omitempty" minimum:"0" maximum:"11"`
	Y           *int     `json:"y,omitempty" minimum:"0" maximum:"10000"`
	Width       *int     `json:"w,omitempty" minimum:"1" maximum:"12"`
	Height      *int     `json:"h,omitempty" minimum:"1" maximum:"100"`
}

// Having narrows the groups of a chart by their count.
type Having struct {
	Operator string  `json:"operator" required:"true" maxLength:"16"`
	Value    float64 `json:"value" required:"true"`
}

var badDashboard = fault.Define("DASHBOARD-002", fault.Invalid, "Invalid dashboard")

type aDashboard struct{ Body Dashboard }

func (s *Service) dashboards(c *web.Call, _ web.None) ([]Dashboard, error) {
	return listed[Dashboard](s, c, ownDashboard)
}

func (s *Service) dashboard(c *web.Call, in named) (Dashboard, error) {
	return kept[Dashboard](s, c, ownDashboard, in.Name, noDashboard)
}

func (s *Service) deleteDashboard(c *web.Call, in named) (web.None, error) {
	return s.removed(c, ownDashboard, in.Name, noDashboard)
}

func (s *Service) addDashboard(c *web.Call, in aDashboard) (Dashboard, error) {
	return s.keepDashboard(c, in.Body, true)
}

func (s *Service) replaceDashboard(c *web.Call, in aDashboard) (Dashboard, error) {
	return s.keepDashboard(c, in.Body, false)
}

// keepDashboard stores a dashboard that is new, or that is there.
func (s *Service) keepDashboard(c *web.Call, d Dashboard, fresh bool) (Dashboard, error) {
	if problems := d.complete(); len(problems) > 0 {
		return d, badDashboard.Each(problems)
	}
	body, err := json.Marshal(d)
	if err != nil {
		return d, err
	}
	return d, s.DB.Write(c, func(tx *store.Tx) error {
		old, err := findOwn(tx, c.Who.ID, ownDashboard, d.Name)
		switch {
		case err != nil:
			return err
		case fresh && old != "":
			return hasDashboard.Detail("%s", d.Name)
		case !fresh && old == "":
			return noDashboard.Detail("%s", d.Name)
		}
		if fresh {
			if err := room(tx, c.Who.ID, ownDashboard, maxDashboards, manyDashboards); err != nil {
				return err
			}
		}
		return putOwn(tx, own{c.Who.ID, ownDashboard, d.Name, string(body)})
	})
}

// complete fills in what clients leave out, and lists what is wrong with the queries.
func (d *Dashboard) complete() (problems []string) {
	for i := range d.Charts {
		chart := &d.Charts[i]
		if chart.Colors == nil {
			chart.Colors = []string{}
		}
		if chart.Query == "" {
			continue
		}
		if _, err := query.Parse(chart.Query); err != nil {
			problems = append(problems, fmt.Sprintf("charts.%d.localQuery: %s", i, fault.Of(err).Occurrence()))
		}
	}
	return problems
}
