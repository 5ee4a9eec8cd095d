package query

import (
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/lang/span"
)

// moment is an operand of a date: a period of the calendar, or a distance from the present.
type moment struct {
	from, to time.Time     // a period, its end not included; unused when relative
	relative bool          // counts from now
	today    bool          // the present day
	distance time.Duration // of a relative moment
	signed   bool
}

// layouts are the written forms of dates with the step to the end of what they name.
var layouts = []struct {
	layout string
	end    func(time.Time) time.Time
}{
	{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
	{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
	{"2006-01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
	{"2006-01-02T15", func(t time.Time) time.Time { return t.Add(time.Hour) }},
	{"2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{"2006-01-02T15:04:05", func(t time.Time) time.Time { return t.Add(time.Second) }},
	{time.RFC3339, func(t time.Time) time.Time { return t.Add(time.Second) }},
}

// parseMoment reads a date, now, today, or a distance such as -7d. Times without a zone are UTC.
func parseMoment(text string) (moment, bool) {
	switch low := strings.ToLower(text); low {
	case "now":
		return moment{relative: true, signed: true}, true
	case "today":
		return moment{relative: true, signed: true, today: true}, true
	}
	for _, l := range layouts {
		if t, err := time.Parse(l.layout, strings.ToUpper(text)); err == nil && t.Year() > 0 {
			return moment{from: t.UTC(), to: l.end(t).UTC()}, true
		}
	}
	body := strings.TrimLeft(text, "+-")
	d, err := span.Parse(body)
	if err != nil || len(text)-len(body) > 1 {
		return moment{}, false
	}
	m := moment{relative: true, distance: d.Std(), signed: body != text}
	if strings.HasPrefix(text, "-") {
		m.distance = -m.distance
	}
	return m, true
}

// period returns what the moment names at the time now. With past a distance without a sign counts backwards.
func (m moment) period(now time.Time, past bool) (from, to time.Time) {
	now = now.UTC()
	switch {
	case !m.relative:
		return m.from, m.to
	case m.today:
		day := now.Truncate(24 * time.Hour)
		return day, day.AddDate(0, 0, 1)
	case past && !m.signed:
		return instant(now.Add(-m.distance))
	}
	return instant(now.Add(m.distance))
}

func instant(t time.Time) (from, to time.Time) { return t, t.Add(time.Second) }
