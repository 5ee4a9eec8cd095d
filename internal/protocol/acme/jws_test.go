package acme

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha512"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/fault"
)

// head is base64url of a protected header.
func head(text string) string { return encode64([]byte(text)) }

func flat(protected, payload, signature string) string {
	b, _ := json.Marshal(map[string]string{"protected": protected, "payload": payload, "signature": signature})
	return string(b)
}

const plainHeader = `{"alg":"ES256","nonce":"n","url":"https://x/","kid":"https://x/acme/p/account/1"}`

// The form of requests: RFC 8555, 6.1 and 6.2.
func TestParseJWS(t *testing.T) {
	t.Parallel()
	good := flat(head(plainHeader), head(`{}`), head("s"))
	for name, c := range map[string]struct {
		body string
		want *fault.Fault
		says string
	}{
		"flattened":            {good, nil, ""},
		"further members":      {strings.Replace(good, `{`, `{"other":1,`, 1), nil, ""},
		"empty payload":        {flat(head(plainHeader), "", head("s")), nil, ""},
		"no JSON":              {"x", malformed, "not a JSON object"},
		"a list":               {"[]", malformed, "not a JSON object"},
		"compact form":         {`"a.b.c"`, malformed, "not a JSON object"},
		"something behind":     {good + "x", malformed, "follows"},
		"two signatures":       {`{"payload":"","signatures":[{"protected":"","signature":""}]}`, malformed, "one signature"},
		"unprotected header":   {strings.Replace(good, `{`, `{"header":{},`, 1), malformed, "unprotected"},
		"detached payload":     {`{"protected":"` + head(plainHeader) + `","signature":"c2ln"}`, malformed, "protected, payload and signature"},
		"no signature":         {`{"protected":"` + head(plainHeader) + `","payload":""}`, malformed, "protected, payload and signature"},
		"a member twice":       {strings.Replace(good, `{`, `{"payload":"",`, 1), malformed, "twice"},
		"a number":             {`{"protected":1,"payload":"","signature":""}`, malformed, "string"},
		"null":                 {`{"protected":null,"payload":"","signature":""}`, malformed, "string"},
		"padding":              {flat(head(plainHeader), "e30=", head("s")), malformed, "base64url"},
		"standard base64":      {flat(head(plainHeader), "+/+/", head("s")), malformed, "base64url"},
		"a line end in base64": {flat(head(plainHeader), "e3\n0", head("s")), malformed, "base64url"},
		"surplus bits":         {flat(head(plainHeader), "e31", head("s")), malformed, "base64url"},
		"header no JSON":       {flat(head("x"), "", ""), malformed, "protected header"},
		"header twice":         {flat(head(`{"alg":"ES256","alg":"none","kid":"k"}`), "", ""), malformed, "twice"},
		"no algorithm":         {flat(head(`{"nonce":"n","url":"u","kid":"k"}`), "", ""), malformed, "no alg"},
		"jwk and kid":          {flat(head(`{"alg":"ES256","jwk":{},"kid":"k"}`), "", ""), malformed, "exactly one"},
		"neither jwk nor kid":  {flat(head(`{"alg":"ES256"}`), "", ""), malformed, "exactly one"},
		"unencoded payload":    {flat(head(`{"alg":"ES256","kid":"k","b64":false}`), "", ""), malformed, "b64"},
		"critical extension":   {flat(head(`{"alg":"ES256","kid":"k","crit":["x"]}`), "", ""), malformed, "crit"},
		"too large":            {strings.Repeat(" ", maxBody+1), malformed, "at most"},
		"too many members":     {"{" + strings.Repeat(`"a":1,`, 1) + members64() + `"z":1}`, malformed, "too many"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := parseJWS([]byte(c.body))
			wantFault(t, err, c.want, c.says)
			if c.want == nil && (m.alg != "ES256" || m.nonce != "n" || m.url != "https://x/" || m.kid == "") {
				t.Errorf("got %+v", m)
			}
		})
	}
}

func members64() string {
	var b strings.Builder
	for i := range maxMembers + 1 {
		b.WriteString(`"m` + itoa(i) + `":1,`)
	}
	return b.String()
}

func wantFault(t testing.TB, err error, want *fault.Fault, says string) {
	t.Helper()
	if want == nil {
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
	if got := fault.Of(err).Reason(); !strings.Contains(got, says) {
		t.Errorf("got %q, want it to say %q", got, says)
	}
}

func FuzzParseJWS(f *testing.F) {
	f.Add([]byte(flat(head(plainHeader), head(`{}`), head("s"))))
	f.Add([]byte(`{"payload":"","signatures":[{"protected":"","signature":""}]}`))
	f.Add([]byte(flat(head(`{"alg":"ES256","jwk":{"kty":"EC"}}`), "", "")))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := parseJWS(body)
		if err != nil {
			if fault.Of(err).Code() != malformed.Code() {
				t.Errorf("got %v", err)
			}
			return
		}
		if (m.kid == "") == (m.jwk == nil) && m.jwk != nil {
			t.Errorf("got jwk and kid: %+v", m)
		}
		if m.jwk != nil {
			_, _ = parseJWK(m.jwk)
		}
		_ = m.into(&registration{})
	})
}

func keysOfAll(t testing.TB) map[string]crypto.Signer {
	t.Helper()
	all := map[string]crypto.Signer{}
	for alg, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		check(t, err)
		all[alg] = k
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	all["EdDSA"], all["RS256"] = ed, r
	return all
}

// Signatures: RFC 7515, RFC 7518, 3 and RFC 8037.
func TestVerify(t *testing.T) {
	t.Parallel()
	all := keysOfAll(t)
	for alg, by := range all {
		m, err := parseJWS(seal(t, by, map[string]any{"alg": alg, "jwk": json.RawMessage(jwkOf(t, by.Public()))}, `{"a":1}`))
		check(t, err)
		k, err := parseJWK(m.jwk)
		check(t, err)
		if k.alg != alg {
			t.Errorf("got the algorithm %s, want %s", k.alg, alg)
		}
		check(t, k.verify(m))
		for other, signer := range all {
			if other == alg {
				continue
			}
			foreign, err := parseJWK([]byte(jwkOf(t, signer.Public())))
			check(t, err)
			wantFault(t, foreign.verify(m), badAlgorithm, other)
		}
		changed := *m
		changed.signed = append([]byte("x"), m.signed...)
		wantFault(t, k.verify(&changed), badSignature, "")
		cut := *m
		cut.signature = m.signature[1:]
		wantFault(t, k.verify(&cut), badSignature, "")
		none := *m
		none.signature = nil
		wantFault(t, k.verify(&none), badSignature, "")
	}
}

// Algorithms: never none, never a MAC (RFC 8555, 6.2).
func TestCheckAlgorithm(t *testing.T) {
	t.Parallel()
	for _, alg := range algorithms {
		check(t, checkAlgorithm(alg))
	}
	for _, alg := range []string{"none", "HS256", "HS384", "HS512", "PS256", "RS1", "ES256K", ""} {
		err := checkAlgorithm(alg)
		wantFault(t, err, badAlgorithm, "")
		if p := problemOf(err); len(p.Algorithms) != 5 {
			t.Errorf("%q: the problem lists %v", alg, p.Algorithms)
		}
	}
}

// Public keys: RFC 7518, 6 and RFC 8037, 2.
func TestParseJWK(t *testing.T) {
	t.Parallel()
	small, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // too small on purpose
	check(t, err)
	p256 := newKey(t)
	good := jwkOf(t, p256.Public())
	for name, c := range map[string]struct {
		jwk  string
		want *fault.Fault
		says string
	}{
		"EC":               {good, nil, ""},
		"private":          {strings.Replace(good, `{`, `{"d":"AA",`, 1), badPublicKey, "public"},
		"symmetric":        {`{"kty":"oct","k":"AA"}`, badPublicKey, "public"},
		"unknown type":     {`{"kty":"AKP"}`, badPublicKey, "AKP"},
		"no type":          {`{}`, badPublicKey, "type"},
		"unknown curve":    {`{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}`, badPublicKey, "secp256k1"},
		"short coordinate": {`{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}`, badPublicKey, "32 bytes"},
		"off the curve":    {`{"kty":"EC","crv":"P-256","x":"` + encode64(make([]byte, 32)) + `","y":"` + encode64(make([]byte, 32)) + `"}`, badPublicKey, "point"},
		"short Ed25519":    {`{"kty":"OKP","crv":"Ed25519","x":"AA"}`, badPublicKey, "32 bytes"},
		"Ed448":            {`{"kty":"OKP","crv":"Ed448","x":"AA"}`, badPublicKey, "Ed25519"},
		"low order":        {`{"kty":"OKP","crv":"Ed25519","x":"` + encode64(append([]byte{1}, make([]byte, 31)...)) + `"}`, badPublicKey, ""},
		"RSA of 1024":      {jwkOf(t, small.Public()), badPublicKey, "2048 bits"},
		"RSA with zeros":   {`{"kty":"RSA","n":"AAAA","e":"AQAB"}`, badPublicKey, "number"},
		"RSA without":      {`{"kty":"RSA"}`, badPublicKey, "number"},
		"RSA, exponent 1":  {`{"kty":"RSA","n":"` + strings.Repeat("_", 342) + `","e":"AQ"}`, badPublicKey, ""},
		"RSA, too large":   {`{"kty":"RSA","n":"` + strings.Repeat("_", 2000) + `","e":"AQAB"}`, badPublicKey, "accepted"},
		"no object":        {`"x"`, malformed, "jwk"},
		"number":           {`{"kty":1}`, malformed, "jwk"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseJWK([]byte(c.jwk))
			wantFault(t, err, c.want, c.says)
		})
	}
}

// Thumbprints: the examples of RFC 7638, 3.1 and RFC 8037, A.3.
func TestThumbprint(t *testing.T) {
	t.Parallel()
	for jwk, want := range map[string]string{
		`{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
		`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
	} {
		k, err := parseJWK([]byte(jwk))
		check(t, err)
		if k.thumbprint != want {
			t.Errorf("got %s, want %s", k.thumbprint, want)
		}
		again, ok := thumbprintOf(k.public)
		if !ok || again != want {
			t.Errorf("of the key itself: got %s, want %s", again, want)
		}
	}
}

// External account keys: RFC 8555, 7.3.4.
func TestVerifyMAC(t *testing.T) {
	t.Parallel()
	secret := []byte("a secret of 32 bytes, or longer.")
	h := hmac.New(sha512.New384, secret)
	h.Write([]byte("a.b"))
	m := &message{alg: "HS384", signed: []byte("a.b"), signature: h.Sum(nil)}
	if !m.verifyMAC(secret) {
		t.Error("a good MAC is refused")
	}
	for name, change := range map[string]func(*message){
		"another algorithm": func(m *message) { m.alg = "HS256" },
		"no algorithm":      func(m *message) { m.alg = "none" },
		"another text":      func(m *message) { m.signed = []byte("a.c") },
		"cut":               func(m *message) { m.signature = m.signature[:10] },
		"empty":             func(m *message) { m.signature = nil },
	} {
		c := *m
		change(&c)
		if c.verifyMAC(secret) {
			t.Errorf("%s: a bad MAC is accepted", name)
		}
	}
}
