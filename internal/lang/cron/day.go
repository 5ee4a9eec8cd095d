package cron

import (
	"strings"
	"time"
)

// monthDays chooses days by their number in the month.
type monthDays struct {
	open    bool   // ? or *: every day
	set     uint64 // bit n is the day n
	last    bool   // counts from the last day of the month
	back    int    // days before the last
	nearest bool   // the working day nearest to the chosen one, within the month
}

func (d monthDays) free() bool { return d.open }

// readMonthDays reads the day of month: a list, L, L-3, LW, L-3W, or 15W.
func readMonthDays(text string) (monthDays, error) {
	u := units[3]
	if text == "?" || text == "*" {
		return monthDays{open: true}, nil
	}
	body, nearest := strings.CutSuffix(text, "W")
	d := monthDays{nearest: nearest}
	if rest, ok := strings.CutPrefix(body, "L"); ok {
		d.last = true
		if rest == "" {
			return d, nil
		}
		n, ok := number(strings.TrimPrefix(rest, "-"))
		if !ok || n > 30 || !strings.HasPrefix(rest, "-") {
			return d, u.refuse(text, "is not understood: expected L, L-3, LW or L-3W")
		}
		d.back = n
		return d, nil
	}
	if nearest {
		n, err := u.value(body)
		if err != nil {
			return d, u.refuse(text, "is not understood: W follows one day, such as 15W")
		}
		d.set = 1 << n
		return d, nil
	}
	var err error
	d.set, err = u.set(body)
	return d, err
}

// due reports whether the day of t is chosen.
func (d monthDays) due(t time.Time) bool {
	if d.open {
		return true
	}
	last := time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if !d.last && !d.nearest {
		return d.set&(1<<t.Day()) != 0
	}
	day := last - d.back
	if !d.last {
		day = from(d.set, 1)
	}
	if day < 1 || day > last {
		return false
	}
	if d.nearest {
		day = working(t, day, last)
	}
	return t.Day() == day
}

// working returns the day from Monday to Friday nearest to a day of the month of t; it never leaves the month.
func working(t time.Time, day, last int) int {
	switch time.Date(t.Year(), t.Month(), day, 0, 0, 0, 0, time.UTC).Weekday() {
	case time.Saturday:
		if day == 1 {
			return 3
		}
		return day - 1
	case time.Sunday:
		if day == last {
			return day - 2
		}
		return day + 1
	}
	return day
}

// weekDays chooses days by their place in the week.
type weekDays struct {
	open bool   // ? or *: every day
	set  uint64 // bit n is the day n, Sunday being 1
	nth  int    // the nth such day of the month; 0 is every one
	last bool   // the last such day of the month
}

func (d weekDays) free() bool { return d.open }

// readWeekDays reads the day of week: a list, L for Saturday, 6L for the last Friday, 6#3 for the third Friday.
func readWeekDays(text string) (weekDays, error) {
	u := units[5]
	switch text {
	case "?", "*":
		return weekDays{open: true}, nil
	case "L":
		return weekDays{set: 1 << 7}, nil
	}
	if body, nth, ok := strings.Cut(text, "#"); ok {
		day, err := u.value(body)
		n, digit := number(nth)
		if err != nil || !digit || n < 1 || n > 5 {
			return weekDays{}, u.refuse(text, "is not understood: # stands between one day and a number from 1 to 5")
		}
		return weekDays{set: 1 << day, nth: n}, nil
	}
	if body, ok := strings.CutSuffix(text, "L"); ok {
		day, err := u.value(body)
		if err != nil {
			return weekDays{}, u.refuse(text, "is not understood: L follows one day, such as 6L")
		}
		return weekDays{set: 1 << day, last: true}, nil
	}
	set, err := u.set(text)
	return weekDays{set: set}, err
}

// due reports whether the day of t is chosen.
func (d weekDays) due(t time.Time) bool {
	if d.open {
		return true
	}
	if d.set&(1<<(int(t.Weekday())+1)) == 0 {
		return false
	}
	switch {
	case d.nth > 0:
		return (t.Day()-1)/7+1 == d.nth
	case d.last:
		return t.AddDate(0, 0, 7).Month() != t.Month()
	}
	return true
}
