package scim

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// resources is one type of resource.
type resources interface {
	all(c *call) ([]map[string]any, error)
	one(c *call, id string) (map[string]any, error)
	create(c *call) error
	replace(c *call) error
	patch(c *call) error
	remove(c *call) error
}

const (
	listSchema = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	usualCount = 100
	maxCount   = 1000 // resources of one answer
)

// searching is what a list is asked for (RFC 7644, 3.4.2 and 3.4.3).
type searching struct {
	filter     string
	sortBy     string
	descending bool
	start      int // from 1
	count      int
	view
	bad error
}

// view is which attributes an answer shows (RFC 7644, 3.9).
type view struct{ only, without []string }

func queryOf(q url.Values) searching {
	return searchingOf(func(name string) any {
		if !q.Has(name) {
			return nil
		}
		return q.Get(name)
	})
}

// searchingOf reads a search from parameters or from a body.
func searchingOf(get func(string) any) searching {
	s := searching{start: 1, count: usualCount}
	s.filter, _ = get("filter").(string)
	s.sortBy, _ = get("sortBy").(string)
	order, _ := get("sortOrder").(string)
	s.descending = strings.EqualFold(order, "descending")
	for name, to := range map[string]*int{"startIndex": &s.start, "count": &s.count} {
		n, ok, err := number(get(name))
		if err != nil {
			s.bad = invalidValue.Detail("%s: a whole number is expected", name)
		} else if ok {
			*to = n
		}
	}
	s.start, s.count = max(s.start, 1), min(max(s.count, 0), maxCount) // what is below means the least
	s.only, s.without = names(get("attributes")), names(get("excludedAttributes"))
	return s
}

func number(v any) (n int, ok bool, err error) {
	switch v := v.(type) {
	case float64:
		return int(max(min(v, 1<<30), -1)), true, nil
	case string:
		n, err = strconv.Atoi(strings.TrimSpace(v))
		return n, true, err
	}
	return 0, false, nil
}

// names reads a list of attributes, or one text with commas.
func names(v any) (all []string) {
	for _, one := range elements(v) {
		s, _ := one.(string)
		for name := range strings.SplitSeq(s, ",") {
			if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
				all = append(all, name[strings.LastIndexByte(name, ':')+1:])
			}
		}
	}
	return all
}

// search answers POST .search.
func (c *call) search(of ...resources) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	s := searchingOf(func(name string) any { return member(body, name) })
	var all []map[string]any
	for _, one := range of {
		found, err := one.all(c)
		if err != nil {
			return err
		}
		all = append(all, found...)
	}
	return c.found(all, s)
}

func (c *call) list(of resources, s searching) error {
	all, err := of.all(c)
	if err != nil {
		return err
	}
	return c.found(all, s)
}

// found answers with the part of the resources that is asked for.
func (c *call) found(all []map[string]any, s searching) error {
	if s.bad != nil {
		return s.bad
	}
	if s.filter != "" {
		f, err := parseFilter(s.filter)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(r map[string]any) bool { return !f.holds(r) })
	}
	if s.sortBy != "" {
		if err := s.sort(all); err != nil {
			return err
		}
	}
	from := min(s.start-1, len(all))
	page := all[from:min(from+s.count, len(all))]
	shown := make([]map[string]any, len(page))
	for i, r := range page {
		shown[i] = s.of(r)
	}
	return c.answer(http.StatusOK, map[string]any{
		"schemas": []string{listSchema}, "totalResults": len(all), "startIndex": s.start, "itemsPerPage": len(shown), "Resources": shown,
	})
}

func (s searching) sort(all []map[string]any) error {
	t, err := parsePath(s.sortBy)
	if err != nil || t.only != nil {
		return invalidPath.Detail("sortBy: %q", clip(s.sortBy))
	}
	key := func(r map[string]any) string {
		for _, v := range (path{t.name, t.sub}).values(r) {
			if text, ok := v.(string); ok {
				return strings.ToLower(text)
			}
		}
		return ""
	}
	slices.SortStableFunc(all, func(a, b map[string]any) int {
		n := cmp.Compare(key(a), key(b))
		if s.descending {
			return -n
		}
		return n
	})
	return nil
}

// of shows what is asked for of a resource. Its schemas and id are always there.
func (v view) of(r map[string]any) map[string]any {
	shown := map[string]any{}
	for name, value := range r {
		always := name == "id" || name == "schemas"
		if !always && len(v.only) > 0 {
			value = pick(value, parts(v.only, name), true)
		}
		if hidden := parts(v.without, name); !always && len(hidden) > 0 {
			value = pick(value, hidden, false)
		}
		if value != nil {
			shown[name] = value
		}
	}
	return shown
}

// parts lists what is said of an attribute: "" of all of it, or the names of its parts.
func parts(list []string, name string) (all []string) {
	for _, one := range list {
		top, sub, _ := strings.Cut(one, ".")
		if strings.EqualFold(top, name) {
			all = append(all, sub)
		}
	}
	return all
}

// pick keeps the parts of a value that are named, or those that are not.
func pick(v any, names []string, keep bool) any {
	if len(names) == 0 {
		return nil
	}
	if slices.Contains(names, "") {
		if keep {
			return v
		}
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		kept := maps.Clone(v)
		maps.DeleteFunc(kept, func(name string, _ any) bool { return slices.Contains(names, strings.ToLower(name)) != keep })
		return kept
	case []any:
		all := make([]any, len(v))
		for i, one := range v {
			all[i] = pick(one, names, keep)
		}
		return all
	}
	return v
}

// get answers with one resource, unless the client has it.
func (c *call) get(of resources) error {
	r, err := of.one(c, c.id)
	if err != nil {
		return err
	}
	if match := c.r.Header.Get("If-None-Match"); match != "" && matches(match, versionOf(r)) {
		c.w.Header().Set("ETag", versionOf(r))
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return c.show(http.StatusOK, r)
}

// show answers with one resource.
func (c *call) show(status int, r map[string]any) error {
	c.w.Header().Set("ETag", versionOf(r))
	meta := r["meta"].(map[string]any)
	if status == http.StatusCreated {
		c.w.Header().Set("Location", meta["location"].(string))
	}
	return c.answer(status, queryOf(c.r.URL.Query()).of(r))
}

func versionOf(r map[string]any) string { return r["meta"].(map[string]any)["version"].(string) }

// matches reports whether a header of entity tags names the version (RFC 7644, 3.14).
func matches(header, version string) bool {
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(version, "W/") {
			return true
		}
	}
	return false
}

// unchanged refuses a change of a resource that is not what the client has read.
func (c *call) unchanged(r map[string]any) error {
	if match := c.r.Header.Get("If-Match"); match != "" && !matches(match, versionOf(r)) {
		return changedSince
	}
	return nil
}
