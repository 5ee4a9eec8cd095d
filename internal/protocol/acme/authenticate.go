package acme

import (
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// authenticate reads a request and finds out who signed it. What is cheap is asked first; the nonce is taken last, so
// that nobody can use up those of others.
func (d *Door) authenticate(c *call, by signer) error {
	if t, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || t != "application/jose+json" { // RFC 8555, 6.2
		return notJOSE
	}
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, maxBody)
	body, err := web.Body(c.r)
	if err != nil {
		return err
	}
	if c.m, err = parseJWS(body); err != nil {
		return err
	}
	if err := checkAlgorithm(c.m.alg); err != nil {
		return err
	}
	if !d.isAddressed(c.r, c.m.url) { // RFC 8555, 6.4
		return unauthorized.Detail("the header parameter url is not the address of this request")
	}
	if !c.m.hasNonce {
		return badNonce.Detail("there is none")
	}
	nonce, err := d.nonces.open(c.m.nonce)
	if err != nil {
		return err
	}
	if err := d.whose(c, by); err != nil {
		return err
	}
	return d.take(c, nonce)
}

// whose finds the key and verifies the signature.
func (d *Door) whose(c *call, by signer) error {
	switch {
	case c.m.jwk == nil && by == byKey:
		return malformed.Detail("this request is signed with a jwk")
	case c.m.jwk != nil && by == byAccount:
		return malformed.Detail("this request is signed with the kid of an account")
	case c.m.jwk == nil:
		id, ok := d.accountID(c.site.Name, c.m.kid)
		if !ok {
			return accountMissing.Detail("the kid is not the address of an account of this profile")
		}
		return d.identify(c, id)
	}
	k, err := parseJWK(c.m.jwk)
	if err != nil {
		return err
	}
	if err := k.verify(c.m); err != nil {
		return err
	}
	c.key = k
	c.facts.Thumbprint = k.thumbprint
	return nil
}

// identify makes the account the one that asks, when the signature is its own.
func (d *Door) identify(c *call, id string) error {
	a := d.accounts.get(id)
	verified := a != nil && a.key.verify(c.m) == nil
	if !verified { // the one in memory may have had another key
		var err error
		if a, err = d.load(c, id); err != nil {
			return err
		}
	}
	if a == nil || a.Profile != c.site.Name {
		return accountMissing
	}
	c.facts.AccountID, c.account = a.ID, a
	if !verified {
		if err := a.key.verify(c.m); err != nil {
			return err
		}
	}
	c.who = a.caller(c.who)
	if a.Status != valid { // RFC 8555, 7.3.6
		return accountClosed.Detail("it was %s", a.Status)
	}
	return nil
}

// load reads an account into memory; nil when there is none.
func (d *Door) load(c *call, id string) (a *account, err error) {
	err = d.DB.Read(c.r.Context(), func(tx *store.Tx) (err error) {
		a, err = accountByID(tx, id)
		return err
	})
	if err == nil && a != nil {
		d.accounts.put(a)
	}
	return a, err
}

// take takes the nonce, once among all nodes.
func (d *Door) take(c *call, o opened) error {
	if err := d.nonces.use(o); err != nil || d.DB.Dialect == store.SQLite {
		return err
	}
	fresh := false
	err := d.DB.Write(c.r.Context(), func(tx *store.Tx) (err error) {
		fresh, err = useNonce(tx, o)
		return err
	})
	if err == nil && !fresh {
		return badNonce.Detail("it was used before")
	}
	return err
}

// accountID reads the address of an account, whatever host it names: accounts outlive the name of the server.
func (d *Door) accountID(profile, kid string) (id string, ok bool) {
	path, _, ok := d.path(kid)
	if !ok {
		return "", false
	}
	segment, form, args := locate(path)
	name, _, err := parseSegment(segment)
	if err != nil || name != profile || form != "account/*" || !store.IsID(args[0]) {
		return "", false
	}
	return args[0], true
}

// path returns the path and query of an address of this server, as its requests have them.
func (d *Door) path(address string) (path string, u *url.URL, ok bool) {
	if len(address) > 2*maxSegment {
		return "", nil, false
	}
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" || u.User != nil || u.Fragment != "" {
		return "", nil, false
	}
	path = strings.TrimPrefix(u.EscapedPath(), strings.TrimSuffix(d.Host.PublicURL.EscapedPath(), "/"))
	return path, u, strings.HasPrefix(path, Prefix)
}

// isAddressed reports whether an address is that of a request: its path and query, at any of the names of this server.
func (d *Door) isAddressed(r *http.Request, address string) bool {
	path, u, ok := d.path(address)
	if !ok || u.RawQuery != r.URL.RawQuery || u.Scheme != "https" && u.Scheme != "http" {
		return false
	}
	own := strings.TrimPrefix(r.URL.EscapedPath(), strings.TrimSuffix(d.Host.PublicURL.EscapedPath(), "/"))
	return path == own && d.isName(u.Hostname())
}

func (d *Door) isName(host string) bool {
	if strings.EqualFold(host, d.Host.PublicURL.Hostname()) {
		return true
	}
	for _, h := range d.Hosts {
		if strings.EqualFold(host, h) {
			return true
		}
	}
	return false
}
