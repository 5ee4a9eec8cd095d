package identity

import (
	"net/http"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// mostKnown is how many identities one search tells.
const mostKnown = 100

// sought is which identity is looked for, to be given rights: by its identifier or by its address.
type sought struct {
	Body struct {
		Identifier string `json:"identifier,omitempty" maxLength:"512" doc:"A part of the identifier."`
		Email      string `json:"email,omitempty" maxLength:"320" doc:"A part of the e-mail address."`
	}
}

// searchKnown is the operation that finds identities a provider knows, whether they have rights or not.
func (s *Service) searchKnown() web.Operation {
	return web.Handle(web.Op{Method: http.MethodPost, Path: Providers.Path + "/search", Name: "SecurityIdentityProviderSearch",
		Doc: "Finds identities the providers know, by identifier or e-mail address: local accounts, and whoever has logged in.",
		Tag: Providers.Title, Needs: access.LoggedIn, Right: Principals.Right(kind.Manage), Status: 200}, s.known)
}

func (s *Service) known(c *web.Call, in sought) ([]identityView, error) {
	list := []identityView{}
	err := s.DB.Read(c, func(tx *store.Tx) error {
		if err := c.Who.May(Principals.Right(kind.Manage)); err != nil {
			return err
		}
		if (in.Body.Identifier == "") == (in.Body.Email == "") {
			return web.BadInput.Detail("identifier, email: one of them is needed")
		}
		all, err := identities(tx)
		if err != nil {
			return err
		}
		list = list[:0]
		for _, one := range all {
			if len(list) < mostKnown && one.fits(in.Body.Identifier, in.Body.Email) {
				list = append(list, one)
			}
		}
		return nil
	})
	return list, err
}

func (v identityView) fits(identifier, email string) bool {
	return strings.Contains(strings.ToLower(v.Identifier), strings.ToLower(identifier)) && strings.Contains(strings.ToLower(v.Email), strings.ToLower(email))
}

// identities lists whom the providers know, by identifier: the local accounts, and whom others have let in.
func identities(tx *store.Tx) (all []identityView, err error) {
	accounts, err := Accounts.List(tx)
	if err != nil {
		return nil, err
	}
	local := map[string]bool{}
	for _, a := range accounts {
		local[a.Identifier] = true
		all = append(all, identityView{Identifier: a.Identifier, Name: a.Name, Email: a.Email, Provider: LocalProviderName, Type: providerTypes[access.Local]})
	}
	last, err := logins(tx)
	if err != nil {
		return nil, err
	}
	for id, l := range last {
		if !local[id] {
			all = append(all, identityView{Identifier: id, Provider: l.provider, Type: providerTypes[l.from]})
		}
	}
	slices.SortFunc(all, func(a, b identityView) int { return strings.Compare(a.Identifier, b.Identifier) })
	return all, nil
}
