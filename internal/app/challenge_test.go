package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// challenges sets up a profile that gives one-time challenges, with a CA that is called lab.
func challenges(s *harness.Server) {
	s.T.Helper()
	s.Must("admin", http.MethodPost, "/api/v1/authorities", `{"name": "lab"}`, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/pki/connectors", `{"name": "lab", "type": "integrated", "authority": "lab"}`, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/certificate/profiles", `{"module": "webra", "name": "devices", "enabled": true, "authorizationMode": "challenge",
		"pkiConnector": "lab", "authorizationLevels": {}, "requestsPolicy": {}, "selfPermissions": {},
		"cryptoPolicy": {"centralized": true, "decentralized": true, "p12passwordMode": "random", "showP12OnEnroll": true},
		"certificateTemplate": {"subject": [{"type": "CN", "mandatory": true, "editableByRequester": true}]}}`, http.StatusCreated)
	s.User("robot", "lifecycle:webra:devices:enroll_api", "lifecycle:webra:devices:search")
}

// asked returns the identifier of a request for a challenge and the challenge.
func asked(s *harness.Server) (id, challenge string) {
	s.T.Helper()
	text := s.Must("robot", http.MethodPost, "/api/v1/requests/submit", `{"workflow": "enroll", "module": "webra", "profile": "devices"}`, http.StatusCreated)
	var r struct {
		ID       string `json:"_id"`
		Password struct {
			Value string `json:"value"`
		} `json:"password"`
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil || r.Password.Value == "" {
		s.T.Fatalf("got %s, want a challenge", text)
	}
	return r.ID, r.Password.Value
}

// newCSR returns a request for a name in PEM.
func newCSR(t testing.TB, name string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}}, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}

func using(challenge, csr string) map[string]any {
	return map[string]any{"profile": "devices", "challenge": challenge, "template": map[string]any{"csr": csr}}
}

const useChallenge = "/api/v1/challenge/submit"

// Of clients that use a challenge at the same time one gets a certificate, also when they ask for the same.
func TestChallengeRace(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	challenges(s)
	for _, one := range []struct {
		name string
		csr  func(i int) string
	}{
		{"different keys", func() func(int) string {
			var all []string
			for range 12 {
				all = append(all, newCSR(t, "a.example.org"))
			}
			return func(i int) string { return all[i] }
		}()},
		{"the same key", func() func(int) string { csr := newCSR(t, "b.example.org"); return func(int) string { return csr } }()},
	} {
		_, challenge := asked(s)
		s.Fresh()
		var mu sync.Mutex // guards got and other
		var other []string
		got := map[int]int{}
		var clients sync.WaitGroup
		for i := range 12 {
			clients.Go(func() {
				status, text := s.Call("nobody", http.MethodPost, useChallenge, using(challenge, one.csr(i)))
				mu.Lock()
				defer mu.Unlock()
				got[status]++
				if status != http.StatusCreated && !strings.Contains(text, "WEBRA-ENROLL-015") {
					other = append(other, text)
				}
			})
		}
		clients.Wait()
		if diff := cmp.Diff(map[int]int{http.StatusCreated: 1, http.StatusForbidden: 11}, got); diff != "" || len(other) > 0 {
			t.Errorf("%s: answers (-want +got):\n%s%v", one.name, diff, other)
		}
		n := map[string]int{}
		for _, e := range s.Fresh() {
			n[e.String()]++
		}
		if n["LIFECYCLE-ENROLL success"] != 1 || n["WEBRA-CHALLENGE-SUBMIT success"] != 1 {
			t.Errorf("%s: got %v, want one certificate on record", one.name, n)
		}
	}
}

// While the outcome of an enrollment is not known its challenge is taken, also after a restart. What is issued in the end
// is handed out once to whoever has the same key, and to nobody else.
func TestChallengeOutage(t *testing.T) {
	t.Parallel()
	dir, url, now := t.TempDir(), storetest.URL(t), clock.NewManual(time.Now().Truncate(time.Second))
	one := harness.Open(t, dir, url, now)
	challenges(one)
	id, challenge := asked(one)
	csr, other := newCSR(t, "a.example.org"), newCSR(t, "b.example.org")
	one.Lose("lab")
	one.Fresh()

	refused := func(s *harness.Server, csr string, status int, want string) {
		t.Helper()
		if text := s.Must("nobody", http.MethodPost, useChallenge, using(challenge, csr), status); !strings.Contains(text, want) {
			t.Errorf("got %s, want %q in it", text, want)
		}
	}
	refused(one, csr, http.StatusBadGateway, "it will be asked again")
	if diff := cmp.Diff([]string{"PKI-CONNECTOR failure", "LIFECYCLE-ENROLL warning", "WEBRA-CHALLENGE-SUBMIT warning"}, outcome(one)); diff != "" {
		t.Errorf("events of an outage (-want +got):\n%s", diff)
	}
	refused(one, other, http.StatusForbidden, "it is being used")
	refused(one, csr, http.StatusForbidden, "it is being used")
	if err := one.App.Close(); err != nil {
		t.Fatal(err)
	}

	two := harness.Open(t, dir, url, now)
	two.Knows(one, "robot")
	two.Advance(30 * time.Second) // until the other node's turn to seal is over
	refused(two, other, http.StatusForbidden, "it is being used")
	two.Found("lab")
	two.Fresh()
	two.Advance(2 * time.Minute)
	if diff := cmp.Diff([]string{"LIFECYCLE-ENROLL success"}, outcome(two)); diff != "" {
		t.Errorf("events of repair (-want +got):\n%s", diff)
	}
	refused(two, other, http.StatusForbidden, "it was used on")
	two.Fresh()
	two.Must("nobody", http.MethodPost, useChallenge, using(challenge, csr), http.StatusCreated)
	if diff := cmp.Diff([]string{"WEBRA-CHALLENGE-SUBMIT success"}, outcome(two)); diff != "" {
		t.Errorf("events of the certificate that is fetched (-want +got):\n%s", diff)
	}
	refused(two, csr, http.StatusForbidden, "it was used on")
	if text := two.Must("robot", http.MethodGet, "/api/v1/requests/"+id, nil, http.StatusOK); !strings.Contains(text, `"dn":"CN=a.example.org"`) {
		t.Errorf("got %s, want the certificate in the request", text)
	}
}

// A PKI that does not answer for long fails the enrollment; the challenge can be used again.
func TestChallengeReleased(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	challenges(s)
	_, challenge := asked(s)
	s.Lose("lab")
	s.Must("nobody", http.MethodPost, useChallenge, using(challenge, newCSR(t, "a.example.org")), http.StatusBadGateway)
	for range 7 {
		s.Advance(35 * time.Minute)
	}
	s.Found("lab")
	s.Must("nobody", http.MethodPost, useChallenge, using(challenge, newCSR(t, "b.example.org")), http.StatusCreated)
}

// The PKCS#12 of a key made for a challenge opens with the challenge.
func TestChallengeKey(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	challenges(s)
	_, challenge := asked(s)
	text := s.Must("nobody", http.MethodPost, useChallenge, map[string]any{"profile": "devices", "challenge": challenge, "template": map[string]any{
		"subject": []map[string]string{{"element": "cn.1", "value": "camera"}},
	}}, http.StatusCreated)
	var r struct {
		Certificate string `json:"certificate"`
		PKCS12      []byte `json:"pkcs12"`
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	key, cert, chain, err := pkcs12.DecodeChain(r.PKCS12, challenge)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := pem.Decode([]byte(r.Certificate))
	private, ok := key.(*ecdsa.PrivateKey)
	if !ok || !private.PublicKey.Equal(cert.PublicKey) || b == nil || string(b.Bytes) != string(cert.Raw) || len(chain) != 1 {
		t.Errorf("got a %T, %d above, want the key of the certificate and its CA: %s", key, len(chain), base64.StdEncoding.EncodeToString(cert.Raw))
	}
}

// outcome lists the events since the last look, without those of credentials.
func outcome(s *harness.Server) (all []string) {
	for _, e := range s.Fresh() {
		if !strings.HasPrefix(e.Code, "SEC-") && !strings.HasPrefix(e.Code, "SERVICE-") {
			all = append(all, e.String())
		}
	}
	return all
}
