//go:build !race

package clients

// buildFlags are those of a release.
var buildFlags = []string{"-trimpath"}
