package scim

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/identity"
)

const groupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group"

// groups are the mappings of the profile (RFC 7643, 4.2). Their members are who has the role or team.
type groups struct{}

// groupID names a mapping for good: clients keep it.
func groupID(profile, group string) string {
	sum := sha256.Sum256([]byte(profile + "\x00" + group))
	return hex.EncodeToString(sum[:12])
}

func (c *call) group(m identity.ScimMapping, people []identity.Provisioned) map[string]any {
	id := groupID(c.profile, m.Group)
	hash := sha256.New()
	hash.Write([]byte(m.Group))
	members := []any{}
	for _, p := range people {
		if m.Has(p.Principal) {
			hash.Write([]byte("\x00" + p.Identifier))
			members = append(members, map[string]any{
				"value": p.Identifier, "display": p.Identifier, "type": "User", "$ref": c.base() + "/Users/" + url.PathEscape(p.Identifier),
			})
		}
	}
	return map[string]any{
		"schemas": []any{groupSchema}, "id": id, "displayName": m.Group, "members": members,
		"meta": map[string]any{"resourceType": "Group", "location": c.base() + "/Groups/" + id, "version": `W/"` + hex.EncodeToString(hash.Sum(nil)[:8]) + `"`},
	}
}

func (groups) all(c *call) ([]map[string]any, error) {
	profile, people, err := c.All()
	if err != nil {
		return nil, err
	}
	all := make([]map[string]any, len(profile.Mappings))
	for i, m := range profile.Mappings {
		all[i] = c.group(m, people)
	}
	return all, nil
}

func (groups) one(c *call, id string) (map[string]any, error) {
	_, r, err := c.mapping(id)
	return r, err
}

// mapping finds the mapping a group stands for.
func (c *call) mapping(id string) (m identity.ScimMapping, r map[string]any, err error) {
	profile, people, err := c.All()
	if err != nil {
		return m, nil, err
	}
	i := slices.IndexFunc(profile.Mappings, func(m identity.ScimMapping) bool { return groupID(c.profile, m.Group) == id })
	if i < 0 {
		return m, nil, missing
	}
	return profile.Mappings[i], c.group(profile.Mappings[i], people), nil
}

func (groups) create(*call) error { return fixedGroups }

func (groups) remove(*call) error { return fixedGroups }

func (g groups) replace(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	return g.change(c, http.StatusOK, func(map[string]any) (map[string]any, error) { return body, nil })
}

// patch answers without a body, unless attributes are asked for: groups can be large.
func (g groups) patch(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	steps, err := parsePatch(body)
	if err != nil {
		return err
	}
	status := http.StatusNoContent
	if c.r.URL.Query().Has("attributes") {
		status = http.StatusOK
	}
	return g.change(c, status, func(now map[string]any) (map[string]any, error) { return now, patch(now, steps) })
}

// change makes those members that fn says.
func (groups) change(c *call, status int, fn func(map[string]any) (map[string]any, error)) error {
	m, r, err := c.mapping(c.id)
	if err != nil {
		return err
	}
	if err := c.unchanged(r); err != nil {
		return err
	}
	err = c.SetMembers(m, func(now []string) ([]string, error) {
		next, err := fn(withMembers(r, now))
		if err != nil {
			return nil, err
		}
		return identifiers(m, next)
	})
	if err != nil {
		return err
	}
	if status == http.StatusNoContent {
		c.w.WriteHeader(status)
		return nil
	}
	if _, r, err = c.mapping(c.id); err != nil {
		return err
	}
	return c.show(status, r)
}

// withMembers is the group as it is within the step, which may run twice.
func withMembers(r map[string]any, now []string) map[string]any {
	members := make([]any, len(now))
	for i, id := range now {
		members[i] = map[string]any{"value": id}
	}
	return map[string]any{"id": r["id"], "displayName": r["displayName"], "members": members}
}

// identifiers reads the members of a group. Its name is that of the mapping.
func identifiers(m identity.ScimMapping, r map[string]any) (all []string, err error) {
	if name, ok := member(r, "displayName").(string); ok && !strings.EqualFold(name, m.Group) {
		return nil, mutability.Detail("displayName: the mapping of the profile names the group")
	}
	for _, one := range elements(member(r, "members")) {
		m, _ := one.(map[string]any)
		id, ok := member(m, "value").(string)
		if !ok || id == "" {
			return nil, invalidValue.Detail("members: objects with a value are expected")
		}
		all = append(all, id)
	}
	return all, nil
}
