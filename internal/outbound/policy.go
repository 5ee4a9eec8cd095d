package outbound

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Policy says which addresses may be reached. Its zero value allows public addresses and nothing else.
//
// Some addresses are refused whatever the policy says: unspecified, link-local, multicast, broadcast and reserved ones, and
// those at which cloud providers hand out credentials. An IPv6 address that carries an IPv4 address (mapped, compatible,
// translated, NAT64, 6to4, Teredo, ISATAP) is judged by both.
type Policy struct {
	AllowLoopback bool           // 127.0.0.0/8 and ::1
	AllowPrivate  bool           // RFC 1918, RFC 6598 (carriers' NAT), RFC 4193 (unique local), RFC 2544 (benchmarks)
	Allow         []netip.Prefix // allowed besides; of two prefixes that hold an address, the longer one decides
	Deny          []netip.Prefix // refused besides; wins over an equally long prefix of Allow
}

type rule struct {
	prefix netip.Prefix
	name   string
}

func rules(name string, prefixes ...string) []rule {
	all := make([]rule, len(prefixes))
	for i, p := range prefixes {
		all[i] = rule{netip.MustParsePrefix(p), name}
	}
	return all
}

func join(lists ...[]rule) (all []rule) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// never holds what no policy can allow. More telling names come first.
var never = join(
	rules("a cloud metadata address", "169.254.169.254/32", "169.254.170.2/32", "100.100.100.200/32", "168.63.129.16/32",
		"192.0.0.192/32", "fd00:ec2::/32", "fd20:ce::254/128"),
	rules("a link-local address", "169.254.0.0/16", "fe80::/10"),
	rules("an unspecified address", "0.0.0.0/8", "::/128"),
	rules("a multicast address", "224.0.0.0/4", "ff00::/8"),
	rules("the broadcast address", "255.255.255.255/32"),
	rules("a reserved address", "240.0.0.0/4", "192.0.0.0/24", "100::/64"),
	// RFC 8215: where in it the IPv4 address stands depends on the network, so it cannot be judged.
	rules("a local translation address", "64:ff9b:1::/48"),
)

var loopback = rules("a loopback address", "127.0.0.0/8", "::1/128")

var private = rules("a private address", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15",
	"fc00::/7", "fec0::/10")

// Check returns nil when a may be reached, and otherwise Refused with the address and the rule.
func (p Policy) Check(a netip.Addr) error {
	if !a.IsValid() || a.Zone() != "" {
		return Refused.Detail("%s is not a plain address", a)
	}
	for _, form := range forms(a.Unmap()) {
		if why := p.against(form); why != "" {
			if form != a {
				return Refused.Detail("%s carries %s, %s", a, form, why)
			}
			return Refused.Detail("%s, %s", a, why)
		}
	}
	return nil
}

// against returns why a is refused, or "".
func (p Policy) against(a netip.Addr) string {
	if r := find(never, a); r != nil {
		return r.name
	}
	allow, deny := longest(p.Allow, a), longest(p.Deny, a)
	if deny >= 0 && deny >= allow {
		return "which the policy denies"
	}
	if allow >= 0 {
		return ""
	}
	if r := find(loopback, a); r != nil && !p.AllowLoopback {
		return r.name
	}
	if r := find(private, a); r != nil && !p.AllowPrivate {
		return r.name
	}
	return ""
}

func find(list []rule, a netip.Addr) *rule {
	for i := range list {
		if list[i].prefix.Contains(a) {
			return &list[i]
		}
	}
	return nil
}

// longest returns the length of the longest prefix that holds a, or -1.
func longest(list []netip.Prefix, a netip.Addr) int {
	n := -1
	for _, p := range list {
		if p.Contains(a) {
			n = max(n, p.Bits())
		}
	}
	return n
}

// forms returns a and every IPv4 address that a translator or tunnel on the way could make of it.
func forms(a netip.Addr) []netip.Addr {
	all := []netip.Addr{a}
	if a.Is4() {
		return all
	}
	b := a.As16()
	v4 := func(at int) netip.Addr { return netip.AddrFrom4([4]byte(b[at : at+4])) }
	group := func(at int) uint32 { return binary.BigEndian.Uint32(b[at : at+4]) }
	switch {
	case group(0) == 0x0064ff9b && group(4) == 0 && group(8) == 0: // RFC 6052, 2.1
		all = append(all, v4(12))
	case b[0] == 0x20 && b[1] == 0x02: // RFC 3056: 6to4
		all = append(all, v4(2))
	case group(0) == 0x20010000: // RFC 4380, 4: Teredo's server, and the client with its bits turned over
		client := binary.BigEndian.AppendUint32(nil, ^group(12))
		all = append(all, v4(4), netip.AddrFrom4([4]byte(client)))
	case group(0) == 0 && group(4) == 0 && group(8) == 0xffff0000: // RFC 2765, 2.1: translated
		all = append(all, v4(12))
	case group(0) == 0 && group(4) == 0 && group(8) == 0 && group(12) > 1: // RFC 4291, 2.5.5.1: compatible; not :: and ::1
		all = append(all, v4(12))
	case group(8)&^0x02000000 == 0x00005efe: // RFC 5214, 6.1: ISATAP
		all = append(all, v4(12))
	}
	return all
}

const maxPrefixes = 1000

// Prefixes reads the lists of a policy: networks such as 10.1.0.0/16, or single addresses.
func Prefixes(texts []string) ([]netip.Prefix, error) {
	if len(texts) > maxPrefixes {
		return nil, badTarget.Detail("a list holds at most %d networks", maxPrefixes)
	}
	all := make([]netip.Prefix, 0, len(texts))
	for _, s := range texts {
		p, err := prefix(s)
		if err != nil {
			return nil, badTarget.Detail("%q is not a network", brief(s)).Because(err)
		}
		all = append(all, p)
	}
	return all, nil
}

func prefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap().WithZone("").Prefix(a.Unmap().BitLen())
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, err
	}
	if !p.Addr().Is4In6() {
		return p.Masked(), nil
	}
	if p.Bits() < 96 {
		return p, fmt.Errorf("%s mixes both families", p)
	}
	return p.Addr().Unmap().Prefix(p.Bits() - 96)
}
