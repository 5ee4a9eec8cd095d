package api

import (
	"bufio"
	"encoding/csv"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/trust"
	"github.com/horizon-clm/horizon/internal/web"
)

// How a CSV is written: its cells, and within a cell items and their attributes.
const (
	csvDelimiter = ';'
	csvItem      = "\n"
	csvAttribute = ":"
)

// table is an operation that answers a CSV.
func table(op web.Op) web.Op {
	op.Type = "text/csv; charset=utf-8"
	return op
}

// namesOr returns the columns that are asked for, or the usual ones.
func namesOr(fields *[]string, usual []string) []string {
	if fields == nil || len(*fields) == 0 {
		return usual
	}
	return *fields
}

// columnsFor returns the columns of the names.
func columnsFor[T any](names []string, find func(string) (func(T) string, error)) ([]func(T) string, error) {
	columns := make([]func(T) string, 0, len(names))
	for _, name := range names {
		one, err := find(name)
		if err != nil {
			return nil, err
		}
		columns = append(columns, one)
	}
	return columns, nil
}

// writeCSV writes a line with the names and one for each row.
func writeCSV[T any](to io.Writer, names []string, columns []func(T) string, each func(row func(T) error) error) error {
	out := bufio.NewWriterSize(to, 64<<10) // so that an error of the first rows is answered as one
	w := csv.NewWriter(out)
	w.Comma = csvDelimiter
	if err := w.Write(names); err != nil {
		return err
	}
	line := make([]string, len(columns))
	err := each(func(v T) error {
		for i, column := range columns {
			line[i] = harmless(column(v))
		}
		return w.Write(line)
	})
	if err != nil {
		return err
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return out.Flush()
}

// all makes of a function for one row, in its shape on the wire, one for many.
func all[T, V any](view func(T) V, row func(V) error) func([]T) error {
	return func(list []T) error {
		for _, one := range list {
			if err := row(view(one)); err != nil {
				return err
			}
		}
		return nil
	}
}

// csvNames lists the members that can be columns.
func csvNames(members map[string]int) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(members)), func(name string) bool { return name == "permissions" })
}

// member returns the column of a member by its number; below 0 it is empty.
func member[T any](i int) func(T) string {
	if i < 0 {
		return func(T) string { return "" }
	}
	return func(v T) string { return cell(reflect.ValueOf(v).Field(i).Interface()) }
}

// cell writes a member. Numbers are times, in milliseconds.
func cell(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		if v == 0 {
			return ""
		}
		return time.UnixMilli(v).UTC().Format("2006-01-02T15:04:05.000Z")
	case *int64:
		return cell(*v)
	case *bool:
		if *v {
			return "true"
		}
		return "false"
	case *[]pair:
		return items(*v, func(p pair) (string, string) { return p.Key, p.Value })
	case *[]trust.Name:
		return items(*v, func(n trust.Name) (string, string) { return n.Type, n.Value })
	case *[]triggerResult:
		if v == nil {
			return ""
		}
		return items(*v, func(r triggerResult) (string, string) { return r.Name, r.Status })
	case *[]gradeOf:
		return items(*v, func(g gradeOf) (string, string) { return g.Policy, g.Letter })
	}
	return ""
}

func items[T any](list []T, parts func(T) (name, value string)) string {
	texts := make([]string, 0, len(list))
	for _, one := range list {
		name, value := parts(one)
		texts = append(texts, name+csvAttribute+value)
	}
	return strings.Join(texts, csvItem)
}

// harmless keeps spreadsheets from taking a value for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
