package inventory

import (
	"strings"

	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// modules are the modules of profiles.
var modules = []string{
	"webra", "est", "scep", "acme", "acme-external", "crmp", "wcce", "intune", "intunepkcs", "jamf", "monitored",
}

// MetadataKeys are the facts a certificate may carry beside its own, in the spelling of the contract.
var MetadataKeys = []string{
	"pki_connector", "scep_transid", "certeurope_id", "digicert_id", "digicert_order_id", "entrust_id", "fcms_id", "gsatlas_id",
	"gs_order_id", "metapki_id", "eviden_idca_id", "nameshield_id", "renewed_certificate_id", "previous_certificate_id",
	"automation_policy", "contact_email",
}

// table is what the fields depend on besides the program.
type table struct {
	dialect store.Dialect
	letters []string        // of grades, the worst first
	common  map[string]bool // needles that so many texts hold that the index does not help
	needles []string        // of the queries compiled so far, where an index may help
	met     bool            // whether a common needle was compiled
	within  *step           // the part of the certificates that is read, or nil for all
	apart   bool            // whether the conditions are written for certificates that are read anyway: no index is used
}

// Where the databases differ.
var (
	nameOf      = map[store.Dialect]string{store.SQLite: "lower(s.value ->> 1)", store.PostgreSQL: "s.value"}
	amongNames  = map[store.Dialect]string{store.SQLite: "EXISTS (SELECT 1 FROM json_each(c.sans) s WHERE {})", store.PostgreSQL: "c.id IN (SELECT s.certificate FROM certificate_san s WHERE {})"}
	amongGrades = map[store.Dialect]string{store.SQLite: "EXISTS (SELECT 1 FROM json_each(c.grades) g WHERE {})", store.PostgreSQL: "EXISTS (SELECT 1 FROM jsonb_each_text(c.grades) g(key, value) WHERE {})"}
	primaryKey  = map[store.Dialect]string{store.SQLite: "substr(c.key_type, 1, instr(c.key_type || '+', '+') - 1)", store.PostgreSQL: "split_part(c.key_type, '+', 1)"}
	otherKey    = map[store.Dialect]string{store.SQLite: "substr(c.key_type, instr(c.key_type || '+', '+') + 1)", store.PostgreSQL: "split_part(c.key_type, '+', 2)"}
)

// What the filters of permissions ask about as well.
var (
	teamField  = query.Field{Name: "team", Type: query.Text, Doc: "The team that answers for it.", Column: "c.team", Fast: query.Equals | query.In}
	labelField = query.Field{Name: "label.*", Type: query.Text, Doc: "A label.", Column: "l.value", Fast: query.Equals | query.In | query.Exists,
		Via: "c.id IN (SELECT l.certificate FROM certificate_label l WHERE l.name = {key} AND {})"}
)

// fields is the table of the query language: every name of a certificate, once.
func (t *table) fields() *query.Fields {
	const exact = query.Equals | query.In
	const isPQC, isClassic = `(c.key_type LIKE 'mldsa-%' OR c.key_type LIKE 'slhdsa-%')`,
		`(c.key_type LIKE 'rsa-%' OR c.key_type LIKE 'ec-%' OR c.key_type LIKE 'ed-%' OR c.key_type LIKE 'dsa-%' OR c.key_type LIKE 'x-%')`
	return query.NewFields(append(t.renewalFields(),
		query.Field{Name: "id", Type: query.ID, Doc: "The identifier.", Column: "c.id", Fast: exact},
		query.Field{Name: "dn", Type: query.Text, Doc: "The subject.", Column: "c.dn", Fast: query.Equals | query.Contains, Write: t.subject},
		query.Field{Name: "san", Type: query.Set, Doc: "The alternative names of every type, in lower case.", Column: nameOf[t.dialect], Via: amongNames[t.dialect], Fast: exact | query.Contains, Write: t.name},
		query.Field{Name: "serial", Type: query.Text, Doc: "The serial number, in hex.", Column: "c.serial", Fast: exact, Write: hexadecimal("c.serial", serial)},
		query.Field{Name: "issuer", Type: query.Text, Doc: "The name of the issuer.", Column: "c.issuer", Fast: exact},
		query.Field{Name: "module", Type: query.Enum, Doc: "The module of the profile.", Column: "c.module", Values: modules, Fast: exact},
		query.Field{Name: "profile", Type: query.Text, Doc: "The profile.", Column: "c.profile", Fast: exact, Filled: true},
		query.Field{Name: "pkiconnector", Type: query.Text, Doc: "The PKI connector that issued it.", Column: "c.pki_connector", Fast: exact},
		query.Field{Name: "owner", Type: query.Text, Doc: "The identifier of the owner.", Column: "c.owner", Fast: exact},
		teamField,
		query.Field{Name: "contactemail", Type: query.Text, Doc: "The address notifications go to.", Column: "c.contact_email"},
		query.Field{Name: "thumbprint", Type: query.Text, Doc: "The SHA-256 of the certificate, in hex.", Column: "c.thumbprint", Fast: exact, Write: hexadecimal("c.thumbprint", plainHex)},
		query.Field{Name: "publickeythumbprint", Type: query.Text, Doc: "The SHA-256 of the public key, in hex.", Column: "c.public_key_thumbprint", Fast: exact, Write: hexadecimal("c.public_key_thumbprint", plainHex)},
		query.Field{Name: "holderid", Type: query.Text, Doc: "Who holds it: computed from its names.", Column: "c.holder_id", Fast: exact, Write: hexadecimal("c.holder_id", plainHex)},
		query.Field{Name: "keytype", Type: query.Text, Doc: "The type of the key, such as rsa-2048.", Column: "c.key_type", Fast: exact},
		query.Field{Name: "primarykeytype", Type: query.Text, Doc: "The type of the key; of a hybrid, the first.", Column: primaryKey[t.dialect]},
		query.Field{Name: "alternatekeytype", Type: query.Text, Doc: "The type of the second key of a hybrid.", Column: otherKey[t.dialect]},
		query.Field{Name: "signingalgorithm", Type: query.Text, Doc: "The algorithm it was signed with, such as SHA256WITHRSA.", Column: "c.signing_algorithm"},
		query.Field{Name: "valid.from", Type: query.Date, Doc: "The beginning of its validity.", Column: "c.not_before", Past: true},
		query.Field{Name: "valid.until", Type: query.Date, Doc: "The end of its validity.", Column: "c.not_after", Fast: query.Equals | query.Before | query.After},
		query.Field{Name: "revocation.date", Type: query.Date, Doc: "When it was revoked.", Column: "c.revoked_at", Past: true},
		query.Field{Name: "revocation.reason", Type: query.Enum, Doc: "Why it was revoked.", Column: "c.revocation_reason", Values: reasons()},
		query.Field{Name: "grade", Type: query.Grade, Doc: "The grade by any policy.", Column: "g.value", Via: amongGrades[t.dialect], Values: t.letters},
		query.Field{Name: "grade.*", Type: query.Grade, Doc: "The grade by one policy.", Column: "(c.grades ->> {key})", Values: t.letters},
		t.label(),
		query.Field{Name: "metadata.*", Type: query.Text, Doc: "A fact beside the certificate's own.", Column: "(c.metadata ->> {key})", Keys: MetadataKeys},
		query.Field{Name: "status", Type: query.State, Doc: "Whether it can be used.", States: []query.Word{
			// "+" keeps the databases from collecting half of all certificates by an index.
			{Name: "valid", Doc: "Neither revoked nor expired.", SQL: "c.revoked = FALSE AND +c.not_after > {now}"},
			{Name: "revoked", Doc: "Revoked.", SQL: "c.revoked = TRUE", Fast: true},
			{Name: "expired", Doc: "Beyond its end.", SQL: t.ranged("c.not_after") + " <= {now}", Fast: true},
		}},
		query.Field{Name: "certificatetype", Type: query.State, Doc: "The kind of its key.", States: []query.Word{
			{Name: "hybrid", Doc: "Two keys of two kinds.", SQL: "c.key_type LIKE '%+%'"},
			{Name: "legacy", Doc: "RSA, elliptic curves and their like.", SQL: "c.key_type NOT LIKE '%+%' AND " + isClassic},
			{Name: "pqc", Doc: "A key that withstands quantum computers.", SQL: "c.key_type NOT LIKE '%+%' AND " + isPQC},
			{Name: "unknown", Doc: "A key of no known kind.", SQL: "c.key_type NOT LIKE '%+%' AND NOT " + isPQC + " AND NOT " + isClassic},
		}},
		query.Field{Name: "certificate", Type: query.State, Doc: "What else is known of it.", States: []query.Word{
			{Name: "escrowed", Doc: "Its private key can be recovered.", SQL: "c.escrowed = TRUE"},
			{Name: "selfsigned", Doc: "It is signed by its own key.", SQL: "c.self_signed = TRUE"},
			{Name: "trusted", Doc: "A known CA issued it.", SQL: "c.trusted = TRUE"},
		}},
		resultField,
	)...)
}

// label is the field of labels. A certificate that is read anyway has them in itself.
func (t *table) label() query.Field {
	f := labelField
	if t.apart {
		f.Column, f.Via = "(c.labels ->> {key})", ""
	}
	return f
}

// ranged is a column of which an index may find the rows of a range; a certificate that is read anyway is compared.
func (t *table) ranged(column string) string {
	if t.apart {
		return "+" + column
	}
	return column
}

func reasons() (all []string) {
	for code := range 11 {
		if r, ok := pki.ReasonOf(code); ok {
			all = append(all, string(r))
		}
	}
	return all
}

// compared reads a query as it is written for certificates that are read anyway.
func (t *table) compared(text string) (*query.Query, error) {
	return (&table{dialect: t.dialect, letters: t.letters, apart: true}).fields().Parse(text)
}

// narrow writes, before a condition on the text of a certificate, one that an index answers. It notes the needle.
func (t *table) narrow(w *query.Writer, needle string) {
	before, after, value, ok := textIndex.Narrow(t.dialect, needle)
	if !ok || t.apart || t.common[needle] {
		t.met = t.met || ok
		return
	}
	t.needles = append(t.needles, needle)
	w.SQL(before)
	w.Arg(value)
	if t.within != nil {
		w.SQL(" AND rowid > ")
		w.Arg(t.within.behind)
		w.SQL(" AND rowid <= ")
		w.Arg(t.within.to)
	}
	w.SQL(after + " AND ")
}

// holds writes that a column holds the needle, on PostgreSQL when the index of long parts answers it. The comparison is
// one that no other index answers, or that would be used as well.
func (t *table) holds(w *query.Writer, column, needle string) bool {
	before, after, value, ok := textIndex.NarrowColumn(t.dialect, "lower("+column+")", needle)
	if !ok {
		return false
	}
	w.SQL(before)
	w.Arg(value)
	w.SQL(after + " AND strpos(lower(" + column + "), lower(")
	w.Arg(needle)
	w.SQL(")) > 0")
	return true
}

// subject writes what the index can do for conditions on a part of the subject.
func (t *table) subject(w *query.Writer, c *query.Term) (bool, error) {
	switch {
	case c.Operator != query.Contains:
	case t.holds(w, "c.dn", c.Values[0]):
		return true, nil
	default:
		t.narrow(w, c.Values[0])
	}
	return false, nil
}

// name writes conditions on the alternative names: they are kept in lower case, each in a row of its own.
func (t *table) name(w *query.Writer, c *query.Term) (bool, error) {
	switch c.Operator {
	case query.Equals, query.In:
		w.SQL("c.id IN (SELECT s.certificate FROM certificate_san s WHERE s.value IN (")
		list(w, c.Values, strings.ToLower)
		w.SQL("))")
		return true, nil
	case query.Contains:
		if t.dialect == store.PostgreSQL {
			return t.nameHolds(w, c.Values[0]), nil
		}
		t.narrow(w, c.Values[0])
	}
	return false, nil
}

// nameHolds writes that an alternative name holds the needle, when the index of long parts answers it.
func (t *table) nameHolds(w *query.Writer, needle string) bool {
	if _, _, _, ok := textIndex.NarrowColumn(t.dialect, "", needle); !ok {
		return false
	}
	w.SQL("c.id IN (SELECT s.certificate FROM certificate_san s WHERE ")
	t.holds(w, "s.value", needle)
	w.SQL(")")
	return true
}

// hexadecimal compares hex in the one spelling it is stored in.
func hexadecimal(column string, clean func(string) string) func(*query.Writer, *query.Term) (bool, error) {
	return func(w *query.Writer, c *query.Term) (bool, error) {
		if c.Operator != query.Equals && c.Operator != query.In {
			return false, nil
		}
		w.SQL(column + " IN (")
		list(w, c.Values, clean)
		w.SQL(")")
		return true, nil
	}
}

func list(w *query.Writer, values []string, clean func(string) string) {
	for i, v := range values {
		if i > 0 {
			w.SQL(", ")
		}
		w.Arg(clean(v))
	}
}

func plainHex(s string) string { return strings.ToLower(strings.ReplaceAll(s, ":", "")) }

// serial drops leading zeros, too: 0x0A1B is the number a1b.
func serial(s string) string {
	n, ok := pki.ParseSerial(s)
	if !ok {
		return plainHex(s)
	}
	return pki.SerialHex(n)
}
