package acme

import (
	"net/url"
	"strings"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
)

const (
	maxContacts = 10
	maxContact  = 320
)

// address returns the mail address of a contact. The one scheme is mailto, with one address and nothing else
// (RFC 8555, 7.3).
func address(contact string) (string, *fault.Fault) {
	if len(contact) > maxContact {
		return "", badContact.Detail("a contact has at most %d characters", maxContact)
	}
	scheme, rest, ok := strings.Cut(contact, ":")
	if !ok || scheme == "" {
		return "", badContact.Detail("%q is not a URL", brief(contact))
	}
	if !strings.EqualFold(scheme, "mailto") {
		return "", unsupportedContact.Detail("%q does not begin with mailto:", brief(contact))
	}
	plain, err := url.PathUnescape(rest)
	switch {
	case err != nil:
		return "", badContact.Detail("%q is not a URL", brief(contact))
	case strings.Contains(rest, "?"):
		return "", badContact.Detail("%q has more than an address", brief(contact))
	case strings.Contains(plain, ","):
		return "", badContact.Detail("%q has more than one address", brief(contact))
	}
	san, err := pki.SAN{Type: pki.RFC822Name, Value: plain}.Clean()
	if err != nil || plain != strings.TrimSpace(plain) {
		return "", badContact.Detail("%q is not a mail address", brief(contact))
	}
	return san.Value, nil
}

// addresses returns the mail addresses of contacts. It says everything that is wrong at once.
func addresses(contacts []string) ([]string, error) {
	if len(contacts) > maxContacts {
		return nil, badContact.Detail("there are more than %d", maxContacts)
	}
	var problems []string
	worst := badContact
	all := make([]string, 0, len(contacts))
	for _, c := range contacts {
		a, bad := address(c)
		if bad != nil {
			worst = bad
			problems = append(problems, bad.Occurrence())
			continue
		}
		all = append(all, a)
	}
	if len(problems) > 0 {
		return nil, worst.Each(problems)
	}
	return all, nil
}
