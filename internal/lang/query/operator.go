package query

import "strings"

// Operator is one comparison, or a set of them.
type Operator uint16

// The operators. AtMost, AtLeast, Below and Above compare grades and numbers.
const (
	Equals Operator = 1 << iota
	Contains
	Matches
	In
	Within
	Before
	After
	Exists
	Is
	Has
	AtMost
	AtLeast
	Below
	Above
)

// operators lists the words of every operator in the order of documentation; the first is the usual one.
var operators = []struct {
	op    Operator
	words []string
}{
	{Equals, []string{"equals", "="}},
	{Contains, []string{"contains"}},
	{Matches, []string{"matches"}},
	{In, []string{"in"}},
	{Within, []string{"within"}},
	{Before, []string{"before", "<"}},
	{After, []string{"after", ">"}},
	{Exists, []string{"exists"}},
	{Is, []string{"is"}},
	{Has, []string{"has"}},
	{AtMost, []string{"lower than"}},
	{AtLeast, []string{"greater than"}},
	{Below, []string{"strictly lower than"}},
	{Above, []string{"strictly greater than"}},
}

// Has reports whether all of the operators other are in o.
func (o Operator) Has(other Operator) bool { return o&other == other }

// Words returns the usual words of the operators in o.
func (o Operator) Words() []string {
	words := []string{}
	for _, k := range operators {
		if o.Has(k.op) {
			words = append(words, k.words[0])
		}
	}
	return words
}

// String returns the words, separated by commas.
func (o Operator) String() string { return strings.Join(o.Words(), ", ") }

// simple returns the operator of one word or sign.
func simple(word string) (Operator, bool) {
	for _, k := range operators {
		for _, w := range k.words {
			if w == word {
				return k.op, true
			}
		}
	}
	return 0, false
}

// list reports whether the operand is a list in brackets.
func (o Operator) list() bool { return o == In || o == Within }
