package query

import "time"

// sample is a subject with every type of field, as a table c of certificates with the side tables label and san.
var sample = NewFields(
	Field{Name: "id", Type: ID, Doc: "The identifier.", Column: "c.id", Fast: Equals | In},
	Field{Name: "dn", Type: Text, Doc: "The subject.", Column: "c.dn", Fast: Equals | Contains},
	Field{Name: "owner", Type: Text, Doc: "The owner.", Column: "c.owner", Fast: Equals | In},
	Field{Name: "team", Type: Text, Doc: "The team.", Column: "c.team", Fast: Equals | In},
	Field{Name: "module", Type: Enum, Doc: "The module.", Column: "c.module", Values: []string{"webra", "est", "acme-external"}, Fast: Equals | In},
	Field{Name: "valid.until", Type: Date, Doc: "The end.", Column: "c.not_after", Fast: Before | After},
	Field{Name: "timestamp", Type: Date, Doc: "The time.", Column: "c.at_ms", Unit: time.Millisecond, Past: true},
	Field{Name: "escrowed", Type: Bool, Doc: "Whether the key is kept.", Column: "c.escrowed"},
	Field{Name: "port", Type: Number, Doc: "The port.", Column: "c.port"},
	Field{Name: "grade", Type: Grade, Doc: "The grade.", Column: "c.grade", Values: []string{"F", "C", "B", "A"}},
	Field{Name: "san", Type: Set, Doc: "The names.", Column: "s.value", Fast: Equals | In,
		Via: "EXISTS (SELECT 1 FROM san s WHERE s.cert = c.id AND {})"},
	Field{Name: "label.*", Type: Text, Doc: "A label.", Column: "l.value",
		Via: "EXISTS (SELECT 1 FROM label l WHERE l.cert = c.id AND l.name = {key} AND {})"},
	Field{Name: "label.Fast", Type: Text, Doc: "A label with a column.", Column: "c.fast", Fast: Equals},
	Field{Name: "metadata.*", Type: Text, Doc: "Metadata.", Column: "(CASE {key} WHEN 'digicert_id' THEN c.digicert END)",
		Keys: []string{"digicert_id", "pki_connector"}},
	Field{Name: "status", Type: State, Doc: "The status.", States: []Word{
		{Name: "valid", SQL: "c.revoked_at IS NULL AND c.not_after > {now}"},
		{Name: "revoked", SQL: "c.revoked_at IS NOT NULL"},
		{Name: "expired", SQL: "c.not_after <= {now}"},
	}},
	Field{Name: "trigger.results", Type: Result, Doc: "What triggers gave.", States: []Word{{Name: "success", SQL: "c.port = 443"}, {Name: "failure", SQL: "c.port = 80"}}},
	Field{Name: "issuer", Type: Text, Doc: "The issuer.", Column: "c.issuer", Write: func(w *Writer, t *Term) (bool, error) {
		if t.Operator != Contains {
			return false, nil
		}
		w.SQL("c.issuer_index = ")
		w.Arg("own:" + t.Values[0])
		return true, nil
	}},
)

var testNow = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
