package app

import (
	"context"
	"crypto"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/pki"
)

// identityTLS is the server's own certificate: from files that are given, or from a root of its own, renewed by itself.
type identityTLS struct {
	dir         string // of the own root
	certificate string // files that are given
	key         string
	names       []pki.SAN
	clock       clock.Clock

	mu   sync.Mutex // guards both below
	now  *tls.Certificate
	next time.Time // when to look again
}

const (
	rootLife    = 10 * 365 * 24 * time.Hour
	leafLife    = 90 * 24 * time.Hour
	renewBefore = 30 * 24 * time.Hour
	lookAgain   = time.Hour
	rootFile    = "root.pem"
)

// serverNames are the names clients may use for the server.
func serverNames(c *Config) []pki.SAN {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if host, err := os.Hostname(); err == nil {
		names = append(names, strings.ToLower(host))
	}
	if u, err := url.Parse(c.PublicURL); err == nil {
		names = append(names, strings.ToLower(u.Hostname()))
	}
	if host, _, err := net.SplitHostPort(c.Listen); err == nil {
		names = append(names, host)
	}
	var all []pki.SAN
	for _, name := range names {
		s := pki.SAN{Type: "DNSNAME", Value: name}
		if ip := net.ParseIP(name); ip != nil {
			if ip.IsUnspecified() {
				continue
			}
			s.Type = "IPADDRESS"
		}
		if clean, err := s.Clean(); err == nil {
			all = append(all, clean)
		}
	}
	all, err := pki.CleanSANs(all)
	if err != nil {
		return []pki.SAN{{Type: "DNSNAME", Value: "localhost"}}
	}
	return all
}

// get returns the certificate to show, renewed or read anew when it is time.
func (t *identityTLS) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	if t.now != nil && now.Before(t.next) {
		return t.now, nil
	}
	fresh, err := t.load(now)
	if err != nil {
		if t.now != nil {
			slog.Error("the server's certificate could not be renewed", "error", err)
			t.next = now.Add(lookAgain)
			return t.now, nil
		}
		return nil, err
	}
	t.now, t.next = fresh, now.Add(lookAgain)
	return fresh, nil
}

func (t *identityTLS) load(now time.Time) (*tls.Certificate, error) {
	if t.certificate != "" {
		c, err := tls.LoadX509KeyPair(t.certificate, t.key)
		if err != nil {
			return nil, fmt.Errorf("reading the server's certificate: %w", err)
		}
		return &c, nil
	}
	root, err := t.root(now)
	if err != nil {
		return nil, err
	}
	chain, key := filepath.Join(t.dir, "server.pem"), filepath.Join(t.dir, "server.key")
	if c, err := tls.LoadX509KeyPair(chain, key); err == nil && t.good(c, root, now) {
		return &c, nil
	}
	if err := t.renew(root, now); err != nil {
		return nil, err
	}
	c, err := tls.LoadX509KeyPair(chain, key)
	return &c, err
}

// good reports whether the certificate lasts, has all names and comes from the root.
func (t *identityTLS) good(c tls.Certificate, root pki.Issuer, now time.Time) bool {
	leaf := c.Leaf
	if leaf == nil || leaf.NotAfter.Sub(now) < renewBefore || now.Before(leaf.NotBefore) || leaf.CheckSignatureFrom(root.Certificate) != nil {
		return false
	}
	for _, n := range t.names {
		if leaf.VerifyHostname(n.Value) != nil {
			return false
		}
	}
	return true
}

// root reads the server's own root, and makes it the first time.
func (t *identityTLS) root(now time.Time) (pki.Issuer, error) {
	certFile, keyFile := filepath.Join(t.dir, rootFile), filepath.Join(t.dir, "root.key")
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		if err = t.makeRoot(certFile, keyFile, now); err == nil {
			pair, err = tls.LoadX509KeyPair(certFile, keyFile)
		}
	}
	if err != nil {
		return pki.Issuer{}, fmt.Errorf("reading the server's own root: %w", err)
	}
	return pki.Issuer{Certificate: pair.Leaf, Key: pair.PrivateKey.(crypto.Signer)}, nil
}

func (t *identityTLS) makeRoot(certFile, keyFile string, now time.Time) error {
	if err := os.MkdirAll(t.dir, 0o700); err != nil {
		return err
	}
	key, err := pki.Generate("ec-secp256r1")
	if err != nil {
		return err
	}
	none := 0
	der, err := (&pki.Template{
		Subject: pki.Name{{Type: "CN", Value: "Horizon server root"}}, Serial: pki.NewSerial(), IsCA: true, PathLen: &none,
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(rootLife),
	}).SelfSign(key)
	if err != nil {
		return err
	}
	return writePair(certFile, keyFile, key, der)
}

func (t *identityTLS) renew(root pki.Issuer, now time.Time) error {
	key, err := pki.Generate("ec-secp256r1")
	if err != nil {
		return err
	}
	der, err := root.Sign(&pki.Template{
		Subject: pki.Name{{Type: "CN", Value: "Horizon server"}}, PublicKey: key.Public(), Serial: pki.NewSerial(), SANs: t.names,
		ExtKeyUsages: []string{"serverAuth"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(leafLife),
	})
	if err != nil {
		return fmt.Errorf("making the server's certificate: %w", err)
	}
	return writePair(filepath.Join(t.dir, "server.pem"), filepath.Join(t.dir, "server.key"), key, der)
}

// writePair writes key, then certificate, each whole or not at all.
func writePair(certFile, keyFile string, key crypto.Signer, der []byte) error {
	text, err := pki.EncodeKey(key)
	if err != nil {
		return err
	}
	if err := writeWhole(keyFile, []byte(text+"\n"), 0o600); err != nil {
		return err
	}
	return writeWhole(certFile, []byte(pki.EncodePEM("CERTIFICATE", der)+"\n"), 0o644)
}

func writeWhole(path string, text []byte, mode os.FileMode) error {
	if err := os.WriteFile(path+".new", text, mode); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// rootPEM returns the root clients have to trust, or "" when the certificate comes from files that are given.
func (t *identityTLS) rootPEM(_ context.Context) (string, error) {
	if t.certificate != "" {
		return "", nil
	}
	b, err := os.ReadFile(filepath.Join(t.dir, rootFile))
	return string(b), err
}
