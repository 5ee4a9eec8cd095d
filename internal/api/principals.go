package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// Principals returns the operations that search principals and explain what they may do.
func (d Deps) Principals() []web.Operation {
	op := func(method, path, name, doc string) web.Op {
		return web.Op{Method: method, Path: path, Name: name, Doc: doc, Tag: identity.Principals.Title, Needs: access.LoggedIn, Status: 200, Right: identity.Principals.Right(kind.Read)}
	}
	own := op(http.MethodPost, "/security/principals/explain", "SecurityPrincipalExplain", "Explains whether the caller holds a permission, and why.")
	own.Right, own.Rule = "", "everybody, of themselves"
	return []web.Operation{
		web.Handle(op(http.MethodPost, "/security/principalinfos/search", "SecurityPrincipalInfoSearch", "Searches the authorizations."), d.searchPrincipals),
		web.Handle(op(http.MethodGet, "/security/principalinfos/search/dictionary", "SecurityPrincipalInfoDictionary", "Tells what a search of the authorizations can ask."), d.principalDictionary),
		web.Handle(op(http.MethodGet, "/security/principalinfos/{identifier}/permissions", "SecurityPrincipalInfoPermissions", "Lists what a principal holds, each with where it comes from."), d.holdings),
		web.Handle(op(http.MethodPost, "/security/principalinfos/{identifier}/explain", "SecurityPrincipalInfoExplain", "Explains whether a principal holds a permission, and why."), d.explainOther),
		web.Handle(own, d.explainOwn),
	}
}

// principalResult is a principal on the wire.
type principalResult struct {
	ID          string                    `json:"_id"`
	Identifier  string                    `json:"identifier"`
	Name        string                    `json:"name,omitempty"`
	Email       string                    `json:"email,omitempty"`
	Contact     string                    `json:"contact,omitempty"`
	Enabled     bool                      `json:"enabled"`
	Permissions []identity.Permission     `json:"permissions"`
	Roles       []kind.Ref[identity.Role] `json:"roles"`
	Teams       []kind.Ref[identity.Team] `json:"teams"`
	Provider    string                    `json:"identityProviderName,omitempty"`
	Created     int64                     `json:"creationDate,omitempty"`
	LastLogin   int64                     `json:"lastAuthentication,omitempty"`
	Modified    int64                     `json:"lastModification,omitempty"`
}

type principalSearch struct{ Body searching }

func (d Deps) searchPrincipals(c *web.Call, in principalSearch) (found[principalResult], error) {
	p, err := d.Identity.SearchPrincipals(c, c.Who, identity.PrincipalSearch{Query: in.Body.Query, Paging: in.Body.paging(), Count: in.Body.WithCount})
	if err != nil {
		return found[principalResult]{}, err
	}
	out := found[principalResult]{Results: make([]principalResult, 0, len(p.Principals)), PageIndex: p.Index, PageSize: p.Size, HasMore: p.More, Count: p.Count}
	for _, f := range p.Principals {
		out.Results = append(out.Results, principalResult{
			ID: f.ID, Identifier: f.Identifier, Name: f.Name, Email: f.Email, Contact: f.Contact, Enabled: f.Enabled == nil || *f.Enabled,
			Permissions: append([]identity.Permission{}, f.Permissions...), Roles: append([]kind.Ref[identity.Role]{}, f.Roles...),
			Teams: append([]kind.Ref[identity.Team]{}, f.Teams...), Provider: f.Provider,
			Created: sinceEpoch(f.Created), LastLogin: sinceEpoch(f.LastLogin), Modified: sinceEpoch(f.Modified),
		})
	}
	return out, nil
}

// sinceEpoch is a time on the wire; the zero time is left out.
func sinceEpoch(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func (d Deps) principalDictionary(c *web.Call, _ web.None) ([]query.Entry, error) {
	right := identity.Principals.Right(kind.Read)
	if c.Who.Can(identity.Principals.Right(kind.Manage)) {
		right = identity.Principals.Right(kind.Manage)
	}
	return identity.PrincipalDictionary(), c.Who.May(right)
}

// heldView is one grant, and where it comes from.
type heldView struct {
	Value  access.Grant `json:"value"`
	Filter string       `json:"filter,omitempty"`
	Role   string       `json:"role,omitempty" doc:"The role it comes from; of the principal itself when left out."`
}

func heldOf(h access.Held) heldView {
	v := heldView{Value: h.Grant, Role: h.Role}
	if h.Filter != nil {
		v.Filter = h.Filter.Text()
	}
	return v
}

type onePrincipal struct {
	Identifier string `path:"identifier" maxLength:"512"`
}

func (d Deps) holdings(c *web.Call, in onePrincipal) ([]heldView, error) {
	h, err := d.Identity.Holdings(c, c.Who, in.Identifier)
	all := make([]heldView, 0, len(h.Held))
	for _, one := range h.Held {
		all = append(all, heldOf(one))
	}
	return all, err
}

// question asks for a permission, on an object when a team or labels are given.
type question struct {
	Permission access.Permission  `json:"permission" required:"true" minLength:"1" maxLength:"512" doc:"Permission, in segments without *."`
	Team       string             `json:"team,omitempty" maxLength:"128" doc:"Team of the certificate or request."`
	Labels     *map[string]string `json:"labels,omitempty" doc:"Labels of the certificate or request."`
}

func (q question) object() *access.Object {
	if q.Team == "" && q.Labels == nil {
		return nil
	}
	o := &access.Object{Team: q.Team}
	if q.Labels != nil {
		o.Labels = *q.Labels
	}
	return o
}

type otherQuestion struct {
	Identifier string `path:"identifier" maxLength:"512"`
	Body       question
}

type ownQuestion struct{ Body question }

// explanation says whether a permission is held, and why.
type explanation struct {
	Identifier string            `json:"identifier"`
	Permission access.Permission `json:"permission"`
	Allowed    bool              `json:"allowed"`
	Reason     string            `json:"reason"`
	Grants     []grantView       `json:"grants" doc:"Grants that cover the permission."`
	Level      string            `json:"accessLevel,omitempty" doc:"Who the profile lets take the step: everyone and authenticated need no grant."`
}

type grantView struct {
	heldView
	Holds  bool   `json:"holds"`
	Reason string `json:"reason"`
}

func (d Deps) explainOther(c *web.Call, in otherQuestion) (explanation, error) {
	return d.explain(c, in.Identifier, in.Body)
}

func (d Deps) explainOwn(c *web.Call, in ownQuestion) (explanation, error) {
	return d.explain(c, c.Who.ID, in.Body)
}

func (d Deps) explain(c *web.Call, identifier string, q question) (explanation, error) {
	e, err := d.Identity.Explain(c, c.Who, identifier, q.Permission, q.object())
	if err != nil {
		return explanation{}, err
	}
	v := explanation{Identifier: e.Identifier, Permission: e.Permission, Allowed: e.Allowed, Reason: e.Reason, Grants: []grantView{}}
	for _, g := range e.Grants {
		v.Grants = append(v.Grants, grantView{heldOf(g.Held), g.Holds, g.Reason})
	}
	v.Level, err = d.levelOf(c, q.Permission)
	switch {
	case v.Level == "everyone":
		v.Allowed, v.Reason = true, "The profile lets everyone take this step."
	case v.Level == "authenticated" && e.Known:
		v.Allowed, v.Reason = true, "The profile lets whoever is authenticated take this step."
	}
	return v, err
}

// levelOf is the level a profile sets for the step of a permission "lifecycle:module:profile:step"; "" when it sets none.
func (d Deps) levelOf(c *web.Call, p access.Permission) (level string, err error) {
	words := strings.Split(string(p), ":")
	if len(words) != 4 || words[0] != "lifecycle" {
		return "", nil
	}
	err = d.DB.Read(c, func(tx *store.Tx) error {
		all, err := lifecycle.Profiles.List(tx)
		i := slices.IndexFunc(all, func(p lifecycle.Profile) bool {
			return p.Shared().Name == words[2] && lifecycle.Profiles.Variant(p) == words[1]
		})
		if err == nil && i >= 0 {
			level = stepLevel(all[i].Shared().Levels, words[3])
		}
		return err
	})
	return level, err
}

// stepLevel finds the level of a step by its name: request_enroll is the member requestEnroll.
func stepLevel(levels lifecycle.AuthorizationLevels, step string) string {
	v := reflect.ValueOf(levels)
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if one, ok := v.Field(i).Interface().(*lifecycle.Level); ok && one != nil && snake(name) == step {
			return one.AccessLevel
		}
	}
	return ""
}

// snake spells requestEnroll as request_enroll.
func snake(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
