package acme

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/web"
)

// The error types of RFC 8555, 6.7, and of its extensions. Some have a second fault, for another HTTP status.
var (
	accountMissing     = fault.Define("ACME-101", fault.Invalid, "The account does not exist")
	alreadyReplaced    = fault.Define("ACME-102", fault.Conflict, "The certificate has been replaced by another order")
	alreadyRevoked     = fault.Define("ACME-103", fault.Invalid, "The certificate is revoked already")
	badCSR             = fault.Define("ACME-104", fault.Invalid, "The certificate request is not acceptable")
	badNonce           = fault.Define("ACME-105", fault.Invalid, "The nonce is not acceptable")
	badPublicKey       = fault.Define("ACME-106", fault.Invalid, "The public key is not acceptable")
	badReason          = fault.Define("ACME-107", fault.Invalid, "The revocation reason is not acceptable")
	badAlgorithm       = fault.Define("ACME-108", fault.Invalid, "The signature algorithm is not acceptable")
	caaForbids         = fault.Define("ACME-109", fault.Denied, "A CAA record forbids to issue")
	noConnection       = fault.Define("ACME-110", fault.Upstream, "The server to validate could not be reached")
	noAnswer           = fault.Define("ACME-111", fault.Upstream, "The name servers did not give the answer that is needed")
	bindingRequired    = fault.Define("ACME-112", fault.Denied, "An account needs an external account binding")
	wrongResponse      = fault.Define("ACME-113", fault.Denied, "The response does not fulfil the challenge")
	badContact         = fault.Define("ACME-114", fault.Invalid, "A contact is not valid")
	badProfile         = fault.Define("ACME-115", fault.Invalid, "The profile is not offered")
	malformed          = fault.Define("ACME-116", fault.Invalid, "The request is malformed")
	orderNotReady      = fault.Define("ACME-117", fault.Denied, "The order cannot be finalized")
	rateLimited        = fault.Define("ACME-118", fault.TooMany, "Too many requests")
	rejectedIdentifier = fault.Define("ACME-119", fault.Invalid, "No certificate is issued for this identifier")
	noHandshake        = fault.Define("ACME-120", fault.Upstream, "The server to validate did not speak TLS as it should")
	unauthorized       = fault.Define("ACME-121", fault.Denied, "The account is not authorized for this")
	unsupportedContact = fault.Define("ACME-122", fault.Invalid, "Contacts of this kind are not supported")
	unsupported        = fault.Define("ACME-123", fault.Invalid, "Identifiers of this kind are not supported")
	termsNotAgreed     = fault.Define("ACME-124", fault.Denied, "The terms of service have to be agreed to")

	// Further faults of these types.
	accountClosed = fault.Define("ACME-130", fault.Unauthenticated, "The account is not valid any more")
	notHere       = fault.Define("ACME-131", fault.Missing, "There is nothing at this address")
	notJOSE       = fault.Define("ACME-132", fault.Invalid, "Requests have the media type application/jose+json")
	notByGet      = fault.Define("ACME-133", fault.Invalid, "This resource is fetched by POST-as-GET")
	keyTaken      = fault.Define("ACME-134", fault.Conflict, "The key is the one of an account already")
	badSignature  = fault.Define("ACME-135", fault.Unauthenticated, "The signature of the request does not hold")
	notApplicable = fault.Define("ACME-136", fault.Conflict, "The challenge cannot be verified in its state")
	notIssued     = fault.Define("ACME-137", fault.Upstream, "The certificate could not be issued")
	notFound      = fault.Define("ACME-138", fault.Missing, "The certificate is not known here")
)

// form is how a fault looks on the wire.
type form struct {
	name   string // behind urn:ietf:params:acme:error:
	status int
}

// forms has the form of every fault that has one of its own.
var forms = map[string]form{
	accountMissing.Code():     {"accountDoesNotExist", 400},
	alreadyReplaced.Code():    {"alreadyReplaced", 409},
	alreadyRevoked.Code():     {"alreadyRevoked", 400},
	badCSR.Code():             {"badCSR", 400},
	badNonce.Code():           {"badNonce", 400},
	badPublicKey.Code():       {"badPublicKey", 400},
	badReason.Code():          {"badRevocationReason", 400},
	badAlgorithm.Code():       {"badSignatureAlgorithm", 400},
	caaForbids.Code():         {"caa", 403},
	noConnection.Code():       {"connection", 400},
	noAnswer.Code():           {"dns", 400},
	bindingRequired.Code():    {"externalAccountRequired", 403},
	wrongResponse.Code():      {"incorrectResponse", 403},
	badContact.Code():         {"invalidContact", 400},
	badProfile.Code():         {"invalidProfile", 400},
	malformed.Code():          {"malformed", 400},
	orderNotReady.Code():      {"orderNotReady", 403},
	rateLimited.Code():        {"rateLimited", 429},
	rejectedIdentifier.Code(): {"rejectedIdentifier", 400},
	noHandshake.Code():        {"tls", 400},
	unauthorized.Code():       {"unauthorized", 403},
	unsupportedContact.Code(): {"unsupportedContact", 400},
	unsupported.Code():        {"unsupportedIdentifier", 400},
	termsNotAgreed.Code():     {"userActionRequired", 403},

	accountClosed.Code(): {"unauthorized", 401},
	notHere.Code():       {"malformed", 404},
	notJOSE.Code():       {"malformed", 415},
	notByGet.Code():      {"malformed", 405},
	keyTaken.Code():      {"malformed", 409},
	badSignature.Code():  {"malformed", 400},
	notIssued.Code():     {"serverInternal", 500},
	notFound.Code():      {"malformed", 404},

	lifecycle.BadRequest.Code():     {"badCSR", 400},
	lifecycle.BadKey.Code():         {"badCSR", 400},
	lifecycle.TooMany.Code():        {"unauthorized", 403},
	lifecycle.NoProfile.Code():      {"malformed", 404},
	lifecycle.NoConnector.Code():    {"serverInternal", 500},
	lifecycle.AlreadyRevoked.Code(): {"alreadyRevoked", 400},
	pki.NotParsable.Code():          {"malformed", 400},
}

// byKind has the types of all other faults.
var byKind = map[fault.Kind]string{
	fault.Invalid: "malformed", fault.Unauthenticated: "unauthorized", fault.Denied: "unauthorized",
	fault.Missing: "malformed", fault.Conflict: "malformed", fault.TooMany: "rateLimited",
	fault.Upstream: "serverInternal", fault.Internal: "serverInternal",
}

// formOf returns how the fault looks on the wire.
func formOf(f *fault.Fault) form {
	if known, ok := forms[f.Code()]; ok {
		return known
	}
	return form{byKind[f.Kind()], web.Status(f)}
}

const urn = "urn:ietf:params:acme:error:"

// problem is a problem document (RFC 8555, 6.7; RFC 7807).
type problem struct {
	Type        string      `json:"type"`
	Detail      string      `json:"detail,omitempty"`
	Status      int         `json:"status,omitempty"`
	Identifier  *identifier `json:"identifier,omitempty"`
	Subproblems []problem   `json:"subproblems,omitempty"`
	Algorithms  []string    `json:"algorithms,omitempty"` // of badSignatureAlgorithm (RFC 8555, 6.2)
	Instance    string      `json:"instance,omitempty"`
	Call        string      `json:"correlationId,omitempty"` // finds the event of this refusal
}

// problemOf turns an error into a problem document. Causes stay here.
func problemOf(err error) problem {
	f := fault.Of(err)
	is := formOf(f)
	p := problem{Type: urn + is.name, Detail: f.Reason(), Status: is.status}
	switch is.name {
	case "badSignatureAlgorithm": // RFC 8555, 6.2
		p.Algorithms = algorithms
	case "userActionRequired": // RFC 8555, 7.3.3
		p.Instance = f.Occurrence()
	}
	var all *several
	if errors.As(err, &all) {
		p.Subproblems = all.problems
	}
	return p
}

// several is a fault that says what is wrong with each of several identifiers (RFC 8555, 6.7.1).
type several struct {
	fault    *fault.Fault
	problems []problem
}

// Error is for the log.
func (s *several) Error() string { return s.fault.Error() }

// Unwrap returns the fault.
func (s *several) Unwrap() error { return s.fault }

// each gathers what is wrong with identifiers.
type each struct {
	problems []problem
	faults   []*fault.Fault
}

func (e *each) add(id identifier, f *fault.Fault) {
	is := formOf(f)
	e.faults = append(e.faults, f)
	e.problems = append(e.problems, problem{Type: urn + is.name, Detail: f.Reason(), Identifier: &id})
}

// err returns nil, the one fault, or all of them under the type they share; malformed when they share none.
func (e *each) err() error {
	if len(e.faults) == 0 {
		return nil
	}
	common := e.faults[0]
	for _, f := range e.faults {
		if f.Code() != common.Code() {
			common = malformed
		}
	}
	if len(e.faults) == 1 {
		return &several{fault: common, problems: e.problems}
	}
	first := fmt.Sprintf("%s, and %d more", e.problems[0].Identifier.Value, len(e.problems)-1)
	return &several{fault: common.Detail("%s", first), problems: e.problems}
}

// stored is the problem as a row keeps it.
func (p problem) stored() string {
	b, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	return string(b)
}

// readProblem is the reverse of stored; "" is none.
func readProblem(text string) *problem {
	if text == "" {
		return nil
	}
	var p problem
	if json.Unmarshal([]byte(text), &p) != nil {
		return &problem{Type: urn + "serverInternal", Status: http.StatusInternalServerError}
	}
	return &p
}
