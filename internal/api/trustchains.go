package api

import (
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/trust"
	"github.com/horizon-clm/horizon/internal/web"
)

// TrustChains returns the operations that show the public CAs to everyone.
func (d Deps) TrustChains() []web.Operation {
	op := func(path, name, doc string) web.Op {
		return web.Op{Method: http.MethodGet, Path: path, Name: name, Doc: doc, Tag: "trust chains", Needs: access.Public, Status: 200}
	}
	return []web.Operation{
		web.Handle(op("/trustchains", "TrustchainList", "Returns the public CAs as trees, the roots on top."), d.trustChains),
		web.Handle(op("/trustchains/{name}", "TrustchainGet", "Returns the branch from the root down to one public CA."), d.trustChain),
	}
}

func (d Deps) trustChains(c *web.Call, _ web.None) ([]trust.Branch, error) {
	g, err := trust.Look(c, d.DB.DB)
	if err != nil {
		return nil, err
	}
	return g.Tree(), nil
}

type byName struct {
	Name string `path:"name" maxLength:"128"`
}

func (d Deps) trustChain(c *web.Call, in byName) (trust.Branch, error) {
	g, err := trust.Look(c, d.DB.DB)
	if err != nil {
		return trust.Branch{}, err
	}
	return g.Path(in.Name)
}
