package outbound

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestPolicy(t *testing.T) {
	t.Parallel()
	nets := func(texts ...string) []netip.Prefix {
		all, err := Prefixes(texts)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	open := Policy{AllowLoopback: true, AllowPrivate: true, Allow: nets("0.0.0.0/0", "::/0")}
	inside := Policy{AllowPrivate: true}
	listed := Policy{Deny: nets("0.0.0.0/0", "::/0"), Allow: nets("10.1.0.0/16", "2001:db8::7", "127.0.0.1")}
	for _, c := range []struct {
		name   string
		policy Policy
		addr   string
		why    string // "" is allowed
	}{
		{"public", Policy{}, "93.184.216.34", ""},
		{"public six", Policy{}, "2606:2800:220:1::1", ""},
		{"loopback", Policy{}, "127.0.0.1", "a loopback address"},
		{"loopback six", Policy{}, "::1", "a loopback address"},
		{"loopback allowed", Policy{AllowLoopback: true}, "::1", ""},
		{"private", Policy{}, "10.0.0.1", "a private address"},
		{"private allowed", inside, "172.31.255.255", ""},
		{"carrier", Policy{}, "100.64.0.1", "a private address"},
		{"unique local", Policy{}, "fd12::1", "a private address"},
		{"unique local allowed", inside, "fd12::1", ""},
		{"loopback is not private", inside, "127.0.0.1", "a loopback address"},
		{"link-local never", open, "169.254.1.1", "a link-local address"},
		{"link-local six never", open, "fe80::1", "a link-local address"},
		{"zone", open, "fe80::1%eth0", "not a plain address"},
		{"metadata never", open, "169.254.169.254", "a cloud metadata address"},
		{"metadata six never", open, "fd00:ec2::254", "a cloud metadata address"},
		{"metadata in carrier space", inside, "100.100.100.200", "a cloud metadata address"},
		{"unspecified", open, "0.0.0.0", "an unspecified address"},
		{"this network", open, "0.1.2.3", "an unspecified address"},
		{"unspecified six", open, "::", "an unspecified address"},
		{"multicast", open, "224.0.0.1", "a multicast address"},
		{"multicast six", open, "ff02::1", "a multicast address"},
		{"broadcast", open, "255.255.255.255", "the broadcast address"},
		{"reserved", open, "240.0.0.1", "a reserved address"},
		{"mapped loopback", Policy{}, "::ffff:127.0.0.1", "a loopback address"},
		{"mapped link-local", open, "::ffff:169.254.169.254", "a cloud metadata address"},
		{"mapped public", Policy{}, "::ffff:8.8.8.8", ""},
		{"compatible", Policy{}, "::127.0.0.1", "a loopback address"},
		{"translated", Policy{}, "::ffff:0:10.0.0.1", "a private address"},
		{"nat64", open, "64:ff9b::169.254.169.254", "a cloud metadata address"},
		{"nat64 public", Policy{}, "64:ff9b::8.8.8.8", ""},
		{"nat64 local", open, "64:ff9b:1::8.8.8.8", "a local translation address"},
		{"6to4", Policy{}, "2002:7f00:1::1", "a loopback address"},
		{"6to4 public", Policy{}, "2002:808:808::1", ""},
		{"teredo server", Policy{}, "2001:0:a00:1::1", "a private address"},
		{"teredo client", Policy{}, "2001:0:808:808:0:0:80ff:fffe", "a loopback address"},
		{"isatap", Policy{}, "2001:db8::5efe:10.0.0.1", "a private address"},
		{"isatap universal", Policy{}, "2001:db8::200:5efe:127.0.0.1", "a loopback address"},
		{"embedded is not opened by the outer list", Policy{Allow: nets("2002::/16")}, "2002:a00:1::1", "a private address"},
		{"longer allow wins", listed, "10.1.2.3", ""},
		{"single address", listed, "2001:db8::7", ""},
		{"listed loopback", listed, "127.0.0.1", ""},
		{"the rest denied", listed, "10.2.2.3", "which the policy denies"},
		{"equal length denies", Policy{Allow: nets("1.1.1.0/24"), Deny: nets("1.1.1.0/24")}, "1.1.1.1", "which the policy denies"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := c.policy.Check(netip.MustParseAddr(c.addr))
			if c.why == "" {
				if err != nil {
					t.Fatalf("got %v, want it allowed", err)
				}
				return
			}
			if !errors.Is(err, Refused) || !strings.Contains(err.Error(), c.why) {
				t.Fatalf("got %v, want it refused as %q", err, c.why)
			}
		})
	}
	if err := (Policy{}).Check(netip.Addr{}); !errors.Is(err, Refused) {
		t.Errorf("got %v, want the zero address refused", err)
	}
}

func TestPrefixes(t *testing.T) {
	t.Parallel()
	got, err := Prefixes([]string{"10.1.2.3/8", "1.2.3.4", "::ffff:10.0.0.0/104", "::ffff:1.1.1.1", "fd00::/8"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"10.0.0.0/8", "1.2.3.4/32", "10.0.0.0/8", "1.1.1.1/32", "fd00::/8"}
	for i, p := range got {
		if p.String() != want[i] {
			t.Errorf("got %v, want %v", p, want[i])
		}
	}
	for _, bad := range []string{"", "ten", "1.2.3.4/33", "::ffff:0:0/90"} {
		if _, err := Prefixes([]string{bad}); err == nil {
			t.Errorf("%q was taken for a network", bad)
		}
	}
	if _, err := Prefixes(make([]string, maxPrefixes+1)); err == nil {
		t.Error("got no error for too many networks")
	}
}

func FuzzPolicy(f *testing.F) {
	f.Add([]byte{127, 0, 0, 1})
	f.Add(netip.MustParseAddr("64:ff9b::7f00:1").AsSlice())
	f.Fuzz(func(t *testing.T, b []byte) {
		a, ok := netip.AddrFromSlice(b)
		if !ok {
			return
		}
		err := Policy{}.Check(a)
		u := a.Unmap()
		if err == nil && (u.IsLoopback() || u.IsPrivate() || u.IsLinkLocalUnicast() || u.IsMulticast() || u.IsUnspecified()) {
			t.Errorf("%s is allowed", a)
		}
	})
}
