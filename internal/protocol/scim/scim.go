// Package scim lets identity managers such as Okta and Entra ID keep principals and their roles and teams in step with
// their own directory, over SCIM 2.0 (RFC 7643, RFC 7644).
package scim

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/web"
)

// Root is the path of the door; the name of a profile follows.
const Root = "/security/scim"

// Door answers SCIM.
type Door struct {
	Host     *web.Host
	Identity *identity.Service
	// OpenDiscovery lets anybody read what the server can do: ServiceProviderConfig, ResourceTypes and Schemas.
	OpenDiscovery bool
}

// call is one request under a profile.
type call struct {
	*Door
	w       http.ResponseWriter
	r       *http.Request
	profile string
	id      string // of the resource in the path
	identity.Provisioning
}

// Mount adds the routes.
func (d *Door) Mount(r chi.Router) {
	route := func(method, pattern string, serve func(*call) error) {
		r.Method(method, Root+"/{profile}"+pattern, d.handler(serve, false))
	}
	for _, t := range []struct {
		path string
		of   resources
	}{{"/Users", users{}}, {"/Groups", groups{}}} {
		route(http.MethodGet, t.path, func(c *call) error { return c.list(t.of, queryOf(c.r.URL.Query())) })
		route(http.MethodPost, t.path+"/.search", func(c *call) error { return c.search(t.of) })
		route(http.MethodPost, t.path, func(c *call) error { return t.of.create(c) })
		route(http.MethodGet, t.path+"/{id}", func(c *call) error { return c.get(t.of) })
		route(http.MethodPut, t.path+"/{id}", func(c *call) error { return t.of.replace(c) })
		route(http.MethodPatch, t.path+"/{id}", func(c *call) error { return t.of.patch(c) })
		route(http.MethodDelete, t.path+"/{id}", func(c *call) error { return t.of.remove(c) })
	}
	route(http.MethodPost, "/.search", func(c *call) error { return c.search(users{}, groups{}) })
	for _, pattern := range []string{"/Bulk", "/Me"} {
		r.Handle(Root+"/{profile}"+pattern, d.handler(func(*call) error { return notSupported }, false))
	}
	for pattern, serve := range map[string]func(*call) error{
		"/ServiceProviderConfig": (*call).config, "/ResourceTypes": (*call).resourceTypes, "/ResourceTypes/{id}": (*call).resourceTypes,
		"/Schemas": (*call).schemas, "/Schemas/{id}": (*call).schemas,
	} {
		r.Method(http.MethodGet, Root+"/{profile}"+pattern, d.handler(serve, d.OpenDiscovery))
	}
	r.Handle(Root+"/*", d.handler(func(*call) error { return missing }, false))
}

// handler identifies the caller, and asks whether the profile is one they may use.
func (d *Door) handler(serve func(*call) error, open bool) http.HandlerFunc {
	return d.Host.Wrap("scim", "scim", speak, func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		c := &call{Door: d, w: w, r: r, profile: parameter(r, "profile"), id: parameter(r, "id")}
		who := d.Host.Caller(r, "scim")
		if !open {
			var err error
			if who, err = d.caller(r, who); err != nil {
				return err
			}
		}
		c.Provisioning = d.Identity.Provisioning(r.Context(), who, c.profile)
		if !open {
			if err := c.Allowed(); err != nil {
				return err
			}
		}
		return serve(c)
	})
}

// parameter is a segment of the path. The router keeps it as it was sent when that was escaped.
func parameter(r *http.Request, name string) string {
	value := chi.URLParam(r, name)
	if plain, err := url.PathUnescape(value); err == nil && r.URL.RawPath != "" {
		return plain
	}
	return value
}

// caller reads the credentials of a local account: Basic of RFC 7617, or the same text as a Bearer token. There are no
// cookies here, so no request can be forged with them.
func (d *Door) caller(r *http.Request, from access.Caller) (access.Caller, error) {
	id, key, ok := r.BasicAuth()
	if !ok {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(token))
		if err != nil || !strings.EqualFold(scheme, "Bearer") {
			return from, access.NotKnown
		}
		if id, key, ok = strings.Cut(string(b), ":"); !ok {
			return from, access.NotKnown
		}
	}
	return d.Identity.Password(r, from, id, secret.NewText(key))
}

const mediaType = "application/scim+json"

// answer sends a resource or a list.
func (c *call) answer(status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", mediaType)
	c.w.WriteHeader(status)
	_, err = c.w.Write(body)
	return err
}

// body reads what was sent.
func (c *call) body() (map[string]any, error) {
	b, err := web.Body(c.r)
	if err != nil {
		return nil, err
	}
	return object(b)
}

// base is the address of the profile.
func (c *call) base() string { return c.Host.Link(Root + "/" + c.profile) }
