package api

import (
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/system"
	"github.com/horizon-clm/horizon/internal/web"
)

// UI returns the operation an interface begins with, before anybody has logged in.
func (d Deps) UI() []web.Operation {
	return []web.Operation{web.Handle(web.Op{
		Method: http.MethodGet, Path: "/ui", Name: "UiGet", Tag: "User interface", Needs: access.Public, Status: 200,
		Doc: "Returns what an interface shows before anybody has logged in: its looks, its languages and the announcements.",
	}, d.ui)}
}

// uiView is what an interface begins with.
type uiView struct {
	Product       string                `json:"product"`
	Version       string                `json:"version,omitempty" doc:"Told to who is logged in."`
	Languages     []string              `json:"languages"`
	Logo          string                `json:"logo,omitempty" doc:"Picture, base64."`
	LogoType      string                `json:"logoType,omitempty" doc:"Media type of the picture."`
	HeaderStart   string                `json:"headerStart,omitempty"`
	HeaderEnd     string                `json:"headerEnd,omitempty"`
	Announcements []system.Announcement `json:"announcements"`
}

func (d Deps) ui(c *web.Call, _ web.None) (uiView, error) {
	looks, err := system.Looks(c, d.DB.DB)
	if err != nil {
		return uiView{}, err
	}
	v := uiView{
		Product: "Horizon", Languages: []string{"en", "fr"}, Logo: looks.Logo, LogoType: looks.LogoType(),
		HeaderStart: looks.HeaderStart, HeaderEnd: looks.HeaderEnd, Announcements: looks.Announcements,
	}
	if v.Announcements == nil {
		v.Announcements = []system.Announcement{}
	}
	if c.Who.Known() == nil {
		v.Version = d.Version
	}
	return v, nil
}
