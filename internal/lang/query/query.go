// Package query is the one language of all searches: certificates (HCQL), requests (HRQL), audit events (HEQL),
// discovery events (HDQL), and the filters of permissions (HPQL).
//
// Parse reads a text into a tree. A subject declares its fields once, with NewFields; Bind checks the names, operators
// and values of a tree against them. The Query it returns becomes SQL with Compile, or is asked about one object with
// Eval. Every problem is the fault HQL-001 with a *source.Problem as its cause, which names the place.
package query

import (
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/source"
)

var invalidQuery = fault.Define("HQL-001", fault.Invalid, "Invalid query")

// Limits bounds what is read. A zero member stands for its default.
type Limits struct {
	Bytes int // length of the text, 8 KiB
	Depth int // nesting of parentheses and negations, 64
	Terms int // conditions and list members together, 500
}

func (l Limits) orDefault() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 8 << 10
	}
	if l.Depth <= 0 {
		l.Depth = 64
	}
	if l.Terms <= 0 {
		l.Terms = 500
	}
	return l
}

// Tree is a query as it was written.
type Tree struct {
	Text string
	Root Node
}

// Node is And, Or, Not or *Condition.
type Node interface{ node() }

// And holds when all of its parts hold. Without parts it always holds: that is the empty query.
type And []Node

// Or holds when one of its parts holds.
type Or []Node

// Not holds when its part does not.
type Not struct{ Of Node }

// Condition is one comparison as it was written.
type Condition struct {
	Name       string // as written
	At         int    // byte offset of the name
	Operator   Operator
	OperatorAt int
	Negated    bool
	Values     []Value
}

// Value is an operand as it was written, without its quotes.
type Value struct {
	Text   string
	Quoted bool
	At     int // byte offset
}

func (And) node()        {}
func (Or) node()         {}
func (Not) node()        {}
func (*Condition) node() {}

// refuse makes the fault of a problem at a byte offset of text.
func refuse(text string, at int, what string, near ...string) error {
	p := &source.Problem{At: source.At(text, at), Text: what, Near: near}
	return invalidQuery.Detail("%s", p).Because(p)
}
