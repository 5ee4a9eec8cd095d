// Package system is what is configured once for the whole product: the system configuration and the labels.
package system

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/cron"
	"github.com/horizon-clm/horizon/internal/store"
)

// Configuration is one part of the system configuration, told apart by its type.
type Configuration interface{ complaints() []string }

// InternalMonitor is when the internal monitor looks at credentials and licence.
type InternalMonitor struct {
	Type string        `json:"type" required:"true" enum:"internal_monitor" group:"what" title:"Internal monitor" doc:"internal_monitor"`
	Cron cron.Schedule `json:"cron" required:"true" doc:"When the monitor runs." group:"follow"`
}

func (InternalMonitor) complaints() []string { return nil }

// Interface is how the console looks.
type Interface struct {
	Type          string         `json:"type" required:"true" enum:"interface_customization" group:"what" title:"Looks and announcements" doc:"Looks of the interface."`
	Logo          string         `json:"logo,omitempty" maxLength:"700000" doc:"Picture in the header and on the login page: PNG, JPEG, GIF or WebP in base64." group:"what"`
	HeaderStart   string         `json:"headerStart,omitempty" pattern:"^#[0-9a-fA-F]{6}$" doc:"First colour of the header." group:"what"`
	HeaderEnd     string         `json:"headerEnd,omitempty" pattern:"^#[0-9a-fA-F]{6}$" doc:"Last colour of the header." group:"what"`
	Announcements []Announcement `json:"announcements,omitempty" maxItems:"20" doc:"Banners everyone sees." group:"what"`
}

func (i Interface) complaints() []string {
	var bad []string
	if i.Logo != "" && i.LogoType() == "" {
		bad = append(bad, "logo: a picture in base64, one of "+strings.Join(pictures, ", "))
	}
	for n, a := range i.Announcements {
		bad = append(bad, formatted(fmt.Sprintf("announcements.%d.content", n), a.Content)...)
	}
	return bad
}

// pictures are the media types of a logo: those that hold nothing but a picture.
var pictures = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}

// LogoType returns the media type of the logo, and "" when there is none or it is no picture.
func (i Interface) LogoType() string {
	picture, err := base64.StdEncoding.DecodeString(i.Logo)
	if found := http.DetectContentType(picture); err == nil && slices.Contains(pictures, found) {
		return found
	}
	return ""
}

// Looks returns how the console looks, and the zero value when that was never set.
func Looks(ctx context.Context, db *store.DB) (Interface, error) {
	c, err := Configurations.Look(ctx, db, interfaceCustomization)
	if errors.Is(err, Configurations.Missing()) {
		return Interface{}, nil
	}
	i, _ := c.(Interface)
	return i, err
}

const interfaceCustomization = "interface_customization"

// Announcement is a banner everyone sees.
type Announcement struct {
	Level   string      `json:"level" required:"true" enum:"info,warning,danger" doc:"How urgent it is."`
	Content []Localized `json:"content" required:"true" minItems:"1" maxItems:"20" doc:"The text in Markdown, by language."`
}

// Configurations is the system configuration.
var Configurations = kind.DefineUnion[Configuration](kind.Info{
	Kind: "system-configuration", Title: "system configuration", Singular: "System configuration", Menu: "system",
	Summary: []string{"cron", "announcements"},
	Path:    "/system/configuration", Name: "SystemConfiguration", Area: "configuration:system:configuration",
	Family: "SYSTEM-CONFIGURATION", Events: event.Conf, Key: "type", By: "type", Upsert: true,
}, func(_ *store.Tx, c Configuration) []string { return c.complaints() })

// Midnight is when the internal monitor runs unless it is told otherwise: every day at midnight, UTC.
func Midnight() InternalMonitor {
	s, err := cron.Parse("0 0 0 ? * *")
	if err != nil {
		panic(err) // the text is ours
	}
	return InternalMonitor{Type: "internal_monitor", Cron: s}
}

// Plain is an example of the console's looks.
func Plain() Interface {
	return Interface{
		Type: interfaceCustomization, HeaderStart: "#204060",
		Announcements: []Announcement{{Level: "info", Content: []Localized{{Lang: "en", Value: "**Maintenance** on Sunday."}}}},
	}
}
