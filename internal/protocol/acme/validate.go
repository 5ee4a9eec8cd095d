package acme

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/outbound"
)

// proof is what one attempt looks for.
type proof struct {
	identifier identifier // without *.
	wildcard   bool
	token      string
	thumbprint string // of the account's key
}

func (p proof) keyAuthorization() string { return authorizes(p.token, p.thumbprint) }

// digest is what dns-01 and tls-alpn-01 show (RFC 8555, 8.4; RFC 8737, 3).
func (p proof) digest() [sha256.Size]byte { return sha256.Sum256([]byte(p.keyAuthorization())) }

const maxResponse = 64 << 10

// validate makes one attempt and returns the address that answered.
func (s *site) validate(ctx context.Context, method string, p proof) (from string, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout())
	defer cancel()
	switch method {
	case http01:
		from, err = s.byHTTP(ctx, p)
	case dns01:
		err = s.byDNS(ctx, p)
	case tlsALPN01:
		from, err = s.byTLS(ctx, p)
	default:
		err = malformed.Detail("%s is not known", method)
	}
	return from, refused(err)
}

// refused sorts why an attempt failed into the types of RFC 8555, 6.7.
func refused(err error) error {
	if err == nil {
		return nil
	}
	reason := fault.Of(err).Reason()
	switch outbound.ClassOf(err) {
	case outbound.ClassDNS:
		return noAnswer.Detail("%s", reason).Because(err)
	case outbound.ClassTLS:
		return noHandshake.Detail("%s", reason).Because(err)
	case outbound.ClassTimeout, outbound.ClassConnection, outbound.ClassRefused:
		return noConnection.Detail("%s", reason).Because(err)
	case outbound.ClassTooLarge, outbound.ClassInvalid:
		return wrongResponse.Detail("%s", reason).Because(err)
	}
	return err
}

const wellKnown = "/.well-known/acme-challenge/"

// byHTTP fetches the key authorization (RFC 8555, 8.3). The port is the profile's.
func (s *site) byHTTP(ctx context.Context, p proof) (string, error) {
	host := p.identifier.Value
	if strings.Contains(host, ":") { // RFC 3986, 3.2.2
		host = "[" + host + "]"
	}
	if port := s.httpPort(); port != 80 {
		host += ":" + strconv.Itoa(port)
	}
	target := "http://" + host + wellKnown + p.token
	answer, err := s.web.Get(ctx, target, maxResponse)
	if err != nil {
		return "", err
	}
	from := ""
	if answer.Remote.IsValid() {
		from = answer.Remote.String()
	}
	return from, checkHTTP(answer.Status, answer.Body, p.keyAuthorization(), target)
}

// checkHTTP wants status 200 and the key authorization; space at its end is ignored.
func checkHTTP(status int, body []byte, want, target string) error {
	if status != http.StatusOK {
		return wrongResponse.Detail("%s was answered with status %d", target, status)
	}
	if got := strings.TrimRight(string(body), " \t\r\n\v\f"); got != want {
		return wrongResponse.Detail("%s holds %q and not the key authorization %q", target, printable(got), want)
	}
	return nil
}

// byDNS looks for the digest among the text records (RFC 8555, 8.4).
func (s *site) byDNS(ctx context.Context, p proof) error {
	name := queryName(p.identifier.Value)
	records, err := s.dns.TXT(ctx, name)
	if err != nil {
		return err
	}
	return checkTXT(records, p.digest(), name)
}

func checkTXT(records []string, digest [sha256.Size]byte, name string) error {
	want := encode64(digest[:])
	if slices.Contains(records, want) {
		return nil
	}
	seen := "none"
	if len(records) > 0 {
		seen = fmt.Sprintf("%q", printable(records[0]))
	}
	if len(records) > 1 {
		seen += fmt.Sprintf(" and %d more", len(records)-1)
	}
	return wrongResponse.Detail("the TXT records of %s are %s and not %q", name, seen, want)
}

// protocolALPN is what the connection speaks (RFC 8737, 6.2).
const protocolALPN = "acme-tls/1"

// byTLS looks at the certificate a server shows for the name (RFC 8737, 3; RFC 8738, 6).
func (s *site) byTLS(ctx context.Context, p proof) (string, error) {
	serverName := p.identifier.Value
	if p.identifier.Type == typeIP {
		reverse, err := dns.ReverseAddr(serverName)
		if err != nil {
			return "", err
		}
		serverName = strings.TrimSuffix(reverse, ".")
	}
	state, at, err := s.tls.DialTLS(ctx, p.identifier.Value, s.alpnPort(), serverName, []string{protocolALPN})
	if err != nil {
		return "", err
	}
	from := ""
	if at.IsValid() {
		from = at.String()
	}
	if state.NegotiatedProtocol != protocolALPN {
		return from, wrongResponse.Detail("the server at %s did not choose the protocol %s", net.JoinHostPort(p.identifier.Value, strconv.Itoa(s.alpnPort())), protocolALPN)
	}
	if len(state.PeerCertificates) == 0 {
		return from, wrongResponse.Detail("the server showed no certificate")
	}
	return from, checkALPN(state.PeerCertificates[0], p.identifier, p.digest())
}

// oidAcmeIdentifier is id-pe-acmeIdentifier (RFC 8737, 6.1).
var oidAcmeIdentifier = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 31}

// checkALPN wants the one name and, in a critical extension, the digest.
func checkALPN(c *x509.Certificate, id identifier, digest [sha256.Size]byte) error {
	if !namesOnly(c, id) {
		return wrongResponse.Detail("the certificate is not for %s alone", id.Value)
	}
	for _, x := range c.Extensions {
		if !x.Id.Equal(oidAcmeIdentifier) {
			continue
		}
		var got []byte
		rest, err := asn1.Unmarshal(x.Value, &got)
		switch {
		case !x.Critical:
			return wrongResponse.Detail("the extension acmeIdentifier is not critical")
		case err != nil || len(rest) > 0 || !slices.Equal(got, digest[:]):
			return wrongResponse.Detail("the extension acmeIdentifier does not hold the digest of the key authorization")
		}
		return nil
	}
	return wrongResponse.Detail("the certificate has no extension acmeIdentifier: it is not one for validation")
}

var oidSAN = asn1.ObjectIdentifier{2, 5, 29, 17}

// namesOnly reports whether the alternative names are one, the identifier.
func namesOnly(c *x509.Certificate, id identifier) bool {
	for _, x := range c.Extensions {
		var names []asn1.RawValue
		if !x.Id.Equal(oidSAN) {
			continue
		}
		if rest, err := asn1.Unmarshal(x.Value, &names); err != nil || len(rest) > 0 || len(names) != 1 {
			return false
		}
		switch names[0].Tag {
		case 2:
			return id.Type == typeDNS && strings.EqualFold(string(names[0].Bytes), id.Value)
		case 7:
			a, ok := netip.AddrFromSlice(names[0].Bytes)
			return ok && id.Type == typeIP && a.String() == id.Value
		}
		return false
	}
	return false
}

// printable makes what a stranger's server said fit for a message.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, brief(s))
}

// givenUp reports whether an attempt ended because the server stops.
func givenUp(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() != nil && errors.Is(context.Cause(ctx), context.Canceled)
}
