package rule

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// layout writes a time in UTC.
type layout func(time.Time) string

// parseDate recognises the dates of dictionaries: RFC 3339, the same without a zone (UTC), or the day alone.
func parseDate(s string) (time.Time, bool) {
	for _, l := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(l, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// compileLayout reads the name of a standard format, or a pattern of Java's DateTimeFormatter.
func compileLayout(text string) (layout, error) {
	if f, ok := standard(text); ok {
		return f, nil
	}
	var steps []layout
	runes := []rune(text)
	for i := 0; i < len(runes); {
		c, n := runes[i], 1
		for i+n < len(runes) && runes[i+n] == c {
			n++
		}
		step, used, err := element(runes[i:], n)
		if err != nil {
			return nil, fmt.Errorf("the format %q: %w", text, err)
		}
		steps = append(steps, step)
		i += used
	}
	return func(t time.Time) string {
		var out strings.Builder
		for _, s := range steps {
			out.WriteString(s(t))
		}
		return out.String()
	}, nil
}

// element reads the first element of a pattern, a letter repeated n times, a quoted text, or a character.
func element(p []rune, n int) (layout, int, error) {
	switch c := p[0]; {
	case c == '\'':
		return quotation(p)
	case c == '[' || c == ']': // optional sections: in UTC every element is known
		return constant(""), 1, nil
	case strings.ContainsRune("{}#", c):
		return nil, 0, fmt.Errorf("%q is reserved", c)
	case c > unicode.MaxASCII || !unicode.IsLetter(c):
		return constant(string(c)), 1, nil
	default:
		f := letter(c, n)
		if f == nil {
			return nil, 0, fmt.Errorf("%q is not understood", strings.Repeat(string(c), min(n, 10)))
		}
		return f, n, nil
	}
}

func constant(s string) layout { return func(time.Time) string { return s } }

// quotation reads a text in single quotes; two of them are one quote.
func quotation(p []rune) (layout, int, error) {
	var out strings.Builder
	for i := 1; i < len(p); i++ {
		if p[i] != '\'' {
			out.WriteRune(p[i])
			continue
		}
		if i+1 < len(p) && p[i+1] == '\'' {
			out.WriteRune('\'')
			i++
			continue
		}
		if i == 1 {
			return constant("'"), 2, nil
		}
		return constant(out.String()), i + 1, nil
	}
	return nil, 0, fmt.Errorf("a single quote is not closed")
}

// letter returns the element of a letter repeated n times, or nil.
func letter(c rune, n int) layout {
	if f := numeric(c); f != nil && n <= 19 {
		if c == 'M' || c == 'L' || c == 'e' {
			if n > 5 {
				return nil
			}
			return named(c, n, f)
		}
		if strings.ContainsRune("uyY", c) && n == 2 {
			return func(t time.Time) string { return pad(f(t)%100, 2) }
		}
		return func(t time.Time) string { return pad(f(t), n) }
	}
	switch {
	case c == 'E' && n <= 5:
		return named(c, n, nil)
	case c == 'G' && n <= 5:
		return constant(map[bool]string{true: "Anno Domini", false: "AD"}[n == 4])
	case c == 'a' && n == 1:
		return func(t time.Time) string { return t.Format("PM") }
	case c == 'S' && n <= 9:
		return func(t time.Time) string { return fmt.Sprintf("%09d", t.Nanosecond())[:n] }
	case c == 'X' && n <= 5 || c == 'V' && n == 2:
		return constant("Z")
	case c == 'x' && n <= 5:
		return constant(map[int]string{1: "+00", 2: "+0000", 3: "+00:00", 4: "+0000", 5: "+00:00"}[n])
	case c == 'Z' && n <= 5:
		return constant(map[int]string{1: "+0000", 2: "+0000", 3: "+0000", 4: "GMT", 5: "Z"}[n])
	case c == 'O' && (n == 1 || n == 4):
		return constant("GMT")
	case c == 'z' && n <= 4:
		return constant("UTC")
	}
	return nil
}

// numeric returns what a letter counts, or nil.
func numeric(c rune) func(time.Time) int {
	switch c {
	case 'u', 'y':
		return time.Time.Year
	case 'Y':
		return func(t time.Time) int { y, _ := t.ISOWeek(); return y }
	case 'w':
		return func(t time.Time) int { _, w := t.ISOWeek(); return w }
	case 'Q', 'q':
		return func(t time.Time) int { return (int(t.Month()) + 2) / 3 }
	case 'M', 'L':
		return func(t time.Time) int { return int(t.Month()) }
	case 'D':
		return time.Time.YearDay
	case 'd':
		return time.Time.Day
	case 'e':
		return weekday
	}
	return clock(c)
}

// clock returns what a letter of the time of day counts, or nil.
func clock(c rune) func(time.Time) int {
	switch c {
	case 'H':
		return time.Time.Hour
	case 'k':
		return func(t time.Time) int { return (t.Hour()+23)%24 + 1 }
	case 'K':
		return func(t time.Time) int { return t.Hour() % 12 }
	case 'h':
		return func(t time.Time) int { return (t.Hour()+11)%12 + 1 }
	case 'm':
		return time.Time.Minute
	case 's':
		return time.Time.Second
	case 'n':
		return time.Time.Nanosecond
	case 'A':
		return func(t time.Time) int { return int(t.Sub(t.Truncate(24 * time.Hour)).Milliseconds()) }
	case 'N':
		return func(t time.Time) int { return int(t.Sub(t.Truncate(24 * time.Hour))) }
	}
	return nil
}

// weekday counts from Monday, which is 1 (ISO 8601).
func weekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// named writes months and days of the week: as numbers, short, in full, or by one letter.
func named(c rune, n int, count func(time.Time) int) layout {
	day := c == 'E' || c == 'e'
	if n <= 2 && c != 'E' {
		return func(t time.Time) string { return pad(count(t), n) }
	}
	return func(t time.Time) string {
		full := t.Month().String()
		if day {
			full = t.Weekday().String()
		}
		switch n {
		case 4:
			return full
		case 5:
			return full[:1]
		}
		return full[:3]
	}
}

func pad(v, width int) string {
	s := strconv.Itoa(v)
	return strings.Repeat("0", max(0, width-len(s))) + s
}

// formatNames lists the standard formats.
func formatNames() []string {
	return []string{
		"MILLIS", "BASIC_ISO_DATE", "ISO_LOCAL_DATE", "ISO_OFFSET_DATE", "ISO_DATE", "ISO_LOCAL_TIME", "ISO_OFFSET_TIME", "ISO_TIME",
		"ISO_LOCAL_DATE_TIME", "ISO_OFFSET_DATE_TIME", "ISO_ZONED_DATE_TIME", "ISO_DATE_TIME", "ISO_INSTANT", "ISO_ORDINAL_DATE",
		"ISO_WEEK_DATE", "RFC_1123_DATE_TIME",
	}
}

// standard returns the named formats of java.time.format.DateTimeFormatter.
func standard(name string) (layout, bool) {
	const date = "2006-01-02"
	switch name {
	case "MILLIS":
		return func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }, true
	case "BASIC_ISO_DATE":
		return goLayout("20060102Z"), true
	case "ISO_LOCAL_DATE":
		return goLayout(date), true
	case "ISO_OFFSET_DATE", "ISO_DATE":
		return goLayout(date + "Z"), true
	case "ISO_LOCAL_TIME":
		return goLayout("15:04:05.999999999"), true
	case "ISO_OFFSET_TIME", "ISO_TIME":
		return goLayout("15:04:05.999999999Z"), true
	case "ISO_LOCAL_DATE_TIME":
		return goLayout(date + "T15:04:05.999999999"), true
	case "ISO_OFFSET_DATE_TIME", "ISO_ZONED_DATE_TIME", "ISO_DATE_TIME":
		return goLayout(date + "T15:04:05.999999999Z"), true
	case "ISO_INSTANT":
		return instant, true
	case "ISO_ORDINAL_DATE":
		return goLayout("2006-002Z"), true
	case "ISO_WEEK_DATE":
		return func(t time.Time) string {
			y, w := t.ISOWeek()
			return fmt.Sprintf("%04d-W%02d-%dZ", y, w, weekday(t))
		}, true
	case "RFC_1123_DATE_TIME":
		return goLayout("Mon, 2 Jan 2006 15:04:05 GMT"), true
	}
	return nil, false
}

// instant writes a fraction in groups of three digits, as many as it needs.
func instant(t time.Time) string {
	digits := ""
	switch n := t.Nanosecond(); {
	case n%1000 != 0:
		digits = ".000000000"
	case n%1_000_000 != 0:
		digits = ".000000"
	case n != 0:
		digits = ".000"
	}
	return t.Format("2006-01-02T15:04:05" + digits + "Z")
}

func goLayout(l string) layout { return func(t time.Time) string { return t.Format(l) } }
