package app_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/harness"
)

// What a team owns follows it to its new name: certificates, requests and members. Who still looks for the retired code
// finds it beside the new one.
func TestTeamSwitch(t *testing.T) {
	t.Parallel()
	s := harness.New(t, harness.With("events.legacyCodes", "true"))
	s.Must("admin", http.MethodPost, "/api/v1/authorities", map[string]any{"name": "lab"}, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/pki/connectors", map[string]any{"name": "lab", "type": "integrated", "authority": "lab"}, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/security/teams", map[string]any{"name": "edge"}, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/certificate/profiles", map[string]any{
		"module": "webra", "name": "teams", "enabled": true, "authorizationMode": "authorized", "pkiConnector": "lab",
		"certificateTemplate": map[string]any{
			"subject":    []any{map[string]any{"type": "CN", "mandatory": true, "editableByRequester": true}},
			"teamPolicy": map[string]any{"editableByRequester": true},
		},
		"cryptoPolicy": map[string]any{"decentralized": true},
	}, http.StatusCreated)
	s.User("asker", "lifecycle:webra:teams:request_enroll")
	s.User("member")
	s.Must("admin", http.MethodPost, "/api/v1/security/teams/edge/members", []string{"member"}, http.StatusNoContent)
	ask := func(who string) (out struct {
		ID          string `json:"_id"`
		Certificate string `json:"certificateId"`
	}) {
		_, csr := newRequest(t, "CN="+who+".example")
		text := s.Must(who, http.MethodPost, "/api/v1/requests/submit", map[string]any{
			"workflow": "enroll", "module": "webra", "profile": "teams", "template": map[string]any{"csr": csr, "team": map[string]any{"value": "edge"}},
		}, http.StatusCreated)
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	done, waits := ask("admin"), ask("asker")
	s.Must("member", http.MethodGet, "/api/v1/requests/"+waits.ID, nil, http.StatusOK)
	s.Fresh()
	s.Must("admin", http.MethodPatch, "/api/v1/security/teams/edge/core", nil, http.StatusOK)
	seen := map[string]int{}
	for _, e := range s.Fresh() {
		seen[e.String()]++
	}
	if len(seen) != 2 || seen["SEC-TEAM-SWITCH success"] != 1 || seen["TEAM-SWITCH success"] != 1 {
		t.Errorf("got the events %v, want SEC-TEAM-SWITCH and TEAM-SWITCH", seen)
	}
	for _, path := range []string{"/api/v1/certificates/" + done.Certificate, "/api/v1/requests/" + waits.ID, "/api/v1/requests/" + done.ID} {
		if text := s.Must("member", http.MethodGet, path, nil, http.StatusOK); !strings.Contains(text, `"team":"core"`) || strings.Contains(text, `"edge"`) {
			t.Errorf("%s: got %s, want the team core and nothing of edge", path, text)
		}
	}
	s.Must("admin", http.MethodGet, "/api/v1/security/teams/edge", nil, http.StatusNotFound)
}
