package api

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/pki"
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
	asked := ""
	if v, err = d.complete(c, in, func(field string) []query.Choice { asked = field; return known[field] }); err != nil {
		return v, err
	}
	more, err := d.counted(c, in.Body.Language, asked)
	if err != nil || len(more) == 0 {
		return v, err
	}
	for _, one := range known[asked] {
		if !slices.ContainsFunc(more, func(x query.Choice) bool { return x.Text == one.Text }) {
			more = append(more, one)
		}
	}
	return d.complete(c, in, func(string) []query.Choice { return more })
}

func (d Deps) complete(c *web.Call, in queryComplete, values func(field string) []query.Choice) (query.Completion, error) {
	switch in.Body.Language {
	case "hcql":
		return inventory.Complete(c, d.DB.DB, in.Body.Query, in.Body.Position, values)
	case "hrql":
		return d.Lifecycle.Complete(in.Body.Query, in.Body.Position, values), nil
	}
	return d.Log.Complete(in.Body.Query, in.Body.Position, values), nil
}

// countedFields are the fields whose values are counted for who completes a query, by language, as they are grouped by.
var countedFields = map[string]map[string]string{
	"hcql": {"team": "team", "keytype": "keyType", "signingalgorithm": "signingAlgorithm", "issuer": "issuer"},
	"hrql": {"team": "team", "owner": "owner", "requester": "requester"},
}

// mostCounted bounds what is counted for a completion.
const mostCounted = 10_000

// counted returns the values of a field in what the caller may see, the most frequent first, with how many there are.
func (d Deps) counted(c *web.Call, language, field string) (all []query.Choice, err error) {
	by := countedFields[language][field]
	if by == "" {
		return nil, nil
	}
	var found query.Groups
	g, what := query.Grouping{By: []string{by}, Most: mostCounted}, "requests"
	if language == "hcql" {
		what = "certificates"
		found, err = inventory.Aggregate(c, d.DB.DB, c.Who, "", g)
	} else {
		found, err = d.Lifecycle.Aggregate(c, c.Who, lifecycle.Search{}, g)
	}
	if err != nil {
		return nil, err
	}
	for _, one := range found.List {
		text, ok := one.Values[0].(string)
		if !ok || text == "" {
			continue
		}
		said := fmt.Sprintf("%d %s", one.Rows, what)
		if found.More {
			said = "at least " + said
		}
		all = append(all, query.Choice{Text: text, Doc: said})
	}
	return all, nil
}

// inUse returns the values the caller may know, by their fields, and of families the keys.
func (d Deps) inUse(c *web.Call) (map[string][]query.Choice, error) {
	known := map[string][]query.Choice{}
	if c.Who.ID != "" {
		known["owner"], known["requester"] = query.Choices(c.Who.ID), query.Choices(c.Who.ID)
	}
	for _, k := range pki.KeyTypes() {
		known["keytype"] = append(known["keytype"], query.Choice{Text: string(k)})
	}
	err := d.DB.Read(c, func(tx *store.Tx) (err error) {
		profiles, err := lifecycle.InUse(tx, c.Who)
		if err != nil {
			return err
		}
		known["profile"] = query.Choices(profiles...)
		teams, err := teamsOf(tx, c.Who)
		if err != nil {
			return err
		}
		known["team"] = query.Choices(teams...)
		labels, err := labelsOf(tx)
		known["label.*"] = query.Choices(labels...)
		return err
	})
	return known, err
}

// labelsOf returns the names of the labels there are.
func labelsOf(tx *store.Tx) (names []string, err error) {
	labels, err := system.Labels.List(tx)
	for _, l := range labels {
		names = append(names, string(l.Name))
	}
	return names, err
}

// teamsOf returns the teams the caller may know: their own, and all of them where they may look at teams.
func teamsOf(tx *store.Tx, who access.Caller) (names []string, err error) {
	names = slices.Clone(who.Rights.Now().Teams)
	if !who.Can(identity.Teams.Right(kind.Read)) && !who.Can(identity.Teams.Right(kind.Manage)) {
		return names, nil
	}
	teams, err := identity.Teams.List(tx)
	for _, t := range teams {
		if !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
	}
	return names, err
}
