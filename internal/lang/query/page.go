package query

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Order is one column to sort by, in the spelling of the contract.
type Order struct {
	Element    string
	Descending bool
}

// Column is where a sort finds its values.
type Column struct {
	SQL  string
	Null bool // there may be none
}

// Columns are what a search can be sorted by, by their names in the contract.
type Columns map[string]Column

// Names returns the names in order.
func (c Columns) Names() []string { return slices.Sorted(maps.Keys(c)) }

// Paging is which part of what a search finds is wanted, and in which order.
type Paging struct {
	Sort  []Order
	Index int // from 1; 0 is 1
	Size  int // 0 is DefaultSize; never more than MaxSize
}

// Limits of a page.
const (
	DefaultSize = 50
	MaxSize     = 1000
	maxIndex    = 1_000_000
)

// Settle fills in what was left out, and returns what makes no sense.
func (p *Paging) Settle(columns Columns) (problem string) {
	if p.Index == 0 {
		p.Index = 1
	}
	if p.Size == 0 {
		p.Size = DefaultSize
	}
	if p.Index < 1 || p.Index > maxIndex || p.Size < 1 {
		return fmt.Sprintf("pages are counted from 1 to %d and have at least one row", maxIndex)
	}
	p.Size = min(p.Size, MaxSize)
	if len(p.Sort) > len(columns) {
		return "there are more columns to sort by than columns"
	}
	for _, o := range p.Sort {
		if _, ok := columns[o.Element]; !ok {
			return fmt.Sprintf("sortedBy: %q is none of %s", o.Element, strings.Join(columns.Names(), ", "))
		}
	}
	return ""
}

// SQL writes order and part, with one row more to know whether there is another.
func (p Paging) SQL(columns Columns, last string) string {
	return p.OrderBy(columns, last) + " LIMIT " + strconv.Itoa(p.Size+1) + " OFFSET " + strconv.Itoa((p.Index-1)*p.Size)
}

// OrderBy writes the order. last comes last, so that pages do not overlap.
func (p Paging) OrderBy(columns Columns, last string) string {
	var b strings.Builder
	b.WriteString(" ORDER BY ")
	for _, o := range p.Sort {
		by := columns[o.Element]
		b.WriteString(by.SQL)
		switch {
		case o.Descending && by.Null:
			b.WriteString(" DESC NULLS LAST, ")
		case o.Descending:
			b.WriteString(" DESC, ")
		case by.Null:
			b.WriteString(" NULLS FIRST, ")
		default:
			b.WriteString(", ")
		}
	}
	return b.String() + last
}
