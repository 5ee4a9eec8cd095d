package pki

import (
	"encoding/hex"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/horizon-clm/horizon/internal/fault"
)

// BadSAN is the fault of a subject alternative name, in text or DER, that breaks a rule.
var BadSAN = fault.Define("CRYPTO-005", fault.Invalid, "Subject alternative name is not valid")

// SANType is the type of a subject alternative name, in the spelling of the contract.
type SANType string

// The types of the contract. A GUID is the 32 lower-case hex digits of its 16 bytes as encoded; the text form with
// hyphens, whose first three groups Microsoft encodes low byte first, is accepted and turned into it.
const (
	RFC822Name    SANType = "RFC822NAME"
	DNSName       SANType = "DNSNAME"
	URI           SANType = "URI"
	IPAddress     SANType = "IPADDRESS"
	OtherNameUPN  SANType = "OTHERNAME_UPN"
	OtherNameGUID SANType = "OTHERNAME_GUID"
	RegisteredID  SANType = "REGISTERED_ID"
)

// SAN is one subject alternative name.
type SAN struct {
	Type  SANType
	Value string
}

const (
	maxSANs     = 1000
	maxSANValue = 4096
)

// SANTypes returns the types in the order of the contract.
func SANTypes() []SANType {
	return []SANType{RFC822Name, DNSName, URI, IPAddress, OtherNameUPN, OtherNameGUID, RegisteredID}
}

// ParseSANType returns the type of a word in any case.
func ParseSANType(word string) (SANType, error) {
	for _, t := range SANTypes() {
		if strings.EqualFold(word, string(t)) {
			return t, nil
		}
	}
	return "", BadSAN.Detail("the type %q is not known", word)
}

// Clean returns the name in the one spelling it is compared and issued in: host names and addresses in lower case, IP
// addresses in their shortest form. What breaks the syntax of its type is a fault.
func (s SAN) Clean() (SAN, error) {
	v := strings.TrimSpace(s.Value)
	if v == "" || len(v) > maxSANValue || !utf8.ValidString(v) {
		return SAN{}, BadSAN.Detail("%s is empty, too long or no UTF-8", s.Type)
	}
	clean, ok := "", false
	switch s.Type {
	case DNSName:
		clean = strings.ToLower(v)
		ok = IsDNSName(clean)
	case RFC822Name:
		clean, ok = cleanMail(v)
	case URI:
		clean, ok = v, isURI(v)
	case IPAddress:
		a, err := netip.ParseAddr(v)
		clean, ok = a.Unmap().String(), err == nil && a.Zone() == ""
	case OtherNameUPN:
		user, domain, found := strings.Cut(v, "@")
		clean, ok = v, found && user != "" && domain != "" && !strings.ContainsRune(v, 0)
	case OtherNameGUID:
		clean, ok = cleanGUID(v)
	case RegisteredID:
		_, ok = oidContent(v)
		clean = v
	default:
		return SAN{}, BadSAN.Detail("the type %q is not known", s.Type)
	}
	if !ok {
		return SAN{}, BadSAN.Detail("%s %q", s.Type, v)
	}
	return SAN{Type: s.Type, Value: clean}, nil
}

// CleanSANs cleans every name and leaves out those said twice. It says everything that is wrong at once.
func CleanSANs(sans []SAN) ([]SAN, error) {
	if len(sans) > maxSANs {
		return nil, BadSAN.Detail("there are more than %d", maxSANs)
	}
	var problems []string
	seen := make(map[SAN]bool, len(sans))
	clean := make([]SAN, 0, len(sans))
	for _, s := range sans {
		c, err := s.Clean()
		if err != nil {
			problems = append(problems, fault.Of(err).Occurrence())
			continue
		}
		if !seen[c] {
			seen[c] = true
			clean = append(clean, c)
		}
	}
	if len(problems) > 0 {
		return nil, BadSAN.Each(problems)
	}
	return clean, nil
}

// IsDNSName reports whether s is a host name in lower case as certificates carry it: the preferred syntax of RFC 1034,
// 3.5 as RFC 1123, 2.1 changed it, with "_" as Windows and service names have it, at most one "*" as the whole leftmost
// label (RFC 6125, 6.4.3), and internationalized labels as A-labels (RFC 5890, 2.3.2.1). The last label is no number.
func IsDNSName(s string) bool {
	name, wildcard := strings.CutPrefix(s, "*.")
	if len(s) > 253 || name == "" {
		return false
	}
	labels := strings.Split(name, ".")
	for _, l := range labels {
		if !isLabel(l) {
			return false
		}
	}
	last := labels[len(labels)-1]
	return strings.Trim(last, "0123456789") != "" && !(wildcard && len(labels) == 1)
}

func isLabel(l string) bool {
	if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
		return false
	}
	for i := range len(l) {
		c := l[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	if len(l) < 4 || l[2:4] != "--" {
		return true
	}
	return strings.HasPrefix(l, "xn--") && isALabel(l)
}

// isALabel reports whether the label decodes to a U-label and encodes to itself again (RFC 5891, 5.4).
func isALabel(l string) bool {
	u, err := idna.Registration.ToUnicode(l)
	if err != nil {
		return false
	}
	a, err := idna.Registration.ToASCII(u)
	return err == nil && a == l && u != l
}

// cleanMail accepts a Mailbox of RFC 5321, 4.1.2 with a dot-string before the "@" (RFC 5280, 4.2.1.6: no phrase, no
// comment, no brackets).
func cleanMail(v string) (string, bool) {
	at := strings.LastIndexByte(v, '@')
	if at < 1 || at > 64 || len(v) > 254 {
		return "", false
	}
	for _, atom := range strings.Split(v[:at], ".") {
		if atom == "" || strings.Trim(atom, mailChars) != "" {
			return "", false
		}
	}
	domain := strings.ToLower(v[at+1:])
	return v[:at+1] + domain, IsDNSName(domain) && domain[0] != '*'
}

const mailChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~"

// isURI demands a scheme and something behind it, in ASCII (RFC 5280, 4.2.1.6).
func isURI(v string) bool {
	u, err := url.Parse(v)
	return err == nil && isASCII(v) && !strings.ContainsRune(v, ' ') && u.Scheme != "" && (u.Host != "" || u.Opaque != "" || u.Path != "")
}

func cleanGUID(v string) (string, bool) {
	v = strings.ToLower(strings.Trim(v, "{}"))
	plain := strings.ReplaceAll(v, "-", "")
	raw, err := hex.DecodeString(plain)
	if err != nil || len(raw) != 16 {
		return "", false
	}
	if plain == v {
		return plain, true
	}
	if len(v) != 36 || v[8] != '-' || v[13] != '-' || v[18] != '-' || v[23] != '-' {
		return "", false
	}
	for _, swap := range [][2]int{{0, 3}, {1, 2}, {4, 5}, {6, 7}} {
		raw[swap[0]], raw[swap[1]] = raw[swap[1]], raw[swap[0]]
	}
	return hex.EncodeToString(raw), true
}
