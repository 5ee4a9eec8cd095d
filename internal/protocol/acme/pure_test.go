package acme

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/pki"
)

// Names of profiles with what enriches them.
func TestParseSegment(t *testing.T) {
	t.Parallel()
	full := lifecycle.Wishes{Owner: "ann", Team: "web", Contact: "a@b.c", Labels: map[string]string{"env": "prod"}, Metadata: map[string]string{"x": "y"}}
	list := "team:web,owner:ann,mail:a@b.c,label.env:prod,metadata.x:y"
	for name, c := range map[string]struct {
		raw  string
		want lifecycle.Wishes
		bad  *fault.Fault
	}{
		"plain":                {"web", lifecycle.Wishes{}, nil},
		"nothing behind":       {"web~", lifecycle.Wishes{}, nil},
		"all items":            {"web~" + list, full, nil},
		"escaped":              {"web~" + strings.NewReplacer(":", "%3A", ",", "%2c", "@", "%40").Replace(list), full, nil},
		"with spaces":          {"web~%20team%20:%20web%20,owner:ann,mail:a@b.c,label.env:prod,metadata.x:y%0A", full, nil},
		"base64":               {"web~" + base64.StdEncoding.EncodeToString([]byte(list)), full, nil},
		"base64, url alphabet": {"web~" + base64.RawURLEncoding.EncodeToString([]byte(list+"\n")), full, nil},
		"base64, escaped":      {"web~" + strings.NewReplacer("=", "%3D", "+", "%2B", "/", "%2F").Replace(base64.StdEncoding.EncodeToString([]byte(list+"\n"))), full, nil},
		"bare label":           {"web~my-label:v", lifecycle.Wishes{Labels: map[string]string{"my-label": "v"}}, nil},
		"colons in a value":    {"web~owner:a:b~c", lifecycle.Wishes{Owner: "a:b~c"}, nil},
		"no value":             {"web~team:", lifecycle.Wishes{}, malformed},
		"no name":              {"web~:x", lifecycle.Wishes{}, malformed},
		"twice":                {"web~team:a,team:b", lifecycle.Wishes{}, malformed},
		"label twice":          {"web~label.a:1,a:2", lifecycle.Wishes{}, malformed},
		"empty item":           {"web~team:a,,owner:b", lifecycle.Wishes{}, malformed},
		"no base64":            {"web~team", lifecycle.Wishes{}, malformed},
		"base64 of no list":    {"web~" + base64.StdEncoding.EncodeToString([]byte("team")), lifecycle.Wishes{}, malformed},
		"control character":    {"web~team:a%00b", lifecycle.Wishes{}, malformed},
		"broken escape":        {"web%zz", lifecycle.Wishes{}, malformed},
		"no UTF-8":             {"web~team:%ff", lifecycle.Wishes{}, malformed},
		"too long":             {"web~team:" + strings.Repeat("a", maxSegment), lifecycle.Wishes{}, malformed},
		"too many":             {"web~" + strings.Repeat("a:b,", maxItems) + "c:d", lifecycle.Wishes{}, malformed},
		"bad name":             {"w%20b", lifecycle.Wishes{}, notHere},
		"no name at all":       {"", lifecycle.Wishes{}, notHere},
		"a slash":              {"a%2Fb", lifecycle.Wishes{}, notHere},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			profile, w, err := parseSegment(c.raw)
			wantFault(t, err, c.bad, "")
			if c.bad != nil {
				return
			}
			if profile != "web" {
				t.Errorf("got the profile %q", profile)
			}
			if diff := cmp.Diff(c.want, w); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzParseSegment(f *testing.F) {
	for _, s := range []string{"web", "web~team:a,label.x:y", "web~dGVhbTph", "web~a:b%2c", "%", "~"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		name, w, err := parseSegment(raw)
		if err == nil && !isName(name) {
			t.Errorf("got the name %q", name)
		}
		if err != nil && (w.Owner != "" || w.Labels != nil) {
			t.Errorf("got %+v with %v", w, err)
		}
	})
}

// Identifiers: RFC 8555, 7.1.4; RFC 8738, 3.
func TestCleanIdentifier(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   identifier
		want string
		bad  *fault.Fault
	}{
		{identifier{"dns", "Example.COM"}, "example.com", nil},
		{identifier{"dns", "*.example.com"}, "*.example.com", nil},
		{identifier{"dns", "xn--bcher-kva.example"}, "xn--bcher-kva.example", nil},
		{identifier{"dns", "host"}, "host", nil},
		{identifier{"dns", "_x.example.com"}, "_x.example.com", nil},
		{identifier{"ip", "192.0.2.1"}, "192.0.2.1", nil},
		{identifier{"ip", "2001:DB8:0::1"}, "2001:db8::1", nil},
		{identifier{"dns", "xn--a"}, "", malformed},
		{identifier{"dns", "xn--999999999.example"}, "", malformed},
		{identifier{"dns", "bücher.example"}, "", malformed},
		{identifier{"dns", "example.com."}, "", malformed},
		{identifier{"dns", "a..b"}, "", malformed},
		{identifier{"dns", "-a.b"}, "", malformed},
		{identifier{"dns", "a.*.b"}, "", malformed},
		{identifier{"dns", "*"}, "", malformed},
		{identifier{"dns", "*.com"}, "", malformed},
		{identifier{"dns", "**.example.com"}, "", malformed},
		{identifier{"dns", ""}, "", malformed},
		{identifier{"dns", "192.0.2.1"}, "", malformed},
		{identifier{"dns", "[::1]"}, "", malformed},
		{identifier{"dns", "a b"}, "", malformed},
		{identifier{"dns", "a\x00.example"}, "", malformed},
		{identifier{"dns", strings.Repeat("a", 256)}, "", malformed},
		{identifier{"ip", "fe80::1%eth0"}, "", malformed},
		{identifier{"ip", "::ffff:192.0.2.1"}, "", malformed},
		{identifier{"ip", "192.0.2.0/24"}, "", malformed},
		{identifier{"ip", "192.0.2.01"}, "", malformed},
		{identifier{"ip", "example.com"}, "", malformed},
		{identifier{"ip", "0.0.0.0"}, "", rejectedIdentifier},
		{identifier{"ip", "ff02::1"}, "", rejectedIdentifier},
		{identifier{"ip", "169.254.169.254"}, "", rejectedIdentifier},
		{identifier{"email", "a@b.c"}, "", unsupported},
		{identifier{"", "a"}, "", unsupported},
	} {
		got, bad := c.in.clean()
		if c.bad != nil {
			if bad == nil || bad.Code() != c.bad.Code() {
				t.Errorf("%v: got %v, want %v", c.in, bad, c.bad)
			}
			continue
		}
		if bad != nil || got.Value != c.want {
			t.Errorf("%v: got %v %v, want %s", c.in, got, bad, c.want)
		}
	}
}

// What is wrong with several identifiers is said at once (RFC 8555, 6.7.1).
func TestSubproblems(t *testing.T) {
	t.Parallel()
	_, err := identifiers([]identifier{{"dns", "a..b"}, {"dns", "ok.example"}, {"email", "x"}})
	p := problemOf(err)
	if p.Type != urn+"malformed" || p.Identifier != nil || len(p.Subproblems) != 2 {
		t.Fatalf("got %+v", p)
	}
	if p.Subproblems[1].Type != urn+"unsupportedIdentifier" || p.Subproblems[1].Identifier.Value != "x" {
		t.Errorf("got %+v", p.Subproblems[1])
	}
	_, err = identifiers([]identifier{{"email", "x"}})
	if p := problemOf(err); p.Type != urn+"unsupportedIdentifier" || len(p.Subproblems) != 1 || !strings.Contains(p.Detail, "email") {
		t.Errorf("got %+v", p)
	}
	ids, err := identifiers([]identifier{{"dns", "A.example"}, {"dns", "a.example"}})
	check(t, err)
	if len(ids) != 1 {
		t.Errorf("got %v, want one", ids)
	}
}

// The CSR asks for exactly the identifiers of the order (RFC 8555, 7.4).
func TestMatches(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	order := []identifier{{"dns", "a.example"}, {"dns", "*.b.example"}, {"ip", "192.0.2.1"}}
	for name, c := range map[string]struct {
		cn    string
		names []string
		says  string // "" is a match
	}{
		"names":               {"", []string{"a.example", "*.b.example", "192.0.2.1"}, ""},
		"another order":       {"", []string{"192.0.2.1", "*.b.example", "a.example"}, ""},
		"one as common name":  {"a.example", []string{"*.b.example", "192.0.2.1"}, ""},
		"common name as well": {"a.example", []string{"a.example", "*.b.example", "192.0.2.1"}, ""},
		"address as name":     {"192.0.2.1", []string{"a.example", "*.b.example"}, ""},
		"other case":          {"A.Example", []string{"*.b.example", "192.0.2.1"}, ""},
		"one more":            {"", []string{"a.example", "*.b.example", "192.0.2.1", "c.example"}, "c.example, which the order does not"},
		"one less":            {"", []string{"a.example", "*.b.example"}, "does not ask for 192.0.2.1"},
		"none":                {"", nil, "does not ask"},
		"foreign common name": {"www", []string{"a.example", "*.b.example", "192.0.2.1"}, "www, which"},
		"people's name":       {"Ann Smith", []string{"a.example", "*.b.example", "192.0.2.1"}, "neither a DNS name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			csr, err := pki.ParseCSR(csr(t, key, c.cn, c.names...))
			check(t, err)
			if err := matches(csr, order); c.says == "" {
				check(t, err)
			} else {
				wantFault(t, err, badCSR, c.says)
			}
		})
	}
	mail, err := pki.NewCSR(key, nil, []pki.SAN{{Type: pki.DNSName, Value: "a.example"}, {Type: pki.RFC822Name, Value: "a@a.example"}})
	check(t, err)
	parsed, err := pki.ParseCSR(mail)
	check(t, err)
	wantFault(t, matches(parsed, []identifier{{"dns", "a.example"}}), badCSR, "RFC822NAME")
}

func FuzzMatches(f *testing.F) {
	key := newKey(f)
	f.Add(csr(f, key, "a.example", "a.example", "192.0.2.1"))
	f.Add(csr(f, key, "x"))
	f.Fuzz(func(t *testing.T, der []byte) {
		got, err := readCSR(encode64(der))
		if err != nil {
			if fault.Of(err).Code() != badCSR.Code() {
				t.Errorf("got %v", err)
			}
			return
		}
		all, err := requested(got)
		if err != nil {
			return
		}
		check(t, matches(got, all))
		if len(all) > 0 && matches(got, all[1:]) == nil {
			t.Errorf("one name less matches: %v", all)
		}
	})
}

// Contacts: RFC 8555, 7.3.
func TestContact(t *testing.T) {
	t.Parallel()
	for contact, want := range map[string]*fault.Fault{
		"mailto:a@example.com": nil, "MAILTO:a@example.com": nil, "mailto:a%2Bb@example.com": nil,
		"mailto:": badContact, "mailto:a": badContact, "mailto:a@b,c@d": badContact, "mailto:a%2Cb@example.com": badContact,
		"mailto:a@example.com?subject=x": badContact, "mailto:a@example.com?": badContact, "mailto:%zz": badContact,
		"mailto: a@example.com": badContact, "a@example.com": badContact, "": badContact, ":": badContact,
		"mailto:ü@example.com": badContact, "mailto:a@" + strings.Repeat("b", 400): badContact,
		"mailto:a@exa mple.com": badContact, "mailto:a@b.c\r\nBcc: x@y.z": badContact,
		"tel:+12025551212": unsupportedContact, "https://example.com": unsupportedContact, "fax:1": unsupportedContact,
	} {
		_, bad := address(contact)
		if want == nil && bad != nil || want != nil && (bad == nil || bad.Code() != want.Code()) {
			t.Errorf("%q: got %v, want %v", contact, bad, want)
		}
	}
	_, err := addresses(slices.Repeat([]string{"mailto:a@example.com"}, maxContacts+1))
	wantFault(t, err, badContact, "more than")
	_, err = addresses([]string{"mailto:a", "mailto:b"})
	wantFault(t, err, badContact, " | ")
}

func FuzzContact(f *testing.F) {
	for _, s := range []string{"mailto:a@example.com", "mailto:a%40b", "tel:1", ":", "mailto:a@b?x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, bad := address(s); bad == nil {
			if _, err := (pki.SAN{Type: pki.RFC822Name, Value: a}).Clean(); err != nil {
				t.Errorf("%q gives %q: %v", s, a, err)
			}
		}
	})
}

// Nonces: RFC 8555, 6.5.
func TestNonces(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	clock := func() time.Time { return now }
	key := []byte("the key of all nodes")
	n := newNonces(key, clock)
	take := func(by *nonces, s string) error {
		o, err := by.open(s)
		if err != nil {
			return err
		}
		return by.use(o)
	}
	first := n.give()
	if strings.Trim(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" || first == n.give() {
		t.Errorf("got %q", first)
	}
	check(t, take(n, first))
	wantFault(t, take(n, first), badNonce, "used before")

	after := newNonces(key, clock) // a restart, or another node
	kept := n.give()
	check(t, take(after, kept))
	wantFault(t, take(after, kept), badNonce, "used before")

	wantFault(t, take(newNonces([]byte("another key"), clock), n.give()), badNonce, "not given out")
	wantFault(t, take(n, encode64(make([]byte, nonceBytes))), badNonce, "not given out")
	wantFault(t, take(n, ""), badNonce, "not given out")
	wantFault(t, take(n, "a+b"), malformed, "base64url")
	old := n.give()
	now = now.Add(nonceLife + time.Second)
	wantFault(t, take(n, old), badNonce, "too old")
}

// The memory of used nonces is bounded: what is beyond it is refused, and never taken twice.
func TestNonceWindow(t *testing.T) {
	t.Parallel()
	n := newNonces([]byte("the key of all nodes"), time.Now)
	n.window = n.window[:2]
	var all []string
	for range 300 {
		all = append(all, n.give())
	}
	taken := 0
	for _, s := range slices.Concat(all, all) {
		o, err := n.open(s)
		check(t, err)
		if n.use(o) == nil {
			taken++
		}
	}
	if taken != 128 {
		t.Errorf("got %d nonces taken, want the last 128", taken)
	}
	for i := range maxForeign + 10 {
		o := opened{id: [12]byte{byte(i), byte(i >> 8), byte(i >> 16), 1}}
		err := n.use(o)
		if (err == nil) != (i < maxForeign) {
			t.Fatalf("foreign nonce %d: %v", i, err)
		}
	}
}

func FuzzNonce(f *testing.F) {
	n := newNonces([]byte("the key of all nodes"), time.Now)
	f.Add(n.give())
	f.Add("")
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		o, err := n.open(s)
		if err == nil && n.use(o) == nil && n.use(o) == nil {
			t.Errorf("%q is taken twice", s)
		}
	})
}

// Which identifiers a profile issues, and what proves them.
func TestPlanOrder(t *testing.T) {
	t.Parallel()
	no := false
	all := []string{http01, dns01, tlsALPN01}
	for name, c := range map[string]struct {
		profile Profile
		ids     []identifier
		want    [][]string // offers
		bad     *fault.Fault
	}{
		"a name":                   {Profile{}, []identifier{{"dns", "a.b"}}, [][]string{all}, nil},
		"a wildcard needs the DNS": {Profile{}, []identifier{{"dns", "*.a.b"}}, [][]string{{dns01}}, nil},
		"an address has no DNS":    {Profile{}, []identifier{{"ip", "192.0.2.1"}}, [][]string{{http01, tlsALPN01}}, nil},
		"methods in any case":      {Profile{AuthorizationMethods: []string{"DNS-01"}}, []identifier{{"dns", "a.b"}}, [][]string{{dns01}}, nil},
		"no way for a wildcard":    {Profile{AuthorizationMethods: []string{http01}}, []identifier{{"dns", "*.a.b"}}, nil, rejectedIdentifier},
		"no way for an address":    {Profile{AuthorizationMethods: []string{dns01}}, []identifier{{"ip", "192.0.2.1"}}, nil, rejectedIdentifier},
		"no wildcards":             {Profile{AllowWildcards: &no}, []identifier{{"dns", "*.a.b"}}, nil, rejectedIdentifier},
		"no addresses":             {Profile{AllowIPAddresses: &no}, []identifier{{"ip", "192.0.2.1"}}, nil, rejectedIdentifier},
		"no short names":           {Profile{}, []identifier{{"dns", "a"}, {"dns", "a.b"}}, nil, rejectedIdentifier},
		"a short name beside":      {Profile{AuthorizeShortName: true}, []identifier{{"dns", "a"}, {"dns", "a.b"}}, [][]string{all, all}, nil},
		"a short name alone":       {Profile{AuthorizeShortName: true}, []identifier{{"dns", "a"}}, nil, rejectedIdentifier},
		"a short name, wrong":      {Profile{AuthorizeShortName: true}, []identifier{{"dns", "a"}, {"dns", "c.b"}}, nil, rejectedIdentifier},
		"a short name, wildcard":   {Profile{AuthorizeShortName: true}, []identifier{{"dns", "a"}, {"dns", "*.a.b"}}, nil, rejectedIdentifier},
		"localhost is no short":    {Profile{}, []identifier{{"dns", "localhost"}}, [][]string{all}, nil},
		"too many names":           {Profile{MaxDNSName: 1}, []identifier{{"dns", "a.b"}, {"dns", "c.d"}}, nil, malformed},
		"addresses do not count":   {Profile{MaxDNSName: 1}, []identifier{{"dns", "a.b"}, {"ip", "192.0.2.1"}}, [][]string{all, {http01, tlsALPN01}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plans, err := planOrder(c.profile, c.ids)
			wantFault(t, err, c.bad, "")
			var got [][]string
			for _, p := range plans {
				got = append(got, p.offers)
			}
			if c.bad == nil && !cmp.Equal(c.want, got) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// The states of RFC 8555, 7.1.6, and no others.
func TestMoves(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		moves map[string][]string
		want  string
	}{
		"account":       {accountMoves, "deactivated>revoked valid>deactivated valid>revoked"},
		"authorization": {authorizationMoves, "pending>deactivated pending>invalid pending>valid valid>deactivated valid>expired valid>revoked"},
		"challenge":     {trialMoves, "pending>processing processing>invalid processing>valid"},
		"order":         {orderMoves, "pending>invalid pending>ready processing>invalid processing>ready processing>valid ready>invalid ready>processing"},
	} {
		var got []string
		for from, all := range c.moves {
			for _, to := range all {
				got = append(got, from+">"+to)
			}
		}
		slices.Sort(got)
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: got %s, want %s", name, s, c.want)
		}
	}
}

// What has expired is shown so before it is cleaned up.
func TestExpiredStates(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	for status, want := range map[string]string{pending: invalid, valid: expired, invalid: invalid, deactivated: deactivated} {
		if got := (authorization{Status: status, Expires: now}).state(now); got != want {
			t.Errorf("authorization %s: got %s, want %s", status, got, want)
		}
	}
	for status, want := range map[string]string{pending: invalid, ready: invalid, processing: processing, valid: valid} {
		if got := (order{Status: status, Expires: now}).state(now); got != want {
			t.Errorf("order %s: got %s, want %s", status, got, want)
		}
	}
	wantFault(t, order{Status: ready, Expires: now}.finalizable(now), orderNotReady, "expired")
	wantFault(t, order{Status: pending, Waiting: 2, Expires: now}.finalizable(now.Add(-1)), orderNotReady, "2 of its")
	wantFault(t, order{Status: invalid, Error: &problem{Detail: "because"}}.finalizable(now), orderNotReady, "because")
	wantFault(t, order{Status: invalid}.finalizable(now), orderNotReady, "invalid")
}

// Profiles: what is wrong beyond the tags.
func TestComplaints(t *testing.T) {
	t.Parallel()
	bad := Profile{
		AuthorizationMethods: []string{"smoke-01"}, Timeout: span.Duration(time.Hour), VerifyRetryDelay: span.Duration(2 * time.Hour),
		OrderLifetime: 365 * span.Day, DefaultContacts: []string{"nobody"}, RequireTermsOfService: true, CheckCAA: true,
		AllowNetworks: []string{"x"}, DenyNetworks: []string{"1.2.3.4/99"}, Resolvers: []string{"x"},
	}
	want := []string{
		"allowNetworks: it holds what is not a network, such as 10.1.0.0/16", "authorizationMethods.0: one of http-01, dns-01, tls-alpn-01",
		"checkCaa: meta.caaIdentities names this CA", `defaultContacts.0: "nobody" is not a mail address`,
		"denyNetworks: it holds what is not a network, such as 10.1.0.0/16", "orderLifetime: 90 days at most",
		"requireTermsOfService: meta.termsOfService names the terms", `resolvers.0: "x" is not host:port`, "timeout: 5 minutes at most",
		"verifyRetryDelay: 1 hour at most",
	}
	got := bad.Complaints()
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	meta := Profile{Meta: &Meta{TermsOfService: "x", Website: "ftp://x", CAAIdentities: []string{"CA.example"}}}
	if got := meta.Complaints(); len(got) != 3 {
		t.Errorf("got %v", got)
	}
	for _, p := range []lifecycle.Profile{Example()} {
		if got := p.Complaints(); got != nil {
			t.Errorf("got %v", got)
		}
	}
}

// Only accounts of the profile are admitted by the protocol.
func TestAdmits(t *testing.T) {
	t.Parallel()
	p := Profile{Common: lifecycle.Common{Named: kind.Named{Name: "web"}}}
	a := &account{ID: "1", Profile: "web", Contacts: []string{"mailto:a@b.c"}}
	who := a.caller(system)
	if !p.Admits(who) || who.Email != "a@b.c" {
		t.Errorf("got %+v", who)
	}
	who.Provider = "other"
	if p.Admits(who) || p.Admits(system) {
		t.Error("somebody else is admitted")
	}
}

// CAA records: RFC 8659, 4 and RFC 8657.
func TestForbidden(t *testing.T) {
	t.Parallel()
	issue := func(v string) outbound.CAA { return outbound.CAA{Tag: "issue", Value: v} }
	wild := func(v string) outbound.CAA { return outbound.CAA{Tag: "issuewild", Value: v} }
	q := caaQuestion{identities: []string{"ca.example"}, method: dns01, isAccount: func(s string) bool { return s == "https://x/1" }}
	w := q
	w.wildcard = true
	for name, c := range map[string]struct {
		q       caaQuestion
		records []outbound.CAA
		ok      bool
	}{
		"none":                        {q, nil, true},
		"this CA":                     {q, []outbound.CAA{issue("ca.example")}, true},
		"this CA, other case":         {q, []outbound.CAA{issue(" CA.example. ")}, true},
		"another CA":                  {q, []outbound.CAA{issue("other.example")}, false},
		"one of two":                  {q, []outbound.CAA{issue("other.example"), issue("ca.example")}, true},
		"nobody":                      {q, []outbound.CAA{issue(";")}, false},
		"empty":                       {q, []outbound.CAA{issue("")}, false},
		"iodef alone":                 {q, []outbound.CAA{{Tag: "iodef", Value: "mailto:a@b.c", Critical: true}}, true},
		"unknown":                     {q, []outbound.CAA{{Tag: "future", Value: "x"}}, true},
		"unknown and critical":        {q, []outbound.CAA{issue("ca.example"), {Tag: "future", Critical: true}}, false},
		"issuewild is for wildcards":  {q, []outbound.CAA{wild(";"), issue("ca.example")}, true},
		"issuewild wins":              {w, []outbound.CAA{wild(";"), issue("ca.example")}, false},
		"issuewild names us":          {w, []outbound.CAA{wild("ca.example"), issue(";")}, true},
		"a wildcard by issue":         {w, []outbound.CAA{issue("ca.example")}, true},
		"only issuewild":              {q, []outbound.CAA{wild(";")}, true},
		"our account":                 {q, []outbound.CAA{issue("ca.example; accounturi=https://x/1")}, true},
		"another account":             {q, []outbound.CAA{issue("ca.example; accounturi=https://x/2")}, false},
		"our method":                  {q, []outbound.CAA{issue("ca.example;validationmethods=http-01,dns-01")}, true},
		"another method":              {q, []outbound.CAA{issue("ca.example; validationmethods=http-01")}, false},
		"both":                        {q, []outbound.CAA{issue("ca.example; validationmethods=dns-01 ; accounturi=https://x/1")}, true},
		"an unknown parameter":        {q, []outbound.CAA{issue("ca.example; policy=ev")}, true},
		"a parameter twice":           {q, []outbound.CAA{issue("ca.example; accounturi=https://x/1; accounturi=https://x/1")}, false},
		"a broken parameter":          {q, []outbound.CAA{issue("ca.example; accounturi")}, false},
		"a broken parameter, another": {q, []outbound.CAA{issue("ca.example; %"), issue("ca.example")}, true},
	} {
		if why := c.q.forbidden(c.records); (why == "") != c.ok {
			t.Errorf("%s: got %q", name, why)
		}
	}
}

// tree is a resolver that knows CAA records alone.
type tree map[string][]outbound.CAA

func (t tree) CAA(_ context.Context, name string) ([]outbound.CAA, error) {
	records, ok := t[name]
	switch {
	case strings.HasPrefix(name, "broken."):
		return nil, errors.New("SERVFAIL")
	case !ok:
		return nil, outbound.NameMissing
	case len(records) == 0:
		return nil, outbound.RecordMissing
	}
	return records, nil
}

// The climb of RFC 8659, 3.
func TestRelevantCAA(t *testing.T) {
	t.Parallel()
	records := tree{"a.example": nil, "example": {{Tag: "issue", Value: "ca.example"}}, "own.a.example": {{Tag: "issue", Value: ";"}}}
	for name, want := range map[string]string{"x.y.a.example": "example", "own.a.example": "own.a.example", "elsewhere.test": ""} {
		_, at, err := relevant(context.Background(), records, name)
		check(t, err)
		if at != want {
			t.Errorf("%s: got the records of %q, want %q", name, at, want)
		}
	}
	if _, _, err := relevant(context.Background(), records, "broken.a.example"); err == nil {
		t.Error("a name server that fails is taken for one that has no record")
	}
}

func FuzzCAA(f *testing.F) {
	f.Add("ca.example; accounturi=x; validationmethods=dns-01")
	f.Add(";")
	q := caaQuestion{identities: []string{"ca.example"}, method: dns01, isAccount: func(string) bool { return false }}
	f.Fuzz(func(t *testing.T, value string) {
		domain, _, _ := strings.Cut(value, ";")
		if q.against(value) == "" && !strings.EqualFold(strings.TrimSuffix(strings.Trim(domain, " \t"), "."), "ca.example") {
			t.Errorf("%q lets this CA issue", value)
		}
	})
}

// Token buckets for each address.
func TestBuckets(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	b := newBuckets(Rate{Minute: 60, Burst: 2})
	check(t, b.take("a", now))
	check(t, b.take("a", now))
	err := b.take("a", now)
	wantFault(t, err, rateLimited, "60 a minute")
	if after := fault.Of(err).After(); after != time.Second {
		t.Errorf("got %s to wait", after)
	}
	check(t, b.take("b", now))
	check(t, b.take("a", now.Add(time.Second)))
	for i := range maxBuckets + 10 {
		check(t, b.take(itoa(i), now))
	}
	if len(b.all) > maxBuckets {
		t.Errorf("%d buckets are kept", len(b.all))
	}
}

// Identifiers of certificates: RFC 9773, 4.1.
func TestCertID(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE": true, "": false, "a": false, "a.b.c": false, ".AA": false, "AA.": false, "A=.AA": false, "AA.!": false,
		strings.Repeat("A", 300) + ".AA": false,
	} {
		if got := isCertID(s); got != want {
			t.Errorf("%q: got %v", s, got)
		}
	}
}

// When certificates are renewed: RFC 9773, 4.2.
func TestRenewalWindow(t *testing.T) {
	t.Parallel()
	from := time.Unix(0, 0)
	until := from.Add(90 * 24 * time.Hour)
	hour := span.Duration(time.Hour)
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		p          Profile
		start, end time.Duration
	}{
		"standard":            {Profile{}, 60 * day, 60*day + 90*day/50},
		"a period":            {Profile{RenewalPeriod: 30 * span.Day}, 60 * day, 60*day + 90*day/50},
		"a period, too long":  {Profile{RenewalPeriod: 100 * span.Day}, 60 * day, 60*day + 90*day/50},
		"a window":            {Profile{RenewalPeriod: span.Day, RenewalWindow: &hour}, 89 * day, 89*day + time.Hour},
		"a window, too large": {Profile{RenewalPeriod: hour, RenewalWindow: &hour}, 90*day - time.Hour, 90*day - time.Hour/2},
	} {
		start, end := (&site{Profile: c.p}).renewal(from, until)
		if start.Sub(from) != c.start || end.Sub(from) != c.end {
			t.Errorf("%s: got %s to %s, want %s to %s", name, start.Sub(from), end.Sub(from), c.start, c.end)
		}
	}
}
