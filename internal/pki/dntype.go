package pki

import (
	"maps"
	"slices"
	"strings"
)

// The types of the contract.
const (
	CN                     DNType = "CN"
	UID                    DNType = "UID"
	SerialNumber           DNType = "SERIALNUMBER"
	Surname                DNType = "SURNAME"
	GivenName              DNType = "GIVENNAME"
	Title                  DNType = "T"
	UnstructuredAddress    DNType = "UNSTRUCTUREDADDRESS"
	UnstructuredName       DNType = "UNSTRUCTUREDNAME"
	Email                  DNType = "E"
	OU                     DNType = "OU"
	OrganizationIdentifier DNType = "ORGANIZATIONIDENTIFIER"
	Pseudonym              DNType = "PSEUDONYM"
	UniqueIdentifier       DNType = "UNIQUEIDENTIFIER"
	Street                 DNType = "STREET"
	State                  DNType = "ST"
	Locality               DNType = "L"
	Organization           DNType = "O"
	Country                DNType = "C"
	Description            DNType = "DESCRIPTION"
	DC                     DNType = "DC"
)

// attribute says how the values of a type are encoded and how long they may be, in characters.
type attribute struct {
	oid   string
	form  stringForm
	limit int
	also  []string
}

type stringForm int

const (
	utf8Form stringForm = iota
	printableForm
	ia5Form
)

// attributes has the upper bounds of RFC 5280, appendix A.1, of X.520 (street, description), PKCS #9 (unstructured...)
// and RFC 1034, 3.1 (a label of DC). Types without one there are held to 256. UNIQUEIDENTIFIER is written as a string,
// as other products do, though X.520 has a BIT STRING. The Matter types are of the Matter core specification, 6.5.6.
var attributes = map[DNType]attribute{
	CN:                     {oid: "2.5.4.3", limit: 64, also: []string{"COMMONNAME"}},
	UID:                    {oid: "0.9.2342.19200300.100.1.1", limit: 256, also: []string{"USERID"}},
	SerialNumber:           {oid: "2.5.4.5", form: printableForm, limit: 64},
	Surname:                {oid: "2.5.4.4", limit: 256, also: []string{"SN"}},
	GivenName:              {oid: "2.5.4.42", limit: 256, also: []string{"GN"}},
	Title:                  {oid: "2.5.4.12", limit: 64, also: []string{"TITLE"}},
	UnstructuredAddress:    {oid: "1.2.840.113549.1.9.8", limit: 255},
	UnstructuredName:       {oid: "1.2.840.113549.1.9.2", limit: 255},
	Email:                  {oid: "1.2.840.113549.1.9.1", form: ia5Form, limit: 255, also: []string{"EMAILADDRESS", "EMAIL", "MAIL"}},
	OU:                     {oid: "2.5.4.11", limit: 64, also: []string{"ORGANIZATIONALUNITNAME"}},
	OrganizationIdentifier: {oid: "2.5.4.97", limit: 256},
	Pseudonym:              {oid: "2.5.4.65", limit: 128},
	UniqueIdentifier:       {oid: "2.5.4.45", limit: 256, also: []string{"X500UNIQUEIDENTIFIER"}},
	Street:                 {oid: "2.5.4.9", limit: 128, also: []string{"STREETADDRESS"}},
	State:                  {oid: "2.5.4.8", limit: 128, also: []string{"S", "STATEORPROVINCENAME"}},
	Locality:               {oid: "2.5.4.7", limit: 128, also: []string{"LOCALITYNAME"}},
	Organization:           {oid: "2.5.4.10", limit: 64, also: []string{"ORGANIZATIONNAME"}},
	Country:                {oid: "2.5.4.6", form: printableForm, limit: 2, also: []string{"COUNTRYNAME"}},
	Description:            {oid: "2.5.4.13", limit: 1024},
	DC:                     {oid: "0.9.2342.19200300.100.1.25", form: ia5Form, limit: 63, also: []string{"DOMAINCOMPONENT"}},
	"NODEID":               {oid: "1.3.6.1.4.1.37244.1.1", limit: 16},
	"FWSIGNINGID":          {oid: "1.3.6.1.4.1.37244.1.2", limit: 16},
	"ICACID":               {oid: "1.3.6.1.4.1.37244.1.3", limit: 16},
	"RCACID":               {oid: "1.3.6.1.4.1.37244.1.4", limit: 16},
	"FABRICID":             {oid: "1.3.6.1.4.1.37244.1.5", limit: 16},
	"NOCCAT":               {oid: "1.3.6.1.4.1.37244.1.6", limit: 8},
	"VID":                  {oid: "1.3.6.1.4.1.37244.2.1", limit: 4},
	"PID":                  {oid: "1.3.6.1.4.1.37244.2.2", limit: 4},
}

var dnTypeByOID, dnTypeByWord = func() (map[string]DNType, map[string]DNType) {
	oids, words := map[string]DNType{}, map[string]DNType{}
	for t, a := range attributes {
		oids[a.oid], words[string(t)] = t, t
		for _, alias := range a.also {
			words[alias] = t
		}
	}
	return oids, words
}()

// DNTypes returns the types that have a name, sorted.
func DNTypes() []DNType { return slices.Sorted(maps.Keys(attributes)) }

// ParseDNType returns the type of a word in any case, such as cn, emailAddress or 2.5.4.3.
func ParseDNType(word string) (DNType, error) {
	if t, ok := dnType(word); ok {
		return t, nil
	}
	return "", BadName.Detail("the type %q is not known", word)
}

func dnType(word string) (DNType, bool) {
	if len(word) > 200 {
		return "", false
	}
	upper := strings.TrimPrefix(strings.ToUpper(word), "OID.")
	if t, ok := dnTypeByWord[upper]; ok {
		return t, true
	}
	if t, ok := dnTypeByOID[upper]; ok {
		return t, true
	}
	_, ok := oidContent(upper)
	return DNType(upper), ok
}
