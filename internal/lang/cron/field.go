package cron

import (
	"fmt"
	"strconv"
	"strings"
)

// unit is one field of a schedule with the values it takes.
type unit struct {
	name      string
	low, high int
	names     []string // of the values from low on
}

var (
	monthNames = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	dayNames   = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

var units = []unit{
	{name: "seconds", high: 59},
	{name: "minutes", high: 59},
	{name: "hours", high: 23},
	{name: "day of month", low: 1, high: 31},
	{name: "month", low: 1, high: 12, names: monthNames},
	{name: "day of week", low: 1, high: 7, names: dayNames},
}

func (u unit) refuse(text, why string) error {
	return fmt.Errorf("%s: %q %s", u.name, text, why)
}

// value reads a number or a name.
func (u unit) value(text string) (int, error) {
	for i, n := range u.names {
		if n == text {
			return u.low + i, nil
		}
	}
	n, ok := number(text)
	if !ok || n < u.low || n > u.high {
		return 0, u.refuse(text, fmt.Sprintf("is not between %d and %d", u.low, u.high))
	}
	return n, nil
}

// number reads up to four digits.
func number(text string) (int, bool) {
	if len(text) == 0 || len(text) > 4 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// set reads a list of values, ranges and steps as a set of bits.
func (u unit) set(text string) (uint64, error) {
	var bits uint64
	err := u.each(text, func(v int) { bits |= 1 << v })
	return bits, err
}

// each calls add for every value of a list. A range whose end is before its start goes around: FRI-MON, 22-2.
func (u unit) each(text string, add func(int)) error {
	for part := range strings.SplitSeq(text, ",") {
		body, stepText, stepped := strings.Cut(part, "/")
		step := 1
		if stepped {
			var ok bool
			if step, ok = number(stepText); !ok || step == 0 || step > u.high {
				return u.refuse(part, "has no step between 1 and "+strconv.Itoa(u.high))
			}
		}
		low, high, err := u.span(body, stepped)
		if err != nil {
			return err
		}
		if high < low {
			high += u.high - u.low + 1
		}
		for v := low; v <= high; v += step {
			add(u.low + (v-u.low)%(u.high-u.low+1))
		}
	}
	return nil
}

// span reads *, a value or a range. A value with a step reaches to the end.
func (u unit) span(text string, stepped bool) (low, high int, err error) {
	if text == "*" {
		return u.low, u.high, nil
	}
	first, last, ranged := strings.Cut(text, "-")
	if low, err = u.value(first); err != nil {
		return 0, 0, err
	}
	switch {
	case ranged:
		high, err = u.value(last)
		if u.name == "year" && high < low && err == nil {
			err = u.refuse(text, "ends before it begins")
		}
	case stepped:
		high = u.high
	default:
		high = low
	}
	return low, high, err
}
