package api

import (
	"io"
	"strings"

	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/web"
)

type certificateList struct {
	Body struct {
		Query    string    `json:"query,omitempty" maxLength:"8192" doc:"Query; everything when left out."`
		Fields   *[]string `json:"fields,omitempty" maxItems:"200" doc:"Which members to return; all when left out, only _id when empty."`
		PageSize int       `json:"pageSize,omitempty" minimum:"0" maximum:"1000000" doc:"Rows of a page, at most 1000."`
		After    string    `json:"after,omitempty" maxLength:"64" doc:"What the page before told as next; the first page when left out."`
	}
}

// listed is a page of a list that is read from its beginning to its end.
type listed[T any] struct {
	Results  []T    `json:"results"`
	PageSize int    `json:"pageSize"`
	HasMore  bool   `json:"hasMore"`
	Next     string `json:"next,omitempty" doc:"Where the next page begins."`
}

func (d Deps) listCertificates(c *web.Call, in certificateList) (listed[certificateResult], error) {
	pick, err := columnsOf(in.Body.Fields)
	if err != nil {
		return listed[certificateResult]{}, err
	}
	size := min(in.Body.PageSize, query.MaxSize)
	if size == 0 {
		size = query.DefaultSize
	}
	part, more, err := inventory.Next(c, d.DB.DB, c.Who, in.Body.Query, in.Body.After, size)
	if err != nil {
		return listed[certificateResult]{}, err
	}
	if err := d.addResults(c, in.Body.Fields, part); err != nil {
		return listed[certificateResult]{}, err
	}
	out := listed[certificateResult]{Results: make([]certificateResult, 0, len(part)), PageSize: size, HasMore: more}
	now := d.DB.Clock.Now()
	for _, one := range part {
		r, err := d.resultOf(c, now, c.Who, one)
		if err != nil {
			return listed[certificateResult]{}, err
		}
		out.Results = append(out.Results, pick(r))
	}
	if more {
		out.Next = part[len(part)-1].ID
	}
	return out, nil
}

// certificateCSV are the columns of a CSV when none are named.
var certificateCSV = []string{
	"_id", "module", "profile", "dn", "subjectAlternateNames", "serial", "issuer", "notBefore", "notAfter", "revocationDate", "revocationReason",
	"keyType", "signingAlgorithm", "owner", "team", "contactEmail", "labels", "grades", "holderId", "thumbprint",
}

func (d Deps) certificatesCSV(c *web.Call, in certificateSearch, to io.Writer) error {
	names := namesOr(in.Body.Fields, certificateCSV)
	columns, err := columnsFor(names, certificateCell)
	if err != nil {
		return err
	}
	now := d.DB.Clock.Now()
	view := func(one inventory.Certificate) certificateResult { return rowOf(now, one) }
	return writeCSV(to, names, columns, func(row func(certificateResult) error) error {
		write := all(view, row)
		return inventory.Each(c, d.DB.DB, c.Who, inventory.Search{Query: in.Body.Query, Paging: in.Body.order()}, func(part []inventory.Certificate) error {
			if err := d.addResults(c, &names, part); err != nil {
				return err
			}
			return write(part)
		})
	})
}

// certificateCell returns the column of a name.
func certificateCell(name string) (func(certificateResult) string, error) {
	if i, ok := members[name]; ok && name != "permissions" {
		return member[certificateResult](i), nil
	}
	for family, of := range map[string]func(r certificateResult, key string) string{
		"label.":            func(r certificateResult, key string) string { return valueAt(*r.Labels, key) },
		"metadata.":         func(r certificateResult, key string) string { return valueAt(*r.Metadata, key) },
		"grade.":            func(r certificateResult, key string) string { return letterBy(*r.Grades, key) },
		"team.displayname.": func(certificateResult, string) string { return "" },
	} {
		if key, ok := strings.CutPrefix(name, family); ok && key != "" {
			return func(r certificateResult) string { return of(r, key) }, nil
		}
	}
	return nil, badColumn.Detail("%.128s: a CSV has %s, %s<key>", name, strings.Join(csvNames(members), ", "), strings.Join(families, "<key>, "))
}

func valueAt(list []pair, key string) string {
	for _, p := range list {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}

func letterBy(list []gradeOf, policy string) string {
	for _, g := range list {
		if g.Policy == policy {
			return g.Letter
		}
	}
	return ""
}
