package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// table gathers the figures.
type table []row

// row is one figure beside its budget.
type row struct{ what, figure, budget, reached string }

// add adds a figure that has no budget of its own.
func (t *table) add(what, figure string) { *t = append(*t, row{what: what, figure: figure}) }

// against adds a figure with its budget.
func (t *table) against(what, figure, budget string, reached bool) {
	word := "NO"
	if reached {
		word = "yes"
	}
	*t = append(*t, row{what, figure, budget, word})
}

func (t *table) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "\nwhat\tmeasured\tbudget\treached")
	_, _ = fmt.Fprintln(w, "----\t--------\t------\t-------")
	for _, r := range *t {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.what, r.figure, r.budget, r.reached)
	}
	_ = w.Flush()
}

// ms writes a duration in milliseconds.
func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond)) }

// mib writes bytes in MiB.
func mib(n int64) string { return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20)) }
