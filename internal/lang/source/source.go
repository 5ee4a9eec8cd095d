// Package source says where in a text something is wrong, for the languages people write queries and rules in.
package source

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Position is a place in a text.
type Position struct {
	Offset int `json:"offset"` // bytes before it
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // characters, from 1
}

// At returns the position of a byte offset.
func At(text string, offset int) Position {
	offset = min(max(offset, 0), len(text))
	before := text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return Position{
		Offset: offset,
		Line:   1 + strings.Count(before, "\n"),
		Column: 1 + utf8.RuneCountInString(before[start:]),
	}
}

// Problem is one thing wrong in a text, with its place.
type Problem struct {
	At   Position `json:"at"`
	Text string   `json:"text"`           // what was expected and what was found
	Near []string `json:"near,omitempty"` // names that may have been meant
}

// Error returns place, text and suggestions in one sentence, fit for the sender.
func (p *Problem) Error() string {
	s := fmt.Sprintf("line %d, column %d: %s", p.At.Line, p.At.Column, p.Text)
	if len(p.Near) > 0 {
		s += "; did you mean " + strings.Join(p.Near, ", ") + "?"
	}
	return s
}

// Check refuses what no language reads: too long a text, bytes that are no UTF-8, the character NUL.
func Check(text string, limit int) *Problem {
	if len(text) > limit {
		return &Problem{At: At(text, limit), Text: fmt.Sprintf("the text is longer than %d bytes", limit)}
	}
	for i, r := range text {
		if r == 0 {
			return &Problem{At: At(text, i), Text: "the character NUL is not allowed"}
		}
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return &Problem{At: At(text, i), Text: "the text is not valid UTF-8"}
		}
	}
	return nil
}

// Quote shows a piece of the text in a message, cut when it is long.
func Quote(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "..."
	}
	return fmt.Sprintf("%q", s)
}

// Nearest returns up to three of the known words that are most like word, the nearest first.
func Nearest(word string, known []string) []string {
	const most = 64
	word = strings.ToLower(word)
	if len(word) > most {
		return nil
	}
	type scored struct {
		name string
		far  int
	}
	var near []scored
	for _, k := range known {
		low := strings.ToLower(k)
		if len(low) > most {
			continue
		}
		far := distance(word, low)
		if len(word) > 2 && (strings.HasPrefix(low, word) || strings.Contains(low, "."+word)) {
			far = min(far, 1)
		}
		if far <= 1+len(word)/4 {
			near = append(near, scored{k, far})
		}
	}
	slices.SortStableFunc(near, func(a, b scored) int { return a.far - b.far })
	var names []string
	for _, n := range near[:min(3, len(near))] {
		names = append(names, n.name)
	}
	return names
}

// distance is the number of bytes to insert, delete or replace that makes b of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}
