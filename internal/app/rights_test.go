package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/web"
)

// place fills the path of an operation with names of nothing.
func place(op web.Op) string {
	path := "/api/v1" + strings.ReplaceAll(op.Path, "{id}", "000000000000000000000000")
	for strings.Contains(path, "{") {
		from, to := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:from] + "x" + path[to+1:]
	}
	return path
}

// attempt is a body that gets past the form of every operation that is asked here.
func attempt(op web.Op) any {
	if strings.HasSuffix(op.Path, "/members") {
		return `["x"]`
	}
	return `{}`
}

// No operation escapes: each that needs a caller refuses without credentials, and names the right that opens it or the rule
// it goes by; each that names a right refuses who does not hold it, and that right is what opens it.
func TestRightOfEveryOperation(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("powerless")
	holders := map[access.Permission]string{}
	for _, op := range s.App.Operations() {
		if op.Needs == access.Public {
			continue
		}
		name := op.Method + " " + op.Path
		path := place(op)
		if status, text := s.Call("nobody", op.Method, path, attempt(op)); status != http.StatusUnauthorized {
			t.Errorf("%s without credentials: got %d %s", name, status, text)
		}
		if op.Right == "" {
			if op.Rule == "" {
				t.Errorf("%s names neither a right nor a rule", name)
			}
			continue
		}
		status, text := s.Call("powerless", op.Method, path, attempt(op))
		refused := status == http.StatusForbidden || status == http.StatusBadRequest && (strings.Contains(text, "REQ-002") || strings.Contains(text, "RFC5280-001")) || status == http.StatusNotFound && op.Rule == ""
		if !refused {
			t.Errorf("%s without rights: got %d %s", name, status, text)
		}
		if holders[op.Right] == "" {
			holders[op.Right] = strings.NewReplacer(":", "-").Replace(string(op.Right))
			s.User(holders[op.Right], string(op.Right))
		}
		if status, text := s.Call(holders[op.Right], op.Method, path, attempt(op)); status == http.StatusForbidden && strings.Contains(text, "SEC-PERM-001") {
			t.Errorf("%s with %s: got %d %s", name, op.Right, status, text)
		}
	}
}

// Every permission there is can be given, and a mistyped one cannot.
func TestPermissions(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	text := s.Must("admin", http.MethodGet, "/api/v1/security/permissions", nil, http.StatusOK)
	for _, want := range []string{"configuration:system:label:manage", "configuration:event:read", "lifecycle:acme:{profile}:request_enroll", "lifecycle:webra:{profile}:audit_request"} {
		if !strings.Contains(text, `"permission":"`+want+`"`) {
			t.Errorf("%s is not listed", want)
		}
	}
	for grant, status := range map[string]int{
		"configuration:system:label:manage": 201, "configuration:*": 201, "lifecycle:*:web:request_enroll": 201, "discovery:netscan:one:search": 201,
		"configuration:system:labels:manage": 400, "lifecycle:acme:web:enrol": 400, "lifecycle:web:acme:enroll": 400, "configuration:system:label:*": 201,
	} {
		body := map[string]any{"name": strings.NewReplacer(":", "-", "*", "any").Replace(grant), "permissions": []map[string]string{{"value": grant}}}
		got, text := s.Call("admin", http.MethodPost, "/api/v1/security/roles", body)
		if got != status || status == 400 && !strings.Contains(text, "there is no permission "+grant) {
			t.Errorf("%s: got %d %s", grant, got, text)
		}
	}
}
