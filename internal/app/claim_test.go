package app_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/harness"
)

// openProfile lets everyone ask for certificates of a CA.
func openProfile(s *harness.Server) {
	s.Must("admin", http.MethodPost, "/api/v1/authorities", `{"name": "lab"}`, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/pki/connectors", `{"name": "lab", "type": "integrated", "authority": "lab"}`, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/certificate/profiles", `{"module": "webra", "name": "open", "enabled": true, "authorizationMode": "authorized", "pkiConnector": "lab",
		"authorizationLevels": {"enroll": {"accessLevel": "everyone"}}, "requestsPolicy": {}, "selfPermissions": {},
		"cryptoPolicy": {"centralized": true, "p12passwordMode": "random", "showP12OnEnroll": true, "showP12PasswordOnEnroll": true},
		"certificateTemplate": {"subject": [{"type": "CN", "mandatory": true, "editableByRequester": true}]}}`, http.StatusCreated)
}

const openAsk = `{"workflow": "enroll", "module": "webra", "profile": "open", "template": {"subject": [{"element": "cn.1", "value": "kiosk"}]}}`

// Sent many times at once with one claim, a request is carried out once, and each is told the same.
func TestClaimedAtOnce(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	openProfile(s)
	s.Fresh()
	ids := make([]string, 16)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			status, text := s.Call("nobody", http.MethodPost, "/api/v1/requests/submit", openAsk, "Horizon-Claim", "0123456789abcdef0123456789abcdef")
			if status != http.StatusCreated {
				t.Errorf("got %d %s", status, text)
			}
			_, after, _ := strings.Cut(text, `"_id":"`)
			ids[i], _, _ = strings.Cut(after, `"`)
		})
	}
	all.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("got the requests %v, want one", ids)
		}
	}
	counts := map[string]int{}
	for _, e := range s.Fresh() {
		counts[e.Code+" "+e.Status]++
	}
	if counts["REQUEST-SUBMIT success"] != 1 || counts["LIFECYCLE-ENROLL success"] != 1 || len(counts) != 2 {
		t.Errorf("got the events %v, want one submission and one certificate", counts)
	}
}

// Who asks without credentials again and again waits; who has credentials does not.
func TestOpenAskPaced(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	openProfile(s)
	var status int
	var text string
	n := 0
	for ; n < 200; n++ {
		if status, text = s.Call("nobody", http.MethodPost, "/api/v1/requests/submit", openAsk); status != http.StatusCreated {
			break
		}
	}
	if n != 100 || status != http.StatusTooManyRequests || !strings.Contains(text, "SEC-AUTH-017") {
		t.Fatalf("after %d requests: got %d %s, want 429 after 100", n, status, text)
	}
	s.Must("admin", http.MethodPost, "/api/v1/requests/submit", openAsk, http.StatusCreated)
	s.Advance(2 * time.Second)
	s.Must("nobody", http.MethodPost, "/api/v1/requests/submit", openAsk, http.StatusCreated)
}

// So many requests of nobody known wait on a profile, and no more: the next is refused, and taken once one is decided.
func TestOpenAskBounded(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	openProfile(s)
	s.Must("admin", http.MethodPost, "/api/v1/certificate/profiles", `{"module": "webra", "name": "desk", "enabled": true, "authorizationMode": "authorized", "pkiConnector": "lab",
		"authorizationLevels": {"requestEnroll": {"accessLevel": "everyone"}}, "requestsPolicy": {}, "selfPermissions": {},
		"cryptoPolicy": {"centralized": true, "p12passwordMode": "random"},
		"certificateTemplate": {"subject": [{"type": "CN", "mandatory": true, "editableByRequester": true}]}}`, http.StatusCreated)
	ask := strings.Replace(openAsk, `"open"`, `"desk"`, 1)
	var first string
	for i := range 1000 {
		if i%100 == 99 { // what one address may send, which is forgotten after an hour
			s.Advance(61 * time.Minute)
		}
		first = s.Must("nobody", http.MethodPost, "/api/v1/requests/submit", ask, http.StatusCreated)
	}
	s.Advance(61 * time.Minute)
	status, text := s.Call("nobody", http.MethodPost, "/api/v1/requests/submit", ask)
	if status != http.StatusTooManyRequests || !strings.Contains(text, "REQ-019") {
		t.Fatalf("got %d %s, want 429 with REQ-019", status, text)
	}
	if refused := s.Events(`code equals "REQUEST-SUBMIT" and status equals "failure"`); len(refused) != 1 {
		t.Errorf("got the events %+v, want one refused submission", refused)
	}
	s.Must("admin", http.MethodPost, "/api/v1/requests/submit", ask, http.StatusCreated)
	_, after, _ := strings.Cut(first, `"_id":"`)
	id, _, _ := strings.Cut(after, `"`)
	s.Must("admin", http.MethodPost, "/api/v1/requests/deny", `{"workflow": "enroll", "_id": "`+id+`"}`, http.StatusOK)
	s.Must("nobody", http.MethodPost, "/api/v1/requests/submit", ask, http.StatusCreated)
}
