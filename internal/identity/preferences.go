package identity

import (
	"encoding/json"
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// What a principal keeps for itself is no configuration: it changes nothing for others, and is not recorded.
const (
	ownPreferences = "preferences"
	ownQuery       = "query"
	ownDashboard   = "dashboard"
)

const (
	maxPreferences = 64 << 10 // bytes
	maxQueries     = 500      // of a principal
	maxDashboards  = 100
)

var (
	largePreferences = fault.Define("PREFERENCES-002", fault.Invalid, "Invalid preferences")
	noQuery          = fault.Define("QUERY-003", fault.Missing, "Saved query does not exist")
	tooManyQueries   = fault.Define("QUERY-006", fault.Invalid, "Too many saved queries")
	noDashboard      = fault.Define("DASHBOARD-003", fault.Missing, "Dashboard does not exist")
	hasDashboard     = fault.Define("DASHBOARD-004", fault.Invalid, "Dashboard already exists")
	manyDashboards   = fault.Define("DASHBOARD-006", fault.Invalid, "Too many dashboards")
)

// SavedQuery is a search that a principal keeps.
type SavedQuery struct {
	Name        string `json:"name" required:"true" minLength:"1" maxLength:"128" doc:"Unique among one's own."`
	Type        string `json:"type" required:"true" enum:"hcql,hrql,heql,hdql,hpql" doc:"Language: of certificates, requests, events, discovery events or principals."`
	Query       string `json:"query" required:"true" maxLength:"4000" doc:"The query."`
	Description string `json:"description,omitempty" maxLength:"2000" doc:"What it is for."`

	// How its results are shown. Interfaces keep that here; the server does nothing with it.
	Sort    string   `json:"sort,omitempty" maxLength:"100" doc:"Column the results are sorted by; descending behind a minus."`
	Columns []string `json:"columns,omitempty" maxItems:"100" doc:"Columns that are shown."`
	GroupBy string   `json:"groupBy,omitempty" maxLength:"100" doc:"What the results are counted by instead of listed."`
}

// preferenceOperations are the operations on what a principal keeps for itself.
func (s *Service) preferenceOperations() []web.Operation {
	op := func(method, path, name, doc string, status int) web.Op {
		return web.Op{Method: method, Path: "/security/principals/" + path, Name: name, Doc: doc, Tag: "principals", Needs: access.LoggedIn, Status: status, Rule: "everybody, of themselves"}
	}
	return []web.Operation{
		web.Handle(op(http.MethodPost, "preferences", "SecurityPrincipalPreferencesSet", "Replaces the caller's preferences, such as appearance and language.", 200), s.setPreferences),
		web.Handle(op(http.MethodGet, "queries", "SecurityPrincipalQueryList", "Lists the caller's saved queries.", 200), s.queries),
		web.Handle(op(http.MethodPost, "queries", "SecurityPrincipalQuerySet", "Saves a query, in place of the one of its name.", 200), s.saveQuery),
		web.Handle(op(http.MethodGet, "queries/{name}", "SecurityPrincipalQueryGet", "Returns a saved query of the caller.", 200), s.query),
		web.Handle(op(http.MethodDelete, "queries/{name}", "SecurityPrincipalQueryDelete", "Deletes a saved query of the caller.", 204), s.deleteQuery),
		web.Handle(op(http.MethodGet, "dashboards", "SecurityPrincipalDashboardList", "Lists the caller's dashboards.", 200), s.dashboards),
		web.Handle(op(http.MethodPost, "dashboards", "SecurityPrincipalDashboardAdd", "Adds a dashboard of the caller.", 201), s.addDashboard),
		web.Handle(op(http.MethodPut, "dashboards", "SecurityPrincipalDashboardUpdate", "Replaces a dashboard of the caller.", 200), s.replaceDashboard),
		web.Handle(op(http.MethodGet, "dashboards/{name}", "SecurityPrincipalDashboardGet", "Returns a dashboard of the caller.", 200), s.dashboard),
		web.Handle(op(http.MethodDelete, "dashboards/{name}", "SecurityPrincipalDashboardDelete", "Deletes a dashboard of the caller.", 204), s.deleteDashboard),
	}
}

type preferences struct {
	Body map[string]any
}

func (s *Service) setPreferences(c *web.Call, in preferences) (map[string]any, error) {
	body, err := json.Marshal(in.Body)
	if err != nil {
		return nil, err
	}
	if len(body) > maxPreferences || in.Body == nil {
		return nil, largePreferences.Detail("an object of at most %d bytes is kept", maxPreferences)
	}
	return in.Body, s.DB.Write(c, func(tx *store.Tx) error {
		return putOwn(tx, own{c.Who.ID, ownPreferences, "", string(body)})
	})
}

type named struct {
	Name string `path:"name" maxLength:"128"`
}

type ofType struct {
	Type string `query:"type" enum:"hcql,hrql,heql,hdql,hpql" doc:"Only queries of this language."`
}

func (s *Service) queries(c *web.Call, in ofType) ([]SavedQuery, error) {
	all, err := listed[SavedQuery](s, c, ownQuery)
	if err != nil || in.Type == "" {
		return all, err
	}
	some := []SavedQuery{}
	for _, q := range all {
		if q.Type == in.Type {
			some = append(some, q)
		}
	}
	return some, nil
}

func (s *Service) query(c *web.Call, in named) (SavedQuery, error) {
	return kept[SavedQuery](s, c, ownQuery, in.Name, noQuery)
}

func (s *Service) deleteQuery(c *web.Call, in named) (web.None, error) {
	return s.removed(c, ownQuery, in.Name, noQuery)
}

type aQuery struct{ Body SavedQuery }

func (s *Service) saveQuery(c *web.Call, in aQuery) (SavedQuery, error) {
	if _, err := query.Parse(in.Body.Query); err != nil {
		return in.Body, err
	}
	body, err := json.Marshal(in.Body)
	if err != nil {
		return in.Body, err
	}
	return in.Body, s.DB.Write(c, func(tx *store.Tx) error {
		old, err := findOwn(tx, c.Who.ID, ownQuery, in.Body.Name)
		if err == nil && old == "" {
			err = room(tx, c.Who.ID, ownQuery, maxQueries, tooManyQueries)
		}
		if err != nil {
			return err
		}
		return putOwn(tx, own{c.Who.ID, ownQuery, in.Body.Name, string(body)})
	})
}

// room refuses one more than a principal may keep.
func room(tx *store.Tx, identifier, sort string, most int, full *fault.Fault) error {
	if err := tx.Lock("own " + identifier); err != nil {
		return err
	}
	n, err := countOwn(tx, identifier, sort)
	if err == nil && n >= most {
		err = full.Detail("%d are kept", most)
	}
	return err
}

// listed returns what the caller keeps of one sort, in the order of the names.
func listed[T any](s *Service, c *web.Call, sort string) ([]T, error) {
	list := []T{}
	err := s.DB.Read(c, func(tx *store.Tx) (err error) {
		list, err = ownOf[T](tx, c.Who.ID, sort)
		return err
	})
	return list, err
}

// ownOf decodes what a principal keeps of one sort.
func ownOf[T any](tx *store.Tx, identifier, sort string) ([]T, error) {
	bodies, err := listOwn(tx, identifier, sort)
	if err != nil {
		return nil, err
	}
	list := []T{}
	for _, body := range bodies {
		var v T
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// kept returns one of what the caller keeps.
func kept[T any](s *Service, c *web.Call, sort, name string, missing *fault.Fault) (v T, err error) {
	err = s.DB.Read(c, func(tx *store.Tx) error {
		body, err := findOwn(tx, c.Who.ID, sort, name)
		if err != nil {
			return err
		}
		if body == "" {
			return missing.Detail("%s", name)
		}
		return json.Unmarshal([]byte(body), &v)
	})
	return v, err
}

func (s *Service) removed(c *web.Call, sort, name string, missing *fault.Fault) (web.None, error) {
	return web.None{}, s.DB.Write(c, func(tx *store.Tx) error {
		found, err := deleteOwn(tx, c.Who.ID, sort, name)
		if err == nil && !found {
			err = missing.Detail("%s", name)
		}
		return err
	})
}
