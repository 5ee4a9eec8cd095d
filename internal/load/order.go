package load

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/clock"
)

// States of orders, authorizations and challenges (RFC 8555, 7.1.6).
const (
	Pending    = "pending"
	Ready      = "ready"
	Processing = "processing"
	Valid      = "valid"
	Invalid    = "invalid"
)

// Order is an order as its client knows it: enough to go on after the server was away.
type Order struct {
	Name  string // the DNS name it is for
	URL   string
	State string // as the server last told
	CSR   []byte
	Chain []byte // PEM, once it was fetched

	authorizations []string
	finalize       string
	certificate    string
	wait           time.Duration // before the last poll
}

// ErrInvalid says that the server gave up an order.
var ErrInvalid = errors.New("the order became invalid")

// Waits between two polls: they begin short, so that the wait says little in the latency.
const (
	firstWait = 5 * time.Millisecond
	lastWait  = 500 * time.Millisecond
)

type identifier struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// orderBody is an order on the wire (RFC 8555, 7.1.3).
type orderBody struct {
	Status         string          `json:"status"`
	Authorizations []string        `json:"authorizations"`
	Finalize       string          `json:"finalize"`
	Certificate    string          `json:"certificate"`
	Error          json.RawMessage `json:"error"`
}

func (o *Order) take(body []byte) error {
	var b orderBody
	if err := json.Unmarshal(body, &b); err != nil {
		return fmt.Errorf("reading an order: %w", err)
	}
	o.State, o.authorizations, o.finalize, o.certificate = b.Status, b.Authorizations, b.Finalize, b.Certificate
	if b.Status == Invalid {
		return fmt.Errorf("%s: %w: %s", o.URL, ErrInvalid, b.Error)
	}
	return nil
}

// NewOrder orders a certificate for one DNS name with a new P-256 key.
func (c *Client) NewOrder(ctx context.Context, name string) (*Order, error) {
	csr, err := request(name)
	if err != nil {
		return nil, err
	}
	a, err := c.post(ctx, c.urls.NewOrder, map[string]any{"identifiers": []identifier{{"dns", name}}})
	if err != nil {
		return nil, fmt.Errorf("ordering: %w", err)
	}
	o := &Order{Name: name, URL: a.location, CSR: csr}
	return o, o.take(a.body)
}

// request makes a certificate request.
func request(name string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}}
	if len(name) > 64 { // X.520, upper bound of a common name
		t.Subject = pkix.Name{}
	}
	return x509.CreateCertificateRequest(rand.Reader, t, key)
}

// Refresh asks for the state of the order.
func (c *Client) Refresh(ctx context.Context, o *Order) error {
	a, err := c.post(ctx, o.URL, nil)
	if err != nil {
		return fmt.Errorf("asking for an order: %w", err)
	}
	return o.take(a.body)
}

// Complete takes the order from the state it is in to a certificate.
func (c *Client) Complete(ctx context.Context, o *Order, r *Responder) error {
	for o.Chain == nil {
		if err := c.Step(ctx, o, r); err != nil {
			return err
		}
	}
	return nil
}

// Step does what is next for an order in its state. After the last one, the order has its chain.
func (c *Client) Step(ctx context.Context, o *Order, r *Responder) error {
	switch o.State {
	case Pending:
		return c.authorize(ctx, o, r)
	case Ready:
		return c.finalize(ctx, o)
	case Processing:
		o.wait = min(max(2*o.wait, firstWait), lastWait)
		if err := (clock.Real{}).Wait(ctx, o.wait); err != nil {
			return err
		}
		return c.Refresh(ctx, o)
	case Valid:
		return c.Fetch(ctx, o)
	}
	return fmt.Errorf("%s: %w", o.URL, ErrInvalid)
}

// finalize sends the certificate request.
func (c *Client) finalize(ctx context.Context, o *Order) error {
	a, err := c.post(ctx, o.finalize, map[string]string{"csr": encode(o.CSR)})
	if err != nil {
		return fmt.Errorf("finalizing: %w", err)
	}
	return o.take(a.body)
}

// Fetch downloads the certificate and checks that it is the one that was asked for.
func (c *Client) Fetch(ctx context.Context, o *Order) error {
	a, err := c.post(ctx, o.certificate, nil)
	if err != nil {
		return fmt.Errorf("fetching a certificate: %w", err)
	}
	o.Chain = a.body
	leaf, err := o.Leaf()
	if err != nil {
		return err
	}
	if !slices.Contains(leaf.DNSNames, o.Name) {
		return fmt.Errorf("%s: the certificate is for %v, not for %s", o.URL, leaf.DNSNames, o.Name)
	}
	csr, err := x509.ParseCertificateRequest(o.CSR)
	if err != nil {
		return err
	}
	if key, ok := csr.PublicKey.(*ecdsa.PublicKey); !ok || !key.Equal(leaf.PublicKey) {
		return fmt.Errorf("%s: the certificate has another key", o.URL)
	}
	return nil
}

// Leaf reads the certificate that was fetched.
func (o *Order) Leaf() (*x509.Certificate, error) {
	block, _ := pem.Decode(o.Chain)
	if block == nil {
		return nil, fmt.Errorf("%s: the chain is not PEM", o.URL)
	}
	return x509.ParseCertificate(block.Bytes)
}

// authorization is an authorization on the wire (RFC 8555, 7.1.4).
type authorization struct {
	Status     string      `json:"status"`
	Challenges []challenge `json:"challenges"`
}

type challenge struct {
	Type   string          `json:"type"`
	URL    string          `json:"url"`
	Status string          `json:"status"`
	Token  string          `json:"token"`
	Error  json.RawMessage `json:"error"`
}

// authorize proves control of every name of the order by http-01. As ordinary clients do, it asks for the authorization
// after the challenge until that is valid, and then finalizes without asking for the order.
func (c *Client) authorize(ctx context.Context, o *Order, r *Responder) error {
	for _, url := range o.authorizations {
		a, err := c.authorization(ctx, url)
		if err != nil {
			return err
		}
		if a.Status == Pending {
			if err := c.prove(ctx, url, a, r); err != nil {
				return fmt.Errorf("%s: %w", o.URL, err)
			}
		}
	}
	o.State = Ready
	return nil
}

func (c *Client) authorization(ctx context.Context, url string) (a authorization, err error) {
	w, err := c.post(ctx, url, nil)
	if err != nil {
		return a, fmt.Errorf("asking for an authorization: %w", err)
	}
	if err := json.Unmarshal(w.body, &a); err != nil {
		return a, fmt.Errorf("reading an authorization: %w", err)
	}
	return a, nil
}

// prove answers the http-01 challenge and waits for the outcome. When the connection breaks, the responder goes on answering:
// the server may validate once it is back.
func (c *Client) prove(ctx context.Context, url string, a authorization, r *Responder) error {
	i := slices.IndexFunc(a.Challenges, func(h challenge) bool { return h.Type == "http-01" })
	if i < 0 {
		return errors.New("no http-01 is offered")
	}
	h := a.Challenges[i]
	r.Set(h.Token, h.Token+"."+c.thumb) // RFC 8555, 8.1
	if h.Status == Pending {
		if _, err := c.post(ctx, h.URL, struct{}{}); err != nil {
			return fmt.Errorf("answering a challenge: %w", err)
		}
	}
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		a, err := c.authorization(ctx, url)
		if err != nil {
			return err
		}
		if a.Status != Pending {
			r.Forget(h.Token)
		}
		switch a.Status {
		case Valid:
			return nil
		case Pending:
		default:
			return fmt.Errorf("the authorization is %s: %s", a.Status, reasons(a))
		}
		if err := (clock.Real{}).Wait(ctx, wait); err != nil {
			return err
		}
	}
}

func reasons(a authorization) string {
	var all string
	for _, h := range a.Challenges {
		all += string(h.Error)
	}
	return all
}
