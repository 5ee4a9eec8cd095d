package clients

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// zone is the domain the name server answers for.
const zone = "horizon.test."

// nameServer answers for zone with authority, over UDP and TCP: the text records stand in a file, one "name value" a
// line, which the hooks of a client write; each name has the address 127.0.0.1.
type nameServer struct {
	t       testing.TB
	address string
	file    string
}

func startNameServer(t testing.TB) *nameServer {
	t.Helper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &nameServer{t: t, address: packets.LocalAddr().String(), file: filepath.Join(t.TempDir(), "records")}
	write(t, n.file, "")
	streams, err := net.Listen("tcp", n.address)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*dns.Server{{PacketConn: packets, Handler: n}, {Listener: streams, Handler: n}} {
		started := make(chan struct{})
		s.NotifyStartedFunc = func() { close(started) }
		go func() { _ = s.ActivateAndServe() }() // it ends with Shutdown
		<-started
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return n
}

// ServeDNS answers a question.
func (n *nameServer) ServeDNS(w dns.ResponseWriter, r *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(r)
	m.Authoritative = true
	q := r.Question[0]
	name := strings.ToLower(q.Name)
	head := dns.RR_Header{Name: q.Name, Rrtype: q.Qtype, Class: dns.ClassINET, Ttl: 1}
	switch {
	case !dns.IsSubDomain(zone, name):
		m.Rcode = dns.RcodeRefused
	case q.Qtype == dns.TypeTXT:
		for _, value := range n.records(name) {
			m.Answer = append(m.Answer, &dns.TXT{Hdr: head, Txt: []string{value}})
		}
	case q.Qtype == dns.TypeA:
		m.Answer = append(m.Answer, &dns.A{Hdr: head, A: net.IPv4(127, 0, 0, 1)})
	}
	if len(m.Answer) == 0 {
		head = dns.RR_Header{Name: zone, Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: 1}
		m.Ns = append(m.Ns, &dns.SOA{Hdr: head, Ns: "ns." + zone, Mbox: "root." + zone, Serial: 1, Refresh: 1, Retry: 1, Expire: 1, Minttl: 1})
	}
	_ = w.WriteMsg(m) // who asked has gone
}

func (n *nameServer) records(name string) (values []string) {
	b, err := os.ReadFile(n.file)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(b)) {
		if host, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && dns.Fqdn(host) == name {
			values = append(values, value)
		}
	}
	return values
}

// hooks writes the scripts that add and remove a record of certbot, and returns the commands.
func (n *nameServer) hooks() (add, remove string) {
	n.t.Helper()
	dir := n.t.TempDir()
	record := `_acme-challenge.$CERTBOT_DOMAIN $CERTBOT_VALIDATION`
	write(n.t, filepath.Join(dir, "add"), fmt.Sprintf("echo \"%s\" >> '%s'\n", record, n.file))
	write(n.t, filepath.Join(dir, "remove"), fmt.Sprintf("grep -vxF -e \"%s\" '%s' > '%s/rest'\ncat '%s/rest' > '%s'\n", record, n.file, dir, dir, n.file))
	return "sh " + filepath.Join(dir, "add"), "sh " + filepath.Join(dir, "remove")
}

// serves makes the profile ask the name server.
func (n *nameServer) serves(s *server) {
	s.t.Helper()
	s.profile(func(p map[string]any) { p["resolvers"] = []string{n.address} })
	s.expect("CONF-UPDATE success")
}

// A name and all below it, proven with records of an authoritative name server.
func TestCertbotDNS(t *testing.T) {
	t.Parallel()
	c, n := newCertbot(start(t)), startNameServer(t)
	n.serves(c.server)
	add, remove := n.hooks()
	manual := func(names ...string) []string {
		args := []string{
			"certonly", "--manual", "--preferred-challenges", "dns", "--manual-auth-hook", add, "--manual-cleanup-hook", remove,
			"--agree-tos", "-m", "a@example.com", "--cert-name", "dns",
		}
		for _, name := range names {
			args = append(args, "-d", name)
		}
		return args
	}
	c.do(manual("www.horizon.test", "*.www.horizon.test")...)
	got := c.expectSet(append([]string{"ACME-CHALLENGE-REQUEST-VERIFY success", "ACME-CHALLENGE-VERIFY success"}, order...)...)
	if e := c.one(got, "ACME-CHALLENGE-VERIFY"); e.Detail("challengeType") != "dns-01" {
		t.Errorf("the challenge was %s, want dns-01", e.Detail("challengeType"))
	}
	c.holds(c.live("dns"), "www.horizon.test", "*.www.horizon.test")
	if rest := strings.TrimSpace(string(read(t, n.file))); rest != "" {
		t.Errorf("records that were not removed: %s", rest)
	}

	add = "true"
	if said, code := c.run(manual("other.horizon.test")...); code != 1 || !strings.Contains(said, "_acme-challenge.other.horizon.test") {
		t.Errorf("without a record: exit code %d, want 1 and the name that has none:\n%s", code, said)
	}
	got = c.expect("ACME-ORDER-NEW success", "ACME-CHALLENGE-REQUEST-VERIFY success", "ACME-CHALLENGE-VERIFY warning", "ACME-ORDER-UPDATE success")
	if e := c.one(got, "ACME-CHALLENGE-VERIFY"); !strings.Contains(e.Detail("message"), "_acme-challenge.other.horizon.test") {
		t.Errorf("the log does not say why: %s", told(got))
	}
}

// acme-tiny answers http-01 with files below the root of a web server.
func TestAcmeTiny(t *testing.T) {
	t.Parallel()
	program := need(t, "acme-tiny", "acme-tiny")
	s := start(t)
	root, dir := t.TempDir(), t.TempDir()
	serveFiles(t, s.http01, root)
	account, csr := filepath.Join(dir, "account.pem"), filepath.Join(dir, "request.pem")
	for _, args := range [][]string{
		{"genrsa", "-traditional", "-out", account, "2048"},
		{"req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", filepath.Join(dir, "key.pem"), "-subj", "/CN=tiny.localhost", "-addext", "subjectAltName=DNS:tiny.localhost", "-out", csr},
	} {
		if said, code := openssl(t, args...); code != 0 {
			t.Fatalf("openssl %s: %s", args[0], said)
		}
	}
	p := exec.Command(program, "--account-key", account, "--csr", csr, "--acme-dir", root, "--directory-url", s.directory(),
		"--disable-check", "--contact", "mailto:tiny@example.com")
	p.Env = append(environment(), "SSL_CERT_FILE="+s.caFile())
	out, complaint, code := finish(t, p)
	if code != 0 {
		t.Fatalf("acme-tiny: exit code %d\n%s\nthe server said:\n%s", code, complaint, s.said)
	}
	s.expect(order...)
	s.holds(certificates(t, []byte(out)), "tiny.localhost")
	if left, err := os.ReadDir(root); err != nil || len(left) != 0 {
		t.Errorf("acme-tiny left %v behind, %v", left, err)
	}
}
