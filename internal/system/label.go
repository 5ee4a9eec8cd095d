package system

import (
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// Label is a word certificates can be sorted by. It is never part of the certificate itself.
type Label struct {
	kind.Named
	DisplayName []Localized `json:"displayName,omitempty" maxItems:"20" doc:"Name for people." group:"what"`
	Description []Localized `json:"description,omitempty" maxItems:"20" doc:"What it means." group:"what"`
}

// KindName is the kind of labels.
func (Label) KindName() string { return "label" }

// Labels are the words certificates can be sorted by.
var Labels = kind.Define(kind.Info{
	Kind: Label{}.KindName(), Title: "labels", Singular: "Label", Menu: "issuing", Path: "/certificate/labels", Name: "Label",
	Summary: []string{"description"},
	Area:    "configuration:system:label", Family: "CERT-LABEL", Events: event.Conf,
}, Label{
	Named:       kind.Named{Name: "environment"},
	DisplayName: []Localized{{Lang: "en", Value: "Environment"}, {Lang: "fr", Value: "Environnement"}},
}, func(_ *store.Tx, l Label) []string {
	return append(languages("displayName", l.DisplayName), languages("description", l.Description)...)
})
