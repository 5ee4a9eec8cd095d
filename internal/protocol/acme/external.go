package acme

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/lang/regex"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/store"
)

// States of an external account key, besides valid and deactivated.
const (
	disabled    = "disabled"    // no further account can be bound to it
	suspended   = "suspended"   // its accounts cannot order either
	compromised = "compromised" // for ever; what was issued with it is revoked
)

// externalMoves are the moves a key can make. What is compromised stays so.
var externalMoves = map[string][]string{
	valid:       {disabled, suspended, deactivated, compromised},
	disabled:    {valid, suspended, deactivated, compromised},
	suspended:   {valid, disabled, deactivated, compromised},
	deactivated: {compromised},
}

// externalLimits is what a key or a policy lets its accounts do. What is empty limits nothing.
type externalLimits struct {
	Description          string   `json:"description,omitempty" maxLength:"2000" doc:"What it is for."`
	IdentifierConstraint string   `json:"identifierConstraint,omitempty" maxLength:"1024" doc:"Regular expression all names and addresses of its orders have to match."`
	AllowedProfiles      []string `json:"allowedProfiles,omitempty" maxItems:"200" doc:"Profiles it can be used with; any when empty."`
	ValidationMethods    []string `json:"validationMethods,omitempty" maxItems:"3" doc:"Challenges its accounts are offered: http-01, dns-01, tls-alpn-01; those of the profile when empty."`
	EmailConstraint      string   `json:"emailConstraint,omitempty" maxLength:"1024" doc:"Regular expression the mail addresses of its accounts have to match."`
}

// complaints lists what is wrong.
func (l externalLimits) complaints() (bad []string) {
	for name, pattern := range map[string]string{"identifierConstraint": l.IdentifierConstraint, "emailConstraint": l.EmailConstraint} {
		if _, err := regex.Compile(pattern); pattern != "" && err != nil {
			bad = append(bad, name+": "+err.Error())
		}
	}
	for _, m := range l.ValidationMethods {
		if !slices.Contains(methods, strings.ToLower(m)) {
			bad = append(bad, "validationMethods: one of "+strings.Join(methods, ", "))
		}
	}
	slices.Sort(bad)
	return slices.Compact(bad)
}

// policy is what all keys of a policy share.
type policy struct {
	Name string `json:"name" required:"true" minLength:"1" maxLength:"128" pattern:"^[0-9a-zA-Z\\-_.]+$" doc:"Unique name; it cannot be changed later."`
	externalLimits
	MaxAccounts int           `json:"maxAccounts,omitempty" minimum:"0" maximum:"1000000" doc:"Accounts one key can be bound to; 1 is for single use, 0 is any number."`
	MaxValidity span.Duration `json:"maxValidity,omitempty" doc:"How long keys are valid at most, and when they do not say."`
	Algorithms  []string      `json:"macKeyAlgorithms,omitempty" maxItems:"3" doc:"Algorithms of keys: HS256, HS384, HS512; any when empty."`
}

func (p policy) complaints() []string {
	bad := p.externalLimits.complaints()
	for _, a := range p.Algorithms {
		if macs[a] == nil {
			bad = append(bad, "macKeyAlgorithms: one of HS256, HS384, HS512")
		}
	}
	return bad
}

// externalKey is a key that binds accounts to somebody known (RFC 8555, 7.3.4), with its policy.
type externalKey struct {
	Name, ID  string
	KeyID     string
	Algorithm string
	Secret    []byte // sealed
	Status    string
	Expires   time.Time
	Bound     int // accounts ever bound
	Limits    externalLimits
	Policy    policy
	Created   time.Time
}

// object is what the secret is sealed for.
func (x *externalKey) object() string { return "acme-eab/" + x.ID }

const externalPurpose = "acme-eab"

// external reads an external account binding and returns its key, after it has verified the MAC with it.
func (d *Door) external(c *call, binding json.RawMessage) (*externalKey, error) {
	inner, err := parseJWS(binding)
	if err != nil {
		return nil, malformed.Detail("the external account binding cannot be read: %s", occurrence(err))
	}
	switch {
	case macs[inner.alg] == nil:
		return nil, badAlgorithm.Detail("an external account binding is made with HS256, HS384 or HS512")
	case inner.kid == "":
		return nil, malformed.Detail("the external account binding has no kid")
	case inner.hasNonce:
		return nil, malformed.Detail("an external account binding has no nonce")
	case inner.url != c.m.url:
		return nil, malformed.Detail("the external account binding has another url than the request")
	}
	same, err := parseJWK(inner.payload)
	if err != nil || same.thumbprint != c.key.thumbprint {
		return nil, malformed.Detail("the external account binding is about another key than the account's")
	}
	var x *externalKey
	err = d.DB.Read(c.r.Context(), func(tx *store.Tx) (err error) {
		x, err = externalByKeyID(tx, inner.kid)
		return err
	})
	if err != nil {
		return nil, err
	}
	unknown := unauthorized.Detail("the external account key is not known, or its MAC is wrong")
	if x == nil || x.Algorithm != inner.alg {
		return nil, unknown
	}
	secret, err := d.Keys.Open(externalPurpose, x.object(), x.Secret)
	if err != nil {
		return nil, err
	}
	if !inner.verifyMAC(secret) {
		return nil, unknown
	}
	return x, nil
}

// admits reports why a key cannot be bound to another account of a profile; nil when it can.
func (x *externalKey) admits(profile string, mails []string, now time.Time) error {
	switch {
	case x.Status != valid:
		return unauthorized.Detail("the external account key is %s", x.Status)
	case !x.Expires.IsZero() && !now.Before(x.Expires):
		return unauthorized.Detail("the external account key has expired")
	case x.Policy.MaxAccounts > 0 && x.Bound >= x.Policy.MaxAccounts:
		return unauthorized.Detail("the external account key is bound to as many accounts as it can be")
	}
	for _, l := range []externalLimits{x.Limits, x.Policy.externalLimits} {
		if len(l.AllowedProfiles) > 0 && !slices.Contains(l.AllowedProfiles, profile) {
			return unauthorized.Detail("the external account key is not for this profile")
		}
		for _, m := range mails {
			if !whole(l.EmailConstraint, m) {
				return badContact.Detail("the external account key does not allow %q", brief(m))
			}
		}
	}
	return nil
}

// bind counts an account, and makes sure that the key could still be bound. No key is none.
func (x *externalKey) bind(tx *store.Tx) error {
	if x == nil {
		return nil
	}
	ok, err := bindExternal(tx, x.Name, x.Policy.MaxAccounts)
	if err == nil && !ok {
		return unauthorized.Detail("the external account key cannot be bound any more")
	}
	return err
}

// whole reports whether a pattern matches all of s. One that cannot be run matches nothing.
func whole(pattern, s string) bool {
	if pattern == "" {
		return true
	}
	re, err := regex.Compile(pattern)
	if err != nil {
		return false
	}
	ok, err := re.Whole(s)
	return err == nil && ok
}

// restrict applies what the external account key of the account allows to the authorizations of an order.
func (c *call) restrict(tx *store.Tx, plans []plan) ([]plan, error) {
	if c.account.EAB == "" {
		return plans, nil
	}
	x, err := externalByName(tx, c.account.EAB)
	if err != nil {
		return nil, err
	}
	if x == nil {
		return nil, unauthorized.Detail("the external account key of the account does not exist any more")
	}
	if x.Status != valid && x.Status != disabled {
		return nil, unauthorized.Detail("the external account key of the account is %s", x.Status)
	}
	var wrong each
	allowed := slices.Clone(plans)
	for i, p := range allowed {
		for _, l := range []externalLimits{x.Limits, x.Policy.externalLimits} {
			if !whole(l.IdentifierConstraint, p.identifier.Value) {
				wrong.add(p.identifier, rejectedIdentifier.Detail("the external account key of the account does not allow it"))
				break
			}
			if len(l.ValidationMethods) > 0 {
				allowed[i].offers = slices.DeleteFunc(slices.Clone(allowed[i].offers), func(m string) bool {
					return !slices.ContainsFunc(l.ValidationMethods, func(v string) bool { return strings.EqualFold(v, m) })
				})
			}
		}
		if len(allowed[i].offers) == 0 {
			wrong.add(p.identifier, rejectedIdentifier.Detail("none of the methods the external account key allows can prove it"))
		}
	}
	return allowed, wrong.err()
}
