package acme

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/outbound"
)

// checkCAA asks whether the records of a name and the names above it let this CA issue (RFC 8659).
func (s *site) checkCAA(ctx context.Context, method string, p proof, isAccount func(uri string) bool) error {
	if !s.CheckCAA || p.identifier.Type != typeDNS {
		return nil
	}
	records, at, err := relevant(ctx, s.dns, p.identifier.Value)
	if err != nil {
		return caaForbids.Detail("the records of %s could not be read: %s", p.identifier.Value, fault.Of(err).Reason()).Because(err)
	}
	q := caaQuestion{identities: s.meta().CAAIdentities, wildcard: p.wildcard, method: method, isAccount: isAccount}
	if why := q.forbidden(records); why != "" {
		return caaForbids.Detail("%s: %s", at, why)
	}
	return nil
}

// caaReader is what of a resolver the climb needs.
type caaReader interface {
	CAA(ctx context.Context, name string) ([]outbound.CAA, error)
}

// relevant climbs from a name towards the root and returns the first records there are (RFC 8659, 3). That there are none
// has to be certain: a name server that fails is an error.
func relevant(ctx context.Context, from caaReader, name string) ([]outbound.CAA, string, error) {
	for name != "" {
		records, err := from.CAA(ctx, name)
		switch {
		case errors.Is(err, outbound.NameMissing), errors.Is(err, outbound.RecordMissing):
		case err != nil:
			return nil, name, err
		case len(records) > 0:
			return records, name, nil
		}
		_, name, _ = strings.Cut(name, ".")
	}
	return nil, "", nil
}

// caaQuestion is what is to be issued, and how it was proven.
type caaQuestion struct {
	identities []string
	wildcard   bool
	method     string
	isAccount  func(uri string) bool
}

// forbidden returns why the records forbid to issue, or "".
func (q caaQuestion) forbidden(records []outbound.CAA) string {
	var issue, wild []string
	for _, r := range records {
		switch r.Tag {
		case "issue":
			issue = append(issue, r.Value)
		case "issuewild":
			wild = append(wild, r.Value)
		default:
			if r.Critical && r.Tag != "iodef" { // RFC 8659, 4.1
				return "a critical record has the tag " + brief(r.Tag) + ", which is not known"
			}
		}
	}
	if q.wildcard && len(wild) > 0 { // RFC 8659, 4.3
		issue = wild
	}
	if len(issue) == 0 {
		return ""
	}
	why := ""
	for _, value := range issue {
		if why = q.against(value); why == "" {
			return ""
		}
	}
	return why
}

// against returns why the value of one record does not let this CA issue, or "" (RFC 8659, 4.2; RFC 8657, 3 and 4).
func (q caaQuestion) against(value string) string {
	domain, rest, _ := strings.Cut(value, ";")
	domain = strings.ToLower(strings.TrimSuffix(strings.Trim(domain, " \t"), "."))
	if domain == "" || !slices.Contains(q.identities, domain) {
		return "no record names " + strings.Join(q.identities, " or ")
	}
	parameters, ok := caaParameters(rest)
	if !ok {
		return "the parameters of a record cannot be read"
	}
	if uri, given := parameters["accounturi"]; given && !q.isAccount(uri) {
		return "the account is not the one the record names"
	}
	if list, given := parameters["validationmethods"]; given && !slices.Contains(strings.Split(list, ","), q.method) {
		return "the record does not allow " + q.method
	}
	return ""
}

const maxParameters = 50

// caaParameters reads tag=value pairs between semicolons. What is no parameter, or stands twice, allows nothing.
func caaParameters(s string) (map[string]string, bool) {
	all := map[string]string{}
	if strings.Trim(s, " \t") == "" {
		return all, true
	}
	parts := strings.Split(s, ";")
	if len(parts) > maxParameters {
		return nil, false
	}
	for _, part := range parts {
		tag, value, ok := strings.Cut(strings.Trim(part, " \t"), "=")
		tag = strings.ToLower(strings.Trim(tag, " \t"))
		if _, twice := all[tag]; !ok || tag == "" || twice || strings.ContainsFunc(value, notParameter) {
			return nil, false
		}
		all[tag] = strings.Trim(value, " \t")
	}
	return all, true
}

// notParameter reports a character no value of a parameter has.
func notParameter(r rune) bool { return r < 0x21 && r != ' ' && r != '\t' || r > 0x7e || r == ';' }
