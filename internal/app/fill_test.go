package app_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/kind"
)

// marked is a server into which secrets that can be recognized were written, wherever it takes some.
type marked struct {
	t       *testing.T
	s       *harness.Server
	secrets map[string][]byte // by what each is
	bodies  bytes.Buffer      // every answer but the one that hands out a secret
	paths   []string          // where what was made can be read
}

// mark draws a secret that keeps every rule of passwords.
func (m *marked) mark(what string) string {
	text := "Mk1-" + rand.Text() + "z"
	m.secrets[what] = []byte(text)
	return text
}

// fitting are the secrets that are not any text, by the name of their field, where the example does not have one.
var fitting = map[string]func(m *marked, holder map[string]any, what string){
	"caKey": func(m *marked, holder map[string]any, what string) {
		key, cert := m.root()
		m.secrets[what] = must(key.Bytes())
		holder["caKey"], holder["caCert"] = inPEM("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))), inPEM("CERTIFICATE", cert.Raw)
	},
}

// like returns a secret in place of that of an example: the same one, where it is a key that has to fit a certificate.
func (m *marked) like(example kind.Secret, what string) string {
	text, _ := example.Sent()
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return m.mark(what)
	}
	m.secrets[what] = block.Bytes
	return text
}

func (m *marked) call(who, method, path string, body any) (int, string) {
	m.t.Helper()
	status, text := m.s.Call(who, method, path, body)
	fmt.Fprintln(&m.bodies, text)
	return status, text
}

func (m *marked) must(method, path string, body any, status int) {
	m.t.Helper()
	if got, text := m.call("admin", method, path, body); got != status {
		m.t.Errorf("%s %s: got %d %s, want %d", method, path, got, text, status)
	}
}

// fill writes secrets through the API: those of every kind, and those that other operations take or draw.
func fill(t *testing.T, s *harness.Server) *marked {
	t.Helper()
	m := &marked{t: t, s: s, secrets: map[string][]byte{}}
	refer(s)
	for _, d := range s.App.Kinds() {
		for i, example := range d.Examples() {
			if !d.ReadOnly {
				m.kind(d, example, i)
			}
		}
	}
	m.passwords()
	m.external()
	m.authorities()
	m.requests()
	return m
}

// requests has keys made, kept for requests and in escrow, with passwords that requesters chose.
func (m *marked) requests() {
	m.t.Helper()
	m.must(http.MethodPost, "/api/v1/pki/connectors", map[string]any{"name": "made", "type": "integrated", "authority": "made"}, http.StatusCreated)
	m.must(http.MethodPost, "/api/v1/certificate/profiles", map[string]any{
		"module": "webra", "name": "keys", "enabled": true, "authorizationMode": "authorized", "pkiConnector": "made",
		"certificateTemplate": map[string]any{"subject": []any{map[string]any{"type": "CN", "mandatory": true, "editableByRequester": true}}},
		"cryptoPolicy":        map[string]any{"centralized": true, "escrow": true, "p12passwordMode": "manual"},
	}, http.StatusCreated)
	ask := func(name, workflow string, more map[string]any) map[string]any {
		body := map[string]any{"workflow": workflow, "module": "webra", "profile": "keys",
			"template": map[string]any{"subject": []any{map[string]any{"element": "cn.1", "value": name}}}}
		maps.Copy(body, more)
		return body
	}
	submit := "/api/v1/requests/submit"
	m.must(http.MethodPost, submit, ask("a.example", "enroll", map[string]any{"password": m.mark("password of a request")}), http.StatusCreated)
	m.s.User("asking", "lifecycle:webra:keys:request_enroll")
	m.call("asking", http.MethodPost, submit, ask("b.example", "enroll", map[string]any{"password": map[string]any{"value": m.mark("password of a request that waits")}}))
	m.call("powerless", http.MethodPost, submit, ask("c.example", "enroll", map[string]any{"password": m.mark("password of a refused request")}))
	key, cert := m.root()
	m.secrets["imported key"] = must(key.Bytes())
	text := inPEM("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key)))
	m.must(http.MethodPost, submit, map[string]any{
		"workflow": "import", "module": "webra", "profile": "keys", "certificatePem": inPEM("CERTIFICATE", cert.Raw), "template": map[string]any{"privateKey": text},
	}, http.StatusCreated)
}

// kind stores the example of a kind with a secret in each field for one, replaces it, and fails to.
func (m *marked) kind(d *kind.Definition, example any, n int) {
	m.t.Helper()
	raw, err := json.Marshal(example)
	if err != nil {
		m.t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(raw, &object); err != nil {
		m.t.Fatal(err)
	}
	path, at := "/api/v1"+d.Path, fmt.Sprintf("%s/%T", d.Kind, example)
	add, added := http.MethodPost, http.StatusCreated
	if d.Upsert {
		add, added = http.MethodPut, http.StatusOK
	} else {
		object[d.Key] = fmt.Sprintf("marked-%d", n)
	}
	put := func(turn string) {
		m.within(reflect.ValueOf(example), object, at, func(holder map[string]any, name, where string, of kind.Secret) {
			if fit := fitting[name]; fit != nil {
				fit(m, holder, where+" "+turn)
				return
			}
			holder[name] = map[string]any{"value": m.like(of, where+" "+turn)}
		})
	}
	put("when it was added")
	m.must(add, path, object, added)
	put("when it was replaced")
	m.must(http.MethodPut, path, object, http.StatusOK)
	m.paths = append(m.paths, fmt.Sprintf("%s/%s", path, object[d.Key]))

	put("when it was refused")
	m.call("nobody", http.MethodPut, path, object)
	m.call("powerless", http.MethodPut, path, object)
	if !d.Upsert {
		m.must(add, path, object, http.StatusBadRequest) // it is there already
	}
	text, err := json.Marshal(object)
	if err != nil {
		m.t.Fatal(err)
	}
	m.call("admin", add, path, string(text[:len(text)-1])) // cut
	m.within(reflect.ValueOf(example), object, at, func(holder map[string]any, name, where string, _ kind.Secret) {
		holder[name] = []string{m.mark(where + " in a list")}
	})
	m.call("admin", add, path, object)
	m.within(reflect.ValueOf(example), object, at, func(holder map[string]any, name, where string, _ kind.Secret) {
		holder[name] = map[string]any{"value": []string{m.mark(where + " in a list within")}}
	})
	m.call("admin", add, path, object)
}

var secretField = reflect.TypeFor[kind.Secret]()

// within calls set for every field of type kind.Secret, with the JSON object it belongs into. An example that does not
// show such a field is not complete.
func (m *marked) within(v reflect.Value, in any, at string, set func(holder map[string]any, name, where string, of kind.Secret)) {
	m.t.Helper()
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			if v.Kind() == reflect.Pointer && holdsSecret(v.Type().Elem(), 8) {
				m.t.Errorf("%s: the example leaves it out, and it holds a secret", at)
			}
			return
		}
		m.within(v.Elem(), in, at, set)
	case reflect.Slice:
		if v.Len() == 0 && holdsSecret(v.Type().Elem(), 8) {
			m.t.Errorf("%s: the example leaves it empty, and it holds secrets", at)
		}
		list, _ := in.([]any)
		for i := range min(v.Len(), len(list)) {
			m.within(v.Index(i), list[i], fmt.Sprintf("%s.%d", at, i), set)
		}
	case reflect.Struct:
		object, ok := in.(map[string]any)
		if !ok {
			return
		}
		for _, f := range reflect.VisibleFields(v.Type()) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case !f.IsExported() || name == "" || name == "-":
			case f.Type == secretField:
				set(object, name, at+"."+name, v.FieldByIndex(f.Index).Interface().(kind.Secret))
			default:
				m.within(v.FieldByIndex(f.Index), object[name], at+"."+name, set)
			}
		}
	}
}

// holdsSecret reports whether there is a secret in values of the type, so many levels down.
func holdsSecret(t reflect.Type, depth int) bool {
	switch {
	case t == secretField:
		return true
	case depth == 0:
		return false
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice:
		return holdsSecret(t.Elem(), depth-1)
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			if holdsSecret(t.Field(i).Type, depth-1) {
				return true
			}
		}
	}
	return false
}

// passwords logs in wrongly, and sets a password.
func (m *marked) passwords() {
	m.t.Helper()
	path := "/api/v1/security/identity/locals"
	for _, name := range []string{"marked-0", "no-such-account"} {
		r, err := http.NewRequest(http.MethodGet, m.s.URL+"/api/v1/security/principals/self", nil)
		if err != nil {
			m.t.Fatal(err)
		}
		r.Header.Set("X-API-ID", name)
		r.Header.Set("X-API-KEY", m.mark("wrong password of "+name))
		w, err := m.s.Client.Do(r)
		if err != nil {
			m.t.Fatal(err)
		}
		_, err = m.bodies.ReadFrom(w.Body)
		if err = errors.Join(err, w.Body.Close()); err != nil || w.StatusCode != http.StatusUnauthorized {
			m.t.Errorf("a wrong password: got %d, %v", w.StatusCode, err)
		}
	}
	m.must(http.MethodPatch, path, map[string]any{"identifier": "marked-0", "password": m.mark("password that was set")}, http.StatusNoContent)
	m.call("admin", http.MethodPatch, path, map[string]any{"identifier": "no-such-account", "password": m.mark("password of nobody")})
}

// external draws a key for external accounts, which stands in one answer, and renews it.
func (m *marked) external() {
	m.t.Helper()
	m.must(http.MethodPost, "/api/v1/acme/eab-policies", map[string]any{"name": "marked"}, http.StatusCreated)
	draw := func(what, method, path string, body any) {
		status, text := m.s.Call("admin", method, path, body)
		var out struct {
			Secret string `json:"macKey"`
		}
		if err := json.Unmarshal([]byte(text), &out); err != nil || out.Secret == "" {
			m.t.Fatalf("%s %s: got %d %s", method, path, status, text)
		}
		m.secrets[what+", as text"] = []byte(out.Secret)
		m.secrets[what] = must(base64.RawURLEncoding.DecodeString(out.Secret))
	}
	draw("external account key", http.MethodPost, "/api/v1/acme/eab", map[string]any{"name": "marked", "eabPolicy": "marked", "macKeyAlgorithm": "HS256"})
	draw("renewed external account key", http.MethodPost, "/api/v1/acme/eab/marked/renew", map[string]any{})
}

// authorities makes CAs, and imports them from a PKCS#12 and from PEM, rightly and wrongly.
func (m *marked) authorities() {
	m.t.Helper()
	path := "/api/v1/authorities"
	m.must(http.MethodPost, path, map[string]any{"name": "made"}, http.StatusCreated)
	password := m.mark("password of a PKCS#12")
	key, cert := m.root()
	m.secrets["key of a PKCS#12"] = must(key.Bytes())
	p12 := base64.StdEncoding.EncodeToString(must(pkcs12.Modern.Encode(key, cert, nil, password)))
	m.must(http.MethodPost, path+"/import", map[string]any{"name": "from-p12", "pkcs12": p12, "password": password}, http.StatusCreated)
	m.call("admin", http.MethodPost, path+"/import", map[string]any{"name": "wrong-p12", "pkcs12": p12, "password": m.mark("wrong password of a PKCS#12")})
	m.call("powerless", http.MethodPost, path+"/import", map[string]any{"name": "refused-p12", "pkcs12": p12, "password": password})

	key, cert = m.root()
	m.secrets["key in PEM"] = must(key.Bytes())
	text := inPEM("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key)))
	m.must(http.MethodPost, path+"/import", map[string]any{"name": "from-pem", "key": text, "certificate": inPEM("CERTIFICATE", cert.Raw)}, http.StatusCreated)
	m.call("admin", http.MethodPost, path+"/import", map[string]any{"name": "bad-pem", "key": "-----BEGIN PRIVATE KEY-----\n" + m.mark("broken PEM"), "certificate": "x"})
	for _, name := range []string{"made", "from-p12", "from-pem"} {
		m.paths = append(m.paths, path+"/"+name)
	}
}

// root makes a CA.
func (m *marked) root() (*ecdsa.PrivateKey, *x509.Certificate) {
	now := m.s.Clock.Now()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes([]byte(rand.Text()[:12])), Subject: pkix.Name{CommonName: "Marked " + rand.Text()[:6]},
		NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(5, 0, 0), BasicConstraintsValid: true, IsCA: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	return key, must(x509.ParseCertificate(der))
}

// stored adds what the server keeps sealed: what it opens to must stand nowhere either.
func (m *marked) stored() {
	m.t.Helper()
	for _, v := range must(m.s.App.EverySealed(m.t.Context())) {
		if v.Purpose == "server" { // a mark that is no secret
			continue
		}
		plain := must(m.s.App.Ring().Open(v.Purpose, v.Object, v.Value))
		m.secrets[v.Purpose+" of "+v.Object] = plain
		if key, err := x509.ParsePKCS8PrivateKey(plain); err == nil {
			if ec, ok := key.(*ecdsa.PrivateKey); ok {
				m.secrets["scalar of "+v.Object] = must(ec.Bytes())
			}
		}
	}
}

// find says which of the secrets stand in a text, as they are or encoded.
func (m *marked) find(where string, in []byte) {
	m.t.Helper()
	joined := bytes.ReplaceAll(bytes.ReplaceAll(in, []byte("\n"), nil), []byte(`\n`), nil) // PEM breaks its lines
	for what, secret := range m.secrets {
		for form, text := range forms(secret) {
			if bytes.Contains(in, text) || bytes.Contains(joined, text) {
				m.t.Errorf("%s: the secret %q stands there, %s", where, what, form)
			}
		}
	}
}

// forms are ways to write bytes. Base64 is looked for at each of the three places it can begin at within other bytes,
// without the letters that depend on what stands beside.
func forms(secret []byte) map[string][]byte {
	all := map[string][]byte{
		"as it is": secret, "in hex": []byte(hex.EncodeToString(secret)), "in capital hex": []byte(strings.ToUpper(hex.EncodeToString(secret))),
	}
	for shift := range 3 {
		padded := append(make([]byte, shift), secret...)
		padded = padded[:len(padded)-len(padded)%3]
		for name, e := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
			if text := e.EncodeToString(padded); len(text) > 12 {
				all[fmt.Sprintf("in %s at %d", name, shift)] = []byte(text[(shift*8+5)/6:])
			}
		}
	}
	return all
}

// everything is a buffer many goroutines may write to.
type everything struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

// Write appends.
func (e *everything) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.b.Write(b)
}

// Bytes returns what was written.
func (e *everything) Bytes() []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	return bytes.Clone(e.b.Bytes())
}

// must returns what cannot fail here.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func inPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
