// Package system is what is configured once for the whole product: the system configuration and the labels.
package system

import (
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/cron"
)

// Configuration is one part of the system configuration, told apart by its type.
type Configuration interface{ part() string }

// InternalMonitor is when the internal monitor looks at credentials and licence.
type InternalMonitor struct {
	Type string        `json:"type" required:"true" enum:"internal_monitor"`
	Cron cron.Schedule `json:"cron" required:"true" doc:"When the monitor runs."`
}

func (m InternalMonitor) part() string { return m.Type }

// Interface is how the console looks.
type Interface struct {
	Type          string         `json:"type" required:"true" enum:"interface_customization"`
	Logo          string         `json:"logo,omitempty" maxLength:"700000" doc:"Picture in the header, base64."`
	HeaderStart   string         `json:"headerStart,omitempty" pattern:"^#[0-9a-fA-F]{6}$" doc:"First colour of the header."`
	HeaderEnd     string         `json:"headerEnd,omitempty" pattern:"^#[0-9a-fA-F]{6}$" doc:"Last colour of the header."`
	Announcements []Announcement `json:"announcements,omitempty" maxItems:"20" doc:"Banners everyone sees."`
}

func (i Interface) part() string { return i.Type }

// Announcement is a banner everyone sees.
type Announcement struct {
	Level   string      `json:"level" required:"true" enum:"info,warning,danger" doc:"How urgent it is."`
	Content []Localized `json:"content" required:"true" minItems:"1" maxItems:"20" doc:"The text, by language."`
}

// Localized is a text in one language.
type Localized struct {
	Lang  string `json:"lang" required:"true" pattern:"^[a-z]{2}$" doc:"Two-letter language code."`
	Value string `json:"value" required:"true" maxLength:"20000" doc:"The text."`
}

// Configurations is the system configuration.
var Configurations = kind.DefineUnion[Configuration](kind.Info{
	Kind: "system-configuration", Title: "system configuration", Singular: "System configuration", Menu: "System",
	Path: "/system/configuration", Name: "SystemConfiguration", Area: "configuration:system:configuration",
	Family: "SYSTEM-CONFIGURATION", Events: event.Conf, Key: "type", By: "type", Upsert: true,
}, nil)

// Midnight is when the internal monitor runs unless it is told otherwise: every day at midnight, UTC.
func Midnight() InternalMonitor {
	s, err := cron.Parse("0 0 0 ? * *")
	if err != nil {
		panic(err) // the text is ours
	}
	return InternalMonitor{Type: "internal_monitor", Cron: s}
}

// Plain is an example of the console's looks.
func Plain() Interface { return Interface{Type: "interface_customization", HeaderStart: "#204060"} }
