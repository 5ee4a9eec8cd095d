package scim_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/harness"
)

const password = "The-Manager-of-1"

// manager is an identity manager that keeps the directory of a server.
type manager struct {
	*harness.Server
	bearer bool
	header http.Header
}

// start makes a server with a profile, a role, a team, and the account of an identity manager.
func start(t *testing.T, options ...harness.Option) *manager {
	t.Helper()
	s := harness.New(t, options...)
	add := func(path string, body any) {
		s.Must("admin", http.MethodPost, "/api/v1"+path, body, http.StatusCreated)
	}
	add("/security/roles", map[string]any{"name": "admins", "permissions": []any{map[string]any{"value": "configuration:*"}}})
	add("/security/teams", map[string]any{"name": "core"})
	add("/security/scim/profiles", map[string]any{"name": "corp", "mappings": []any{map[string]any{"group": "PKI Admins", "role": "admins"}, map[string]any{"group": "Core", "team": "core"}}})
	add("/security/identity/locals", map[string]any{"identifier": "idm", "password": password})
	add("/security/principalinfos", map[string]any{"identifier": "idm", "permissions": []any{map[string]any{"value": "configuration:security:scimprofile:use"}}})
	m := &manager{Server: s}
	m.call("GET", "/ServiceProviderConfig", "")
	s.Fresh()
	return m
}

func (m *manager) call(method, path, body string) (status int, text string) {
	m.T.Helper()
	r, err := http.NewRequestWithContext(m.T.Context(), method, m.URL+"/security/scim/corp"+path, strings.NewReader(body))
	if err != nil {
		m.T.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/scim+json")
	if m.bearer {
		r.Header.Set("Authorization", "Bearer "+base64.StdEncoding.EncodeToString([]byte("idm:"+password)))
	} else {
		r.SetBasicAuth("idm", password)
	}
	for name, values := range m.header {
		r.Header[name] = values
	}
	w, err := m.Client.Do(r)
	if err != nil {
		m.T.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	b, err := io.ReadAll(w.Body)
	if err != nil {
		m.T.Fatal(err)
	}
	if len(b) > 0 && w.Header.Get("Content-Type") != "application/scim+json" {
		m.T.Errorf("%s %s: the media type is %s", method, path, w.Header.Get("Content-Type"))
	}
	return w.StatusCode, string(b)
}

// step is a request, what comes back, and the events that follow.
type step struct {
	method, path, body string
	status             int
	contains           string // parts, with " ~ " between them
	events             string // with commas between them
}

func (m *manager) follow(steps ...step) {
	m.T.Helper()
	for i, z := range steps {
		at := fmt.Sprintf("step %d, %s %s", i, z.method, z.path)
		status, text := m.call(z.method, z.path, z.body)
		if status != z.status {
			m.T.Fatalf("%s: got %d %s, want %d", at, status, text, z.status)
		}
		for part := range strings.SplitSeq(z.contains, " ~ ") {
			if !strings.Contains(text, part) {
				m.T.Errorf("%s: %s lacks %s", at, text, part)
			}
		}
		var events []string
		for _, e := range m.Fresh() {
			events = append(events, e.String())
		}
		if got := strings.Join(events, ","); got != z.events {
			m.T.Errorf("%s: got the events %s, want %s", at, got, z.events)
		}
	}
}

func (m *manager) groupID(name string) string {
	m.T.Helper()
	_, text := m.call("GET", "/Groups?filter=displayName+eq+%22"+strings.ReplaceAll(name, " ", "+")+"%22", "")
	var list struct{ Resources []struct{ ID string } }
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list.Resources) != 1 {
		m.T.Fatalf("%s: %v", text, err)
	}
	return list.Resources[0].ID
}

const added, updated, deleted = "SEC-AUTHORIZATION-ADD success", "SEC-AUTHORIZATION-UPDATE success", "SEC-AUTHORIZATION-DELETE success"

// What Okta does: it looks whether the user is there, adds, reads, replaces, deactivates; then links a group and pushes.
func TestOkta(t *testing.T) {
	t.Parallel()
	m := start(t)
	group := m.groupID("PKI Admins")
	m.follow(
		step{"GET", "/Users?filter=userName%20eq%20%22ann%40example.com%22&startIndex=1&count=100", "", 200, `"totalResults":0 ~ "Resources":[]`, ""},
		step{"POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@example.com","name":{"givenName":"Ann","familyName":"Lee"},
			"emails":[{"primary":true,"value":"ann@example.com","type":"work"}],"displayName":"Ann Lee","locale":"en-US","externalId":"00ujl29u0le5T6Aj10h7","groups":[],"password":"1mz050nq","active":true}`,
			201, `"id":"ann@example.com" ~ "active":true ~ "value":"ann@example.com" ~ "resourceType":"User"`, added},
		step{"POST", "/Users", `{"userName":"ann@example.com"}`, 409, `"scimType":"uniqueness"`, "SEC-AUTHORIZATION-ADD failure"},
		step{"GET", "/Users/ann@example.com", "", 200, `"userName":"ann@example.com"`, ""},
		step{"GET", "/Users/ann%40example.com", "", 200, `"userName":"ann@example.com"`, ""},
		step{"PUT", "/Users/ann@example.com", `{"id":"ann@example.com","userName":"ann@example.com","active":true,"emails":[{"value":"lee@example.com","type":"work"}]}`, 200, `"value":"lee@example.com"`, updated},
		step{"GET", "/Groups?startIndex=1&count=100", "", 200, `"totalResults":2 ~ "displayName":"PKI Admins" ~ "members":[]`, ""},
		step{"PATCH", "/Groups/" + group, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
			{"op":"replace","value":{"id":"` + group + `","displayName":"PKI Admins"}},{"op":"add","path":"members","value":[{"value":"ann@example.com","display":"ann@example.com"}]}]}`, 204, "", updated},
		step{"GET", "/Groups/" + group, "", 200, `"value":"ann@example.com"`, ""},
		step{"PUT", "/Groups/" + group, `{"displayName":"PKI Admins","members":[]}`, 200, `"members":[]`, updated},
		step{"PATCH", "/Users/ann@example.com", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":false}}]}`, 200, `"active":false`, updated},
		step{"POST", "/Groups", `{"displayName":"More","members":[]}`, 403, "mappings of the SCIM profile", ""},
		step{"DELETE", "/Groups/" + group, "", 403, "mappings of the SCIM profile", ""},
	)
}

// What Entra ID does: tests the connection with a user that is not there, adds, patches in its own spelling, deletes.
func TestEntra(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.bearer = true
	group := m.groupID("Core")
	m.follow(
		step{"GET", "/Users?filter=userName+eq+%22non-existent%22", "", 200, `"totalResults":0`, ""},
		step{"POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"x","userName":"bob@corp.example",
			"active":true,"emails":[{"primary":true,"type":"work","value":"bob@corp.example"}],"meta":{"resourceType":"User"},"name":{"formatted":"Bob"},"roles":[]}`, 201, `"userName":"bob@corp.example"`, added},
		step{"PATCH", "/Users/bob@corp.example", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
			{"op":"Replace","path":"emails[type eq \"work\"].value","value":"bob@example.com"},{"op":"Replace","path":"name.familyName","value":"B"}]}`, 200, `"value":"bob@example.com"`, updated},
		step{"PATCH", "/Users/bob@corp.example", `{"Operations":[{"op":"Replace","path":"userName","value":"robert@corp.example"}]}`, 400, `"scimType":"mutability"`, "SEC-AUTHORIZATION-UPDATE failure"},
		step{"GET", "/Groups?excludedAttributes=members&filter=displayName+eq+%22core%22", "", 200, `"totalResults":1`, ""},
		step{"PATCH", "/Groups/" + group, `{"Operations":[{"op":"Add","path":"members","value":[{"$ref":null,"value":"bob@corp.example"}]}]}`, 204, "", updated},
		step{"PATCH", "/Groups/" + group, `{"Operations":[{"op":"Add","path":"members","value":[{"value":"bob@corp.example"}]}]}`, 204, "", ""},
		step{"PATCH", "/Groups/" + group, `{"Operations":[{"op":"Add","path":"members","value":[{"value":"ghost"}]}]}`, 400, `"scimType":"invalidValue" ~ ghost`, "SEC-AUTHORIZATION-UPDATE failure"},
		step{"GET", "/Groups?filter=id+eq+%22" + group + "%22+and+members+eq+%22bob%40corp.example%22", "", 200, `"totalResults":1`, ""},
		step{"PATCH", "/Groups/" + group, `{"Operations":[{"op":"Remove","path":"members","value":[{"value":"bob@corp.example"}]}]}`, 204, "", updated},
		step{"PATCH", "/Users/bob@corp.example", `{"Operations":[{"op":"Replace","path":"active","value":"False"}]}`, 200, `"active":false`, updated},
		step{"DELETE", "/Users/bob@corp.example", "", 204, "", deleted},
		step{"GET", "/Users/bob@corp.example", "", 404, `"status":"404"`, ""},
	)
}

// What RFC 7644 asks for besides, by its paragraphs.
func TestProtocol(t *testing.T) {
	t.Parallel()
	m := start(t)
	m.follow(
		step{"POST", "/Users", `{"userName":"zoe"}`, 201, "", added},                                                                                                             // 3.3
		step{"POST", "/Users", `{}`, 400, `"scimType":"invalidValue"`, ""},                                                                                                       // 3.3
		step{"POST", "/Users", `[`, 400, `"scimType":"invalidSyntax" ~ "schemas":["urn:ietf:params:scim:api:messages:2.0:Error"]`, ""},                                           // 3.12
		step{"GET", "/Users?filter=userName+is+1", "", 400, `"scimType":"invalidFilter"`, ""},                                                                                    // 3.4.2.2
		step{"GET", "/Users?sortBy=userName&sortOrder=descending&count=1", "", 200, `"itemsPerPage":1 ~ "id":"zoe" ~ "totalResults":3`, ""},                                      // 3.4.2.3
		step{"GET", "/Users?startIndex=-5&count=0", "", 200, `"startIndex":1 ~ "itemsPerPage":0 ~ "Resources":[]`, ""},                                                           // 3.4.2.4
		step{"GET", "/Users?count=many", "", 400, `"scimType":"invalidValue"`, ""},                                                                                               // 3.4.2.4
		step{"GET", "/Users/zoe?attributes=userName", "", 200, `{"id":"zoe","schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"zoe"}`, ""},                     // 3.9
		step{"POST", "/.search", `{"filter":"meta.resourceType eq \"Group\"","attributes":["displayName"],"count":1}`, 200, `"totalResults":2 ~ "displayName":"PKI Admins"`, ""}, // 3.4.3
		step{"POST", "/Users/.search", `{"filter":"userName sw \"z\""}`, 200, `"totalResults":1`, ""},                                                                            // 3.4.3
		step{"PATCH", "/Users/zoe", `{"Operations":[{"op":"remove"}]}`, 400, `"scimType":"noTarget"`, "SEC-AUTHORIZATION-UPDATE failure"},                                        // 3.5.2
		step{"PATCH", "/Users/zoe", `{"Operations":[{"op":"add","path":"a[b","value":1}]}`, 400, `"scimType":"invalidPath"`, ""},                                                 // 3.5.2
		step{"GET", "/Users/ghost", "", 404, "", ""},                                                                                                                             // 3.12
		step{"POST", "/Bulk", `{}`, 501, "", ""},                                                                                                                                 // 3.7
		step{"GET", "/Me", "", 501, "", ""},                                                                                                                                      // 3.11
		step{"GET", "/ResourceTypes", "", 200, `"endpoint":"/Groups"`, ""},                                                                                                       // 4
		step{"GET", "/ResourceTypes?filter=name+pr", "", 403, "", ""},                                                                                                            // 4
		step{"GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "", 200, `"name":"userName"`, ""},                                                                     // 4
		step{"GET", "/Nothing", "", 404, "", ""},
		step{"DELETE", "/Users/idm", "", 403, "", "SEC-AUTHORIZATION-DELETE failure"},           // nobody deletes themselves
		step{"DELETE", "/Users/administrator", "", 403, "", "SEC-AUTHORIZATION-DELETE failure"}, // somebody gives rights
	)
	m.header = http.Header{"If-Match": {`W/"1"`}} // 3.14
	m.follow(step{"PUT", "/Users/zoe", `{"active":false}`, 412, "", "SEC-AUTHORIZATION-UPDATE failure"})
	m.header = http.Header{"If-None-Match": {"*"}}
	m.follow(step{"GET", "/Users/zoe", "", 304, "", ""})
	m.header = http.Header{"Authorization": {"Bearer bm9ib2R5OndobytrbgovcwAA"}}
	m.follow(step{"GET", "/Users", "", 401, `"status":"401"`, "SEC-AUTHENTICATION failure"})
	m.header = http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("administrator:"+harness.AdminPassword))}}
	m.follow(step{"GET", "/Users?count=1", "", 200, "", ""})
	m.Server.User("other")
	m.Fresh()
	m.header = http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("other:Password-of-other-1"))}}
	m.follow(step{"GET", "/Users", "", 403, "scimprofile:use is needed", "SEC-AUTHENTICATION success"})
	m.header = http.Header{"Authorization": {""}}
	m.follow(step{"GET", "/ServiceProviderConfig", "", 401, "", ""})
	open := start(t, harness.With("scim.openDiscovery", "true"))
	open.header = m.header
	open.follow(step{"GET", "/ServiceProviderConfig", "", 200, `"patch":{"supported":true}`, ""}, step{"GET", "/Users", "", 401, "", ""})
}

// What SCIM manages is managed by it alone.
func TestExclusive(t *testing.T) {
	t.Parallel()
	m := start(t)
	call := func(method, path, body string, status int, contains string) {
		t.Helper()
		if got, text := m.Call("admin", method, "/api/v1"+path, body); got != status || !strings.Contains(text, contains) {
			t.Errorf("%s %s: got %d %s, want %d with %s", method, path, got, text, status, contains)
		}
	}
	call("POST", "/security/teams/core/members", `["idm"]`, 403, "SCIM-PROFILE-007")
	call("POST", "/security/principalinfos", `{"identifier": "new", "roles": ["admins"]}`, 403, "admins by the profile corp")
	call("POST", "/security/scim/profiles", `{"name": "second", "mappings": [{"group": "x", "team": "core"}]}`, 400, "mapped more than once")
	call("POST", "/security/scim/profiles", `{"name": "second", "mappings": [{"group": "x"}, {"group": "X", "team": "core", "role": "admins"}]}`, 400, "mappings.0: either a role or a team is needed | mappings.1: either")
	call("POST", "/security/teams", `{"name": "held"}`, 201, "")
	call("POST", "/security/teams/held/members", `["idm"]`, 204, "")
	call("POST", "/security/scim/profiles", `{"name": "second", "mappings": [{"group": "x", "team": "held"}]}`, 400, "held is held by idm")
}
