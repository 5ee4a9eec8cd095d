package rule

import (
	"net/netip"
	"slices"
	"strings"
)

// Lookup is a question to the DNS: whether a name has an address. Server is the resolver to ask, as address and port, or
// "" for the usual ones.
type Lookup struct{ Name, Server string }

// Lookups returns what the condition would ask the DNS about a dictionary, each question once: so that it can be asked
// beforehand, and Env.Resolves answers from memory.
func (c Condition) Lookups(d Dictionary, env Env) (all []Lookup, err error) {
	r := &run{dictionary: d, env: env}
	for _, one := range resolving(c.root) {
		v, err := one.left.eval(r)
		if err != nil {
			return nil, tooMuch.Detail("%s", err).Because(err)
		}
		for _, name := range v.texts {
			if l := (Lookup{name, one.server}); !slices.Contains(all, l) {
				all = append(all, l)
			}
		}
	}
	return all, nil
}

// NeedsDNS reports whether the condition asks the DNS.
func (c Condition) NeedsDNS() bool { return len(resolving(c.root)) > 0 }

// resolving lists the comparisons that ask the DNS.
func resolving(s statement) (all []*comparison) {
	switch s := s.(type) {
	case both:
		for _, one := range s {
			all = append(all, resolving(one)...)
		}
	case oneOf:
		for _, one := range s {
			all = append(all, resolving(one)...)
		}
	case negated:
		return resolving(s.of)
	case *comparison:
		if s.operator == resolves {
			return []*comparison{s}
		}
	}
	return all
}

// resolve reports whether every value on the left has an address. Of none that is false.
func (c *comparison) resolve(r *run, left value) bool {
	if len(left.texts) == 0 || r.env.Resolves == nil {
		return false
	}
	return !slices.ContainsFunc(left.texts, func(name string) bool { return !r.env.Resolves(Lookup{name, c.server}) })
}

// resolver reads the resolver to ask, when one is named: (192.0.2.53:53).
func (p *parser) resolver(c *comparison) error {
	if !p.take("(") {
		return nil
	}
	start := p.space()
	end := strings.IndexByte(p.text[start:], ')')
	if end < 0 {
		return p.fail(start, "expected an address and a port, and )")
	}
	server, err := netip.ParseAddrPort(strings.TrimSpace(p.text[start : start+end]))
	if err != nil {
		return p.fail(start, "expected an address and a port, such as 192.0.2.53:53")
	}
	c.server, p.at = server.String(), start+end+1
	return nil
}
