//go:build race

package clients

// buildFlags give the product the race detector where the tests have it.
var buildFlags = []string{"-race"}
