package web

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The readable page of the API: one document without scripts, made of the OpenAPI document.
var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	pageStyle string

	page = template.Must(template.New("page").Parse(pageText))
)

// family is the operations of one tag.
type family struct {
	Title      string
	Operations []described
}

// described is one operation as the page shows it.
type described struct {
	Method, Path, Name, Summary, Permission, Rule string
	Parameters                                    []parameter
	Body                                          string // schema of what is sent
	Answers                                       []answered
}

type parameter struct {
	Name, In, Doc string
	Required      bool
}

type answered struct{ Status, Doc, Schema string }

// families lists the operations of the document by their tags.
func families(doc *huma.OpenAPI) []family {
	all := map[string][]described{}
	for path, item := range doc.Paths {
		for method, o := range map[string]*huma.Operation{
			http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
		} {
			if o == nil {
				continue
			}
			tag := "others"
			if len(o.Tags) > 0 {
				tag = o.Tags[0]
			}
			all[tag] = append(all[tag], describe(method, path, o))
		}
	}
	var list []family
	for _, tag := range slices.Sorted(maps.Keys(all)) {
		slices.SortFunc(all[tag], func(a, b described) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method)) })
		list = append(list, family{strings.ToUpper(tag[:1]) + tag[1:], all[tag]})
	}
	return list
}

func describe(method, path string, o *huma.Operation) described {
	d := described{Method: method, Path: path, Name: o.OperationID, Summary: o.Summary}
	d.Permission, _ = o.Extensions["x-permission"].(string)
	d.Rule, _ = o.Extensions["x-permission-rule"].(string)
	for _, p := range o.Parameters {
		doc := p.Description
		if doc == "" && p.Schema != nil {
			doc = p.Schema.Description
		}
		d.Parameters = append(d.Parameters, parameter{p.Name, p.In, doc, p.Required})
	}
	if o.RequestBody != nil {
		d.Body = schemaText(o.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		r := o.Responses[status]
		if status[0] == '2' || status[0] == '3' { // problems have one form, told once
			d.Answers = append(d.Answers, answered{status, r.Description, schemaText(r.Content)})
		}
	}
	return d
}

// schemaText is the media type and its JSON schema; of several the first.
func schemaText(content map[string]*huma.MediaType) string {
	kinds := slices.Sorted(maps.Keys(content))
	if len(kinds) == 0 {
		return ""
	}
	kind := kinds[0]
	if content[kind] == nil || content[kind].Schema == nil {
		return kind
	}
	b, err := json.MarshalIndent(content[kind].Schema, "", "  ")
	if err != nil {
		return kind
	}
	return kind + "\n" + string(b)
}

// readable is the page; it stays as it is as long as the program runs.
func (a *API) readable() ([]byte, error) {
	doc := a.OpenAPI()
	schemas := map[string]string{}
	for name, s := range doc.Components.Schemas.Map() {
		b, err := json.MarshalIndent(s, "", "  ")
		if err != nil {
			return nil, err
		}
		schemas[name] = string(b)
	}
	var b bytes.Buffer
	err := page.Execute(&b, map[string]any{
		"Title": doc.Info.Title, "Version": doc.Info.Version, "Style": template.CSS(pageStyle), //nolint:gosec // it is ours
		"Families": families(doc), "Schemas": schemas, "Document": Root + "/openapi.json",
	})
	return b.Bytes(), err
}

// serveReadable answers with the page, whose only style is its own.
func (a *API) serveReadable(w http.ResponseWriter, _ *http.Request) error {
	text, err := a.whole()
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(pageStyle))
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = w.Write(text)
	return err
}
