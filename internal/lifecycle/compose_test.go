package lifecycle

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/pki"
)

func requestFor(t *testing.T, dn string, sans ...pki.SAN) *pki.CSR {
	t.Helper()
	key, err := pki.Generate(pki.P256)
	if err != nil {
		t.Fatal(err)
	}
	name, err := pki.ParseDN(dn)
	if err != nil {
		t.Fatal(err)
	}
	der, err := pki.NewCSR(key, name, sans)
	if err != nil {
		t.Fatal(err)
	}
	csr, err := pki.ParseCSR(der)
	if err != nil {
		t.Fatal(err)
	}
	return csr
}

func dns(names ...string) (all []pki.SAN) {
	for _, n := range names {
		all = append(all, pki.SAN{Type: "DNSNAME", Value: n})
	}
	return all
}

func must(t *testing.T, text string) rule.Rule {
	t.Helper()
	r, err := rule.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What a profile makes of a wish, and what it refuses, all at once.
func TestCompose(t *testing.T) {
	t.Parallel()
	two := 2
	web := &Template{
		Subject: []SubjectElement{
			{Type: "CN", Mandatory: true, Editable: true, Regex: `^[a-z.]+$`},
			{Type: "OU", Value: "web"},
			{Type: "O", Rule: must(t, `Upper("acme")`)},
		},
		SANs:   []SANElement{{Type: "DNSNAME", Editable: true, Max: &two}},
		Team:   &TeamPolicy{Editable: true, Whitelist: []string{"core", "edge"}},
		Labels: []LabelElement{{Label: "env", Mandatory: true, Editable: true, Enum: []string{"prod", "test"}}},
	}
	sid := &Template{
		Subject:    []SubjectElement{{Type: "CN", Mandatory: true, Editable: true}},
		Extensions: []ExtensionElement{{Type: "ms_sid", Value: "S-1-5-7", Regex: "^S-1-5-21-.*$"}},
	}
	prod := Wishes{Labels: map[string]string{"env": "prod"}}
	for _, c := range []struct {
		name    string
		common  Common
		dn      string
		sans    []pki.SAN
		proven  []pki.SAN
		wishes  Wishes
		subject string
		names   string
		bad     []string
	}{
		{name: "as it is", dn: "CN=a.example.com,O=x", sans: dns("a.example.com"), subject: "CN=a.example.com,O=x", names: "a.example.com"},
		{name: "proven names, no subject", sans: dns("a.example.com"), proven: dns("a.example.com", "b.example.com"), subject: "CN=a.example.com", names: "a.example.com b.example.com"},
		{name: "a CN that was not proven", dn: "CN=evil.example.com", sans: dns("a.example.com"), proven: dns("a.example.com"), subject: "CN=evil.example.com", names: "a.example.com",
			bad: []string{"names that were not proven: evil.example.com"}},
		{name: "a name that was not proven", sans: dns("a.example.com", "evil.example.com"), proven: dns("a.example.com"), subject: "CN=a.example.com", names: "a.example.com",
			bad: []string{"names that were not proven: evil.example.com"}},
		{name: "wishes without a policy", dn: "CN=a", wishes: Wishes{Owner: "ann", Labels: map[string]string{"env": "prod"}}, subject: "CN=a",
			bad: []string{"Owner 'ann' is not authorized", "Label element 'env' is not authorized"}},
		{name: "key type", common: Common{Crypto: CryptoPolicy{AuthorizedKeyTypes: []pki.KeyType{pki.RSA3072}}}, dn: "CN=a", subject: "CN=a",
			bad: []string{"the key type ec-secp256r1 is not authorized by the profile"}},
		{name: "domains", common: Common{Constraints: &Constraints{DNSDomains: `.*\.example\.com`}}, dn: "CN=a.example.com", sans: dns("a.example.com", "*.example.com", "a.example.org"),
			subject: "CN=a.example.com", names: "a.example.com *.example.com a.example.org", bad: []string{"the domain 'example.com' is not allowed by the profile", "the domain 'a.example.org' is not allowed by the profile"}},
		{name: "template", common: Common{Template: web}, dn: "CN=a.example", sans: dns("a.example"), wishes: prod, subject: "CN=a.example,OU=web,O=ACME", names: "a.example"},
		{name: "template, undeclared elements", common: Common{Template: web}, dn: "CN=a.example,L=Paris", sans: []pki.SAN{{Type: "IPADDRESS", Value: "192.0.2.1"}}, wishes: prod,
			subject: "CN=a.example,OU=web,O=ACME", bad: []string{"Unauthorized DN element L", "Unauthorized SAN IPADDRESS '192.0.2.1'"}},
		{name: "template, limits", common: Common{Template: web}, dn: "CN=A", sans: dns("a.example", "b.example", "c.example"),
			wishes:  Wishes{Team: "other", Labels: map[string]string{"env": "dev", "site": "x"}},
			subject: "CN=A,OU=web,O=ACME", names: "a.example b.example c.example",
			bad: []string{"Subject element 'cn.1': 'A' does not match ^[a-z.]+$", "SAN 'DNSNAME': at most 2 are accepted", "Team 'other' is not authorized", "Label element 'env' 'dev' is not authorized", "Label element 'site' is not authorized"}},
		{name: "template, extension", common: Common{Template: sid}, dn: "CN=a", subject: "CN=a", bad: []string{"Extension 'ms_sid': 'S-1-5-7' does not match ^S-1-5-21-.*$"}},
		{name: "template, missing", common: Common{Template: web}, subject: "OU=web,O=ACME", bad: []string{"Subject element 'cn.1' is mandatory", "Label element 'env' is mandatory"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := Enrollment{CSR: requestFor(t, c.dn, c.sans...), Proven: c.proven, Wishes: c.wishes}
			got, bad := compose(c.common, access.Caller{ID: "ann"}, e, time.Now())
			if diff := cmp.Diff(c.bad, bad); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
			if got.Subject.String() != c.subject {
				t.Errorf("got subject %q, want %q", got.Subject, c.subject)
			}
			var names []string
			for _, s := range got.SANs {
				names = append(names, s.Value)
			}
			if text := strings.Join(names, " "); text != c.names {
				t.Errorf("got names %q, want %q", text, c.names)
			}
		})
	}
}

func TestMapping(t *testing.T) {
	t.Parallel()
	template := func(text string) rule.Template {
		x, err := rule.ParseTemplate(text)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	c := Common{CSRDataMapping: map[string]rule.Template{
		"subject.cn.1": template("{{csr.subject.cn.1}}"), "subject.ou.1": template("{{csr.subject.ou.1}}"),
		"san.dnsname": template("{{csr.san.dnsname.1}}"), "owner": template("{{principal.identifier}}"),
	}}
	got, bad := compose(c, access.Caller{ID: "ann"}, Enrollment{CSR: requestFor(t, "CN=a,O=x", dns("a.example", "b.example")...)}, time.Now())
	if len(bad) > 0 || got.Subject.String() != "CN=a" || got.Owner != "ann" || !slices.Equal(got.SANs, dns("a.example")) {
		t.Errorf("got %+v, refused %v", got, bad)
	}
}

func TestProfileComplaints(t *testing.T) {
	t.Parallel()
	c := Common{
		CSRDataMapping: map[string]rule.Template{"nowhere": {}},
		MaxPerHolder:   &MaxPerHolder{Max: 1, Behavior: BehaviorRevoke, Reason: "boredom"},
		Constraints:    &Constraints{DNSDomains: "("},
		Crypto:         CryptoPolicy{AuthorizedKeyTypes: []pki.KeyType{"rsa-1"}, DefaultKeyType: "x"},
		Template:       &Template{Subject: []SubjectElement{{Type: "CN", Mandatory: true}, {Type: "XX", Regex: "a"}}},
	}
	got := strings.Join(c.complaints(), "\n")
	for _, want := range []string{
		"csrDataMapping.nowhere", "revocationReason", "constraints.allowedDnsDomains", "authorizedKeyTypes.0", "defaultKeyType",
		"certificateTemplate.subject.0: it is mandatory, and nobody can fill it", `"XX" is not a type of name`, "certificateTemplate.subject.1.regex",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %s in it", got, want)
		}
	}
}

// A level that names providers takes identities of no other.
func TestLevelProviders(t *testing.T) {
	t.Parallel()
	local := access.Caller{ID: "ann", Type: access.Local, Provider: "local"}
	for _, c := range []struct {
		providers []Provider
		who       access.Caller
		want      bool
	}{
		{nil, access.Caller{}, true},
		{[]Provider{{"Local", "local"}}, local, true},
		{[]Provider{{"Local", "other"}}, local, false},
		{[]Provider{{"OpenId", "local"}}, local, false},
		{[]Provider{{"OpenId", "sso"}, {"Local", "local"}}, local, true},
		{[]Provider{{"Local", "local"}}, access.Caller{}, false},
		{[]Provider{{"OpenId", "sso"}}, access.System("task", ""), true},
	} {
		if got := (Level{Providers: c.providers}).takes(c.who); got != c.want {
			t.Errorf("%v of %v: got %v", c.who.ID, c.providers, got)
		}
	}
}

func TestChain(t *testing.T) {
	t.Parallel()
	a, b := []byte{0x30, 0x01, 0x00}, []byte{0x30, 0x02, 0x01, 0x02}
	got, err := split(join([][]byte{a, b}))
	if err != nil || cmp.Diff([][]byte{a, b}, got) != "" {
		t.Errorf("got %v %v", got, err)
	}
	if _, err := split([]byte{0x30, 0x05, 0x00}); err == nil {
		t.Error("a broken chain was read")
	}
}
