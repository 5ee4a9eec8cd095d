package lifecycle

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// Review is what helps to decide about a request: how it differs from what the profile proposes and from the certificate
// before, and what its holder has.
type Review struct {
	Key        ReviewedKey
	Holder     HolderLimit
	Previous   *inventory.Certificate // the one it is about, renews, or follows; nil when there is none the caller may see
	NewNames   []string               // names no certificate of the team or owner has had
	Departures []Difference           // from what the profile proposes
	Changes    []Difference           // from Previous
	KeyUntil   time.Time              // until when the caller can fetch the key; zero when not
}

// ReviewedKey is the key of the certificate that is asked for.
type ReviewedKey struct {
	Type     pki.KeyType // "" when nothing is said of it
	MadeHere bool
	Kept     bool // it is the key of Previous
}

// HolderLimit is how many valid certificates the holder has on the profile, and may have.
type HolderLimit struct {
	Valid    int // on any profile
	Profile  int
	Limit    int    // 0 is none
	Behavior string // what happens beyond the limit
	Revoked  int    // so many would be revoked
}

// Difference is a value that is not the usual one, or not the one before. Fields are named as in forms: "subject.cn.1",
// "san.DNSNAME", "label.env".
type Difference struct{ Field, Before, After string }

// maxNames are looked up in the inventory for one review.
const maxNames = 100

// Review returns what helps to decide about a request that the caller may see.
func (s *Service) Review(ctx context.Context, who access.Caller, id string) (v Review, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		q, p, err := s.seen(tx, who, id)
		if err != nil {
			return err
		}
		v = Review{Departures: departures(p, q)}
		if err := v.previous(tx, who, p, q); err != nil {
			return err
		}
		if v.Key, err = v.key(q); err != nil {
			return err
		}
		if v.Previous != nil {
			v.Changes = changes(q, *v.Previous, v.Key)
		}
		if err := v.holder(tx, p, q); err != nil {
			return err
		}
		if err := v.names(tx, q); err != nil {
			return err
		}
		v.KeyUntil, err = s.keyUntil(tx, who, p, q)
		return err
	})
	return v, err
}

// previous finds the certificate the request is compared with.
func (v *Review) previous(tx *store.Tx, who access.Caller, p Profile, q request) (err error) {
	var c inventory.Certificate
	switch q.Workflow {
	case enroll:
		if q.HolderID == "" {
			return nil
		}
		c, err = inventory.LatestOfHolder(tx, q.HolderID, q.CertificateID)
	case renew:
		c, err = inventory.Get(tx, q.Content.Previous)
	case importer:
		return nil
	default:
		c, err = inventory.Get(tx, q.CertificateID)
	}
	if errors.Is(err, inventory.Missing) {
		return nil
	}
	if err == nil && (c.VisibleTo(who) || workflows[q.Workflow].mayDecide(who, p, q) == nil) {
		v.Previous = &c
	}
	return err
}

// key tells which key the certificate has or is to have.
func (v *Review) key(q request) (k ReviewedKey, err error) {
	if q.Workflow != enroll && q.Workflow != renew {
		return k, nil
	}
	k = ReviewedKey{Type: q.Content.KeyType, MadeHere: q.Content.KeyType != ""}
	if k.MadeHere || len(q.CSR) == 0 {
		return k, nil
	}
	csr, err := pki.ParseCSR(q.CSR)
	if err != nil {
		return k, err
	}
	k.Type = csr.KeyType
	if v.Previous != nil {
		before, err := pki.ParseCertificate(v.Previous.DER)
		if err != nil {
			return k, err
		}
		k.Kept = pki.SameKey(csr.PublicKey, before.X509.PublicKey)
	}
	return k, nil
}

// holder counts what the holder has, and tells what the limit of the profile would do.
func (v *Review) holder(tx *store.Tx, p Profile, q request) (err error) {
	h := &v.Holder
	if m := p.Shared().MaxPerHolder; m != nil {
		h.Limit, h.Behavior = m.Max, m.Behavior
	}
	if q.HolderID == "" {
		return nil
	}
	if h.Valid, err = inventory.CountActive(tx, q.HolderID, "", tx.Now()); err != nil {
		return err
	}
	if h.Profile, err = inventory.CountActive(tx, q.HolderID, q.Profile, tx.Now()); err != nil {
		return err
	}
	if q.State == pending && h.Behavior == BehaviorRevoke && (q.Workflow == enroll || q.Workflow == renew) {
		h.Revoked = max(0, h.Profile+1-h.Limit)
	}
	return nil
}

// names finds those the team or owner has had no certificate for.
func (v *Review) names(tx *store.Tx, q request) error {
	by := inventory.Ownership{Owner: q.Content.Owner, Team: q.Content.Team}
	if q.Workflow != enroll || by.Owner == "" && by.Team == "" {
		return nil
	}
	for _, san := range q.Content.SANs[:min(len(q.Content.SANs), maxNames)] {
		known, err := inventory.Bears(tx, san.Value, by, q.CertificateID)
		if err != nil {
			return err
		}
		if !known {
			v.NewNames = append(v.NewNames, san.Value)
		}
	}
	return nil
}

// departures lists what was chosen in place of what the profile proposes.
func departures(p Profile, q request) (all []Difference) {
	c, t := p.Shared(), p.Shared().Template
	differ := func(field, usual, asked string) {
		if usual != "" && usual != asked {
			all = append(all, Difference{field, usual, asked})
		}
	}
	if q.Workflow != enroll || t == nil {
		return nil
	}
	count := map[pki.DNType]int{}
	for _, e := range t.Subject {
		kind, _ := pki.ParseDNType(string(e.Type)) // checked when the profile was stored
		count[kind]++
		differ("subject."+elementName(kind, count[kind]), e.Value, q.Content.element(kind, count[kind]))
	}
	for _, e := range t.Extensions {
		differ("extension."+string(e.Type), e.Value, q.Content.extension(e.Type))
	}
	for _, e := range t.Labels {
		differ("label."+e.Label, e.Value, q.Content.Labels[e.Label])
	}
	if t.Team != nil {
		differ("team", t.Team.Value, q.Content.Team)
	}
	if t.Contact != nil {
		differ("contactEmail", t.Contact.Value, q.Content.Contact)
	}
	differ("owner", q.Caller.ID, q.Content.Owner)
	if q.Content.KeyType != "" {
		differ("keyType", string(c.Crypto.DefaultKeyType), string(q.Content.KeyType))
	}
	return all
}

// changes lists how the certificate that is asked for differs from the one before.
func changes(q request, before inventory.Certificate, key ReviewedKey) (all []Difference) {
	old, next := contentOf(before), q.Content
	differ := func(field, from, to string) {
		if from != to {
			all = append(all, Difference{field, from, to})
		}
	}
	switch q.Workflow {
	case revoke, recovery:
		return nil
	case enroll, renew:
		differ("dn", before.DN, next.Subject.String())
		for _, kind := range sanTypes(old.SANs, next.SANs) {
			differ("san."+string(kind), strings.Join(old.names(kind), " "), strings.Join(next.names(kind), " "))
		}
		differ("keyType", string(before.KeyType), string(key.Type))
	}
	if q.Workflow != renew {
		differ("profile", before.Profile, q.Profile)
	}
	differ("owner", old.Owner, next.Owner)
	differ("team", old.Team, next.Team)
	differ("contactEmail", old.Contact, next.Contact)
	for _, name := range keysOf(old.Labels, next.Labels) {
		differ("label."+name, old.Labels[name], next.Labels[name])
	}
	if q.Workflow == update || q.Workflow == migrate {
		for _, name := range keysOf(old.Metadata, next.Metadata) {
			differ("metadata."+name, old.Metadata[name], next.Metadata[name])
		}
	}
	return all
}

// keysOf returns the keys of either, in order.
func keysOf(a, b map[string]string) []string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// sanTypes returns the types of either, each once, in order.
func sanTypes(a, b []pki.SAN) (all []pki.SANType) {
	for _, s := range slices.Concat(a, b) {
		all = append(all, s.Type)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// keyUntil is until when the caller can fetch the key of the request; zero when not.
func (s *Service) keyUntil(tx *store.Tx, who access.Caller, p Profile, q request) (time.Time, error) {
	file, _ := shows(p, q)
	if q.State != completed || !file || !s.handsOut(who, p, q) {
		return time.Time{}, nil
	}
	var until int64
	ok, err := tx.Get(`SELECT available_to FROM request_key WHERE request = $1 AND available_to > $2`, []any{q.ID, store.Micros(tx.Now())}, &until)
	if err != nil || !ok {
		return time.Time{}, err
	}
	return store.Time(until), nil
}
