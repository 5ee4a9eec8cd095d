package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Client is an ACME client (RFC 8555) with one account. It is used by one goroutine at a time.
type Client struct {
	HTTP      *http.Client
	Directory string // URL
	Requests  int    // sent so far

	key     accountKey
	thumb   string
	account string // URL
	nonce   string
	urls    struct {
		NewNonce   string `json:"newNonce"`
		NewAccount string `json:"newAccount"`
		NewOrder   string `json:"newOrder"`
	}
}

// Problem is an error the server answered with (RFC 7807).
type Problem struct {
	Status int
	Type   string `json:"type"`
	Detail string `json:"detail"`
}

// Error is what the server said.
func (p *Problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Type, p.Detail) }

// ErrBroken says that the server did not answer, or not to the end.
var ErrBroken = errors.New("the connection broke")

const (
	badNonce    = "urn:ietf:params:acme:error:badNonce"
	nonceTries  = 5
	maxResponse = 1 << 20
)

// NewClient returns a client with a new account key, not registered yet.
func NewClient(h *http.Client, directory string) (*Client, error) {
	key, err := newAccountKey()
	if err != nil {
		return nil, err
	}
	return &Client{HTTP: h, Directory: directory, key: key, thumb: key.thumbprint()}, nil
}

// Register reads the directory and registers the account, or finds it when it was registered before.
func (c *Client) Register(ctx context.Context) error {
	answer, err := c.send(ctx, http.MethodGet, c.Directory, nil)
	if err != nil {
		return fmt.Errorf("reading the directory: %w", err)
	}
	if err := json.Unmarshal(answer.body, &c.urls); err != nil {
		return fmt.Errorf("reading the directory: %w", err)
	}
	answer, err = c.post(ctx, c.urls.NewAccount, map[string]any{
		"termsOfServiceAgreed": true, "contact": []string{"mailto:load@example.com"},
	})
	if err != nil {
		return fmt.Errorf("registering an account: %w", err)
	}
	if c.account = answer.location; c.account == "" {
		return errors.New("registering an account: the answer names none")
	}
	return nil
}

// answer is what is used of an answer.
type answer struct {
	location string
	body     []byte
}

// post sends a signed request with a payload, and nil for a POST-as-GET. A nonce the server does not take is replaced
// (RFC 8555, 6.5).
func (c *Client) post(ctx context.Context, url string, payload any) (answer, error) {
	var plain []byte
	if payload != nil {
		var err error
		if plain, err = json.Marshal(payload); err != nil {
			return answer{}, err
		}
	}
	for try := 1; ; try++ {
		a, err := c.once(ctx, url, plain)
		var p *Problem
		if err == nil || try == nonceTries || !errors.As(err, &p) || p.Type != badNonce {
			return a, err
		}
	}
}

func (c *Client) once(ctx context.Context, url string, payload []byte) (answer, error) {
	if c.nonce == "" {
		if _, err := c.send(ctx, http.MethodHead, c.urls.NewNonce, nil); err != nil {
			return answer{}, fmt.Errorf("asking for a nonce: %w", err)
		}
	}
	h := header{Account: c.account, Nonce: c.nonce, URL: url}
	if url == c.urls.NewAccount {
		h.Account = ""
	}
	c.nonce = ""
	body, err := c.key.sign(h, payload)
	if err != nil {
		return answer{}, err
	}
	return c.send(ctx, http.MethodPost, url, body)
}

// send sends one request and keeps the nonce of the answer.
func (c *Client) send(ctx context.Context, method, url string, body []byte) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/jose+json")
		r.GetBody = nil // what was sent once is not sent again by itself: the nonce is used up
	}
	c.Requests++
	w, err := c.HTTP.Do(r)
	if err != nil {
		return answer{}, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(w.Body, maxResponse))
	if err != nil {
		return answer{}, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if n := w.Header.Get("Replay-Nonce"); n != "" {
		c.nonce = n
	}
	if w.StatusCode < 300 {
		return answer{w.Header.Get("Location"), text}, nil
	}
	p := &Problem{Status: w.StatusCode}
	if json.Unmarshal(text, p) != nil {
		p.Detail = string(text[:min(len(text), 200)])
	}
	p.Status = w.StatusCode
	return answer{}, p
}
