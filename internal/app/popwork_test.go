package app_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/pki"
)

// holder is whoever holds the key of a certificate, and nothing else.
type holder struct {
	t   *testing.T
	s   *harness.Server
	der []byte
	key any
}

// submit sends a request with a proof, as clients do: once without a nonce, and once with the one that came back.
func (h holder) submit(body map[string]any, want int) map[string]any {
	h.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	nonce := ""
	for {
		claims := proofOf(h.s, h.der, nil)
		if nonce != "" {
			claims["nonce"] = nonce
		}
		r, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, h.s.URL+"/api/v1/requests/submit", bytes.NewReader(text))
		if err != nil {
			h.t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-JWT-CERT-POP", signToken(h.t, jose.ES256, h.key, claims))
		w, err := h.s.Client.Do(r)
		if err != nil {
			h.t.Fatal(err)
		}
		answer, err := io.ReadAll(w.Body)
		_ = w.Body.Close()
		if err != nil {
			h.t.Fatal(err)
		}
		if given := w.Header.Get("Replay-Nonce"); given != "" && nonce == "" {
			nonce = given
			continue
		}
		if w.StatusCode != want {
			h.t.Fatalf("%s: got %d %s, want %d", text, w.StatusCode, answer, want)
		}
		var v map[string]any
		_ = json.Unmarshal(answer, &v) // what is no JSON is compared by its status alone
		return v
	}
}

// Whoever holds a key renews, updates and revokes its certificate where the profile lets them, and nothing else.
func TestProofOfPossessionWorkflows(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.Must("admin", http.MethodPost, "/api/v1/authorities", map[string]any{"name": "lab"}, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/pki/connectors", map[string]any{"name": "lab", "type": "integrated", "authority": "lab"}, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/security/teams", map[string]any{"name": "edge"}, http.StatusCreated)
	profile := map[string]any{
		"module": "webra", "name": "pop", "enabled": true, "authorizationMode": "authorized", "pkiConnector": "lab",
		"authorizationLevels": map[string]any{"enroll": map[string]any{"accessLevel": "authenticated"}, "recover": map[string]any{"accessLevel": "authenticated"}},
		"certificateTemplate": map[string]any{
			"subject":    []any{map[string]any{"type": "CN", "mandatory": true, "editableByRequester": true}},
			"teamPolicy": map[string]any{"editableByRequester": true},
		},
		"cryptoPolicy":    map[string]any{"decentralized": true, "centralized": true, "p12passwordMode": "random"},
		"selfPermissions": map[string]any{"selfPopRenew": true, "selfPopUpdate": true},
	}
	s.Must("admin", http.MethodPost, "/api/v1/certificate/profiles", profile, http.StatusCreated)
	key, csr := newRequest(t, "CN=pop.example")
	var made struct {
		ID          string `json:"certificateId"`
		Certificate struct{ Certificate, Serial string }
	}
	text := s.Must("admin", http.MethodPost, "/api/v1/requests/submit", map[string]any{
		"workflow": "enroll", "module": "webra", "profile": "pop", "template": map[string]any{"csr": csr, "team": map[string]any{"value": "edge"}},
	}, http.StatusCreated)
	if err := json.Unmarshal([]byte(text), &made); err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode([]byte(made.Certificate.Certificate))
	h := holder{t: t, s: s, der: block.Bytes, key: key}

	// No certificate is named: the one that was proved is meant. null clears the team.
	h.submit(map[string]any{"workflow": "update", "template": map[string]any{"team": map[string]any{"value": nil}}}, http.StatusCreated)
	if text := s.Must("admin", http.MethodGet, "/api/v1/certificates/"+made.ID, nil, http.StatusOK); strings.Contains(text, `"team"`) {
		t.Errorf("the team was not cleared: %s", text)
	}
	_, next := newRequest(t, "CN=anything.else")
	renewed := h.submit(map[string]any{"workflow": "renew", "module": "webra", "template": map[string]any{"csr": next}}, http.StatusCreated)
	if renewed["dn"] != "CN=pop.example" || renewed["certificateId"] == made.ID {
		t.Errorf("got %v, want a new certificate of the same name", renewed)
	}
	for _, refused := range []map[string]any{
		{"workflow": "revoke"},
		{"workflow": "recover"},
		{"workflow": "revoke", "certificateId": renewed["certificateId"]},
		{"workflow": "renew", "certificateId": renewed["certificateId"]},
		{"workflow": "enroll", "module": "webra", "profile": "pop", "template": map[string]any{"csr": next}},
	} {
		h.submit(refused, http.StatusForbidden)
	}
	profile["selfPermissions"] = map[string]any{"selfPopRevoke": true}
	s.Must("admin", http.MethodPut, "/api/v1/certificate/profiles", profile, http.StatusOK)
	h.submit(map[string]any{"workflow": "renew", "template": map[string]any{"csr": next}}, http.StatusForbidden)
	if v := h.submit(map[string]any{"workflow": "revoke", "template": map[string]any{}}, http.StatusCreated); v["status"] != "completed" {
		t.Errorf("got %v, want it revoked", v)
	}
}

// newRequest makes a key and a request for it.
func newRequest(t testing.TB, dn string) (key any, csr string) {
	t.Helper()
	private, err := pki.Generate(pki.P256)
	if err != nil {
		t.Fatal(err)
	}
	name, err := pki.ParseDN(dn)
	if err != nil {
		t.Fatal(err)
	}
	der, err := pki.NewCSR(private, name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return private, pki.EncodePEM("CERTIFICATE REQUEST", der)
}
