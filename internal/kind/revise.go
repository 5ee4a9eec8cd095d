package kind

import (
	"strconv"
	"strings"

	"github.com/horizon-clm/horizon/internal/web"
)

// tag is the entity tag of the object as it is (RFC 9110, 8.8.3): its revision.
func (one *item) tag() string { return `"` + strconv.FormatInt(one.revision, 10) + `"` }

// names reports whether a list of entity tags, as If-Match and If-None-Match have it, names the object as it is. Tags are
// compared by value: a proxy that compressed an answer may have made them weak.
func names(list string, one *item) bool {
	if strings.TrimSpace(list) == "*" {
		return one != nil
	}
	if one == nil {
		return false
	}
	for t := range strings.SplitSeq(list, ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == one.tag() || t == strings.Trim(one.tag(), `"`) {
			return true
		}
	}
	return false
}

// fresh refuses a change of an object that is no longer, or not yet, what the caller has seen. The refusal shows the
// object as it is.
func (c *change) fresh(old *item) error {
	if c.match == "" || names(c.match, old) {
		return nil
	}
	if old == nil {
		return c.def.faults.changed.Detail("it is not there")
	}
	current, err := old.answer()
	if err != nil {
		return err
	}
	return web.Showing(c.def.faults.changed.Detail("%s", old.key), current, old.tag())
}
