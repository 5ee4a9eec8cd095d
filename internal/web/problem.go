package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/fault"
)

// BadInput is the fault of a request that does not have the form its operation asks for.
var BadInput = fault.Define("REQ-002", fault.Invalid, "Invalid Request")

// The faults of the HTTP layer itself.
var (
	tooLarge   = fault.Define("REQ-011", fault.Invalid, "The request is too large")
	noSuchPath = fault.Define("REQ-012", fault.Missing, "There is nothing at this address")
	badMethod  = fault.Define("REQ-013", fault.Invalid, "This address does not take this method")
)

// Problem is the error body of the REST API (RFC 7807 with the contract's members).
type Problem struct {
	Code    string `json:"error" doc:"Stable code."`
	Message string `json:"message" doc:"Text that is the same for every occurrence of the code."`
	Title   string `json:"title" doc:"The same text."`
	Status  int    `json:"status" doc:"HTTP status."`
	Detail  string `json:"detail,omitempty" doc:"This occurrence; several problems are joined by \" | \"."`

	Current any `json:"current,omitempty" doc:"With 409: the object as it is now."`

	after string // Retry-After in seconds
	tag   string // ETag of current
}

// Error returns the problem in one line.
func (p *Problem) Error() string { return p.Code + " " + p.Message }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the media type of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders returns the headers that go with the problem.
func (p *Problem) GetHeaders() http.Header {
	all := http.Header{}
	if p.after != "" {
		all.Set("Retry-After", p.after)
	}
	if p.tag != "" {
		all.Set("ETag", p.tag)
	}
	return all
}

// statusOf is the HTTP status of each kind of fault.
var statusOf = map[fault.Kind]int{
	fault.Invalid: http.StatusBadRequest, fault.Unauthenticated: http.StatusUnauthorized, fault.Denied: http.StatusForbidden,
	fault.Missing: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.TooMany: http.StatusTooManyRequests,
	fault.Upstream: http.StatusBadGateway, fault.Internal: http.StatusInternalServerError,
}

// Status returns the HTTP status of a fault.
func Status(f *fault.Fault) int {
	switch f.Code() {
	case tooLarge.Code():
		return http.StatusRequestEntityTooLarge
	case badMethod.Code():
		return http.StatusMethodNotAllowed
	}
	return statusOf[f.Kind()]
}

// problem turns an error into the body of the REST API. Causes stay here.
func problem(err error) *Problem {
	f := fault.Of(err)
	p := &Problem{Code: f.Code(), Message: f.Text(), Title: f.Text(), Status: Status(f), Detail: f.Occurrence()}
	var s *showing
	if errors.As(err, &s) {
		p.Current, p.tag = s.current, s.tag
	}
	if f.After() > 0 {
		p.after = strconv.Itoa(int(f.After().Seconds() + 0.999))
	}
	return p
}

// showing is an error that comes with the object it is about.
type showing struct {
	error
	current any
	tag     string
}

// Unwrap returns the error.
func (s *showing) Unwrap() error { return s.error }

// Showing returns the error with the object as it is now, and its entity tag, which the answer shows.
func Showing(err error, current any, tag string) error { return &showing{err, current, tag} }

// writeProblem answers where huma does not.
func writeProblem(w http.ResponseWriter, err error) {
	p := problem(err)
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = jsonFormat.Marshal(w, p)
}

// init sets huma's hooks, once, to pure functions: errors have the contract's body, and arrays are never null.
func init() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		if status == http.StatusRequestEntityTooLarge {
			return problem(tooLarge)
		}
		if status >= 500 {
			return problem(fault.Unexpected)
		}
		return problem(BadInput.Each(Complaints(message, errs)))
	}
}

// Complaints lists what a validation found, each with the member it is about.
func Complaints(message string, errs []error) []string {
	var all []string
	for _, err := range errs {
		text := err.Error()
		if d, ok := err.(huma.ErrorDetailer); ok {
			e := d.ErrorDetail()
			text = e.Message
			if at := strings.TrimPrefix(strings.TrimPrefix(e.Location, "body"), "."); at != "" {
				text = at + ": " + text
			}
		}
		all = append(all, text)
	}
	if len(all) == 0 {
		all = []string{message}
	}
	return all
}
