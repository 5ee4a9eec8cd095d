package load

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/pki"
)

func TestSign(t *testing.T) {
	t.Parallel()
	key, err := newAccountKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		header  header
		payload string
		want    string // kid
	}{
		{"with the key", header{Nonce: "n1", URL: "https://ca.test/new"}, `{"a":1}`, ""},
		{"with the account", header{Nonce: "n2", URL: "https://ca.test/order", Account: "https://ca.test/acct/1"}, ``, "https://ca.test/acct/1"},
	} {
		b, err := key.sign(c.header, []byte(c.payload))
		if err != nil {
			t.Fatal(err)
		}
		j, err := jose.ParseSignedJSON(string(b), []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		plain, err := j.Verify(&key.private.PublicKey)
		if err != nil || string(plain) != c.payload {
			t.Errorf("%s: got %q (%v), want %q", c.name, plain, err, c.payload)
		}
		h := j.Signatures[0].Protected
		if h.Nonce != c.header.Nonce || h.ExtraHeaders["url"] != c.header.URL || h.KeyID != c.want || (h.JSONWebKey != nil) != (c.want == "") {
			t.Errorf("%s: got the header %+v", c.name, h)
		}
	}
}

func TestThumbprint(t *testing.T) {
	t.Parallel()
	key, err := newAccountKey()
	if err != nil {
		t.Fatal(err)
	}
	sum, err := (&jose.JSONWebKey{Key: &key.private.PublicKey}).Thumbprint(5) // SHA-256
	if err != nil || encode(sum) != key.thumbprint() {
		t.Errorf("got %s, want %s (%v)", key.thumbprint(), encode(sum), err)
	}
}

// A nonce that is refused is replaced by the one of the refusal, and asked for only when there is none.
func TestNonces(t *testing.T) {
	t.Parallel()
	var seen []string
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	mux.HandleFunc("GET /directory", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"newNonce": server.URL + "/nonce", "newAccount": server.URL + "/account"})
	})
	mux.HandleFunc("HEAD /nonce", func(w http.ResponseWriter, _ *http.Request) {
		seen = append(seen, "asked")
		w.Header().Set("Replay-Nonce", "first")
	})
	mux.HandleFunc("POST /account", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		j, err := jose.ParseSignedJSON(string(b), []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			t.Error(err)
			return
		}
		nonce := j.Signatures[0].Protected.Nonce
		seen = append(seen, nonce)
		w.Header().Set("Replay-Nonce", "after "+nonce)
		if nonce == "first" {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"type":"` + badNonce + `"}`))
			return
		}
		w.Header().Set("Location", "/account/1")
		w.WriteHeader(http.StatusCreated)
	})
	c, err := NewClient(server.Client(), server.URL+"/directory")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Register(context.Background()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"asked", "first", "after first"}, seen); diff != "" {
		t.Error(diff)
	}
	if c.Requests != 4 || c.nonce != "after after first" || c.account != "/account/1" {
		t.Errorf("got %d requests, nonce %q, account %q", c.Requests, c.nonce, c.account)
	}
}

func TestResponder(t *testing.T) {
	t.Parallel()
	r := &Responder{}
	r.Set("token", "token.thumb")
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		r.answer(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	if code, text := get(wellKnown + "token"); code != http.StatusOK || text != "token.thumb" {
		t.Errorf("got %d %q", code, text)
	}
	r.Forget("token")
	if code, _ := get(wellKnown + "token"); code != http.StatusNotFound {
		t.Errorf("got %d of a token that was forgotten", code)
	}
}

func TestProcess(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Log("the machine has no /proc")
		return
	}
	if cpu, err := CPU(os.Getpid()); err != nil || cpu < 0 {
		t.Errorf("got %v, %v", cpu, err)
	}
	m, err := MemoryOf(os.Getpid())
	if err != nil || m.Resident < 1<<20 || m.Peak < m.Resident {
		t.Errorf("got %+v, %v", m, err)
	}
	if _, err := CPU(0); err == nil || !strings.Contains(err.Error(), "/proc/0/stat") {
		t.Errorf("got %v of a process that does not exist", err)
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	var all []time.Duration
	for i := range 101 {
		all = append(all, time.Duration(100-i))
	}
	for p, want := range map[float64]time.Duration{0: 0, 50: 50, 99: 99, 100: 100} {
		if got := Percentile(all, p); got != want {
			t.Errorf("%v of a hundred: got %d, want %d", p, got, want)
		}
	}
	if got := Percentile(nil, 50); got != 0 {
		t.Errorf("got %d of nothing", got)
	}
}

// A session goes with every call and repeats its token; what the server refuses is told with its status.
func TestREST(t *testing.T) {
	t.Parallel()
	var seen []string
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("GET /api/v1/security/principals/authenticate", func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("X-API-ID")+" "+r.Header.Get("X-API-KEY"))
		http.SetCookie(w, &http.Cookie{Name: "PLAY_SESSION", Value: "secret"})
		http.SetCookie(w, &http.Cookie{Name: csrfName, Value: "token"})
	})
	mux.HandleFunc("POST /api/v1/requests/submit", func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie("PLAY_SESSION")
		if err != nil {
			t.Error(err)
			return
		}
		seen = append(seen, r.Header.Get("X-API-ID")+cookie.Value+" "+r.Header.Get(csrfName))
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"_id":"1","status":"pending"}`))
	})
	mux.HandleFunc("POST /api/v1/requests/approve", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no", http.StatusForbidden)
	})
	ctx, r := context.Background(), NewREST(server.Client(), server.URL).As("ann")
	if err := r.Open(ctx); err != nil {
		t.Fatal(err)
	}
	w, err := NewWish("web", "a.test", false)
	if err != nil {
		t.Fatal(err)
	}
	q, err := r.Submit(ctx, w)
	if diff := cmp.Diff(Request{ID: "1", Status: Pending}, q); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	if diff := cmp.Diff([]string{"ann " + Password, "secret token"}, seen); diff != "" {
		t.Error(diff)
	}
	var refusal *Refusal
	if _, err := r.Decide(ctx, "approve", q); !errors.As(err, &refusal) || refusal.Status != http.StatusForbidden || errors.Is(err, ErrBroken) {
		t.Errorf("got %v of a refusal", err)
	}
	server.CloseClientConnections()
	server.Close()
	if _, err := r.Request(ctx, q.ID); !errors.Is(err, ErrBroken) {
		t.Errorf("got %v of a server that is gone", err)
	}
}

// A certificate suits a wish when it has its name and its key.
func TestSuits(t *testing.T) {
	t.Parallel()
	key, err := pki.Generate(pki.P256)
	if err != nil {
		t.Fatal(err)
	}
	der, err := (&pki.Template{
		Subject: pki.Name{{Type: pki.CN, Value: "a.test"}}, SANs: []pki.SAN{{Type: pki.DNSName, Value: "a.test"}}, Serial: pki.NewSerial(),
		NotBefore: time.Unix(1, 0), NotAfter: time.Unix(1e9, 0),
	}).SelfSign(key)
	if err != nil {
		t.Fatal(err)
	}
	csr, err := pki.NewCSR(key, pki.Name{{Type: pki.CN, Value: "a.test"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewWish("web", "a.test", false)
	if err != nil {
		t.Fatal(err)
	}
	var q Request
	if err := json.Unmarshal([]byte(`{"_id":"1","certificate":{"certificate":`+strconv.Quote(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))+`}}`), &q); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		wish Wish
		want string
	}{
		{"its own", Wish{Name: "a.test", CSR: csr}, ""},
		{"another name", Wish{Name: "b.test", CSR: csr}, "not for b.test"},
		{"another key", other, "another key"},
		{"a key that was made by the server and is not handed out", Wish{Name: "a.test"}, "no PKCS#12"},
	} {
		err := q.Suits(c.wish)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}
