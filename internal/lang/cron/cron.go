// Package cron reads schedules in the notation of Quartz: seconds, minutes, hours, day of month, month, day of week and,
// optionally, year. Week days count from 1, which is Sunday. Times are UTC.
package cron

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

const (
	maxText   = 256
	firstYear = 1970
	lastYear  = 2199
)

// Schedule is when something is due. It reads and writes as text; its zero value is never due.
type Schedule struct {
	text    string
	seconds uint64 // bit n is the value n, in all of these
	minutes uint64
	hours   uint64
	months  uint64
	years   [4]uint64 // bit n is the year 1970+n
	days    monthDays
	week    weekDays
}

// Parse reads a schedule. One that is never due, such as on the 30th of February, is refused.
func Parse(text string) (Schedule, error) {
	if len(text) > maxText {
		return Schedule{}, fmt.Errorf("a schedule has at most %d characters", maxText)
	}
	parts := strings.Fields(text)
	if len(parts) != 6 && len(parts) != 7 {
		return Schedule{}, fmt.Errorf("a schedule has 6 or 7 fields (seconds, minutes, hours, day of month, month, day of week, year), found %d", len(parts))
	}
	s := Schedule{text: strings.Join(parts, " ")}
	if len(parts) == 6 {
		parts = append(parts, "*")
	}
	for i := range parts {
		parts[i] = strings.ToUpper(parts[i])
	}
	if err := s.read(parts); err != nil {
		return Schedule{}, err
	}
	if s.Next(time.Date(firstYear-1, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Schedule{}, fmt.Errorf("the schedule %q is never due", s.text)
	}
	return s, nil
}

func (s *Schedule) read(parts []string) error {
	var err error
	collect := func(e error) { err = errors.Join(err, e) }
	for _, f := range []struct {
		into *uint64
		at   int
	}{{&s.seconds, 0}, {&s.minutes, 1}, {&s.hours, 2}, {&s.months, 4}} {
		var e error
		*f.into, e = units[f.at].set(parts[f.at])
		collect(e)
	}
	collect(s.readYears(parts[6]))
	collect(s.readDays(parts[3], parts[5]))
	if err == nil {
		return nil
	}
	return errors.New(strings.ReplaceAll(err.Error(), "\n", " | "))
}

// readDays reads both fields that choose days. One of them has to leave the choice to the other, by ? or *.
func (s *Schedule) readDays(month, week string) (err error) {
	if month == "?" && week == "?" {
		return errors.New("day of month and day of week: only one of them can be ?")
	}
	if s.days, err = readMonthDays(month); err != nil {
		return err
	}
	if s.week, err = readWeekDays(week); err != nil {
		return err
	}
	if !s.days.free() && !s.week.free() {
		return errors.New("day of month and day of week: one of them has to be ?")
	}
	return nil
}

func (s *Schedule) readYears(text string) error {
	u := unit{name: "year", low: firstYear, high: lastYear}
	return u.each(text, func(year int) {
		n := year - firstYear
		s.years[n/64] |= 1 << (n % 64)
	})
}

// Next returns the first time the schedule is due after the given one, or the zero time when there is none.
func (s Schedule) Next(after time.Time) time.Time {
	t := after.UTC().Truncate(time.Second).Add(time.Second)
	if t.Year() < firstYear {
		t = time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	for t.Year() <= lastYear {
		y, m, d := t.Date()
		n := y - firstYear
		switch {
		case s.years[n/64]&(1<<(n%64)) == 0:
			t = time.Date(y+1, 1, 1, 0, 0, 0, 0, time.UTC)
			continue
		case s.months&(1<<int(m)) == 0:
			t = time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC)
			continue
		}
		if s.days.due(t) && s.week.due(t) {
			if h, mi, sec, ok := s.clock(t.Clock()); ok {
				return time.Date(y, m, d, h, mi, sec, 0, time.UTC)
			}
		}
		t = time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
	}
	return time.Time{}
}

// clock returns the first time of day that is due, not before the given one.
func (s Schedule) clock(h, m, sec int) (int, int, int, bool) {
	for hour := from(s.hours, h); hour >= 0; hour = from(s.hours, hour+1) {
		if hour > h {
			m, sec = 0, 0
		}
		for minute := from(s.minutes, m); minute >= 0; minute = from(s.minutes, minute+1) {
			if minute > m {
				sec = 0
			}
			if second := from(s.seconds, sec); second >= 0 {
				return hour, minute, second, true
			}
		}
	}
	return 0, 0, 0, false
}

// from returns the lowest value of a set that is not below low, or -1.
func from(set uint64, low int) int {
	rest := set >> low << low
	if rest == 0 || low > 63 {
		return -1
	}
	return bits.TrailingZeros64(rest)
}

// Preview returns the next n times after the given one, or fewer when there are no more.
func (s Schedule) Preview(after time.Time, n int) []time.Time {
	var due []time.Time
	for range n {
		if after = s.Next(after); after.IsZero() {
			break
		}
		due = append(due, after)
	}
	return due
}

// String returns the schedule as it was written, its fields separated by one space.
func (s Schedule) String() string { return s.text }

// IsZero reports whether there is no schedule.
func (s Schedule) IsZero() bool { return s.text == "" }

// Equal reports whether both are written alike.
func (s Schedule) Equal(o Schedule) bool { return s.text == o.text }

// MarshalText writes the schedule.
func (s Schedule) MarshalText() ([]byte, error) { return []byte(s.text), nil }

// UnmarshalText reads what Parse reads; the empty text is no schedule.
func (s *Schedule) UnmarshalText(text []byte) error {
	*s = Schedule{}
	if len(text) == 0 {
		return nil
	}
	v, err := Parse(string(text))
	if err != nil {
		return err
	}
	*s = v
	return nil
}

// Schema describes the text for the API document and for forms.
func (Schedule) Schema(huma.Registry) *huma.Schema {
	most := maxText
	return &huma.Schema{
		Type:               huma.TypeString,
		MaxLength:          &most,
		Pattern:            `^\s*\S+(\s+\S+){5,6}\s*$`,
		PatternDescription: "seconds, minutes, hours, day of month, month, day of week and optionally year, in UTC",
		Examples:           []any{"0 0 2 ? * MON-FRI"},
		Extensions:         map[string]any{"x-cron": true},
	}
}
