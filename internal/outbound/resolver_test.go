package outbound

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// zone is a name server on loopback, over UDP and TCP.
type zone struct {
	records []string          // as in a zone file
	rcodes  map[string]int    // names answered with a code
	mute    map[string]bool   // names never answered
	tweak   func(*dns.Msg)    // changes each answer over UDP
	asked   atomic.Int64      // questions seen
	tcp     atomic.Int64      // of these, over TCP
	lookups map[string]string // names answered with the alias alone
}

func (z *zone) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	z.asked.Add(1)
	stream := w.LocalAddr().Network() == "tcp"
	if stream {
		z.tcp.Add(1)
	}
	name := strings.ToLower(q.Question[0].Name)
	if z.mute[name] {
		return
	}
	m := new(dns.Msg)
	m.SetReply(q)
	if code, ok := z.rcodes[name]; ok {
		m.Rcode = code
		m.SetEdns0(1232, false)
		m.IsEdns0().Option = append(m.IsEdns0().Option, &dns.EDNS0_EDE{InfoCode: dns.ExtendedErrorCodeDNSBogus})
	} else if !z.fill(m, name, q.Question[0].Qtype) {
		m.Rcode = dns.RcodeNameError
	}
	if z.tweak != nil && !stream {
		z.tweak(m)
	}
	_ = w.WriteMsg(m)
}

func (z *zone) fill(m *dns.Msg, name string, kind uint16) (known bool) {
	for _, text := range z.records {
		r, err := dns.NewRR(text)
		if err != nil {
			panic(err)
		}
		if r.Header().Name != name {
			continue
		}
		known = true
		switch {
		case r.Header().Rrtype == kind:
			m.Answer = append(m.Answer, r)
		case r.Header().Rrtype == dns.TypeCNAME:
			m.Answer = append(m.Answer, r)
			if z.lookups[name] == "" { // as a recursive server does: the chain in one answer
				z.fill(m, r.(*dns.CNAME).Target, kind)
			}
		}
	}
	return known
}

func serveDNS(t *testing.T, z *zone) string {
	t.Helper()
	l, p := listenBoth(t)
	for _, s := range []*dns.Server{{Listener: l, Handler: z}, {PacketConn: p, Handler: z}} {
		ready := make(chan struct{})
		s.NotifyStartedFunc = func() { close(ready) }
		go func() { _ = s.ActivateAndServe() }()
		<-ready
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return l.Addr().String()
}

// listenBoth finds a port that is free for TCP and for UDP.
func listenBoth(t *testing.T) (net.Listener, net.PacketConn) {
	t.Helper()
	for range 20 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		p, err := net.ListenPacket("udp", l.Addr().String())
		if err == nil {
			return l, p
		}
		_ = l.Close()
	}
	t.Fatal("no port is free for both TCP and UDP")
	return nil, nil
}

func resolver(t *testing.T, o DNSOptions) *DNS {
	t.Helper()
	d, err := NewDNS(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func example() *zone {
	return &zone{
		records: []string{
			"a.example. 60 IN A 192.0.2.1", "a.example. 60 IN A 192.0.2.2", "a.example. 60 IN AAAA 2001:db8::1",
			"alias.example. 60 IN CNAME far.example.", "far.example. 60 IN CNAME a.example.",
			"split.example. 60 IN CNAME a.example.",
			"loop.example. 60 IN CNAME pool.example.", "pool.example. 60 IN CNAME loop.example.",
			`_acme-challenge.a.example. 60 IN TXT "one" "two"`, `_acme-challenge.a.example. 60 IN TXT "q\"\195\169"`,
			`a.example. 60 IN CAA 128 Issue "ca.example; x=1"`,
			"service.corp.test. 60 IN A 192.0.2.9",
		},
		rcodes:  map[string]int{"broken.example.": dns.RcodeServerFailure, "refused.example.": dns.RcodeRefused},
		mute:    map[string]bool{"slow.example.": true},
		lookups: map[string]string{"split.example.": "alone", "loop.example.": "alone", "pool.example.": "alone"},
	}
}

func addrs(texts ...string) []netip.Addr {
	var all []netip.Addr
	for _, s := range texts {
		all = append(all, netip.MustParseAddr(s))
	}
	return all
}

var sameAddr = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

func TestAddresses(t *testing.T) {
	t.Parallel()
	server := serveDNS(t, example())
	hosts := filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(hosts, []byte("# names\n192.0.2.77 known.example known # here\nbad known.example\n2001:db8::77 KNOWN.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := resolver(t, DNSOptions{Servers: []string{server}, Hosts: hosts, Search: []string{"nothing.test", "corp.test."}, Timeout: 150 * time.Millisecond, Rounds: 1})
	for _, c := range []struct {
		name  string
		want  []netip.Addr
		class Class
		is    error
	}{
		{name: "a.example", want: addrs("2001:db8::1", "192.0.2.1", "192.0.2.2")},
		{name: "A.Example.", want: addrs("2001:db8::1", "192.0.2.1", "192.0.2.2")},
		{name: "alias.example", want: addrs("2001:db8::1", "192.0.2.1", "192.0.2.2")},
		{name: "split.example", want: addrs("2001:db8::1", "192.0.2.1", "192.0.2.2")},
		{name: "192.0.2.5", want: addrs("192.0.2.5")},
		{name: "::1", want: addrs("::1")},
		{name: "localhost", want: addrs("127.0.0.1", "::1")},
		{name: "x.y.localhost.", want: addrs("127.0.0.1", "::1")},
		{name: "known.example", want: addrs("192.0.2.77", "2001:db8::77")},
		{name: "service", want: addrs("192.0.2.9")},
		{name: "none.example", class: ClassDNS, is: NameMissing},
		{name: "_acme-challenge.a.example", class: ClassDNS, is: RecordMissing},
		{name: "broken.example", class: ClassDNS, is: unresolved},
		{name: "refused.example", class: ClassDNS, is: unresolved},
		{name: "loop.example", class: ClassDNS, is: unresolved},
		{name: "slow.example", class: ClassTimeout, is: timedOut},
		{name: "", class: ClassInvalid, is: badTarget},
		{name: "a..example", class: ClassInvalid, is: badTarget},
		{name: "bücher.example", class: ClassInvalid, is: badTarget},
		{name: strings.Repeat("a", 64) + ".example", class: ClassInvalid, is: badTarget},
		{name: strings.Repeat("a.", 127) + "example", class: ClassInvalid, is: badTarget},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := d.Addresses(t.Context(), c.name)
			if ClassOf(err) != c.class || !errors.Is(err, c.is) {
				t.Fatalf("got %v (%s), want %v (%s)", err, ClassOf(err), c.is, c.class)
			}
			if diff := cmp.Diff(c.want, got, sameAddr); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRecords(t *testing.T) {
	t.Parallel()
	d := resolver(t, DNSOptions{Servers: []string{serveDNS(t, example())}})
	ctx := t.Context()
	txt, err := d.TXT(ctx, "_ACME-challenge.a.example")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"onetwo", `q"é`}, txt); diff != "" {
		t.Error(diff)
	}
	caa, err := d.CAA(ctx, "a.example.")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]CAA{{Critical: true, Tag: "issue", Value: "ca.example; x=1"}}, caa); diff != "" {
		t.Error(diff)
	}
	if _, err := d.TXT(ctx, "a.example"); !errors.Is(err, RecordMissing) {
		t.Errorf("got %v, want no such record", err)
	}
	if _, err := d.CAA(ctx, "none.example"); !errors.Is(err, NameMissing) {
		t.Errorf("got %v, want no such name", err)
	}
	if _, err := d.TXT(ctx, "a.localhost"); !errors.Is(err, RecordMissing) {
		t.Errorf("got %v, want nothing under localhost", err)
	}
	_, err = d.CAA(ctx, "broken.example")
	if err == nil || !strings.Contains(err.Error(), "SERVFAIL, DNSSEC Bogus") {
		t.Errorf("got %v, want the code and the reason of the server", err)
	}
}

func TestTCP(t *testing.T) {
	t.Parallel()
	for name, tweak := range map[string]func(*dns.Msg){
		"truncated":    func(m *dns.Msg) { m.Truncated, m.Answer = true, nil },
		"lower case":   func(m *dns.Msg) { m.Question[0].Name = strings.ToLower(m.Question[0].Name) + "x." },
		"no questions": func(m *dns.Msg) { m.Question = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z := example()
			z.tweak = tweak
			d := resolver(t, DNSOptions{Servers: []string{serveDNS(t, z)}})
			got, err := d.TXT(t.Context(), "_acme-challenge.a.example")
			if err != nil || len(got) != 2 || z.tcp.Load() != 1 {
				t.Errorf("got %v, %v, %d questions over TCP, want two records by one", got, err, z.tcp.Load())
			}
		})
	}
}

func TestAliasesWithoutEnd(t *testing.T) {
	t.Parallel()
	z := example()
	z.tweak = func(m *dns.Msg) {
		for _, text := range []string{"loop.example. 60 IN CNAME pool.example.", "pool.example. 60 IN CNAME loop.example."} {
			r, err := dns.NewRR(text)
			if err != nil {
				panic(err)
			}
			m.Answer = append(m.Answer, r)
		}
	}
	d := resolver(t, DNSOptions{Servers: []string{serveDNS(t, z)}})
	if _, err := d.TXT(t.Context(), "loop.example"); !errors.Is(err, unresolved) {
		t.Errorf("got %v, want the aliases given up", err)
	}
}

func TestNextServer(t *testing.T) {
	t.Parallel()
	bad := example()
	bad.rcodes["a.example."] = dns.RcodeServerFailure
	good := example()
	d := resolver(t, DNSOptions{Servers: []string{serveDNS(t, bad), serveDNS(t, good)}})
	if _, err := d.CAA(t.Context(), "a.example"); err != nil {
		t.Errorf("got %v, want the second server's answer", err)
	}
	if bad.asked.Load() != 1 || good.asked.Load() != 1 {
		t.Errorf("got %d and %d questions, want one each", bad.asked.Load(), good.asked.Load())
	}
}

func TestResolverGivenUp(t *testing.T) {
	t.Parallel()
	z := example()
	d := resolver(t, DNSOptions{Servers: []string{serveDNS(t, z)}, Timeout: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := d.TXT(ctx, "slow.example")
		done <- err
	}()
	for z.asked.Load() == 0 {
		runtime.Gosched() // until the question has arrived
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the context", err)
	}
}

func TestNewDNS(t *testing.T) {
	t.Parallel()
	for _, bad := range [][]string{nil, {"ns.example"}, {"127.0.0.1:0"}, {"127.0.0.1:dns"}, {"::1:53x"}, make([]string, 17)} {
		if _, err := NewDNS(DNSOptions{Servers: bad}); err == nil {
			t.Errorf("%q was taken for name servers", bad)
		}
	}
	d := resolver(t, DNSOptions{Servers: []string{"127.0.0.1", "::1", "[::1]:5353"}})
	if diff := cmp.Diff([]string{"127.0.0.1:53", "[::1]:53", "[::1]:5353"}, d.o.Servers); diff != "" {
		t.Error(diff)
	}
	if o, _ := System(); len(o.Servers) == 0 {
		t.Error("got no name servers of the system")
	}
}

func FuzzName(f *testing.F) {
	f.Add("a.example", "127.0.0.1:80")
	f.Fuzz(func(t *testing.T, name, target string) {
		if c, err := canonical(name); err == nil && !dns.IsFqdn(c) {
			t.Errorf("%q is not absolute", c)
		}
		_ = checkName(name)
		_ = plain(name)
		if host, port, err := splitTarget(target); err == nil && (host == "" || port < 1 || port > 65535) {
			t.Errorf("%q became %q and %d", target, host, port)
		}
	})
}
