// Package pki reads and writes the structures of X.509: names, keys, requests, certificates, revocation lists, OCSP
// messages and key stores. Bytes go in and values come out; it knows no time but the one it is handed, no file and no
// network.
//
// Sizes, depths and counts are limited before anything is parsed. What cannot be read is a fault, never a panic.
package pki

import (
	"github.com/horizon-clm/horizon/internal/fault"
)

// Limits of what is parsed.
const (
	MaxDocument = 64 << 10  // a certificate, a request or a key
	MaxBundle   = 1 << 20   // a bundle of certificates or a PKCS#12
	MaxCRL      = 256 << 20 // a revocation list
	maxChain    = 16        // certificates from a leaf to its root
	maxCerts    = 1000      // certificates in a bundle
)

// NotParsable is the fault of a document that is not what it should be, in PEM or DER.
var NotParsable = fault.Define("RFC5280-001", fault.Invalid, "Could not parse provided PEM")

// BadSignature is the fault of a signed structure whose signature does not fit its content.
var BadSignature = fault.Define("RFC5280-002", fault.Invalid, "Signature is not valid")

// TooLarge is the fault of a document beyond its limit.
var TooLarge = fault.Define("RFC5280-005", fault.Invalid, "Provided document is too large")
