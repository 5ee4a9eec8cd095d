package acme

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/pki"
)

// Module is the name of the variant of certificate profiles that ACME serves.
const Module = "acme"

// Profile is who may have which certificates by ACME (RFC 8555), and how control of names is proven. Members that are
// zero have the default their documentation names.
type Profile struct {
	Module string `json:"module" required:"true" enum:"acme" doc:"acme" group:"what" title:"ACME"`
	lifecycle.Common

	Timeout               span.Duration                 `json:"timeout,omitempty" doc:"How long one attempt to validate may take; 10 seconds, 5 minutes at most." group:"limits"`
	Meta                  *Meta                         `json:"meta,omitempty" doc:"What the directory says of the service." group:"what"`
	AuthorizationMethods  []string                      `json:"authorizationMethods,omitempty" maxItems:"3" doc:"Ways to prove control: http-01, dns-01, tls-alpn-01. All of them when empty." group:"ask"`
	HTTP01Port            int                           `json:"http01Port,omitempty" minimum:"0" maximum:"65535" example:"80" doc:"Port http-01 is validated at; 80." group:"where"`
	TLSALPN01Port         int                           `json:"tlsAlpn01Port,omitempty" minimum:"0" maximum:"65535" example:"443" doc:"Port tls-alpn-01 is validated at; 443." group:"where"`
	AuthorizeShortName    bool                          `json:"authorizeShortName" doc:"Whether host names without a domain are issued, each beside a name that begins with it." group:"ask"`
	AuthorizeEmptyContact bool                          `json:"authorizeEmptyContact" doc:"Whether accounts need no contact." group:"who"`
	DefaultContacts       []string                      `json:"defaultContacts,omitempty" maxItems:"10" example:"pki@example.com" doc:"Mail addresses of accounts that are registered without a contact." group:"who"`
	VerifyRetryCount      int                           `json:"verifyRetryCount,omitempty" minimum:"0" maximum:"15" unit:"attempts" example:"3" doc:"Attempts to validate one challenge; 3." group:"limits"`
	VerifyRetryDelay      span.Duration                 `json:"verifyRetryDelay,omitempty" shorter:"orderLifetime" doc:"Wait between two attempts; 3 seconds, an hour at most." group:"limits"`
	RequireTermsOfService bool                          `json:"requireTermsOfService" doc:"Whether accounts have to agree to the terms of service." group:"who"`
	RenewalPeriod         span.Duration                 `json:"renewalPeriod,omitempty" shorter:"pkiConnector.crtLifetime" doc:"How long before the end of a certificate its renewal is suggested; a third of its life." group:"follow"`
	MaxDNSName            int                           `json:"maxDnsName,omitempty" minimum:"0" maximum:"1000" unit:"names" example:"100" doc:"Most names of one order." group:"ask"`
	Proxy                 kind.Ref[connector.HTTPProxy] `json:"proxy,omitempty" doc:"Relay for http-01 and tls-alpn-01." group:"where"`

	AllowWildcards     *bool          `json:"allowWildcards,omitempty" doc:"Whether names that begin with *. are issued; yes when left out. They need dns-01." group:"ask"`
	AllowIPAddresses   *bool          `json:"allowIpAddresses,omitempty" doc:"Whether IP addresses are issued (RFC 8738); yes when left out." group:"ask"`
	AllowLoopback      bool           `json:"allowLoopback,omitempty" doc:"Whether the server's own machine may be validated, also names under localhost." group:"where"`
	AllowPrivate       *bool          `json:"allowPrivate,omitempty" doc:"Whether private addresses (RFC 1918, RFC 4193) may be validated; yes when left out." group:"where"`
	AllowNetworks      []string       `json:"allowNetworks,omitempty" maxItems:"1000" example:"10.1.0.0/16" doc:"Networks that may be validated besides, such as 10.1.0.0/16." group:"where"`
	DenyNetworks       []string       `json:"denyNetworks,omitempty" maxItems:"1000" example:"10.1.9.0/24" doc:"Networks that may not be validated; of two that hold an address the smaller one decides." group:"where"`
	Resolvers          []string       `json:"resolvers,omitempty" maxItems:"16" example:"192.0.2.53:53" doc:"Name servers, host:port, asked for validations; those of the server when empty." group:"where"`
	CheckCAA           bool           `json:"checkCaa,omitempty" doc:"Whether CAA records (RFC 8659, RFC 8657) are obeyed. meta.caaIdentities then names this CA." group:"ask"`
	AuthorizationReuse span.Duration  `json:"authorizationReuse,omitempty" doc:"How long a proof serves further orders of its account; not at all when left out." group:"limits"`
	OrderLifetime      span.Duration  `json:"orderLifetime,omitempty" doc:"How long an order may wait to be finalized; 7 days." group:"limits"`
	RenewalInfo        *bool          `json:"renewalInfo,omitempty" doc:"Whether clients are told when to renew (RFC 9773); yes when left out." group:"follow"`
	RenewalWindow      *span.Duration `json:"renewalWindow,omitempty" shorter:"renewalPeriod" doc:"Length of the time renewals are spread over; a fiftieth of the certificate's life." group:"follow"`
	IncludeRoot        *bool          `json:"includeRoot,omitempty" doc:"Whether chains end with the root; yes when left out." group:"where"`
	PreferredCAs       []string       `json:"preferredCas,omitempty" maxItems:"20" example:"Example Root R1" doc:"Common names; of several chains the one with the first of these is the default." group:"where"`
	AllowGet           *bool          `json:"allowGet,omitempty" doc:"Whether orders, authorizations, challenges and certificates are answered to plain GET too, for older clients; yes when left out. RFC 8555, 6.3 wants POST-as-GET." group:"where"`
}

// Meta is what the directory says of the service (RFC 8555, 7.1.1).
type Meta struct {
	TermsOfService          string   `json:"termsOfService,omitempty" maxLength:"2000" example:"https://www.example.com/terms" doc:"Address of the terms of service."`
	Website                 string   `json:"website,omitempty" maxLength:"2000" example:"https://www.example.com" doc:"Address of the service's site."`
	CAAIdentities           []string `json:"caaIdentities,omitempty" maxItems:"20" example:"ca.example.com" doc:"Host names this CA goes by in CAA records."`
	ExternalAccountRequired bool     `json:"externalAccountRequired,omitempty" doc:"Whether accounts have to be bound to an external account key."`
}

// Example is a complete profile, for the list of variants.
func Example() lifecycle.Profile {
	return Profile{
		Module:               Module,
		Common:               lifecycle.Common{Named: kind.Named{Name: "acme-servers"}, Enabled: true},
		Timeout:              span.Duration(10 * time.Second),
		Meta:                 &Meta{Website: "https://pki.example.com", CAAIdentities: []string{"pki.example.com"}},
		AuthorizationMethods: []string{http01, dns01, tlsALPN01},
		HTTP01Port:           80, TLSALPN01Port: 443,
		AuthorizeEmptyContact: true, VerifyRetryCount: 3, VerifyRetryDelay: span.Duration(3 * time.Second),
		RenewalPeriod: 30 * span.Day, MaxDNSName: 100, OrderLifetime: 7 * span.Day, AuthorizationReuse: span.Duration(8 * time.Hour),
	}
}

// Admits reports whether the caller is an account of this profile: ACME itself has asked it to prove control of names.
func (p Profile) Admits(who access.Caller) bool {
	return who.Type == access.Acme && who.Provider == p.Name
}

// The longest times a profile may ask for.
const (
	maxTimeout  = span.Duration(5 * time.Minute)
	maxDelay    = span.Duration(time.Hour)
	maxLifetime = 90 * span.Day
)

// Complaints lists what is wrong beyond what the tags can say.
func (p Profile) Complaints() (bad []string) {
	add := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	for i, m := range p.AuthorizationMethods {
		if !slices.Contains(methods, strings.ToLower(m)) {
			add("authorizationMethods.%d: one of %s", i, strings.Join(methods, ", "))
		}
	}
	for name, d := range map[string]struct{ got, most span.Duration }{
		"timeout": {p.Timeout, maxTimeout}, "verifyRetryDelay": {p.VerifyRetryDelay, maxDelay},
		"orderLifetime": {p.OrderLifetime, maxLifetime}, "authorizationReuse": {p.AuthorizationReuse, 398 * span.Day},
	} {
		if d.got > d.most {
			add("%s: %s at most", name, d.most)
		}
	}
	for i, c := range p.DefaultContacts {
		if _, err := address("mailto:" + strings.TrimPrefix(c, "mailto:")); err != nil {
			add("defaultContacts.%d: %q is not a mail address", i, c)
		}
	}
	if p.RequireTermsOfService && (p.Meta == nil || p.Meta.TermsOfService == "") { // RFC 8555, 7.3
		add("requireTermsOfService: meta.termsOfService names the terms")
	}
	if p.CheckCAA && (p.Meta == nil || len(p.Meta.CAAIdentities) == 0) {
		add("checkCaa: meta.caaIdentities names this CA")
	}
	slices.Sort(bad)
	return append(append(bad, p.Meta.complaints()...), p.unreachable()...)
}

func (m *Meta) complaints() (bad []string) {
	if m == nil {
		return nil
	}
	for name, text := range map[string]string{"termsOfService": m.TermsOfService, "website": m.Website} {
		if u, err := url.Parse(text); text != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			bad = append(bad, "meta."+name+": it is not an address of HTTP")
		}
	}
	for i, id := range m.CAAIdentities { // RFC 8555, 7.1.1: lower case
		if !pki.IsDNSName(id) || strings.HasPrefix(id, "*") {
			bad = append(bad, fmt.Sprintf("meta.caaIdentities.%d: %q is not a host name in lower case", i, id))
		}
	}
	slices.Sort(bad)
	return bad
}

// unreachable lists what is wrong with networks and name servers.
func (p Profile) unreachable() (bad []string) {
	for name, list := range map[string][]string{"allowNetworks": p.AllowNetworks, "denyNetworks": p.DenyNetworks} {
		if _, err := outbound.Prefixes(list); err != nil {
			bad = append(bad, name+": it holds what is not a network, such as 10.1.0.0/16")
		}
	}
	slices.Sort(bad)
	for i, s := range p.Resolvers {
		if !isServer(s) {
			bad = append(bad, fmt.Sprintf("resolvers.%d: %q is not host:port", i, s))
		}
	}
	return bad
}

// isServer reports whether s is the address of a name server.
func isServer(s string) bool {
	_, err := outbound.NewDNS(outbound.DNSOptions{Servers: []string{s}})
	return err == nil
}

// ways returns the methods that are offered, in the order they are.
func (p Profile) ways() []string {
	if len(p.AuthorizationMethods) == 0 {
		return methods
	}
	var all []string
	for _, m := range methods {
		if slices.ContainsFunc(p.AuthorizationMethods, func(s string) bool { return strings.EqualFold(s, m) }) {
			all = append(all, m)
		}
	}
	return all
}

func (p Profile) meta() Meta {
	if p.Meta == nil {
		return Meta{}
	}
	return *p.Meta
}

// yes reads a switch that is on when it is left out.
func yes(b *bool) bool { return b == nil || *b }

// or returns the first value that is not zero.
func or[T comparable](v, standard T) T {
	var zero T
	if v == zero {
		return standard
	}
	return v
}

func (p Profile) timeout() time.Duration { return or(p.Timeout, span.Duration(10*time.Second)).Std() }
func (p Profile) delay() time.Duration {
	return or(p.VerifyRetryDelay, span.Duration(3*time.Second)).Std()
}
func (p Profile) lifetime() time.Duration { return or(p.OrderLifetime, 7*span.Day).Std() }
func (p Profile) attempts() int           { return or(p.VerifyRetryCount, 3) }
func (p Profile) httpPort() int           { return or(p.HTTP01Port, 80) }
func (p Profile) alpnPort() int           { return or(p.TLSALPN01Port, 443) }
