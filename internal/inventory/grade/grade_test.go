package grade

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/pki"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// year is the first instant of a year.
func year(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }

func modulus(bits uint, e int) func(*pki.Certificate) {
	return func(c *pki.Certificate) {
		c.X509 = &x509.Certificate{PublicKey: &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), bits-1), E: e}}
	}
}

func until(t time.Time) func(*pki.Certificate) {
	return func(c *pki.Certificate) { c.NotAfter = t }
}

func lives(d time.Duration) func(*pki.Certificate) {
	return func(c *pki.Certificate) { c.NotBefore, c.NotAfter = noon, noon.Add(d) }
}

func sans(names ...string) func(*pki.Certificate) {
	return func(c *pki.Certificate) {
		for _, n := range names {
			t := pki.DNSName
			if strings.Contains(n, "@") {
				t = pki.RFC822Name
			}
			c.SANs = append(c.SANs, pki.SAN{Type: t, Value: n})
		}
	}
}

func usage(ext string, usages ...string) func(*pki.Certificate) {
	return func(c *pki.Certificate) { c.ExtKeyUsages, c.KeyUsages = []string{ext}, usages }
}

func subject(n ...pki.Element) func(*pki.Certificate) {
	return func(c *pki.Certificate) { c.Subject, c.DN = n, pki.Name(n).String() }
}

func issuer(n ...pki.Element) func(*pki.Certificate) {
	return func(c *pki.Certificate) { c.Issuer, c.IssuerDN = n, pki.Name(n).String() }
}

func keyType(k pki.KeyType) func(*pki.Certificate) {
	return func(c *pki.Certificate) { c.KeyType = k }
}

func algorithm(a string) func(*pki.Certificate) {
	return func(c *pki.Certificate) { c.SigningAlgorithm = a }
}

func both(fs ...func(*pki.Certificate)) func(*pki.Certificate) {
	return func(c *pki.Certificate) {
		for _, f := range fs {
			f(c)
		}
	}
}

func el(t pki.DNType) pki.Element { return pki.Element{Type: t, Value: "x"} }

func nothing(*pki.Certificate) {}

type facts []func(*pki.Certificate)

// cases has, for every rule, what satisfies it and what does not.
var cases = map[string][2]facts{
	"anssi-policy": {{func(c *pki.Certificate) { c.Policies = []string{"1.2.3"} }}, {nothing}},
	"anssi-revocation": {{
		func(c *pki.Certificate) { c.CRLDPs = []string{"http://a"} }, func(c *pki.Certificate) { c.OCSP = []string{"http://a"} },
	}, {nothing, func(c *pki.Certificate) { c.CAIssuers = []string{"http://a"} }}},
	"anssi-subject-key-id":       {{func(c *pki.Certificate) { c.SubjectKeyID = "01" }}, {nothing}},
	"anssi-authority-key-id":     ofAnother,
	"anssi-issuer-country":       {{issuer(el("C"))}, {nothing, issuer(pki.Element{Type: "C"}), issuer(el("CN"))}},
	"anssi-issuer-organization":  {{issuer(el("O"))}, {nothing, issuer(el("OU"))}},
	"anssi-issuer-unit":          {{issuer(el("OU")), issuer(el("ORGANIZATIONIDENTIFIER"))}, {nothing, issuer(el("O"))}},
	"anssi-subject-country":      {{subject(el("C"))}, {nothing}},
	"anssi-subject-organization": {{subject(el("O"))}, {nothing}},
	"anssi-subject-unit":         {{subject(el("OU")), subject(el("ORGANIZATIONIDENTIFIER"))}, {nothing}},

	"cab-policy":        {{func(c *pki.Certificate) { c.Policies = []string{"1.2.3"} }}, {nothing}},
	"cab-no-underscore": {{nothing, sans("a.b"), sans("a_b@c")}, {sans("a.b", "a_b.c")}},
	"cab-no-final-dot":  {{nothing, sans("a.b")}, {sans("a.b", "a.b.")}},
	"cab-lifetime":      {{lives(397*24*time.Hour - time.Second)}, {lives(397 * 24 * time.Hour), lives(9000 * time.Hour * 24)}},
	"cab-serial": {{func(c *pki.Certificate) { c.Serial = "010203040506070809" }},
		{nothing, func(c *pki.Certificate) { c.Serial = "0102030405060708" }}},
	"cab-dns-name": {{sans("a.b")}, {nothing, sans("a@b")}},

	"ecdsa-curve": {{keyType(pki.P256), keyType(pki.P384), keyType(pki.P521), keyType("ec-secp256r1+mldsa-65")},
		{nothing, keyType("ec-brainpoolp256r1"), keyType("ec-secp224r1")}},
	"ecdsa-hash":        hashes,
	"ecdsa-hybrid-2035": {{until(year(2035)), both(until(year(2036)), keyType("ec-secp256r1+mldsa-65"))}, {until(year(2035).Add(time.Second))}},
	"ecdsa-hybrid":      {{keyType("ec-secp256r1+mldsa-65")}, {keyType(pki.P256)}},

	"email-key-usage": {{
		nothing, usage("serverAuth"), usage("emailProtection", "digitalSignature"), usage("emailProtection", "nonRepudiation"),
		usage("emailProtection", "keyEncipherment"), usage("emailProtection", "dataEncipherment"),
	}, {usage("emailProtection"), usage("emailProtection", "keyAgreement")}},
	"email-address": {{sans("a@b")}, {nothing, sans("a.b")}},

	"pkix-path-length": {{nothing, func(c *pki.Certificate) { c.IsCA, c.PathLen = true, new(int) }}, {func(c *pki.Certificate) { c.PathLen = new(int) }}},
	"pkix-issuer":      {{issuer(el("CN"))}, {nothing}},
	"pkix-subject":     {{subject(el("CN"))}, {nothing}},

	"pkix-subject-key-id":   {{func(c *pki.Certificate) { c.SubjectKeyID = "01" }}, {nothing}},
	"pkix-authority-key-id": ofAnother,
	"pkix-ocsp-http": {{nothing, func(c *pki.Certificate) { c.OCSP = []string{"http://a", "HTTP://b"} }}, {
		func(c *pki.Certificate) { c.OCSP = []string{"http://a", "https://a"} }, func(c *pki.Certificate) { c.OCSP = []string{"ldap://a"} },
	}},
	"pkix-crl-http-ldap": {{nothing, func(c *pki.Certificate) { c.CRLDPs = []string{"http://a", "ldap:///b"} }},
		{func(c *pki.Certificate) { c.CRLDPs = []string{"http://a", "ftp://a"} }}},
	"pkix-not-self-signed": {{nothing, func(c *pki.Certificate) { c.SelfSigned, c.IsCA = true, true }},
		{func(c *pki.Certificate) { c.SelfSigned = true }}},
	"pkix-key-usage": {{func(c *pki.Certificate) { c.KeyUsages = []string{"cRLSign"} }}, {nothing}},

	"pqc-key": {{keyType("mldsa-65"), keyType("slhdsa-sha2-128s"), keyType("rsa-2048+mldsa-44")}, {nothing, keyType(pki.P256)}},

	"rsa-2048":           {{modulus(2048, 3)}, {nothing, modulus(2047, 3)}},
	"rsa-3072":           {{modulus(3072, 3)}, {modulus(3071, 3)}},
	"rsa-exponent":       {{modulus(2048, 65537)}, {nothing, modulus(2048, 65536), modulus(2048, 3)}},
	"rsa-hash":           hashes,
	"rsa-not-below-2048": {{modulus(2048, 3)}, {modulus(2047, 3)}},
	"rsa-not-below-1024": {{modulus(1024, 3)}, {modulus(1023, 3)}},
	"rsa-hybrid-2030":    {{until(year(2030)), both(until(year(2031)), keyType("rsa-2048+mldsa-65"))}, {until(year(2030).Add(time.Second))}},
	"rsa-hybrid-2035":    {{until(year(2035)), both(until(year(2036)), keyType("rsa-2048+mldsa-65"))}, {until(year(2035).Add(time.Second))}},
	"rsa-hybrid":         {{keyType("rsa-2048+mldsa-65")}, {keyType("rsa-2048")}},

	"tls-key-usage": {{nothing, usage("clientAuth"), usage("serverAuth", "digitalSignature")}, {usage("serverAuth"), usage("serverAuth", "keyEncipherment")}},
	"tls-no-person": {{nothing, usage("serverAuth"), subject(el("SURNAME"))},
		{both(usage("serverAuth"), subject(el("SURNAME"))), both(usage("serverAuth"), subject(el("GIVENNAME")))}},
	"tls-dns-name": {{sans("a.b")}, {nothing, sans("a@b")}},
}

var hashes = [2]facts{
	{algorithm("SHA256WITHRSA"), algorithm("SHA384WITHECDSA"), algorithm("SHA512WITHRSAANDMGF1"), algorithm("SHA3-256WITHECDSA"), algorithm("ED25519")},
	{nothing, algorithm("SHA1WITHRSA"), algorithm("SHA224WITHRSA"), algorithm("MD5WITHRSA"), algorithm("ML-DSA-65")},
}

var ofAnother = [2]facts{
	{both(issuer(el("CN")), func(c *pki.Certificate) { c.AuthorityKeyID = "01" })},
	{nothing, issuer(el("CN")), func(c *pki.Certificate) { c.AuthorityKeyID = "01" }},
}

func TestRules(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, set := range Rulesets() {
		for _, r := range set.Rules {
			if seen[r.Name] {
				t.Errorf("%s is there twice", r.Name)
			}
			seen[r.Name] = true
			if r.Name == "pkix-trusted" {
				if !r.holds(Subject{Trusted: true}) || r.holds(Subject{}) {
					t.Error("trust is misread")
				}
				continue
			}
			tt := cases[r.Name]
			if len(tt[0]) == 0 || len(tt[1]) == 0 {
				t.Errorf("%s has no cases", r.Name)
			}
			for answer, list := range tt {
				answers(t, r, answer == 0, list)
			}
		}
	}
	if want := len(cases) + 1; len(seen) != want {
		t.Errorf("got %d rules, want %d", len(seen), want)
	}
}

// answers checks that the rule answers as wanted for every certificate of the list.
func answers(t *testing.T, r Rule, want bool, list facts) {
	t.Helper()
	for i, change := range list {
		c := &pki.Certificate{}
		change(c)
		if got := r.holds(Subject{Certificate: c}); got != want {
			t.Errorf("%s, case %d: got %v, want %v", r.Name, i, got, want)
		}
	}
}

// The sums of the published table.
func TestTable(t *testing.T) {
	t.Parallel()
	want := map[string][4]int{ // weight, declared maximum, sum of the best, sum of the worst
		"anssi-cryptographic-content": {50, 70, 70, 0},
		"cab-forum":                   {60, 40, 40, -20},
		"ecdsa-cryptographic":         {100, 35, 40, -60},
		"email-certificate":           {60, 20, 20, 0},
		"ietf-pkix":                   {100, 30, 30, -75},
		"pqc-cryptographic":           {100, 25, 25, 0},
		"rsa-cryptographic":           {100, 40, 40, -85},
		"tls-certificate":             {60, 20, 20, -5},
	}
	got := map[string][4]int{}
	for _, set := range Rulesets() {
		sums := [4]int{set.Weight, set.Max}
		for _, r := range set.Rules {
			sums[2] += r.Satisfied
			sums[3] += r.Otherwise
			if r.Description == "" || r.Satisfied == r.Otherwise {
				t.Errorf("%s says nothing", r.Name)
			}
		}
		got[set.Name] = sums
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("got (+), want (-):\n%s", d)
	}
}

// issued is a real certificate of a TLS server, by a CA with a country and an organization.
func issued(t testing.TB, k pki.KeyType, end time.Time) *pki.Certificate {
	t.Helper()
	caKey, key := generate(t, pki.P256), generate(t, k)
	der, err := (&pki.Template{
		Subject: pki.Name{{Type: "CN", Value: "ca"}, {Type: "OU", Value: "u"}, {Type: "O", Value: "o"}, {Type: "C", Value: "FR"}},
		Serial:  big.NewInt(1), IsCA: true, NotBefore: noon, NotAfter: year(2060),
	}).SelfSign(caKey)
	if err != nil {
		t.Fatal(err)
	}
	x, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	der, err = pki.Issuer{Certificate: x, Key: caKey}.Sign(&pki.Template{
		Subject:   pki.Name{{Type: "CN", Value: "a.example"}, {Type: "OU", Value: "u"}, {Type: "O", Value: "o"}, {Type: "C", Value: "FR"}},
		PublicKey: key.Public(), Serial: new(big.Int).Lsh(big.NewInt(1), 100), NotBefore: noon, NotAfter: end,
		SANs: []pki.SAN{{Type: pki.DNSName, Value: "a.example"}}, ExtKeyUsages: []string{"serverAuth"},
		Policies: []string{"2.23.140.1.2.2"}, CRLDPs: []string{"http://c/crl"}, OCSP: []string{"http://o"},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := pki.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func generate(t testing.TB, k pki.KeyType) crypto.Signer {
	t.Helper()
	key, err := pki.Generate(k)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestGrade(t *testing.T) {
	t.Parallel()
	policy, ok := PolicyNamed("Horizon Grading Policy")
	if !ok {
		t.Fatal("the policy is not there")
	}
	for name, tt := range map[string]struct {
		c       *pki.Certificate
		trusted bool
		score   float64
		letter  string
		applied string
	}{
		"P-256":           {issued(t, pki.P256, noon.AddDate(0, 3, 0)), true, 100, "A", "anssi cab ecdsa ietf tls"},
		"RSA-3072":        {issued(t, pki.RSA3072, noon.AddDate(0, 3, 0)), true, 96.62, "A", "anssi cab ietf rsa tls"},
		"RSA-2048":        {issued(t, pki.RSA2048, noon.AddDate(0, 3, 0)), true, 93.24, "A", "anssi cab ietf rsa tls"},
		"RSA until 2036":  {issued(t, pki.RSA2048, year(2036)), true, 45.27, "D", "anssi cab ietf rsa tls"},
		"P-256, distrust": {issued(t, pki.P256, noon.AddDate(0, 3, 0)), false, 86.49, "A", "anssi cab ecdsa ietf tls"},
		"Ed25519":         {issued(t, pki.Ed25519, noon.AddDate(0, 3, 0)), true, 100, "A", "anssi cab ietf tls"},
		"nothing at all":  {&pki.Certificate{X509: &x509.Certificate{}, SelfSigned: true, KeyType: "rsa-512", NotAfter: year(2040)}, false, 0, "F", "anssi ietf rsa"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := Grade(policy, Subject{tt.c, tt.trusted}, DefaultScale())
			var applied []string
			for _, set := range r.Rulesets {
				if set.Score < -1 || set.Score > 1 {
					t.Errorf("%s: got %v", set.Ruleset, set.Score)
				}
				if set.Applies {
					word, _, _ := strings.Cut(set.Ruleset, "-")
					applied = append(applied, word)
				}
			}
			if r.Score != tt.score || r.Letter != tt.letter || strings.Join(applied, " ") != tt.applied {
				t.Errorf("got %v %s by %v, want %v %s by %s", r.Score, r.Letter, applied, tt.score, tt.letter, tt.applied)
			}
		})
	}
}

// A hybrid EC certificate earns more than the maximum, which is cut; penalties below minus the maximum are cut, too.
func TestClamp(t *testing.T) {
	t.Parallel()
	ec, _ := RulesetNamed("ecdsa-cryptographic")
	for want, c := range map[float64]*pki.Certificate{
		1:  {KeyType: "ec-secp256r1+mldsa-65", SigningAlgorithm: "SHA256WITHECDSA"},
		-1: {KeyType: "ec-secp256k1", NotAfter: year(2040)},
	} {
		r := Explain(ec, Subject{Certificate: c})
		if r.Score != want || !r.Applies || len(r.Rules) != 4 {
			t.Errorf("got %+v, want the score %v", r, want)
		}
	}
	r := Explain(ec, Subject{Certificate: &pki.Certificate{KeyType: pki.P256}})
	want := RulesetResult{Ruleset: "ecdsa-cryptographic", Applies: true, Weight: 100, Sum: 25, Max: 35, Score: 25. / 35, Rules: []Outcome{
		{"ecdsa-curve", true, 25}, {"ecdsa-hash", false, 0}, {"ecdsa-hybrid-2035", true, 0}, {"ecdsa-hybrid", false, 0},
	}}
	if d := cmp.Diff(want, r); d != "" {
		t.Errorf("got (+), want (-):\n%s", d)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	if _, ok := PolicyNamed("x"); ok {
		t.Error("a policy has any name")
	}
	if _, ok := RulesetNamed("x"); ok {
		t.Error("a ruleset has any name")
	}
	r := Grade(Policy{Name: "p", Rulesets: []string{"x"}}, Subject{Certificate: &pki.Certificate{}}, DefaultScale())
	if d := cmp.Diff(Result{Policy: "p", Letter: "F"}, r); d != "" {
		t.Errorf("got (+), want (-):\n%s", d)
	}
}

func TestScale(t *testing.T) {
	t.Parallel()
	for score, want := range map[float64]string{100: "A", 80: "A", 79.99: "B", 65: "B", 50: "C", 35: "D", 20: "E", 19.99: "F", 0: "F", -1: "F"} {
		if got := DefaultScale().Letter(score); got != want {
			t.Errorf("%v: got %s, want %s", score, got, want)
		}
	}
	if got := (Scale{}).Letter(1); got != "" {
		t.Errorf("got %s of no scale", got)
	}
	if err := DefaultScale().Check(); err != nil {
		t.Error(err)
	}
	for name, s := range map[string]Scale{
		"empty": {}, "no end": {{"A", 50}}, "no letter": {{"", 0}}, "twice": {{"A", 50}, {"A", 0}}, "rising": {{"A", 50}, {"B", 60}, {"C", 0}},
		"equal": {{"A", 0}, {"B", 0}}, "above": {{"A", 101}, {"B", 0}}, "below": {{"A", -1}, {"B", 0}},
	} {
		if err := s.Check(); !errors.Is(err, BadScale) {
			t.Errorf("%s: got %v, want a fault", name, err)
		}
	}
}

func BenchmarkGrade(b *testing.B) {
	policy := Policies()[0]
	s := Subject{issued(b, pki.P256, noon.AddDate(0, 3, 0)), true}
	for b.Loop() {
		Grade(policy, s, DefaultScale())
	}
}
