package rule

import (
	"fmt"
	"strings"
)

// want is what a function takes at a place.
type want int

const (
	either   want = iota // a single value or a list
	single               // a single value
	multiple             // a list
	pattern              // a written regular expression
	format               // a written format of dates
	position             // a written number, not 0
	group                // a written number
	nothing              // no further argument
)

// gives is what a function gives.
type gives int

const (
	follows   gives = iota // a list when an argument is one
	givesText              // a single value
	givesList
)

// function is one line of the language. Exactly one of each and all is set: each is called for every member of the
// first argument, all for all of it.
type function struct {
	name  string
	args  string // their names, as people read them
	doc   string // one sentence
	takes []want // the last one repeats when most is 0
	least int
	most  int
	gives gives
	each  func(c *call, s string, args []value) (string, error)
	all   func(c *call, args []value) (value, error)
}

// signature is how the function is written: Substr(e, start, [end]).
func (f *function) signature() string { return f.name + "(" + f.args + ")" }

func (f *function) wants(i int) want {
	if f.most > 0 && i >= f.most {
		return nothing
	}
	if i < len(f.takes) {
		return f.takes[i]
	}
	return f.takes[len(f.takes)-1]
}

// next returns the signs that can follow n arguments.
func (f *function) next(n int) (signs []string) {
	if n < f.most || f.most == 0 {
		signs = append(signs, ",")
	}
	if n >= f.least {
		signs = append(signs, ")")
	}
	return signs
}

func (f *function) usage() string {
	switch {
	case f.most == 0:
		return fmt.Sprintf("at least %d argument", f.least)
	case f.least == f.most && f.most == 1:
		return "1 argument"
	case f.least == f.most:
		return fmt.Sprintf("%d arguments", f.most)
	}
	return fmt.Sprintf("%d or %d arguments", f.least, f.most)
}

// find returns the function of a name, in any case.
func find(name string) *function {
	for i := range functions {
		if strings.EqualFold(functions[i].name, name) {
			return &functions[i]
		}
	}
	return nil
}

func names() []string {
	var all []string
	for _, f := range functions {
		all = append(all, f.name)
	}
	return all
}

// before and after return what stands around the separator at i, or otherwise when there is none.
func before(s string, i int, otherwise string) string {
	if i < 0 {
		return otherwise
	}
	return s[:i]
}

func after(s string, i int, otherwise string) string {
	if i < 0 {
		return otherwise
	}
	return s[i+1:]
}

// bounds turns positions from 1 or from -1 at the end, both included, into a half-open range. A negative end drops as
// many as it says. What lies outside is cut off; an empty range is 0, 0.
func bounds(n int, positions []int) (int, int) {
	low, high := positions[0]-1, n
	if positions[0] < 0 {
		low = max(0, n+positions[0])
	}
	if len(positions) > 1 {
		high = positions[1]
		if high < 0 {
			high += n
		}
	}
	high = min(high, n)
	if low >= high {
		return 0, 0
	}
	return low, high
}

func substr(c *call, s string, _ []value) (string, error) {
	runes := []rune(s)
	low, high := bounds(len(runes), c.numbers)
	return string(runes[low:high]), nil
}

func slice(c *call, args []value) (value, error) {
	low, high := bounds(len(args[0].texts), c.numbers)
	return value{texts: args[0].texts[low:high]}, nil
}

func get(list []string, at int) value {
	if at < 0 {
		at += len(list) + 1
	}
	if at < 1 || at > len(list) {
		return value{}
	}
	return text(list[at-1])
}

func extract(c *call, s string, _ []value) (string, error) {
	found, err := c.regex.Find(s)
	n := 0
	if len(c.numbers) > 0 {
		n = c.numbers[0]
	}
	if err != nil || n >= len(found) {
		return "", err
	}
	return found[n], nil
}

// replace puts a replacement for every match. Only a written replacement can name groups: a computed one, which may
// hold what somebody sent, is put in as it is.
func replace(c *call, s string, args []value) (string, error) {
	size := len(s)
	made, err := c.regex.Replace(s, func(groups []string) string {
		out := args[2].one()
		if c.parts != nil {
			out = ""
			for _, p := range c.parts {
				if p.group >= 0 {
					out += groups[p.group]
				}
				out += p.text
			}
		}
		if size += len(out); size > MaxOutput {
			return ""
		}
		return out
	})
	if err == nil && size > MaxOutput {
		err = errTooLong
	}
	return made, err
}

func whole(c *call, s string, _ []value) (string, error) {
	ok, err := c.regex.Whole(s)
	if !ok || err != nil {
		return "", err
	}
	return s, nil
}

func concat(c *call, args []value) (value, error) {
	var all []string
	size := 0
	for _, a := range args {
		all = append(all, a.texts...)
		size += len(strings.Join(a.texts, ""))
	}
	switch {
	case size > MaxOutput:
		return value{}, errTooLong
	case c.list():
		return value{texts: all}, nil
	}
	return text(strings.Join(all, "")), nil
}

func orElse(_ *call, args []value) (value, error) {
	for _, a := range args {
		if len(a.texts) > 0 {
			return a, nil
		}
	}
	return value{}, nil
}

func join(_ *call, args []value) (value, error) {
	list, with := args[0].texts, args[1].one()
	size := len(with) * len(list)
	for _, s := range list {
		size += len(s)
	}
	if size > MaxOutput {
		return value{}, errTooLong
	}
	return text(strings.Join(list, with)), nil
}

func unique(_ *call, args []value) (value, error) {
	seen := map[string]bool{}
	var list []string
	for _, s := range args[0].texts {
		if !seen[s] {
			list = append(list, s)
		}
		seen[s] = true
	}
	return value{texts: list}, nil
}

// split cuts at a separator, which is plain text. Without one the text is the only member.
func split(_ *call, args []value) (value, error) {
	s, at := args[0].one(), args[1].one()
	if at == "" {
		return text(s), nil
	}
	if strings.Count(s, at) >= maxItems {
		return value{}, errTooMany
	}
	return texts(strings.Split(s, at)), nil
}

// formatDate writes a date. What is no date stays as it is.
func formatDate(c *call, args []value) (value, error) {
	at := args[0].instant
	if at.IsZero() {
		var ok bool
		if at, ok = parseDate(args[0].one()); !ok {
			return text(args[0].one()), nil
		}
	}
	return text(c.format(at.UTC())), nil
}
