package identity

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// What localPath lets pass is a path of this server for whoever reads it as a browser does: back slashes are slashes,
// control characters are dropped.
func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/", "/ui/x?y=1#z", "//evil", `/\evil`, "/\t/evil", "https://evil", "", "/%2f/evil", "/.//evil"} {
		f.Add(s)
	}
	base := &url.URL{Scheme: "https", Host: "pki.example.com", Path: "/api"}
	f.Fuzz(func(t *testing.T, path string) {
		if !localPath(path) {
			return
		}
		seen := strings.ReplaceAll(strings.Map(func(r rune) rune {
			if r < 0x20 {
				return -1
			}
			return r
		}, path), `\`, "/")
		if u, err := base.Parse(seen); err == nil && u.Host != base.Host {
			t.Errorf("%q leads to %s", path, u.Host)
		}
	})
}

// Tokens against forged requests are those of one subject and one server.
func FuzzCSRF(f *testing.F) {
	s := Sessions{Key: []byte("one server's key")}
	const millis, nonce = "1700000000000", "000000000000000000000000"
	valid := s.csrfOf("session", millis, nonce) + "-" + millis + "-" + nonce
	if !s.validCSRF("session", valid) || s.validCSRF("other", valid) || (Sessions{Key: []byte("other")}).validCSRF("session", valid) {
		f.Fatal("a token is not that of one subject and one server")
	}
	f.Add(valid)
	f.Add("--")
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		if token != valid && s.validCSRF("session", token) {
			t.Errorf("%q is accepted", token)
		}
	})
}

func TestBrake(t *testing.T) {
	t.Parallel()
	for failures, want := range map[int]time.Duration{
		0: 0, 4: 0, 5: time.Second, 6: 2 * time.Second, 14: 512 * time.Second, 15: 15 * time.Minute, 1 << 30: 15 * time.Minute,
	} {
		if got := ofAccount.wait(failures); got != want {
			t.Errorf("after %d failures: got %s, want %s", failures, got, want)
		}
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "::ffff:192.0.2.7": "::ffff:192.0.2.7", "pipe": "pipe",
	} {
		if got := network(address); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}
