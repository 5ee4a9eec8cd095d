package outbound

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

const (
	maxChain = 10   // CNAMEs followed, over all answers
	udpSize  = 1232 // what passes every network in one piece
)

// lookup returns the records of one type at the end of the CNAMEs that start at name.
func (d *DNS) lookup(ctx context.Context, name string, kind uint16) ([]dns.RR, error) {
	if err := d.free.Acquire(ctx, 1); err != nil {
		return nil, failed(StepResolve, name, err)
	}
	defer d.free.Release(1)
	at := name
	for range maxChain {
		answer, err := d.ask(ctx, at, kind)
		if err != nil {
			return nil, err
		}
		records, end := follow(answer, at, kind)
		if len(records) > 0 {
			return records, nil
		}
		if end == "" {
			break
		}
		if end == at {
			return nil, fail(StepResolve, name, RecordMissing, dns.TypeToString[kind], nil)
		}
		if end, err = canonical(end); err != nil {
			return nil, err
		}
		at = end
	}
	return nil, fail(StepResolve, name, unresolved, "the name leads through too many aliases", nil)
}

// follow walks the CNAMEs within one answer and returns the records at the end, and where the end is, or
// "" when there is none.
func follow(m *dns.Msg, name string, kind uint16) (records []dns.RR, end string) {
	for range maxChain {
		next := ""
		for _, r := range m.Answer {
			if !strings.EqualFold(r.Header().Name, name) {
				continue
			}
			if r.Header().Rrtype == kind {
				records = append(records, r)
			} else if c, ok := r.(*dns.CNAME); ok {
				next = strings.ToLower(c.Target)
			}
		}
		if len(records) > 0 || next == "" {
			return records, name
		}
		name = next
	}
	return nil, ""
}

// ask goes through the servers until one knows: the name exists, or it does not. The last failure is returned otherwise.
func (d *DNS) ask(ctx context.Context, name string, kind uint16) (*dns.Msg, error) {
	var last error
	for range d.o.Rounds {
		for _, server := range d.o.Servers {
			m, err := d.exchange(ctx, server, name, kind)
			switch {
			case err != nil:
				last = failed(StepResolve, name, err)
			case m.Rcode == dns.RcodeSuccess:
				return m, nil
			case m.Rcode == dns.RcodeNameError:
				return nil, fail(StepResolve, name, NameMissing, "NXDOMAIN", nil)
			default:
				last = fail(StepResolve, name, unresolved, rcode(m), nil)
			}
			if ctx.Err() != nil {
				return nil, last
			}
		}
	}
	return nil, last
}

// rcode returns the name of the code, and the reason a resolver gives beside it (RFC 8914).
func rcode(m *dns.Msg) string {
	text := dns.RcodeToString[m.Rcode]
	if text == "" {
		text = fmt.Sprintf("RCODE %d", m.Rcode)
	}
	opt := m.IsEdns0()
	if opt == nil {
		return text
	}
	for _, o := range opt.Option {
		if e, ok := o.(*dns.EDNS0_EDE); ok {
			return strings.TrimSpace(text + ", " + dns.ExtendedErrorCodeToString[e.InfoCode] + " " + e.ExtraText)
		}
	}
	return text
}

func (d *DNS) exchange(ctx context.Context, server, name string, kind uint16) (*dns.Msg, error) {
	q := question(mixed(name), kind)
	m, err := d.send(ctx, "udp", server, q)
	if err != nil {
		return nil, err
	}
	if !m.Truncated && repeats(m, q) {
		return m, nil
	}
	q = question(name, kind)
	if m, err = d.send(ctx, "tcp", server, q); err != nil {
		return nil, err
	}
	if !m.Response || len(m.Question) != 1 || !strings.EqualFold(m.Question[0].Name, name) {
		return nil, unresolved.Detail("the answer is not about the question")
	}
	return m, nil
}

func question(name string, kind uint16) *dns.Msg {
	q := new(dns.Msg)
	q.SetQuestion(name, kind)
	q.SetEdns0(udpSize, false)
	return q
}

// repeats reports whether the answer has the question letter by letter, as an honest server copies it.
func repeats(m, q *dns.Msg) bool {
	return m.Response && len(m.Question) == 1 && m.Question[0] == q.Question[0]
}

// mixed turns letters to upper case at random.
func mixed(name string) string {
	b := []byte(name)
	coin := make([]byte, len(b))
	_, _ = rand.Read(coin) // never fails
	for i, c := range b {
		if 'a' <= c && c <= 'z' && coin[i]&1 == 1 {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// send makes one attempt. The context ends it at once, not only at its deadline.
func (d *DNS) send(ctx context.Context, network, server string, q *dns.Msg) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, d.o.Timeout)
	defer cancel()
	c := &dns.Client{Net: network, UDPSize: udpSize, Timeout: d.o.Timeout}
	conn, err := c.DialContext(ctx, server)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	m, _, err := c.ExchangeWithConnContext(ctx, q, conn)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	return m, err
}
