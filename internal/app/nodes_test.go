package app_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// A change of rights on one node holds on another at once for changes, and a second later for reads.
func TestRightsOnAnotherNode(t *testing.T) {
	t.Parallel()
	url, now := storetest.URL(t), clock.NewManual(time.Now().Truncate(time.Second))
	here, there := t.TempDir(), t.TempDir()
	one := harness.Open(t, here, url, now, harness.With("node", "one"))
	copyKeys(t, filepath.Join(here, "data", "keys"), filepath.Join(there, "data", "keys"))
	if !strings.HasPrefix(url, "postgres") {
		there = here // one file, one folder: two processes on one machine
	}
	two := harness.Open(t, there, url, now, harness.With("node", "two"))
	one.Must("admin", http.MethodPost, "/api/v1/security/roles", map[string]any{
		"name": "labels", "permissions": []any{map[string]any{"value": "configuration:system:label:*"}},
	}, http.StatusCreated)
	one.User("ann")
	two.Knows(one, "ann")
	role := func(names ...string) {
		t.Helper()
		one.Must("admin", http.MethodPut, "/api/v1/security/principalinfos", map[string]any{"identifier": "ann", "roles": names}, http.StatusOK)
	}
	labels := "/api/v1/certificate/labels"
	now.Advance(2 * time.Second)
	two.Must("ann", http.MethodGet, labels, nil, http.StatusForbidden)

	role("labels")
	two.Must("ann", http.MethodPost, labels, map[string]any{"name": "added"}, http.StatusCreated)
	two.Must("ann", http.MethodGet, labels, nil, http.StatusOK)

	// The clock stands still: what the other node reads may be as old as that, what it changes may not.
	role()
	two.Must("ann", http.MethodPost, labels, map[string]any{"name": "refused"}, http.StatusForbidden)
	now.Advance(time.Second)
	two.Must("ann", http.MethodGet, labels, nil, http.StatusForbidden)

	// The rights of a role count as well, and a principal that is switched off is nobody.
	role("labels")
	two.Must("ann", http.MethodPost, labels, map[string]any{"name": "again"}, http.StatusCreated)
	one.Must("admin", http.MethodPut, "/api/v1/security/roles", map[string]any{"name": "labels", "permissions": []any{}}, http.StatusOK)
	two.Must("ann", http.MethodDelete, labels+"/again", nil, http.StatusForbidden)
	role("labels")
	one.Must("admin", http.MethodPut, "/api/v1/security/principalinfos", map[string]any{"identifier": "ann", "enabled": false}, http.StatusOK)
	now.Advance(time.Second)
	two.Must("ann", http.MethodPost, labels, map[string]any{"name": "nobody"}, http.StatusUnauthorized)
}
