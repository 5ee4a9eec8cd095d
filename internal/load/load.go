// Package load drives a real server process from outside, for the programs that measure it and those that kill it: an
// ACME client that can go on where it was interrupted, a responder for http-01, and the process itself.
//
// Whoever uses it hands over the HTTP client, and with it the roots to trust and the connections that are kept.
package load

import (
	"slices"
	"time"
)

// Percentile returns the duration that p of a hundred do not exceed. It sorts what it is given.
func Percentile(all []time.Duration, p float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	i := int(p/100*float64(len(all)-1) + 0.5)
	return all[min(i, len(all)-1)]
}
