package identity

import (
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// offered is an identity provider on the login page.
type offered struct {
	Name        string      `json:"name"`
	Type        string      `json:"type"`
	DisplayName []Localized `json:"displayName,omitempty"`
	Description []Localized `json:"description,omitempty"`
}

// offers is the operation of the login page.
func (s *Service) offers() web.Operation {
	return web.Handle(web.Op{Method: http.MethodGet, Path: Providers.Path + "/dynamic/enabled", Name: "SecurityIdentityProviderEnabled",
		Doc: "Lists the identity providers the login page offers.", Tag: Providers.Title, Needs: access.Public, Status: 200}, s.offered)
}

func (s *Service) offered(c *web.Call, _ web.None) ([]offered, error) {
	list := []offered{}
	err := s.DB.Read(c, func(tx *store.Tx) error {
		all, err := Providers.List(tx)
		if err != nil {
			return err
		}
		list = list[:0]
		for _, p := range all {
			if b := p.base(); b.Enabled && b.EnabledOnUI {
				list = append(list, offered{b.Name, Providers.Variant(p), b.DisplayName, b.Description})
			}
		}
		return nil
	})
	return list, err
}
