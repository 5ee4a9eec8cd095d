// Package span reads and writes lengths of time as people write them in configuration: "10 seconds", "7 days".
//
// A length is a whole number and one unit, from milliseconds to days. There are no fractions, no signs, no
// combinations and no unit longer than a day, because months and years have no fixed length.
package span

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Day is the longest unit: 24 hours, also where clocks change.
const Day = Duration(24 * time.Hour)

// Max is the longest length that can be written: a hundred years.
const Max = 36525 * Day

// Duration is a length of time that reads and writes as text, such as "7 days".
type Duration time.Duration

// Pattern is the syntax Parse accepts, as a regular expression that Go and ECMAScript read alike.
const Pattern = `^[0-9]{1,16}[ \t]*([dD]([aA][yY][sS]?)?|[hH]([oO][uU][rR][sS]?)?|[mM]([iI][nN]([uU][tT][eE])?[sS]?)?` +
	`|[sS]([eE][cC]([oO][nN][dD])?[sS]?)?|[mM]([iI][lL][lL][iI]([sS][eE][cC][oO][nN][dD])?)?[sS])$` +
	`|^[0-9]{1,16}[ \t]*[mM][iI][lL][lL][iI]([sS][eE][cC][oO][nN][dD])?$`

const maxText = 40

// Parse reads a length such as "10s", "10 sec" or "7 Days". Zero is accepted: see Positive.
func Parse(text string) (Duration, error) {
	if len(text) > maxText {
		return 0, fmt.Errorf("a duration has at most %d characters", maxText)
	}
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	if digits == 0 || digits > 16 {
		return 0, fmt.Errorf("%q is no duration: expected a whole number and a unit, such as 10 seconds", text)
	}
	n, err := strconv.ParseInt(text[:digits], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration: %w", text, err)
	}
	word := strings.TrimLeft(text[digits:], " \t")
	unit, ok := Unit(word)
	if !ok {
		return 0, fmt.Errorf("%q is no duration: expected one of the units milliseconds, seconds, minutes, hours, days, found %q", text, word)
	}
	if n > int64(Max/unit) {
		return 0, fmt.Errorf("%q is longer than the limit of %s", text, Max)
	}
	return Duration(n) * unit, nil
}

// Unit returns the length of a unit in any of its spellings.
func Unit(word string) (Duration, bool) {
	switch strings.ToLower(word) {
	case "d", "day", "days":
		return Day, true
	case "h", "hour", "hours":
		return Duration(time.Hour), true
	case "m", "min", "mins", "minute", "minutes":
		return Duration(time.Minute), true
	case "s", "sec", "secs", "second", "seconds":
		return Duration(time.Second), true
	case "ms", "milli", "millis", "millisecond", "milliseconds":
		return Duration(time.Millisecond), true
	}
	return 0, false
}

// Positive reports whether the length is more than zero.
func (d Duration) Positive() bool { return d > 0 }

// Std returns the length as the standard library has it.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String returns the canonical text: the longest unit that fits without a rest, so that 86400 s is "1 day".
func (d Duration) String() string {
	if d == 0 {
		return "0 seconds"
	}
	for _, u := range []struct {
		length Duration
		name   string
	}{
		{Day, "day"}, {Duration(time.Hour), "hour"}, {Duration(time.Minute), "minute"},
		{Duration(time.Second), "second"}, {Duration(time.Millisecond), "millisecond"},
	} {
		if d%u.length != 0 {
			continue
		}
		if d/u.length == 1 {
			return "1 " + u.name
		}
		return strconv.FormatInt(int64(d/u.length), 10) + " " + u.name + "s"
	}
	return time.Duration(d).String()
}

// MarshalText writes the canonical text. A length that Parse would not read back is an error.
func (d Duration) MarshalText() ([]byte, error) {
	if d < 0 || d > Max || d%Duration(time.Millisecond) != 0 {
		return nil, fmt.Errorf("%s cannot be written as a duration", time.Duration(d))
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what Parse reads.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := Parse(string(text))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Schema describes the text for the API document and for forms.
func (Duration) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type:               huma.TypeString,
		Pattern:            Pattern,
		PatternDescription: "a whole number and a unit from milliseconds to days, such as 10 seconds",
		Examples:           []any{"7 days"},
		Extensions:         map[string]any{"x-duration": true},
	}
}
