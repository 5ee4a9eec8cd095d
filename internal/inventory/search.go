package inventory

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

var (
	badSearch = fault.Define("CERT-SEARCH-002", fault.Invalid, "Invalid search")
	tooSlow   = fault.Define("CERT-SEARCH-004", fault.Internal, "The search took too long")
)

// Limits of a search.
const (
	DefaultSize = 50
	MaxSize     = 1000
	maxPage     = 1_000_000
	deadline    = 30 * time.Second
)

// Search is what to look for.
type Search struct {
	Query string // HCQL; "" finds everything
	Sort  []Order
	Page  int // from 1; 0 is 1
	Size  int // 0 is DefaultSize; never more than MaxSize
	Count bool
}

// Order is one column to sort by, in the spelling of the contract.
type Order struct {
	Element    string
	Descending bool
}

// Page is a part of what a search found.
type Page struct {
	Certificates []Certificate
	Index, Size  int // as they were applied
	More         bool
	Count        *int // of all that was found, when it was asked for
}

// sortable are the columns of a sort; those marked may be NULL.
var sortable = map[string]struct {
	column string
	null   bool
}{
	"_id": {"c.id", false}, "module": {"c.module", false}, "profile": {"c.profile", false}, "owner": {"c.owner", true},
	"team": {"c.team", true}, "thumbprint": {"c.thumbprint", false}, "selfSigned": {"c.self_signed", false},
	"publicKeyThumbprint": {"c.public_key_thumbprint", false}, "dn": {"c.dn", false}, "serial": {"c.serial", false},
	"issuer": {"c.issuer", false}, "notBefore": {"c.not_before", false}, "notAfter": {"c.not_after", false},
	"revocationDate": {"c.revoked_at", true}, "revocationReason": {"c.revocation_reason", true},
	"keyType": {"c.key_type", false}, "signingAlgorithm": {"c.signing_algorithm", false}, "holderId": {"c.holder_id", false},
	"contactEmail": {"c.contact_email", true}, "grades": {"c.grades", false}, "escrowed": {"c.escrowed", false},
}

// Sortable returns the names of the columns a search can be sorted by.
func Sortable() []string {
	names := make([]string, 0, len(sortable))
	for name := range sortable {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Find returns a page of the certificates that the caller may see and the query describes.
func Find(ctx context.Context, db *store.DB, who access.Caller, s Search) (p Page, err error) {
	if err := s.settle(); err != nil {
		return Page{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	var found query.Clause
	err = db.Read(ctx, func(tx *store.Tx) error {
		where, c, err := s.where(tx, who)
		found = c
		if err != nil {
			return err
		}
		p, err = s.read(tx, where)
		return err
	})
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return Page{}, s.late(found).Because(err)
	}
	return p, err
}

// settle fills in what was left out and refuses what makes no sense.
func (s *Search) settle() error {
	if s.Page == 0 {
		s.Page = 1
	}
	if s.Size == 0 {
		s.Size = DefaultSize
	}
	if s.Page < 1 || s.Page > maxPage || s.Size < 1 {
		return badSearch.Detail("pages are counted from 1 to %d and have at least one row", maxPage)
	}
	s.Size = min(s.Size, MaxSize)
	if len(s.Sort) > len(sortable) {
		return badSearch.Detail("there are more columns to sort by than columns")
	}
	for _, o := range s.Sort {
		if _, ok := sortable[o.Element]; !ok {
			return badSearch.Detail("sortedBy: %q is none of %s", o.Element, strings.Join(Sortable(), ", "))
		}
	}
	return nil
}

// late says what made the search slow.
func (s *Search) late(c query.Clause) *fault.Fault {
	if len(c.Slow) == 0 {
		return tooSlow.Detail("ask for fewer certificates, or for longer parts of names")
	}
	return tooSlow.Detail("no index helps with %s as it is asked: add a condition on another field", strings.Join(c.Slow, ", "))
}

// where writes the whole condition.
func (s *Search) where(tx *store.Tx, who access.Caller) (clause, query.Clause, error) {
	may, err := visible(tx, who)
	if err != nil {
		return clause{}, query.Clause{}, err
	}
	grades, err := letters(tx)
	if err != nil {
		return clause{}, query.Clause{}, err
	}
	t := &table{dialect: tx.Dialect(), letters: grades}
	c, err := s.compile(tx, t, len(may.args)+1)
	if err != nil {
		return clause{}, query.Clause{}, err
	}
	if t.common, err = frequent(tx, t.needles); err != nil {
		return clause{}, c, err
	}
	if len(t.common) > 0 {
		if c, err = s.compile(tx, t, len(may.args)+1); err != nil {
			return clause{}, c, err
		}
	}
	return clause{sql: may.sql + " AND " + c.SQL, args: append(may.args, c.Args...)}, c, nil
}

func (s *Search) compile(tx *store.Tx, t *table, first int) (query.Clause, error) {
	q, err := t.fields().Parse(s.Query)
	if err != nil {
		return query.Clause{}, err
	}
	return q.Compile(query.Target{Dialect: dialects[tx.Dialect()], Now: tx.Now(), First: first})
}

var dialects = map[store.Dialect]query.Dialect{store.SQLite: query.SQLite, store.PostgreSQL: query.PostgreSQL}

// maxProbed bounds the needles that are looked at one by one.
const maxProbed = 8

// frequent returns the needles that the index does not help with.
func frequent(tx *store.Tx, needles []string) (map[string]bool, error) {
	common := map[string]bool{}
	for _, needle := range needles[:min(len(needles), maxProbed)] {
		often, err := textIndex.Frequent(tx, needle, many)
		if err != nil {
			return nil, err
		}
		if often {
			common[needle] = true
		}
	}
	return common, nil
}

// read reads the page, and one row more to know whether there is another.
func (s *Search) read(tx *store.Tx, where clause) (Page, error) {
	p := Page{Index: s.Page, Size: s.Size}
	all, err := store.All(tx, scan, selects+where.sql+s.rest(), where.args...)
	if err != nil {
		return p, err
	}
	p.More = len(all) > s.Size
	p.Certificates = all[:min(len(all), s.Size)]
	if s.Count {
		p.Count = new(int)
		_, err = tx.Get(`SELECT count(*) FROM certificate c WHERE `+where.sql, where.args, p.Count)
	}
	return p, err
}

// rest writes order and part. The id comes last, so that pages do not overlap.
func (s *Search) rest() string {
	var b strings.Builder
	b.WriteString(" ORDER BY ")
	for _, o := range s.Sort {
		by := sortable[o.Element]
		b.WriteString(by.column)
		switch {
		case o.Descending && by.null:
			b.WriteString(" DESC NULLS LAST, ")
		case o.Descending:
			b.WriteString(" DESC, ")
		case by.null:
			b.WriteString(" NULLS FIRST, ")
		default:
			b.WriteString(", ")
		}
	}
	b.WriteString("c.id LIMIT " + strconv.Itoa(s.Size+1) + " OFFSET " + strconv.Itoa((s.Page-1)*s.Size))
	return b.String()
}

// Look returns the certificate with the id, when the caller may see it.
func Look(ctx context.Context, db *store.DB, who access.Caller, id string) (c Certificate, err error) {
	return seen(ctx, db, who, func(tx *store.Tx) (Certificate, error) { return Get(tx, id) })
}

// LookByThumbprint returns the certificate with the SHA-256, when the caller may see it.
func LookByThumbprint(ctx context.Context, db *store.DB, who access.Caller, thumbprint string) (c Certificate, err error) {
	return seen(ctx, db, who, func(tx *store.Tx) (Certificate, error) { return ByThumbprint(tx, thumbprint) })
}

func seen(ctx context.Context, db *store.DB, who access.Caller, get func(*store.Tx) (Certificate, error)) (c Certificate, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		if c, err = get(tx); err != nil {
			return err
		}
		if !c.VisibleTo(who) {
			c = Certificate{}
			return Missing
		}
		return nil
	})
	return c, err
}

// Dictionary lists what a query can ask.
func Dictionary(ctx context.Context, db *store.DB) (all []query.Entry, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		grades, err := letters(tx)
		if err != nil {
			return err
		}
		all = (&table{dialect: tx.Dialect(), letters: grades}).fields().Dictionary()
		return nil
	})
	return all, err
}
