package api

import (
	"context"
	"encoding/json"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/web"
)

// tail is an operation whose path ends with a value that may hold slashes: an identifier or a whole PEM. The document
// generator cannot describe such a path, so it is registered beside it and documented by hand.
type tail struct {
	web.Op
	serve func(c tailCall) (any, error)
}

// tailCall is one call of such an operation.
type tailCall struct {
	context.Context
	who   access.Caller
	name  string // the parameter before the fixed part
	value string // what the path ends with
	order string // of a chain
}

// Raw adds the operations whose paths end with a value to the API.
func (d Deps) Raw(h *web.Host, a *web.API) {
	for _, t := range d.tails() {
		t.mount(h, a)
	}
}

// tails lists them.
func (d Deps) tails() []tail {
	get := func(path, name, doc, tag string) web.Op {
		return web.Op{Method: http.MethodGet, Path: path, Name: name, Doc: doc, Tag: tag, Needs: access.LoggedIn, Status: 200, Rule: "what the caller may see"}
	}
	return append(d.parsingTails(), []tail{
		{get("/certificates/{id}", "CertificateGetId", "Returns a certificate by its identifier with what the caller may do with it, or bare by its PEM.", "certificates"), d.getCertificate},
		{get("/certificate/grading/policies/{name}/explain/{input}", "GradingPolicyExplainUrl", "Grades a certificate, given by identifier or PEM, by a policy.", "grading policies"), d.explainPolicy},
		{get("/certificate/grading/rulesets/{name}/explain/{input}", "GradingRulesetExplainUrl", "Scores a certificate, given by identifier or PEM, by a ruleset.", "grading rulesets"), d.explainRuleset},
	}...)
}

// mount registers and documents the operation.
func (t tail) mount(h *web.Host, a *web.API) {
	fixed := t.Path[:strings.LastIndexByte(t.Path, '{')] // "/certificates/"
	before := fixed[strings.LastIndexByte(strings.TrimSuffix(fixed, "/"), '/'):]
	a.Raw(t.Method, fixed+"*", h.Wrap("rest", t.Name, speak, func(w http.ResponseWriter, r *http.Request) error {
		who, err := h.Identify(w.Header(), r, h.Caller(r, "rest"))
		if err == nil {
			err = who.Known()
		}
		if err != nil {
			return err
		}
		// The path is decoded already: %xx once, + never.
		head, value, _ := strings.Cut(r.URL.Path, before)
		value, order, _ := strings.Cut(value, "?order=") // some clients glue the query to the path
		if order == "" {
			order = r.URL.Query().Get("order")
		}
		out, err := t.serve(tailCall{r.Context(), who, path.Base(head), value, order})
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(t.Status)
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(out)
	}))
	text := &huma.Schema{Type: huma.TypeString}
	op := &huma.Operation{
		Method: t.Method, Path: web.Root + t.Path, OperationID: t.Name, Summary: t.Doc, Tags: []string{t.Tag},
		Responses: map[string]*huma.Response{strconv.Itoa(t.Status): {Description: "The answer.", Content: map[string]*huma.MediaType{"application/json": {}}}},
	}
	for part := range strings.SplitSeq(t.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			op.Parameters = append(op.Parameters, &huma.Param{Name: strings.TrimSuffix(name, "}"), In: "path", Required: true, Schema: text})
		}
	}
	if t.Describe != nil {
		t.Describe(a.OpenAPI().Components.Schemas, op)
	}
	a.OpenAPI().AddOperation(op)
}

// speak answers an error in the form of the REST API.
func speak(w http.ResponseWriter, _ *http.Request, err error) {
	f := fault.Of(err)
	p := web.Problem{Code: f.Code(), Message: f.Text(), Title: f.Text(), Status: web.Status(f), Detail: f.Occurrence()}
	if f.After() > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.After().Seconds()+0.999)))
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
