package web

import (
	"encoding/json"
	"io"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
)

// Root is the path every operation stands under.
const Root = "/api/v1"

// API is the REST API: its operations, and the documents made of them.
type API struct {
	host   *Host
	wide   *Host // takes the largest body of any operation; each has its own limit besides
	router chi.Router
	huma   huma.API
	ops    []Op
	whole  func() ([]byte, error) // the readable page, made once
}

// settings are huma's: what is sent may leave members out and have others, and answers are bare.
func settings(version string) huma.Config {
	config := huma.DefaultConfig("Horizon", version)
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.CreateHooks = nil // no $schema member in answers
	config.Transformers = nil
	config.AllowAdditionalPropertiesByDefault = true
	config.FieldsOptionalByDefault = true
	config.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}
	config.DefaultFormat = "application/json"
	config.OpenAPIPath, config.SchemasPath, config.DocsPath = "", "", ""
	return config
}

// schemaName names the schema of a type: by itself for shapes of the wire, with its package for types of the core, whose
// names may be the same.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch family := path.Base(t.PkgPath()); family {
	case ".", "api", "web":
		return name
	default:
		return strings.ToUpper(family[:1]) + family[1:] + name
	}
}

// NewRegistry returns a registry that makes schemas under the rules of the API.
func NewRegistry() huma.Registry {
	return humachi.New(chi.NewRouter(), settings("")).OpenAPI().Components.Schemas
}

// New returns an API with the operations.
func New(h *Host, version string, ops []Operation) *API {
	r := chi.NewRouter()
	config := settings(version)
	config.Info.Description = "Certificate lifecycle management."
	config.OpenAPIPath, config.SchemasPath = Root+"/openapi", Root+"/schemas"
	config.Servers = []*huma.Server{{URL: h.PublicURL.String()}}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"id":  {Type: "apiKey", In: "header", Name: "X-API-ID"},
		"key": {Type: "apiKey", In: "header", Name: "X-API-KEY"},
	}
	config.Components.Headers = map[string]*huma.Header{EventHeader: eventHeader}
	config.Security = []map[string][]string{{"id": {}, "key": {}}}
	a := &API{host: h, router: r, huma: humachi.New(r, config)}
	r.NotFound(h.Wrap("rest", "none", speak, func(http.ResponseWriter, *http.Request) error { return noSuchPath }))
	r.MethodNotAllowed(h.Wrap("rest", "none", speak, func(http.ResponseWriter, *http.Request) error { return badMethod }))
	wide := *h
	for _, op := range ops {
		op.register(a)
		a.ops = append(a.ops, op.Op)
		wide.MaxBody = max(wide.MaxBody, op.MaxBody, h.limit())
	}
	a.wide = &wide
	a.whole = sync.OnceValues(a.readable)
	a.Raw(http.MethodGet, "/docs", h.Wrap("rest", "docs", speak, a.serveReadable))
	return a
}

// jsonFormat writes JSON without escaping what HTML would need.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	},
	Unmarshal: json.Unmarshal,
}

// Raw adds a handler for a path whose rest is a value, which no document generator can describe.
func (a *API) Raw(method, pattern string, h http.HandlerFunc) {
	a.router.Method(method, Root+pattern, h)
}

// ServeHTTP answers a request to the API. Paths are neither cleaned nor redirected.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.wide.Wrap("rest", "api", speak, func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if r.Method == http.MethodGet || r.Method == http.MethodDelete {
			r = ignoreBody(r)
		}
		a.router.ServeHTTP(w, r)
		return nil
	})(w, r)
}

// ignoreBody drops the body that some clients send with GET and DELETE, unless an operation asks for it.
func ignoreBody(r *http.Request) *http.Request {
	if r.Method == http.MethodDelete && strings.HasSuffix(r.URL.Path, "/members") {
		return r
	}
	r = r.WithContext(r.Context()) // the server still needs its own
	r.Body, r.ContentLength = http.NoBody, 0
	return r
}

func speak(w http.ResponseWriter, _ *http.Request, err error) { writeProblem(w, err) }

// Operations lists what is registered, in order of path and method.
func (a *API) Operations() []Op {
	all := slices.Clone(a.ops)
	slices.SortFunc(all, func(x, y Op) int {
		return strings.Compare(x.Path+" "+x.Method, y.Path+" "+y.Method)
	})
	return all
}

// OpenAPI returns the document of the whole API.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

// finish completes the document of the operation, which huma has overwritten, and lets the operation do so.
func (a *API) finish(op Op) {
	item := a.huma.OpenAPI().Paths[Root+op.Path]
	for method, o := range map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put,
		http.MethodDelete: item.Delete, http.MethodPatch: item.Patch,
	} {
		if method != op.Method || o == nil {
			continue
		}
		describeReceipt(method, o)
		if op.Describe != nil {
			op.Describe(a.huma.OpenAPI().Components.Schemas, o)
		}
	}
}

func unwrap(ctx huma.Context) (*http.Request, http.ResponseWriter) { return humachi.Unwrap(ctx) }
