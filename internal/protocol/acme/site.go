package acme

import (
	"context"
	"errors"
	"sync"

	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/regex"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/outbound"
)

// site is a profile of one revision with what was made of it. It is shared, and never changed.
type site struct {
	Profile
	revision int64
	relay    outbound.Proxy   // the proxy it was made with
	web      *outbound.Client // for http-01
	tls      *outbound.Client // for tls-alpn-01
	dns      outbound.Resolver
	domains  []*regex.Regex // constraints of DNS names
	mails    *regex.Regex   // constraint of the domains of contacts
	roots    roots
}

// sites keeps what was made of profiles, until they change.
type sites struct {
	mu  sync.RWMutex // guards all
	all map[string]*site
}

// site returns the profile of a name. One that does not exist, is not for ACME or not enabled is not here.
func (d *Door) site(ctx context.Context, name string) (*site, error) {
	p, revision, err := lifecycle.Profiles.Current(ctx, d.DB.DB, name)
	if errors.Is(err, lifecycle.Profiles.Missing()) {
		return nil, noSite(name)
	}
	if err != nil {
		return nil, err
	}
	d.sites.mu.RLock()
	s := d.sites.all[name]
	d.sites.mu.RUnlock()
	if s == nil || s.revision != revision || d.rerouted(ctx, s) {
		mine, ok := p.(Profile)
		if !ok {
			return nil, noSite(name)
		}
		if s, err = d.newSite(ctx, mine, revision); err != nil {
			return nil, err
		}
	}
	if !s.Enabled {
		return nil, noSite(name)
	}
	return s, nil
}

// rerouted reports whether the proxy of a profile has changed.
func (d *Door) rerouted(ctx context.Context, s *site) bool {
	if s.Proxy == "" {
		return false
	}
	relay, err := connector.Relay(ctx, d.DB.DB, d.Keys, string(s.Proxy))
	return err == nil && relay != s.relay
}

func noSite(name string) *fault.Fault { return notHere.Detail("there is no profile %s", name) }

// newSite makes a site of a profile, and lets go of the one it takes the place of.
func (d *Door) newSite(ctx context.Context, p Profile, revision int64) (*site, error) {
	s := &site{Profile: p, revision: revision}
	if err := s.constrain(); err != nil {
		return nil, err
	}
	if err := s.connect(ctx, d); err != nil {
		return nil, err
	}
	d.sites.mu.Lock()
	defer d.sites.mu.Unlock()
	if d.sites.all == nil {
		d.sites.all = map[string]*site{}
	}
	if old := d.sites.all[p.Name]; old != nil {
		old.web.Close()
		old.tls.Close()
	}
	d.sites.all[p.Name] = s
	return s, nil
}

// connect makes the clients that validate.
func (s *site) connect(ctx context.Context, d *Door) (err error) {
	names := d.DNS
	if len(s.Resolvers) > 0 {
		names = outbound.DNSOptions{Servers: s.Resolvers, Timeout: names.Timeout, Rounds: names.Rounds, Parallel: names.Parallel}
	}
	if len(names.Servers) == 0 { // without a readable configuration those of its own address
		names, _ = outbound.System()
	}
	names.Hosts, names.Search = "", nil // who owns a name is a question for the DNS alone
	if s.dns, err = outbound.NewDNS(names); err != nil {
		return err
	}
	o := outbound.Options{
		Policy: outbound.Policy{AllowLoopback: s.AllowLoopback, AllowPrivate: yes(s.AllowPrivate)}, Resolver: s.dns, Timeout: s.timeout(),
		MaxBytes: maxResponse, Parallel: d.limits.Validations, InsecureSkipVerify: true,
	}
	if o.Policy.Allow, err = outbound.Prefixes(s.AllowNetworks); err != nil {
		return err
	}
	if o.Policy.Deny, err = outbound.Prefixes(s.DenyNetworks); err != nil {
		return err
	}
	if s.Proxy != "" {
		if s.relay, err = connector.Relay(ctx, d.DB.DB, d.Keys, string(s.Proxy)); err != nil {
			return err
		}
		o.Proxy = &s.relay
	}
	o.PortAllowed = func(port int) bool { return port == s.alpnPort() }
	if s.tls, err = outbound.New(o); err != nil {
		return err
	}
	o.MaxRedirects = 10
	o.PortAllowed = func(port int) bool { return port == 80 || port == 443 || port == s.httpPort() }
	s.web, err = outbound.New(o)
	return err
}

// constrain compiles the constraints that are checked before anything is validated; the core checks them all again.
func (s *site) constrain() error {
	k := s.Constraints
	if k == nil {
		return nil
	}
	for _, pattern := range []string{string(k.DNSDomains), string(k.Domains)} {
		if pattern == "" {
			continue
		}
		re, err := regex.Compile(pattern)
		if err != nil {
			return err
		}
		s.domains = append(s.domains, re)
	}
	if k.EmailDomains == "" {
		return nil
	}
	re, err := regex.Compile(string(k.EmailDomains))
	s.mails = re
	return err
}

// issuesFor refuses identifiers outside the domains of the profile.
func (s *site) issuesFor(ids []identifier) error {
	var wrong each
	for _, id := range ids {
		if id.Type != typeDNS {
			continue
		}
		for _, re := range s.domains {
			if ok, err := re.Whole(id.base().Value); err != nil || !ok {
				wrong.add(id, rejectedIdentifier.Detail("the domain '%s' is not allowed by the profile", id.base().Value))
				break
			}
		}
	}
	return wrong.err()
}
