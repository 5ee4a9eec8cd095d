package inventory

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/inventory/grade"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// New is what is known of a certificate beyond what it says itself.
type New struct {
	Certificate     *pki.Certificate
	Module, Profile string
	Ownership
	Origin
	Metadata, Labels []Pair
	Escrowed         bool
	Trusted          bool     // a known CA issued it
	Policies         []string // the grading policies of its profile
	AutoRenew        bool
	Due              time.Time // when it is to be renewed; zero for never
}

// Add records a certificate, graded by its policies, and returns its id. One that is there already is the fault Known.
func Add(tx *store.Tx, n New) (id string, err error) {
	grades, err := gradesBy(tx, n.Policies, grade.Subject{Certificate: n.Certificate, Trusted: n.Trusted})
	if err != nil {
		return "", err
	}
	id = tx.NewID()
	values, err := n.values(id, store.Micros(tx.Now()), grades)
	if err != nil {
		return "", err
	}
	added, err := tx.Exec(insert, values...)
	if err != nil {
		return "", fmt.Errorf("recording the certificate %s: %w", n.Certificate.Serial, err)
	}
	if added == 0 {
		return "", Known.Detail("%s", n.Certificate.Thumbprint)
	}
	names := lowered(n.Certificate.SANs)
	if err := textIndex.Insert(tx, textOf(n.Certificate, names)); err != nil {
		return "", fmt.Errorf("indexing the text of %s: %w", id, err)
	}
	if err := insertNames(tx, id, names); err != nil {
		return "", err
	}
	return id, insertLabels(tx, id, n.Labels)
}

// textIndex finds certificates by a part of their subject and alternative names.
var textIndex = store.TextIndex{Table: "certificate_text", Row: "c.n"}

// textOf is the text a certificate is found by parts of.
func textOf(c *pki.Certificate, names []string) string {
	return strings.Join(append([]string{c.DN}, names...), "\n")
}

// values are the columns of a new row, in the order of the statement.
func (n New) values(id string, now int64, grades []Grade) ([]any, error) {
	c := n.Certificate
	documents := make([]any, 0, 5)
	names, extensions := make([][2]string, len(c.SANs)), make([][2]string, len(c.Extensions))
	for i, s := range c.SANs {
		names[i] = [2]string{string(s.Type), s.Value}
	}
	for i, e := range c.Extensions {
		extensions[i] = [2]string{string(e.Type), e.Value}
	}
	for _, v := range []any{byPolicy(grades), byKey(n.Metadata), byKey(n.Labels), names, extensions} {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		documents = append(documents, string(b))
	}
	return append([]any{
		id, n.Module, n.Profile, c.Thumbprint, c.PublicKeyThumbprint, c.Serial, c.HolderID,
		store.Micros(c.NotBefore), store.Micros(c.NotAfter), string(c.KeyType), c.SigningAlgorithm, c.SelfSigned,
		n.Escrowed, n.Trusted, now, known(n.Owner), known(n.Team), known(n.ContactEmail), known(n.Requester),
		known(n.RequesterType), known(n.RequestID), known(n.Connector), known(n.CA), c.DN, c.IssuerDN, c.X509.Raw, n.AutoRenew, when(n.Due),
	}, documents...), nil
}

// known is a text as a column holds it: NULL when there is none, so that indexes need not hold it.
func known(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func byKey(pairs []Pair) map[string]string {
	all := make(map[string]string, len(pairs))
	for _, p := range pairs {
		all[p.Key] = p.Value
	}
	return all
}

func byPolicy(grades []Grade) map[string]string {
	all := make(map[string]string, len(grades))
	for _, g := range grades {
		all[g.Policy] = g.Letter
	}
	return all
}

// lowered returns the values of the names in lower case, each once.
func lowered(sans []pki.SAN) []string {
	all := make([]string, 0, len(sans))
	for _, s := range sans {
		all = append(all, strings.ToLower(s.Value))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// atOnce bounds the rows of one statement.
const atOnce = 100

// insertNames writes the names in statements of many rows.
func insertNames(tx *store.Tx, id string, names []string) error {
	for part := range slices.Chunk(names, atOnce) {
		args := []any{id}
		for _, name := range part {
			args = append(args, name)
		}
		if _, err := tx.Exec(`INSERT INTO certificate_san (certificate, value) VALUES `+rows(len(part), 1), args...); err != nil {
			return fmt.Errorf("indexing the names of %s: %w", id, err)
		}
	}
	return nil
}

// insertLabels writes the labels in statements of many rows.
func insertLabels(tx *store.Tx, id string, labels []Pair) error {
	labels = pairs(byKey(labels)) // each key once
	for part := range slices.Chunk(labels, atOnce) {
		args := []any{id}
		for _, l := range part {
			args = append(args, l.Key, l.Value)
		}
		if _, err := tx.Exec(`INSERT INTO certificate_label (certificate, name, value) VALUES `+rows(len(part), 2), args...); err != nil {
			return fmt.Errorf("indexing the labels of %s: %w", id, err)
		}
	}
	return nil
}

// rows writes n tuples of $1 and so many parameters of their own: ($1, $2), ($1, $3).
func rows(n, columns int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("($1")
		for j := range columns {
			b.WriteString(", $" + strconv.Itoa(2+i*columns+j))
		}
		b.WriteString(")")
	}
	return b.String()
}
