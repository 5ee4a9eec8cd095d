package authority

import (
	"fmt"
	"net"
	"strings"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/pki"
)

// Spec says which CA to create.
type Spec struct {
	Name        string
	Parent      string        // name of the CA above; "" for a root
	Subject     string        // RFC 4514; "" is CN=<name>
	KeyType     pki.KeyType   // "" is P-256
	Lifetime    span.Duration // 0 is 20 years for a root and 10 below another CA
	PathLength  *int          // CAs that may stand below one another; nil is no limit for a root, none below another CA
	Constraints *Constraints
	Policies    []string // OIDs; for the CA certificate itself
	Settings    Settings
}

// Constraints limit the names below a CA (RFC 5280, 4.2.1.10). Ranges of IP addresses are written as 192.0.2.0/24.
type Constraints struct {
	PermittedDNS, ExcludedDNS       []string
	PermittedEmails, ExcludedEmails []string
	PermittedURIs, ExcludedURIs     []string
	PermittedIPs, ExcludedIPs       []string
}

const (
	rootLifetime  = 20 * 365 * span.Day
	belowLifetime = 10 * 365 * span.Day
	maxPathLength = 16
)

// keyTypes are those a CA may have.
var keyTypes = []pki.KeyType{pki.P256, pki.P384, pki.P521, pki.RSA2048, pki.RSA3072, pki.RSA4096, pki.Ed25519}

// isKeyType reports whether a CA may have the key.
func isKeyType(k pki.KeyType) bool {
	for _, t := range keyTypes {
		if t == k {
			return true
		}
	}
	return false
}

// complete fills in what the spec leaves out.
func (s Spec) complete() Spec {
	if s.KeyType == "" {
		s.KeyType = pki.P256
	}
	if s.Lifetime == 0 && s.Parent == "" {
		s.Lifetime = rootLifetime
	}
	if s.Lifetime == 0 {
		s.Lifetime = belowLifetime
	}
	s.Settings = s.Settings.orDefault()
	return s
}

// template is the CA certificate the spec asks for, without key, serial number and validity.
func (s Spec) template() (*pki.Template, error) {
	problems := s.Settings.complaints()
	if !validName(s.Name) {
		problems = append(problems, fmt.Sprintf("name: 1 to %d letters, digits and \"-_.\", the first no dot", maxName))
	}
	if !isKeyType(s.KeyType) {
		problems = append(problems, fmt.Sprintf("keyType: one of %v", keyTypes))
	}
	if s.Lifetime < span.Day {
		problems = append(problems, "lifetime: at least 1 day")
	}
	if s.PathLength != nil && (*s.PathLength < 0 || *s.PathLength > maxPathLength) {
		problems = append(problems, fmt.Sprintf("pathLength: from 0 to %d", maxPathLength))
	}
	problems = append(problems, badUsages("policies", nil, s.Policies)...)
	subject, bad := s.subject()
	problems = append(problems, bad...)
	constraints, bad := s.Constraints.parse()
	problems = append(problems, bad...)
	if len(problems) > 0 {
		return nil, Invalid.Each(problems)
	}
	return &pki.Template{Subject: subject, IsCA: true, PathLen: s.PathLength, Constraints: constraints, Policies: s.Policies}, nil
}

func (s Spec) subject() (pki.Name, []string) {
	if s.Subject == "" {
		return pki.Name{{Type: pki.CN, Value: clip(s.Name, 64)}}, nil
	}
	n, err := pki.ParseDN(s.Subject)
	if err == nil {
		_, err = n.DER()
	}
	if err != nil {
		return nil, []string{"subject: " + fault.Of(err).Reason()}
	}
	return n, nil
}

// parse checks the constraints, which the certificate carries as they stand.
func (c *Constraints) parse() (*pki.NameConstraints, []string) {
	if c == nil {
		return nil, nil
	}
	var problems []string
	check := func(field string, list []string, ok func(string) bool) []string {
		if len(list) > maxList {
			problems = append(problems, fmt.Sprintf("nameConstraints.%s: at most %d", field, maxList))
			return nil
		}
		for _, v := range list {
			if !ok(v) {
				problems = append(problems, fmt.Sprintf("nameConstraints.%s: %q is not valid", field, v))
			}
		}
		return list
	}
	n := &pki.NameConstraints{
		PermittedDNS: check("permittedDNS", c.PermittedDNS, isDomain), ExcludedDNS: check("excludedDNS", c.ExcludedDNS, isDomain),
		PermittedEmails: check("permittedEmails", c.PermittedEmails, isMail), ExcludedEmails: check("excludedEmails", c.ExcludedEmails, isMail),
		PermittedURIs: check("permittedURIs", c.PermittedURIs, isDomain), ExcludedURIs: check("excludedURIs", c.ExcludedURIs, isDomain),
	}
	ranges := func(field string, list []string) (all []*net.IPNet) {
		for _, v := range check(field, list, isRange) {
			_, r, _ := net.ParseCIDR(v) // checked a line above
			all = append(all, r)
		}
		return all
	}
	n.PermittedIPs, n.ExcludedIPs = ranges("permittedIPs", c.PermittedIPs), ranges("excludedIPs", c.ExcludedIPs)
	return n, problems
}

// isDomain accepts a host and what is below it, or with a leading dot only what is below it.
func isDomain(v string) bool {
	return !strings.HasPrefix(v, "*") && pki.IsDNSName(strings.TrimPrefix(v, "."))
}

func isMail(v string) bool {
	if !strings.Contains(v, "@") {
		return isDomain(v)
	}
	_, err := pki.SAN{Type: pki.RFC822Name, Value: v}.Clean()
	return err == nil
}

func isRange(v string) bool {
	ip, r, err := net.ParseCIDR(v)
	return err == nil && ip.Equal(r.IP)
}
