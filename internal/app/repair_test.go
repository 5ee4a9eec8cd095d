package app_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/harness"
)

// waiting submits a request that the CA, which is lost, cannot carry out, and returns its identifier.
func waiting(s *harness.Server) string {
	s.T.Helper()
	s.Must("admin", http.MethodPost, "/api/v1/authorities", `{"name": "lab"}`, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/pki/connectors", `{"name": "lab", "type": "integrated", "authority": "lab"}`, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/certificate/profiles", `{"module": "webra", "name": "web", "enabled": true, "authorizationMode": "authorized",
		"pkiConnector": "lab", "authorizationLevels": {}, "requestsPolicy": {}, "selfPermissions": {}, "cryptoPolicy": {"decentralized": true},
		"certificateTemplate": {"subject": [{"type": "CN", "mandatory": true, "editableByRequester": true}]}}`, http.StatusCreated)
	s.User("robot", "lifecycle:webra:web:enroll_api", "lifecycle:webra:web:search")
	s.Lose("lab")
	text := s.Must("robot", http.MethodPost, "/api/v1/requests/submit", map[string]any{
		"workflow": "enroll", "module": "webra", "profile": "web", "template": map[string]any{"csr": newCSR(s.T, "a.example.org")},
	}, http.StatusCreated)
	var r struct {
		ID string `json:"_id"`
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil || r.ID == "" {
		s.T.Fatalf("got %s, want a request", text)
	}
	return r.ID
}

// tells checks what the request tells of itself.
func tells(s *harness.Server, id string, want ...string) {
	s.T.Helper()
	text := s.Must("robot", http.MethodGet, "/api/v1/requests/"+id, nil, http.StatusOK)
	for _, w := range want {
		if not, ok := strings.CutPrefix(w, "!"); strings.Contains(text, not) && ok || !ok && !strings.Contains(text, w) {
			s.T.Errorf("got %s, want %s", text, w)
		}
	}
}

// A PKI that cannot be reached is asked less and less often. The request says why meanwhile, and goes on when it can.
func TestRepairWaits(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	id := waiting(s)
	tells(s, id, `"error":"The connection to the PKI could not be built: lab`, `"status":"approved"`)
	s.Fresh()
	var calls []int // the minutes in which the PKI was asked
	for minute := 1; minute <= 130; minute++ {
		s.Advance(time.Minute)
		if slices.Contains(outcome(s), "PKI-CONNECTOR failure") {
			calls = append(calls, minute)
		}
	}
	if want := []int{1, 3, 7, 15, 31, 63, 123}; !slices.Equal(calls, want) {
		t.Errorf("asked in the minutes %v, want %v", calls, want)
	}
	s.Found("lab")
	s.Advance(time.Hour)
	tells(s, id, `"status":"completed"`, `!"error"`)
}

// What cannot be carried out ever has failed in the end, and says why.
func TestRepairEnds(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	waiting(s)
	s.Must("admin", http.MethodDelete, "/api/v1/certificate/profiles/web", nil, http.StatusNoContent)
	s.Fresh()
	for range 18 {
		s.Advance(time.Hour)
	}
	if got := outcome(s); len(got) != 0 {
		t.Errorf("got %v before the last attempt", got)
	}
	s.Advance(time.Hour)
	if got, want := outcome(s), []string{"LIFECYCLE-ENROLL failure"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	s.Advance(24 * time.Hour)
	if got := outcome(s); len(got) != 0 {
		t.Errorf("got %v of a request that has failed", got)
	}
}
