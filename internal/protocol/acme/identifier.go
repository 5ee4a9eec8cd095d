package acme

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
)

// identifier is what a certificate is asked for: a name or an address (RFC 8555, 9.7.7; RFC 8738, 3).
type identifier struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Types of identifiers.
const (
	typeDNS = "dns"
	typeIP  = "ip"
)

// clean returns the identifier in the one spelling it is compared in.
func (id identifier) clean() (identifier, *fault.Fault) {
	if len(id.Value) > 255 {
		return id, malformed.Detail("an identifier has at most 255 characters")
	}
	switch id.Type {
	case typeDNS:
		return id.cleanName()
	case typeIP:
		return id.cleanAddress()
	}
	if len(id.Type) > 32 {
		id.Type = id.Type[:32]
	}
	return id, unsupported.Detail("%q is neither dns nor ip", id.Type)
}

func (id identifier) cleanName() (identifier, *fault.Fault) {
	name := strings.ToLower(id.Value)
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return id, malformed.Detail("%q is an address: its identifier has the type ip", id.Value)
	}
	if !pki.IsDNSName(name) { // RFC 8555, 7.1.4: also that other scripts come as A-labels
		return id, malformed.Detail("%q is not a domain name", id.Value)
	}
	return identifier{typeDNS, name}, nil
}

// cleanAddress wants the textual forms of RFC 8738, 3, and is lenient with other spellings of IPv6.
func (id identifier) cleanAddress() (identifier, *fault.Fault) {
	a, err := netip.ParseAddr(id.Value)
	switch {
	case err != nil || a.Zone() != "" || a.Is4In6():
		return id, malformed.Detail("%q is not an IP address", id.Value)
	case a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast():
		return id, rejectedIdentifier.Detail("%s is no address of a single server", a)
	}
	return identifier{typeIP, a.String()}, nil
}

func (id identifier) wildcard() bool { return id.Type == typeDNS && strings.HasPrefix(id.Value, "*.") }

// short reports a host name without a domain. localhost is none: it is this machine (RFC 6761, 6.3).
func (id identifier) short() bool {
	return id.Type == typeDNS && !strings.Contains(id.Value, ".") && id.Value != "localhost"
}

// base is the identifier an authorization is for: that of a wildcard is without the star (RFC 8555, 7.1.4).
func (id identifier) base() identifier {
	return identifier{id.Type, strings.TrimPrefix(id.Value, "*.")}
}

// host is the first label of a name.
func (id identifier) host() string {
	host, _, _ := strings.Cut(id.Value, ".")
	return host
}

// san is the identifier as it stands in certificates.
func (id identifier) san() pki.SAN {
	if id.Type == typeIP {
		return pki.SAN{Type: pki.IPAddress, Value: id.Value}
	}
	return pki.SAN{Type: pki.DNSName, Value: id.Value}
}

func sans(ids []identifier) []pki.SAN {
	all := make([]pki.SAN, len(ids))
	for i, id := range ids {
		all[i] = id.san()
	}
	return all
}

func values(ids []identifier) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = id.Value
	}
	return all
}

// identifiers cleans what an order asks for. What is said twice is taken once.
func identifiers(sent []identifier) ([]identifier, error) {
	var wrong each
	all := make([]identifier, 0, len(sent))
	for _, s := range sent {
		id, bad := s.clean()
		if bad != nil {
			wrong.add(s, bad)
			continue
		}
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all, wrong.err()
}

// requested returns the identifiers a CSR asks for: the alternative names, and the common names (RFC 8555, 7.4).
func requested(csr *pki.CSR) ([]identifier, error) {
	if csr.OtherSANs > 0 {
		return nil, badCSR.Detail("it has alternative names that are neither DNS names nor addresses")
	}
	var all []identifier
	add := func(id identifier) error {
		c, bad := id.clean()
		if bad != nil {
			return badCSR.Detail("%q is neither a DNS name nor an address", id.Value)
		}
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
		return nil
	}
	for _, s := range csr.SANs {
		kind, ok := map[pki.SANType]string{pki.DNSName: typeDNS, pki.IPAddress: typeIP}[s.Type]
		if !ok {
			return nil, badCSR.Detail("it has an alternative name of the type %s", s.Type)
		}
		if err := add(identifier{kind, s.Value}); err != nil {
			return nil, err
		}
	}
	for _, cn := range csr.Subject.Values("CN") {
		id := identifier{typeDNS, cn}
		if _, err := netip.ParseAddr(cn); err == nil {
			id.Type = typeIP
		}
		if err := add(id); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// matches reports whether a CSR asks for exactly the identifiers of an order.
func matches(csr *pki.CSR, order []identifier) error {
	all, err := requested(csr)
	if err != nil {
		return err
	}
	for _, id := range all {
		if !slices.Contains(order, id) {
			return badCSR.Detail("it asks for %s, which the order does not", id.Value)
		}
	}
	for _, id := range order {
		if !slices.Contains(all, id) {
			return badCSR.Detail("it does not ask for %s, which the order does", id.Value)
		}
	}
	return nil
}
