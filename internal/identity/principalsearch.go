package identity

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// PrincipalSearch is which principals are wanted, and which part of them.
type PrincipalSearch struct {
	Query string
	query.Paging
	Count bool
}

// Found is a principal with what is known of it besides.
type Found struct {
	Principal
	kind.About
	Name, Email string // of its local account
	Provider    string // which let it in last
	LastLogin   time.Time
}

// Page is a part of what a search found.
type Page struct {
	Principals  []Found
	Index, Size int
	More        bool
	Count       *int
}

// principalFields are what a search of principals asks about. It looks at objects of the configuration, which are in memory.
var principalFields = query.NewFields(
	query.Field{Name: "identifier", Type: query.Text, Doc: "Identifier of the principal.", Column: "identifier"},
	query.Field{Name: "name", Type: query.Text, Doc: "Name of its local account.", Column: "name"},
	query.Field{Name: "email", Type: query.Text, Doc: "Contact, or address of its local account.", Column: "email"},
	query.Field{Name: "role", Type: query.Text, Doc: "A role it has.", Column: "role"},
	query.Field{Name: "team", Type: query.Text, Doc: "A team it is a member of.", Column: "team"},
	query.Field{Name: "idp", Type: query.Text, Doc: "Identity provider that let it in last.", Column: "idp"},
	query.Field{Name: "lastlogin", Type: query.Date, Doc: "When it was last let in.", Column: "last", Past: true},
	query.Field{Name: "enabled", Type: query.Text, Doc: "Whether it may do anything: true or false.", Column: "enabled"},
)

// PrincipalDictionary tells what a search of principals can ask.
func PrincipalDictionary() []query.Entry { return principalFields.Dictionary() }

// principalOrder is what principals can be sorted by.
var principalOrder = map[string]func(a, b Found) int{
	"identifier":         func(a, b Found) int { return strings.Compare(a.Identifier, b.Identifier) },
	"name":               func(a, b Found) int { return strings.Compare(a.Name, b.Name) },
	"email":              func(a, b Found) int { return strings.Compare(a.mail(), b.mail()) },
	"idp":                func(a, b Found) int { return strings.Compare(a.Provider, b.Provider) },
	"lastLogin":          func(a, b Found) int { return a.LastLogin.Compare(b.LastLogin) },
	"lastAuthentication": func(a, b Found) int { return a.LastLogin.Compare(b.LastLogin) },
	"creationDate":       func(a, b Found) int { return a.Created.Compare(b.Created) },
	"lastModification":   func(a, b Found) int { return a.Modified.Compare(b.Modified) },
}

// mail is where to write to.
func (f Found) mail() string {
	if f.Contact != "" {
		return f.Contact
	}
	return f.Email
}

// values are those of a field, for the query.
func (f Found) values(name, _ string) []string {
	one := ""
	switch name {
	case "identifier":
		one = f.Identifier
	case "name":
		one = f.Name
	case "email":
		return slices.DeleteFunc([]string{f.Contact, f.Email}, func(s string) bool { return s == "" })
	case "role":
		return texts(f.Roles)
	case "team":
		return texts(f.Teams)
	case "idp":
		one = f.Provider
	case "lastlogin":
		if !f.LastLogin.IsZero() {
			one = f.LastLogin.UTC().Format(time.RFC3339)
		}
	case "enabled":
		one = strconv.FormatBool(f.enabled())
	}
	if one == "" {
		return nil
	}
	return []string{one}
}

func texts[T ~string](all []T) []string {
	list := make([]string, len(all))
	for i, one := range all {
		list[i] = string(one)
	}
	return list
}

// SearchPrincipals returns the principals a query describes.
func (s *Service) SearchPrincipals(ctx context.Context, who access.Caller, in PrincipalSearch) (page Page, err error) {
	q, err := principalFields.Parse(in.Query)
	if err != nil {
		return page, err
	}
	for _, o := range in.Sort {
		if principalOrder[o.Element] == nil {
			return page, web.BadInput.Detail("sortedBy: there is no column %s", clip(o.Element))
		}
	}
	var all []Found
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		if !who.Can(Principals.Right(kind.Manage)) {
			if err := who.May(Principals.Right(kind.Read)); err != nil {
				return err
			}
		}
		all, err = found(tx, q)
		return err
	})
	if err != nil {
		return page, err
	}
	slices.SortFunc(all, in.compare)
	page.Index, page.Size = max(in.Index, 1), min(in.Size, query.MaxSize)
	if page.Size <= 0 {
		page.Size = query.DefaultSize
	}
	page.Principals = part(all, page.Index, page.Size)
	page.More = page.Index*page.Size < len(all)
	if in.Count {
		page.Count = new(len(all))
	}
	return page, nil
}

func (in PrincipalSearch) compare(a, b Found) int {
	for _, o := range in.Sort {
		if n := principalOrder[o.Element](a, b); n != 0 && o.Descending {
			return -n
		} else if n != 0 {
			return n
		}
	}
	return strings.Compare(a.Identifier, b.Identifier)
}

// found lists the principals a query holds for.
func found(tx *store.Tx, q *query.Query) (all []Found, err error) {
	last, err := logins(tx)
	if err != nil {
		return nil, err
	}
	people := map[string]Account{}
	accounts, err := Accounts.All(tx)
	if err != nil {
		return nil, err
	}
	for one := range accounts {
		people[one.Identifier] = one
	}
	seq, err := Principals.All(tx)
	if err != nil {
		return nil, err
	}
	now := tx.Now()
	for p, about := range seq {
		account := people[p.Identifier]
		f := Found{p, about, account.Name, account.Email, last[p.Identifier].provider, last[p.Identifier].at}
		if q.Eval(now, f.values) {
			all = append(all, f)
		}
	}
	return all, nil
}
