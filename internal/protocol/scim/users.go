package scim

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/identity"
)

const userSchema = "urn:ietf:params:scim:schemas:core:2.0:User"

// users are the principals (RFC 7643, 4.1).
type users struct{}

// user is a principal as a resource.
func (c *call) user(profile identity.ScimProfile, p identity.Provisioned) map[string]any {
	meta := map[string]any{
		"resourceType": "User", "location": c.base() + "/Users/" + url.PathEscape(p.Identifier), "version": fmt.Sprintf(`W/"%d"`, p.Revision),
		"created": p.Created.UTC().Format(time.RFC3339Nano),
	}
	if !p.Modified.IsZero() {
		meta["lastModified"] = p.Modified.UTC().Format(time.RFC3339Nano)
	}
	r := map[string]any{"schemas": []any{userSchema}, "id": p.Identifier, "userName": p.Identifier, "active": p.Active(), "meta": meta}
	if p.Contact != "" {
		r["emails"] = []any{map[string]any{"value": p.Contact, "type": profile.Mail(), "primary": true}}
	}
	return r
}

func (users) all(c *call) ([]map[string]any, error) {
	profile, people, err := c.All()
	all := make([]map[string]any, len(people))
	for i, p := range people {
		all[i] = c.user(profile, p)
	}
	return all, err
}

func (users) one(c *call, id string) (map[string]any, error) {
	profile, p, err := c.One(id)
	if err != nil {
		return nil, unknown(err)
	}
	return c.user(profile, p), nil
}

// unknown says that a principal is missing in the words of the protocol.
func unknown(err error) error {
	if errors.Is(err, identity.Principals.Missing()) {
		return missing
	}
	return err
}

// wanted is what a client says of a user. What is not kept, such as the name, is passed over (RFC 7644, 3.3).
func wanted(profile identity.ScimProfile, r map[string]any, p identity.Principal) (identity.Principal, error) {
	name, _ := member(r, "userName").(string)
	switch {
	case name == "" && p.Identifier == "":
		return p, invalidValue.Detail("userName: it is needed")
	case p.Identifier == "":
		p.Identifier = name
	case name != "" && name != p.Identifier:
		return p, mutability.Detail("userName: it identifies the user; add another one")
	}
	if id, ok := member(r, "id").(string); ok && id != p.Identifier && id != "" {
		return p, mutability.Detail("id")
	}
	if v := member(r, "active"); v != nil {
		active, ok := truth(v)
		if !ok {
			return p, invalidValue.Detail("active: true or false is expected")
		}
		p.Enabled = &active
	}
	contact, err := mail(elements(member(r, "emails")), profile.Mail())
	p.Contact = contact
	return p, err
}

// mail is the address of the type; the first one without a type when there is none.
func mail(all []any, typ string) (address string, err error) {
	for _, one := range all {
		m, ok := one.(map[string]any)
		if !ok {
			return "", invalidValue.Detail("emails: objects are expected")
		}
		value, _ := member(m, "value").(string)
		kind, _ := member(m, "type").(string)
		if strings.EqualFold(kind, typ) {
			return value, nil
		}
		if kind == "" && address == "" {
			address = value
		}
	}
	return address, nil
}

func (users) create(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	profile, _, err := c.All()
	if err != nil {
		return err
	}
	p, err := wanted(profile, body, identity.Principal{})
	if err != nil {
		return err
	}
	done, err := c.Add(p)
	if err != nil {
		return err
	}
	return c.show(http.StatusCreated, c.user(profile, done))
}

func (u users) replace(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	return u.change(c, func(map[string]any) (map[string]any, error) { return body, nil })
}

func (u users) patch(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	steps, err := parsePatch(body)
	if err != nil {
		return err
	}
	return u.change(c, func(now map[string]any) (map[string]any, error) { return now, patch(now, steps) })
}

// change replaces a user by what fn makes of it.
func (users) change(c *call, fn func(map[string]any) (map[string]any, error)) error {
	var profile identity.ScimProfile
	done, err := c.Change(c.id, func(of identity.ScimProfile, p identity.Provisioned) (identity.Principal, error) {
		profile = of
		now := c.user(of, p)
		if err := c.unchanged(now); err != nil {
			return p.Principal, err
		}
		next, err := fn(now)
		if err != nil {
			return p.Principal, err
		}
		return wanted(of, next, p.Principal)
	})
	if err != nil {
		return unknown(err)
	}
	return c.show(http.StatusOK, c.user(profile, done))
}

func (users) remove(c *call) error {
	err := c.Remove(c.id, func(p identity.Provisioned) error { return c.unchanged(c.user(identity.ScimProfile{}, p)) })
	if err != nil {
		return unknown(err)
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
