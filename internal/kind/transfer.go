package kind

import (
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

const maxImport = 32 << 20 // bytes

// exportable is a kind, and its objects, as they can be chosen for an export.
type exportable struct {
	Kind  string   `json:"kind" doc:"Name of the kind."`
	Title string   `json:"title" doc:"Its name for people."`
	Keys  []string `json:"keys" doc:"What names its objects."`
}

type exportInput struct {
	Body struct {
		Items      []Choice `json:"items,omitempty" maxItems:"1000" doc:"What to export; everything when left out."`
		Passphrase string   `json:"passphrase,omitempty" maxLength:"4096" doc:"What secrets are sealed to, of 12 to 1024 characters. Secrets are left out without one."`
	}
}

type importInput struct {
	DryRun bool `query:"dryRun" doc:"Whether the answer only says what would happen to each object; nothing is stored or recorded."`
	Body   struct {
		Bundle
		Passphrase string `json:"passphrase,omitempty" maxLength:"4096" doc:"What the secrets were sealed to. Without it they are left out: those that are there are kept."`
	}
}

// transfers are the operations that carry configuration to another server.
func (s *Set) transfers(deps Deps) []web.Operation {
	op := func(method, path, name, doc string) web.Op {
		return web.Op{
			Method: method, Path: "/system/configurations" + path, Name: name, Doc: doc, Tag: "configuration",
			Needs: access.LoggedIn, Status: http.StatusOK, Rule: "by the rights on each kind: to read, or with secrets and to import, to manage",
		}
	}
	bring := op(http.MethodPost, "/import", "ExportImportItems", "Imports an exported configuration, all of it or nothing.")
	bring.MaxBody = maxImport
	return []web.Operation{
		web.Handle(op(http.MethodGet, "/export", "ExportListItems", "Lists what the caller can export."),
			func(c *web.Call, _ web.None) ([]exportable, error) { return s.exportable(c, deps) }),
		web.Handle(op(http.MethodPost, "/export", "ExportExportItems", "Exports configuration objects."),
			func(c *web.Call, in exportInput) (Bundle, error) {
				return s.Export(c, deps, c.Who, Wish{Items: in.Body.Items, Passphrase: secret.NewText(in.Body.Passphrase)})
			}),
		web.Handle(bring, func(c *web.Call, in importInput) (Imported, error) {
			return s.Import(c, deps, c.Who, in.Body.Bundle, secret.NewText(in.Body.Passphrase), in.DryRun)
		}),
	}
}

func (s *Set) exportable(c *web.Call, deps Deps) ([]exportable, error) {
	all := []exportable{}
	err := deps.DB.Read(c, func(tx *store.Tx) error {
		now, err := at(tx)
		if err != nil {
			return err
		}
		for _, d := range s.All() {
			if d.ReadOnly || d.readable(c.Who) != nil {
				continue
			}
			one := exportable{Kind: d.Kind, Title: d.Title, Keys: []string{}}
			for _, o := range now.list(d.Kind) {
				one.Keys = append(one.Keys, o.key)
			}
			all = append(all, one)
		}
		return nil
	})
	return all, err
}
