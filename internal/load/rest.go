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

// Administrator is the account a started server has.
const Administrator = "administrator"

// REST is a client of the REST API with one account. It is used by one goroutine at a time.
type REST struct {
	HTTP     *http.Client
	URL      string // of the server
	Account  string
	Password string

	cookies []*http.Cookie // of a session
}

// NewREST returns a client with the account of the administrator.
func NewREST(h *http.Client, url string) *REST {
	return &REST{HTTP: h, URL: url, Account: Administrator, Password: Password}
}

// As returns a client with another account, on the same connection.
func (r *REST) As(account string) *REST {
	return &REST{HTTP: r.HTTP, URL: r.URL, Account: account, Password: Password}
}

// Refusal is an answer that is an error.
type Refusal struct {
	Status int
	Text   string
}

// Error is what the server said.
func (r *Refusal) Error() string { return fmt.Sprintf("%d %s", r.Status, r.Text) }

const csrfName = "csrf-token"

// Open opens a session, which goes on when the server is started again: the password is not verified anew.
func (r *REST) Open(ctx context.Context) error {
	r.cookies = nil
	w, err := r.send(ctx, http.MethodGet, "/api/v1/security/principals/authenticate", nil)
	if err != nil {
		return fmt.Errorf("opening a session for %s: %w", r.Account, err)
	}
	_, _ = io.Copy(io.Discard, w.Body)
	_ = w.Body.Close()
	if r.cookies = w.Cookies(); len(r.cookies) == 0 {
		return errors.New("opening a session: the server gave no cookie")
	}
	return nil
}

// Call sends in as JSON, unless it is nil, and reads the answer into out, unless that is nil.
func (r *REST) Call(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	w, err := r.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		return fmt.Errorf("%s: %w: %w", path, ErrBroken, err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Stream sends in as JSON and returns the answer as it comes. The caller closes it.
func (r *REST) Stream(ctx context.Context, path string, in any) (io.ReadCloser, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	w, err := r.send(ctx, http.MethodPost, path, body)
	if err != nil {
		return nil, err
	}
	return w.Body, nil
}

// send sends a request with the session, or with the password where there is none. Answers that are errors are errors.
func (r *REST) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	q, err := http.NewRequestWithContext(ctx, method, r.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	q.GetBody = nil // what was sent once is not sent again by itself: it may have been carried out
	r.identify(q)
	w, err := r.HTTP.Do(q)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, ErrBroken, err)
	}
	if w.StatusCode < 300 {
		return w, nil
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(w.Body, maxResponse))
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, ErrBroken, err)
	}
	return nil, fmt.Errorf("%s as %s: %w", path, r.Account, &Refusal{w.StatusCode, string(text)})
}

func (r *REST) identify(q *http.Request) {
	for _, c := range r.cookies {
		q.AddCookie(c)
		if c.Name == csrfName {
			q.Header.Set(csrfName, c.Value)
		}
	}
	if r.cookies == nil {
		q.Header.Set("X-API-ID", r.Account)
		q.Header.Set("X-API-KEY", r.Password)
	}
}

// Item is what is read of what a search finds.
type Item struct {
	ID            string `json:"_id"`
	CertificateID string `json:"certificateId"`
	Serial        string `json:"serial"`
	Thumbprint    string `json:"thumbprint"`
	DN            string `json:"dn"`
	Owner         string `json:"owner"`
	Certificate   string `json:"certificate"`
	Revoked       int64  `json:"revocationDate"`
	Timestamp     int64  `json:"timestamp"`
	Sequence      int64  `json:"sequence"`
	Code          string `json:"code"`
	Status        string `json:"status"`
	Details       []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"details"`
}

// Detail returns a detail of an event, or "".
func (i Item) Detail(key string) string {
	for _, d := range i.Details {
		if d.Key == key {
			return d.Value
		}
	}
	return ""
}

// Search is what is searched: certificates, events or requests.
type Search struct {
	What   string
	Query  string
	Fields []string // all when nil
	Scope  string   // of requests
	Sort   string   // column; the order of the server when empty
	Size   int      // of a page
}

func (s Search) body(page int) map[string]any {
	in := map[string]any{"query": s.Query, "pageSize": s.Size, "pageIndex": page}
	if s.Fields != nil {
		in["fields"] = s.Fields
	}
	if s.Scope != "" {
		in["scope"] = s.Scope
	}
	if s.Sort != "" {
		in["sortedBy"] = []map[string]string{{"element": s.Sort, "order": "Asc"}}
	}
	return in
}

// Page is one page of what was found.
type Page struct {
	Results []Item `json:"results"`
	HasMore bool   `json:"hasMore"`
}

// Page returns a page of a search; the first is 1.
func (r *REST) Page(ctx context.Context, s Search, page int) (p Page, err error) {
	if err = r.Call(ctx, http.MethodPost, "/api/v1/"+s.What+"/search", s.body(page), &p); err != nil {
		return p, fmt.Errorf("searching %s by %s: %w", s.What, s.Query, err)
	}
	return p, nil
}

const wholePages = 1000

// All calls found for everything a search describes.
func (r *REST) All(ctx context.Context, s Search, found func(Item)) error {
	s.Sort, s.Size = "_id", wholePages
	for page := 1; ; page++ {
		p, err := r.Page(ctx, s, page)
		if err != nil {
			return err
		}
		for _, one := range p.Results {
			found(one)
		}
		if !p.HasMore {
			return nil
		}
	}
}
