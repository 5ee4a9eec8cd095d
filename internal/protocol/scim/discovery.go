package scim

import "net/http"

// config says what the server can do (RFC 7643, 5).
func (c *call) config() error {
	scheme := func(typ, name, text string, primary bool) map[string]any {
		return map[string]any{"type": typ, "name": name, "description": text, "primary": primary}
	}
	return c.answer(http.StatusOK, map[string]any{
		"schemas":        []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
		"patch":          map[string]any{"supported": true},
		"bulk":           map[string]any{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
		"filter":         map[string]any{"supported": true, "maxResults": maxCount},
		"changePassword": map[string]any{"supported": false},
		"sort":           map[string]any{"supported": true},
		"etag":           map[string]any{"supported": true},
		"authenticationSchemes": []any{
			scheme("httpbasic", "HTTP Basic", "Identifier and password of a local account.", true),
			scheme("oauthbearertoken", "Bearer token", "Identifier and password of a local account with a colon between, in base64.", false),
		},
		"meta": map[string]any{"resourceType": "ServiceProviderConfig", "location": c.base() + "/ServiceProviderConfig"},
	})
}

// resourceTypes lists the types, or returns one (RFC 7643, 6).
func (c *call) resourceTypes() error {
	one := func(name, path, schema, text string) map[string]any {
		return map[string]any{
			"schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}, "id": name, "name": name, "endpoint": path, "schema": schema, "description": text,
			"meta": map[string]any{"resourceType": "ResourceType", "location": c.base() + "/ResourceTypes/" + name},
		}
	}
	return c.fixed([]map[string]any{one("User", "/Users", userSchema, "Who may log in."), one("Group", "/Groups", groupSchema, "Who has a role or team.")})
}

// attribute describes one attribute (RFC 7643, 7).
func attribute(name, typ, mutability, text string, more map[string]any) map[string]any {
	a := map[string]any{
		"name": name, "type": typ, "multiValued": false, "required": false, "caseExact": false, "mutability": mutability,
		"returned": "default", "uniqueness": "none", "description": text,
	}
	for k, v := range more {
		a[k] = v
	}
	return a
}

// schemas lists the schemas, or returns one.
func (c *call) schemas() error {
	one := func(id, name, text string, attributes ...any) map[string]any {
		return map[string]any{
			"schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:Schema"}, "id": id, "name": name, "description": text, "attributes": attributes,
			"meta": map[string]any{"resourceType": "Schema", "location": c.base() + "/Schemas/" + id},
		}
	}
	emails := attribute("emails", "complex", "readWrite", "Addresses; the one of the type of the profile is kept.", map[string]any{"multiValued": true, "subAttributes": []any{
		attribute("value", "string", "readWrite", "Address.", nil), attribute("type", "string", "readWrite", "Type, such as work.", nil),
		attribute("primary", "boolean", "readWrite", "Whether it is the one to write to.", nil),
	}})
	members := attribute("members", "complex", "readWrite", "Who is a member.", map[string]any{"multiValued": true, "subAttributes": []any{
		attribute("value", "string", "immutable", "Identifier of the user.", nil), attribute("display", "string", "readOnly", "Name of the user.", nil),
		attribute("type", "string", "immutable", "User.", nil), attribute("$ref", "reference", "immutable", "Address of the user.", map[string]any{"referenceTypes": []any{"User"}}),
	}})
	return c.fixed([]map[string]any{
		one(userSchema, "User", "Who may log in.",
			attribute("userName", "string", "immutable", "Identifier the user logs in with.", map[string]any{"required": true, "uniqueness": "server"}),
			attribute("active", "boolean", "readWrite", "Whether the user may do anything.", nil), emails),
		one(groupSchema, "Group", "Who has a role or team.",
			attribute("displayName", "string", "readOnly", "Name of the group, as the profile maps it.", nil), members),
	})
}

// fixed answers with a list that does not change, or with the one of the path. It is never filtered (RFC 7644, 4).
func (c *call) fixed(all []map[string]any) error {
	if c.r.URL.Query().Has("filter") {
		return notFiltered
	}
	if c.id == "" {
		return c.answer(http.StatusOK, map[string]any{
			"schemas": []string{listSchema}, "totalResults": len(all), "startIndex": 1, "itemsPerPage": len(all), "Resources": all,
		})
	}
	for _, one := range all {
		if one["id"] == c.id {
			return c.answer(http.StatusOK, one)
		}
	}
	return missing
}
