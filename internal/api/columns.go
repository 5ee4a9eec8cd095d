package api

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/trust"
)

var badColumn = fault.Define("CERT-SEARCH-005", fault.Invalid, "Unknown member of certificates")

// certificateResult is a certificate a search has found: the members that were asked for.
type certificateResult struct {
	ID               string           `json:"_id"`
	Module           string           `json:"module,omitempty"`
	Profile          string           `json:"profile,omitempty"`
	PEM              string           `json:"certificate,omitempty"`
	Thumbprint       string           `json:"thumbprint,omitempty"`
	KeyThumbprint    string           `json:"publicKeyThumbprint,omitempty"`
	SelfSigned       *bool            `json:"selfSigned,omitempty"`
	DN               string           `json:"dn,omitempty"`
	Issuer           string           `json:"issuer,omitempty"`
	Serial           string           `json:"serial,omitempty"`
	NotBefore        *int64           `json:"notBefore,omitempty"`
	NotAfter         *int64           `json:"notAfter,omitempty"`
	RevocationDate   int64            `json:"revocationDate,omitempty"`
	RevocationReason string           `json:"revocationReason,omitempty"`
	KeyType          string           `json:"keyType,omitempty"`
	SigningAlgorithm string           `json:"signingAlgorithm,omitempty"`
	SANs             *[]trust.Name    `json:"subjectAlternateNames,omitempty"`
	HolderID         string           `json:"holderId,omitempty"`
	Owner            string           `json:"owner,omitempty"`
	Team             string           `json:"team,omitempty"`
	ContactEmail     string           `json:"contactEmail,omitempty"`
	Labels           *[]pair          `json:"labels,omitempty"`
	Metadata         *[]pair          `json:"metadata,omitempty"`
	Escrowed         *bool            `json:"escrowed,omitempty"`
	Grades           *[]gradeOf       `json:"grades,omitempty"`
	AutoRenew        *bool            `json:"autoRenew,omitempty"`
	State            string           `json:"state,omitempty"`
	RenewalDue       *int64           `json:"renewalDue,omitempty"`
	RenewalMode      string           `json:"renewalMode,omitempty"`
	Successor        string           `json:"successor,omitempty"`
	Results          *[]triggerResult `json:"triggerResults,omitempty"`
	Permissions      *permissions     `json:"permissions,omitempty"`
}

// resultOf is a certificate with every member a search can return.
func (d Deps) resultOf(ctx context.Context, now time.Time, who access.Caller, c inventory.Certificate) (certificateResult, error) {
	r := rowOf(now, c)
	may, err := d.permissionsOf(ctx, who, c)
	r.Permissions = &may
	return r, err
}

// rowOf is a certificate with every member that does not depend on who asks.
func rowOf(now time.Time, c inventory.Certificate) certificateResult {
	v := CertificateOf(now, c)
	grades := v.Grades
	if grades == nil {
		grades = []gradeOf{}
	}
	r := certificateResult{
		ID: v.ID, Module: v.Module, Profile: v.Profile, PEM: v.PEM, Thumbprint: v.Thumbprint, KeyThumbprint: v.KeyThumbprint,
		SelfSigned: &v.SelfSigned, DN: v.DN, Issuer: v.Issuer, Serial: v.Serial, NotBefore: &v.NotBefore, NotAfter: &v.NotAfter,
		RevocationDate: v.RevocationDate, RevocationReason: v.RevocationReason, KeyType: v.KeyType,
		SigningAlgorithm: v.SigningAlgorithm, SANs: &v.SANs, HolderID: v.HolderID, Owner: v.Owner, Team: v.Team,
		ContactEmail: v.ContactEmail, Labels: &v.Labels, Metadata: &v.Metadata, Escrowed: &v.Escrowed, Grades: &grades,
		AutoRenew: &v.AutoRenew, State: v.State, RenewalDue: &v.RenewalDue, RenewalMode: v.RenewalMode, Successor: v.Successor,
	}
	if len(v.Results) > 0 {
		r.Results = &v.Results
	}
	return r
}

// members are the fields of a result by their names on the wire. The contract's members of features that do not exist
// have none: they are accepted and stay empty.
var members = func() map[string]int {
	all := map[string]int{}
	t := reflect.TypeFor[certificateResult]()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		all[name] = i
	}
	for _, name := range []string{"discoveredTrusted", "discoveryData", "discoveryInfo", "removeAt", "thirdPartyData", "privateKey"} {
		all[name] = -1
	}
	return all
}()

// families are the members of which a single entry can be selected.
var families = []string{"grade.", "label.", "metadata.", "team.displayname."}

// columnNames lists what can be selected.
func columnNames() []string {
	names := slices.Sorted(maps.Keys(members))
	for _, f := range families {
		names = append(names, f+"<key>")
	}
	return names
}

// selected is which members of a result are wanted.
type selected struct {
	whole   []int
	entries map[string][]string // keys by family
}

// columnsOf returns the function that keeps what was asked for: everything when fields is nil.
func columnsOf(fields *[]string) (func(certificateResult) certificateResult, error) {
	if fields == nil {
		return func(r certificateResult) certificateResult { return r }, nil
	}
	s := selected{whole: []int{members["_id"]}, entries: map[string][]string{}}
	for _, name := range *fields {
		if i, ok := members[name]; ok {
			if i >= 0 {
				s.whole = append(s.whole, i)
			}
			continue
		}
		i := slices.IndexFunc(families, func(f string) bool { return strings.HasPrefix(name, f) && name != f })
		if i < 0 {
			return nil, badColumn.Detail("%.128s: one of %s", name, strings.Join(columnNames(), ", "))
		}
		s.entries[families[i]] = append(s.entries[families[i]], strings.TrimPrefix(name, families[i]))
	}
	return s.pick, nil
}

func (s selected) pick(from certificateResult) (to certificateResult) {
	if keys := s.entries["label."]; keys != nil {
		to.Labels = entries(*from.Labels, keys)
	}
	if keys := s.entries["metadata."]; keys != nil {
		to.Metadata = entries(*from.Metadata, keys)
	}
	if keys := s.entries["grade."]; keys != nil {
		grades := slices.DeleteFunc(slices.Clone(*from.Grades), func(g gradeOf) bool { return !slices.Contains(keys, g.Policy) })
		to.Grades = &grades
	}
	src, dst := reflect.ValueOf(from), reflect.ValueOf(&to).Elem()
	for _, i := range s.whole {
		dst.Field(i).Set(src.Field(i))
	}
	return to
}

func entries(list []pair, keys []string) *[]pair {
	kept := slices.DeleteFunc(slices.Clone(list), func(p pair) bool { return !slices.Contains(keys, p.Key) })
	return &kept
}
