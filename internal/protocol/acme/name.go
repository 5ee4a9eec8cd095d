package acme

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/horizon-clm/horizon/internal/lifecycle"
)

// Limits of an enriched profile name.
const (
	maxSegment = 4096
	maxItems   = 100
	maxItem    = 1024
)

// parseSegment reads the segment of a path that names a profile, as it stands in the URL. It may carry what the
// certificates of the orders are to be labelled with: <profile>~<item>:<value>,<item>:<value>... The part behind the
// tilde may be base64 of that text.
func parseSegment(raw string) (profile string, w lifecycle.Wishes, err error) {
	if len(raw) > maxSegment {
		return "", w, malformed.Detail("the name of the profile is too long")
	}
	text, err := url.PathUnescape(raw)
	if err != nil || !utf8.ValidString(text) {
		return "", w, malformed.Detail("the name of the profile cannot be read")
	}
	profile, extra, enriched := strings.Cut(text, "~")
	if !isName(profile) {
		return "", w, notHere
	}
	if !enriched || strings.TrimSpace(extra) == "" {
		return profile, w, nil
	}
	if extra, err = plainItems(extra); err != nil {
		return profile, w, err
	}
	items := strings.Split(extra, ",")
	if len(items) > maxItems {
		return profile, w, malformed.Detail("the name of the profile has more than %d items", maxItems)
	}
	for _, item := range items {
		if err := addItem(&w, item); err != nil {
			return profile, lifecycle.Wishes{}, err
		}
	}
	return profile, w, nil
}

// isName reports whether s can be the name of a profile.
func isName(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

// plainItems undoes base64, of either alphabet, with or without padding. Plain items have a colon, which base64 never has.
func plainItems(s string) (string, error) {
	s = strings.TrimSpace(s)
	if strings.Contains(s, ":") {
		return s, nil
	}
	clean := strings.NewReplacer("-", "+", "_", "/", " ", "+").Replace(strings.TrimRight(s, "="))
	b, err := base64.RawStdEncoding.DecodeString(clean)
	if err != nil || !utf8.Valid(b) || !strings.Contains(string(b), ":") {
		return "", malformed.Detail("behind the tilde stand neither items nor their base64")
	}
	return strings.TrimSpace(string(b)), nil
}

func addItem(w *lifecycle.Wishes, item string) error {
	key, value, ok := strings.Cut(item, ":")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if !ok || key == "" || value == "" || len(item) > maxItem || strings.ContainsFunc(value, control) {
		return malformed.Detail("%q is not <item>:<value>", brief(item))
	}
	group, name, named := strings.Cut(key, ".")
	taken := false
	switch {
	case key == "team":
		taken, w.Team = w.Team != "", value
	case key == "owner":
		taken, w.Owner = w.Owner != "", value
	case key == "mail":
		taken, w.Contact = w.Contact != "", value
	case named && group == "metadata":
		taken = put(&w.Metadata, name, value)
	case named && group == "label":
		taken = put(&w.Labels, name, value)
	default: // as documented examples write labels
		taken = put(&w.Labels, key, value)
	}
	if taken {
		return malformed.Detail("the item %q stands twice", brief(key))
	}
	return nil
}

// put sets a key and reports whether it was there.
func put(m *map[string]string, key, value string) bool {
	if *m == nil {
		*m = map[string]string{}
	}
	_, taken := (*m)[key]
	(*m)[key] = value
	return taken
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

// brief makes what was sent short enough to be said back.
func brief(s string) string {
	if len(s) > 100 {
		s = s[:100] + "..."
	}
	return strings.ToValidUTF8(s, "?")
}
