package event

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Code is one line of the catalogue.
type Code struct {
	Group    string
	Module   string
	Code     string
	Statuses []Status
	Meaning  string
	Retired  bool  // searchable, and emitted beside its successor only where that is configured
	Retires  *Code // the retired code this one replaces
}

// Allows reports whether events of the code may have the status.
func (c Code) Allows(s Status) bool { return slices.Contains(c.Statuses, s) }

// Type is a code whose events carry the facts F.
type Type[F any] struct{ *Code }

var (
	anyStatus    = []Status{Success, Failure, Warning}
	unsuccessful = []Status{Failure, Warning}
)

// statuses makes a list of a single status.
func statuses[S Status | []Status](s S) []Status {
	switch s := any(s).(type) {
	case Status:
		return []Status{s}
	case []Status:
		return s
	}
	return nil
}

var (
	catalogue = map[string]*Code{}
	facts     = map[reflect.Type][]factField{} // of every type of facts in the catalogue
)

func define[F any, S Status | []Status](group, module, code string, s S, meaning string) Type[F] {
	if _, taken := catalogue[code]; taken {
		panic("event: " + code + " is defined twice")
	}
	facts[reflect.TypeFor[F]()] = factFields(reflect.TypeFor[F]()) // a mistake in them stops the program at its start
	c := &Code{Group: group, Module: module, Code: code, Statuses: statuses(s), Meaning: meaning}
	catalogue[code] = c
	return Type[F]{c}
}

// retired defines a code whose place another has taken, or, without one, several.
func retired[F any, S Status | []Status](group, module, code string, s S, meaning string, successor ...Type[F]) Type[F] {
	t := define[F](group, module, code, s, meaning)
	t.Retired = true
	for _, next := range successor {
		next.Retires = t.Code
	}
	return t
}

// Catalogue returns every code in order.
func Catalogue() []Code {
	all := make([]Code, 0, len(catalogue))
	for _, c := range catalogue {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Code) int { return strings.Compare(a.Code, b.Code) })
	return all
}

// factField is one tagged field of a struct of facts.
type factField struct {
	index []int
	key   string
}

// factFields lists the fields of a struct of facts in their order. Embedded structs stand where they are embedded.
func factFields(t reflect.Type) []factField {
	var fields []factField
	for _, f := range reflect.VisibleFields(t) {
		key := f.Tag.Get("detail")
		if f.Anonymous || key == "-" {
			continue
		}
		if key == "" || !f.IsExported() {
			panic(fmt.Sprintf("event: %s.%s has no detail key", t, f.Name))
		}
		fields = append(fields, factField{f.Index, key})
	}
	return fields
}

// DetailsOf returns the facts that are known, in the order of the struct. Zero values are not known.
func DetailsOf(known any) []Detail {
	v := reflect.Indirect(reflect.ValueOf(known))
	if !v.IsValid() {
		return nil
	}
	fields, ok := facts[v.Type()]
	if !ok {
		fields = factFields(v.Type())
	}
	details := make([]Detail, 0, len(fields))
	for _, f := range fields {
		details = appendFact(details, f.key, v.FieldByIndex(f.index))
	}
	return details
}

func appendFact(to []Detail, key string, v reflect.Value) []Detail {
	if v.IsZero() {
		return to
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return append(to, Detail{key, strconv.FormatInt(x.UnixMilli(), 10)})
	case []string:
		for _, s := range x {
			to = append(to, Detail{key, s})
		}
		return to
	case []Detail:
		return append(to, x...)
	}
	return append(to, Detail{key, fmt.Sprint(v.Interface())})
}
