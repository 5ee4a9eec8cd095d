package pki

import (
	"strings"

	"github.com/horizon-clm/horizon/internal/fault"
)

// UnknownReason is the fault of a word that is no revocation reason.
var UnknownReason = fault.Define("CRYPTO-007", fault.Invalid, "Unknown revocation reason")

// Reason is why a certificate was revoked, in the spelling of the contract.
type Reason string

// The reasons of RFC 5280, 5.3.1. The first six are those people choose; the others are met in revocation lists.
const (
	Unspecified          Reason = "unspecified"
	KeyCompromise        Reason = "keycompromise"
	CACompromise         Reason = "cacompromise"
	AffiliationChange    Reason = "affiliationchange"
	Superseded           Reason = "superseded"
	CessationOfOperation Reason = "cessationofoperation"
	CertificateHold      Reason = "certificatehold"
	RemoveFromCRL        Reason = "removefromcrl"
	PrivilegeWithdrawn   Reason = "privilegewithdrawn"
	AACompromise         Reason = "aacompromise"
)

// reasons has each reason at its code; 7 is not used.
var reasons = [...]Reason{
	Unspecified, KeyCompromise, CACompromise, AffiliationChange, Superseded, CessationOfOperation,
	CertificateHold, "", RemoveFromCRL, PrivilegeWithdrawn, AACompromise,
}

// Code returns the CRLReason; a reason that is not known counts as unspecified.
func (r Reason) Code() int {
	for code, name := range reasons {
		if name == r && name != "" {
			return code
		}
	}
	return 0
}

// ReasonOf returns the reason of a CRLReason, and whether there is one.
func ReasonOf(code int) (Reason, bool) {
	if code < 0 || code >= len(reasons) || reasons[code] == "" {
		return "", false
	}
	return reasons[code], true
}

// ParseReason returns the reason of a word in any case, with or without separators. Both affiliationchange and
// affiliationchanged are understood; no word is unspecified.
func ParseReason(word string) (Reason, error) {
	if len(word) > 64 {
		return "", UnknownReason
	}
	plain := Reason(strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(word)))
	switch plain {
	case "":
		return Unspecified, nil
	case "affiliationchanged":
		return AffiliationChange, nil
	}
	for _, r := range reasons {
		if r == plain {
			return r, nil
		}
	}
	return "", UnknownReason.Detail("%s", word)
}
