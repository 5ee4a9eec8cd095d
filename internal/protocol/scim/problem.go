package scim

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/web"
)

// Faults of the protocol (RFC 7644, 3.12).
var (
	invalidFilter = fault.Define("SCIM-001", fault.Invalid, "Invalid filter")
	invalidSyntax = fault.Define("SCIM-002", fault.Invalid, "Invalid request")
	invalidPath   = fault.Define("SCIM-003", fault.Invalid, "Invalid path")
	noTarget      = fault.Define("SCIM-004", fault.Invalid, "There is nothing to change at this path")
	invalidValue  = fault.Define("SCIM-005", fault.Invalid, "Invalid value")
	mutability    = fault.Define("SCIM-006", fault.Invalid, "This attribute cannot be changed")
	missing       = fault.Define("SCIM-007", fault.Missing, "There is no such resource")
	notSupported  = fault.Define("SCIM-008", fault.Invalid, "This operation is not supported")
	fixedGroups   = fault.Define("SCIM-009", fault.Denied, "Groups are made by the mappings of the SCIM profile; they are neither added nor deleted")
	changedSince  = fault.Define("SCIM-010", fault.Conflict, "The resource has changed since it was read")
	notFiltered   = fault.Define("SCIM-011", fault.Denied, "This list is not filtered")
)

// scimTypes are the words of RFC 7644, table 9.
var scimTypes = map[string]string{
	invalidFilter.Code(): "invalidFilter", invalidSyntax.Code(): "invalidSyntax", invalidPath.Code(): "invalidPath",
	noTarget.Code(): "noTarget", invalidValue.Code(): "invalidValue", mutability.Code(): "mutability",
}

const errorSchema = "urn:ietf:params:scim:api:messages:2.0:Error"

// speak answers with an error as RFC 7644, 3.12 has it.
func speak(w http.ResponseWriter, _ *http.Request, err error) {
	f := fault.Of(err)
	status, word := web.Status(f), scimTypes[f.Code()]
	switch {
	case f.Code() == notSupported.Code():
		status = http.StatusNotImplemented
	case f.Code() == changedSince.Code():
		status = http.StatusPreconditionFailed
	case errors.Is(err, identity.Principals.Exists()):
		status, word = http.StatusConflict, "uniqueness"
	case f.Kind() == fault.Invalid && word == "" && status == http.StatusBadRequest:
		word = "invalidValue"
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="scim", charset="UTF-8"`)
	}
	body := map[string]any{"schemas": []string{errorSchema}, "status": strconv.Itoa(status), "detail": f.Reason()}
	if word != "" {
		body["scimType"] = word
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
