package api

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/system"
	"github.com/horizon-clm/horizon/internal/web"
)

// Certificates returns the operations on the inventory.
func (d Deps) Certificates() []web.Operation {
	op := func(method, path, name, doc string) web.Op {
		return web.Op{Method: method, Path: path, Name: name, Doc: doc, Tag: "certificates", Needs: access.LoggedIn, Status: 200, Rule: "what the caller may see"}
	}
	one := op(http.MethodPost, "/certificates/find", "CertificateFind", "Returns a certificate by its identifier with what the caller may do with it, or bare by its PEM.")
	one.Describe = func(r huma.Registry, o *huma.Operation) {
		o.Responses["200"].Content["application/json"].Schema = &huma.Schema{OneOf: []*huma.Schema{
			r.Schema(reflect.TypeFor[certificateAnswer](), true, ""), r.Schema(reflect.TypeFor[Certificate](), true, ""),
		}}
	}
	return []web.Operation{
		web.Handle(one, d.findCertificate),
		web.Handle(op(http.MethodPost, "/certificates/search", "CertificateSearch", "Searches the certificates the caller may see."), d.searchCertificates),
		web.Handle(op(http.MethodPost, "/certificates", "CertificateList", "Lists the certificates the caller may see, page behind page, at the same cost for each."), d.listCertificates),
		web.Stream(table(op(http.MethodPost, "/certificates/csv", "CertificateCsv", "Exports the certificates a query describes as CSV.")), d.certificatesCSV),
		web.Handle(op(http.MethodPost, "/certificates/aggregate", "CertificateAggregate", "Counts the certificates the caller may see by their values."), d.aggregateCertificates),
		web.Handle(op(http.MethodPost, "/certificates/count", "CertificateCount", "Counts the certificates the caller may see that each of some queries describes."), d.countCertificates),
		d.running(),
		web.Handle(op(http.MethodGet, "/certificates/search/dictionary", "CertificateDictionary", "Tells what a query can ask."), d.certificateDictionary),
	}
}

type certificateKey struct {
	Body struct {
		ID  string `json:"id,omitempty" maxLength:"64" doc:"Identifier."`
		PEM string `json:"pem,omitempty" maxLength:"131072" doc:"The certificate itself."`
	}
}

func (d Deps) findCertificate(c *web.Call, in certificateKey) (any, error) {
	if in.Body.ID != "" {
		return d.certificateByID(c, c.Who, in.Body.ID)
	}
	return d.certificateByPEM(c, c.Who, in.Body.PEM)
}

// getCertificate answers by identifier when the value may be one: a short word without the marks of a PEM.
func (d Deps) getCertificate(c tailCall) (any, error) {
	if len(c.value) <= 64 && !strings.ContainsAny(c.value, "-/+= \n") {
		return d.certificateByID(c, c.who, c.value)
	}
	return d.certificateByPEM(c, c.who, c.value)
}

func (d Deps) certificateByID(ctx context.Context, who access.Caller, id string) (certificateAnswer, error) {
	id = strings.ToLower(id)
	if !store.IsID(id) {
		return certificateAnswer{}, inventory.Missing.Detail("%s", id)
	}
	c, err := inventory.Look(ctx, d.DB.DB, who, id)
	if err != nil {
		return certificateAnswer{}, err
	}
	may, err := d.permissionsOf(ctx, who, c)
	return certificateAnswer{CertificateOf(d.DB.Clock.Now(), c), may}, err
}

func (d Deps) certificateByPEM(ctx context.Context, who access.Caller, text string) (Certificate, error) {
	x, err := pki.ParseCertificate([]byte(text))
	if err != nil {
		return Certificate{}, err
	}
	c, err := inventory.LookByThumbprint(ctx, d.DB.DB, who, x.Thumbprint)
	if err != nil {
		return Certificate{}, err
	}
	return CertificateOf(d.DB.Clock.Now(), c), nil
}

type certificateSearch struct {
	Body searching
}

func (d Deps) searchCertificates(c *web.Call, in certificateSearch) (found[certificateResult], error) {
	pick, err := columnsOf(in.Body.Fields)
	if err != nil {
		return found[certificateResult]{}, err
	}
	p, err := inventory.Find(c, d.DB.DB, c.Who, inventory.Search{Query: in.Body.Query, Paging: in.Body.paging(), Count: in.Body.WithCount})
	if err != nil {
		return found[certificateResult]{}, err
	}
	out := found[certificateResult]{Results: make([]certificateResult, 0, len(p.Certificates)), PageIndex: p.Index, PageSize: p.Size, HasMore: p.More, Count: p.Count}
	if err := d.addResults(c, in.Body.Fields, p.Certificates); err != nil {
		return found[certificateResult]{}, err
	}
	now := d.DB.Clock.Now()
	for _, one := range p.Certificates {
		r, err := d.resultOf(c, now, c.Who, one)
		if err != nil {
			return found[certificateResult]{}, err
		}
		out.Results = append(out.Results, pick(r))
	}
	return out, nil
}

type certificateAggregate struct {
	Body aggregating
}

func (d Deps) aggregateCertificates(c *web.Call, in certificateAggregate) (aggregated, error) {
	g, err := inventory.Aggregate(c, d.DB.DB, c.Who, in.Body.Query, in.Body.grouping())
	return aggregatedOf(g), err
}

func (d Deps) certificateDictionary(c *web.Call, _ web.None) (searchDictionary, error) {
	fields, err := inventory.Dictionary(c, d.DB.DB)
	if err != nil {
		return searchDictionary{}, err
	}
	groups, err := d.groupNames(c, inventory.Groupable())
	return searchDictionary{Fields: fields, SortedBy: inventory.Sortable(), Columns: columnNames(), GroupBy: groups}, err
}

// groupNames adds to the names of what can be grouped by those of the labels and grading policies there are.
func (d Deps) groupNames(c *web.Call, names []string) ([]string, error) {
	err := d.DB.Read(c, func(tx *store.Tx) error {
		labels, err := system.Labels.List(tx)
		if err != nil {
			return err
		}
		policies, err := inventory.GradingPolicies.List(tx)
		for _, l := range labels {
			names = append(names, "label."+l.Name)
		}
		for _, p := range policies {
			names = append(names, "grade."+p.Name)
		}
		return err
	})
	slices.Sort(names)
	return names, err
}
