package api

import (
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/system"
	"github.com/horizon-clm/horizon/internal/web"
)

// Queries returns the operations on queries as such.
func (d Deps) Queries() []web.Operation {
	op := func(path, name, doc string) web.Op {
		return web.Op{Method: http.MethodPost, Path: "/query/" + path, Name: name, Doc: doc, Tag: "queries", Needs: access.LoggedIn, Status: 200, Rule: "everybody"}
	}
	return []web.Operation{
		web.Handle(op("check", "QueryCheck", "Tells whether a query can be asked, what is wrong with it and where, and whether it is fast."), d.checkQuery),
		web.Handle(op("complete", "QueryComplete", "Tells what can be written at a place of a query."), d.completeQuery),
	}
}

type queryCheck struct {
	Body struct {
		Language string `json:"language" required:"true" enum:"hcql,hrql,heql" doc:"Of certificates, requests or events."`
		Query    string `json:"query" maxLength:"16384" doc:"The query."`
	}
}

// checkedQuery is what can be told of a query before it is asked.
type checkedQuery struct {
	OK bool `json:"ok" doc:"Whether it can be asked."`
	query.Verdict
}

func (d Deps) checkQuery(c *web.Call, in queryCheck) (checkedQuery, error) {
	var v query.Verdict
	var err error
	switch in.Body.Language {
	case "hcql":
		v, err = inventory.Check(c, d.DB.DB, in.Body.Query)
	case "hrql":
		v, err = d.Lifecycle.Check(in.Body.Query)
	default:
		v, err = d.Log.Check(in.Body.Query)
	}
	return checkedQuery{v.Problem == nil, v}, err
}

type queryComplete struct {
	Body struct {
		Language string `json:"language" required:"true" enum:"hcql,hrql,heql" doc:"Of certificates, requests or events."`
		Query    string `json:"query" maxLength:"16384" doc:"The query."`
		Position int    `json:"position" minimum:"0" maximum:"65536" doc:"The place: how many bytes of the query are before it."`
	}
}

func (d Deps) completeQuery(c *web.Call, in queryComplete) (v query.Completion, err error) {
	known, err := d.inUse(c)
	if err != nil {
		return v, err
	}
	values := func(field string) []string { return known[field] }
	switch in.Body.Language {
	case "hcql":
		return inventory.Complete(c, d.DB.DB, in.Body.Query, in.Body.Position, values)
	case "hrql":
		return d.Lifecycle.Complete(in.Body.Query, in.Body.Position, values), nil
	}
	return d.Log.Complete(in.Body.Query, in.Body.Position, values), nil
}

// inUse returns the values the caller may know, by their fields, and of families the keys.
func (d Deps) inUse(c *web.Call) (map[string][]string, error) {
	known := map[string][]string{"team": c.Who.Rights.Now().Teams}
	if c.Who.ID != "" {
		known["owner"], known["requester"] = []string{c.Who.ID}, []string{c.Who.ID}
	}
	err := d.DB.Read(c, func(tx *store.Tx) (err error) {
		if known["profile"], err = lifecycle.InUse(tx, c.Who); err != nil {
			return err
		}
		labels, err := system.Labels.List(tx)
		known["label.*"] = nil
		for _, l := range labels {
			known["label.*"] = append(known["label.*"], string(l.Name))
		}
		return err
	})
	return known, err
}
