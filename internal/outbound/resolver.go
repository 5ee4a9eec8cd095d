package outbound

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// Resolver answers questions about names. Names are absolute, with or without the dot at the end. The errors are Failures
// of ClassDNS or ClassTimeout, and errors.Is tells NameMissing and RecordMissing from the rest, where nothing is known.
type Resolver interface {
	// Addresses returns the addresses of a name, in the order in which to try them.
	Addresses(ctx context.Context, name string) ([]netip.Addr, error)
	// TXT returns the text records of a name, each with its strings joined.
	TXT(ctx context.Context, name string) ([]string, error)
	// CAA returns the CAA records (RFC 8659) of this very name; climbing the tree is up to the caller.
	CAA(ctx context.Context, name string) ([]CAA, error)
}

// CAA is a record that says which CAs may issue.
type CAA struct {
	Critical bool // RFC 8659, 4.1: who does not know the tag must not issue
	Tag      string
	Value    string
}

// DNSOptions says whom a DNS resolver asks. System returns those of the machine.
type DNSOptions struct {
	Servers  []string      // host:port or address of recursive resolvers, asked in this order; they may be on loopback
	Hosts    string        // file of names known beforehand, such as /etc/hosts, used for addresses; "" is none
	Search   []string      // suffixes tried for addresses when a name does not exist; leave empty to validate who owns a name
	Timeout  time.Duration // of one attempt; 0 is 3 seconds
	Rounds   int           // how often the list of servers is gone through; 0 is 2
	Parallel int           // questions at one time; 0 is 64
}

// DNS is a Resolver that asks recursive name servers: over UDP with EDNS0 and mixed case (so that an answer is harder to
// forge), over TCP where an answer is cut or does not repeat the question. It follows CNAMEs, keeps no answers, and never
// asks about names under localhost (RFC 6761, 6.3).
type DNS struct {
	o    DNSOptions
	free *semaphore.Weighted
}

// NewDNS returns a resolver. It asks nothing yet.
func NewDNS(o DNSOptions) (*DNS, error) {
	if len(o.Servers) == 0 || len(o.Servers) > 16 {
		return nil, badTarget.Detail("a resolver needs 1 to 16 name servers")
	}
	servers := make([]string, len(o.Servers))
	for i, s := range o.Servers {
		server, err := serverAddress(s)
		if err != nil {
			return nil, err
		}
		servers[i] = server
	}
	o.Servers = servers
	o.Timeout = orElse(o.Timeout, 3*time.Second)
	o.Rounds = orElse(o.Rounds, 2)
	o.Parallel = orElse(o.Parallel, 64)
	return &DNS{o: o, free: semaphore.NewWeighted(int64(o.Parallel))}, nil
}

// System returns the options of the machine, from /etc/resolv.conf and /etc/hosts.
func System() (DNSOptions, error) {
	c, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil || len(c.Servers) == 0 {
		return DNSOptions{Servers: []string{"127.0.0.1:53"}, Hosts: "/etc/hosts"}, err
	}
	return DNSOptions{Servers: c.Servers, Search: c.Search, Hosts: "/etc/hosts"}, nil
}

func orElse[T time.Duration | int | int64](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}

func serverAddress(s string) (string, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.AddrPortFrom(a, 53).String(), nil
	}
	host, port, err := splitTarget(s)
	if err != nil || host == "" || port == 0 {
		return "", badTarget.Detail("name server %q is not host:port", brief(s)).Because(err)
	}
	return s, nil
}

// Addresses returns IPv6 and IPv4 addresses in turn. An address given as text is its own answer.
func (d *DNS) Addresses(ctx context.Context, name string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{a}, nil
	}
	name, err := canonical(name)
	if err != nil {
		return nil, err
	}
	if local(name) {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, nil
	}
	if known := fromHosts(d.o.Hosts, name); len(known) > 0 {
		return known, nil
	}
	addrs, err := d.both(ctx, name)
	for _, suffix := range d.o.Search {
		if !errors.Is(err, NameMissing) {
			break
		}
		longer, bad := canonical(strings.TrimSuffix(name, ".") + "." + strings.Trim(suffix, "."))
		if bad != nil {
			continue
		}
		if found, e := d.both(ctx, longer); !errors.Is(e, NameMissing) {
			return found, e
		}
	}
	return addrs, err
}

// both asks for AAAA and A at once. One of them is enough; a server that fails one type does not hide the other.
func (d *DNS) both(ctx context.Context, name string) ([]netip.Addr, error) {
	var six, four []netip.Addr
	var errSix, errFour error
	var g errgroup.Group
	g.Go(func() error { six, errSix = d.addresses(ctx, name, dns.TypeAAAA); return nil })
	g.Go(func() error { four, errFour = d.addresses(ctx, name, dns.TypeA); return nil })
	_ = g.Wait() // the errors are judged together
	if len(six)+len(four) > 0 {
		return interleave(six, four), nil
	}
	// What is not known outweighs what is missing.
	if errors.Is(errFour, RecordMissing) && errSix != nil {
		return nil, errSix
	}
	return nil, errFour
}

func (d *DNS) addresses(ctx context.Context, name string, kind uint16) ([]netip.Addr, error) {
	records, err := d.lookup(ctx, name, kind)
	var all []netip.Addr
	for _, r := range records {
		var a netip.Addr
		var ok bool
		switch r := r.(type) {
		case *dns.A:
			a, ok = netip.AddrFromSlice(r.A.To4())
		case *dns.AAAA:
			a, ok = netip.AddrFromSlice(r.AAAA.To16())
		}
		if ok {
			all = append(all, a)
		}
	}
	return all, err
}

func interleave(a, b []netip.Addr) []netip.Addr {
	all := make([]netip.Addr, 0, len(a)+len(b))
	for i := range max(len(a), len(b)) {
		if i < len(a) {
			all = append(all, a[i])
		}
		if i < len(b) {
			all = append(all, b[i])
		}
	}
	return all
}

// TXT returns the text records of a name.
func (d *DNS) TXT(ctx context.Context, name string) ([]string, error) {
	records, err := d.records(ctx, name, dns.TypeTXT)
	var all []string
	for _, r := range records {
		if t, ok := r.(*dns.TXT); ok {
			all = append(all, plain(strings.Join(t.Txt, "")))
		}
	}
	return all, err
}

// CAA returns the CAA records of this very name.
func (d *DNS) CAA(ctx context.Context, name string) ([]CAA, error) {
	records, err := d.records(ctx, name, dns.TypeCAA)
	var all []CAA
	for _, r := range records {
		if c, ok := r.(*dns.CAA); ok {
			all = append(all, CAA{Critical: c.Flag&0x80 != 0, Tag: strings.ToLower(c.Tag), Value: plain(c.Value)})
		}
	}
	return all, err
}

func (d *DNS) records(ctx context.Context, name string, kind uint16) ([]dns.RR, error) {
	name, err := canonical(name)
	if err != nil {
		return nil, err
	}
	if local(name) {
		return nil, fail(StepResolve, name, RecordMissing, dns.TypeToString[kind], nil)
	}
	return d.lookup(ctx, name, kind)
}

// plain undoes the escapes (\" and \ddd) with which the library writes what is not a plain letter.
func plain(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\' || i+1 == len(s):
			out = append(out, s[i])
		case i+3 < len(s) && digits(s[i+1:i+4]):
			out = append(out, (s[i+1]-'0')*100+(s[i+2]-'0')*10+(s[i+3]-'0'))
			i += 3
		default:
			i++
			out = append(out, s[i])
		}
	}
	return string(out)
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
