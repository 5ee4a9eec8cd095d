package lifecycle

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/system"
)

// Mentions lists what the profile names in texts: labels and teams of its certificate template, and the identity providers
// its levels ask for. They need not exist, but what is named is not deleted, and a team that is renamed is renamed here.
func (c Common) Mentions() []kind.Mention {
	return append(c.Template.mentions(), c.Levels.mentions()...)
}

func (t *Template) mentions() (all []kind.Mention) {
	if t == nil {
		return nil
	}
	for i, l := range t.Labels {
		all = append(all, kind.Mention{Path: fmt.Sprintf("certificateTemplate.labels.%d.label", i), Kind: system.Labels.Kind, Key: l.Label})
	}
	if t.Team == nil {
		return all
	}
	all = append(all, kind.Mention{Path: "certificateTemplate.teamPolicy.value", Kind: identity.Teams.Kind, Key: t.Team.Value})
	for i, name := range t.Team.Whitelist {
		all = append(all, kind.Mention{Path: fmt.Sprintf("certificateTemplate.teamPolicy.whitelist.%d", i), Kind: identity.Teams.Kind, Key: name})
	}
	return all
}

// configured are the types of identity providers that are objects of the configuration; the others are part of the product.
var configured = map[string]bool{"Local": true, "OpenId": true}

func (a AuthorizationLevels) mentions() (all []kind.Mention) {
	v := reflect.ValueOf(a)
	for i := range v.NumField() {
		level, _ := v.Field(i).Interface().(*Level)
		if level == nil {
			continue
		}
		step, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		for n, p := range level.Providers {
			if configured[p.Type] {
				path := fmt.Sprintf("authorizationLevels.%s.enforcedIdentityProviders.%d.name", step, n)
				all = append(all, kind.Mention{Path: path, Kind: identity.Providers.Kind, Key: p.Name})
			}
		}
	}
	return all
}
