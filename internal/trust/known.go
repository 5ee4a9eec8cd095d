package trust

import (
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/pki"
)

// subjectTypes are the elements of subjects people are offered, the usual ones first.
var subjectTypes = []struct {
	t   pki.DNType
	doc string
}{
	{pki.CN, "Common names."}, {pki.Organization, "Organizations."}, {pki.OU, "Organizational units."}, {pki.Country, "Countries."},
	{pki.State, "States or provinces."}, {pki.Locality, "Localities."}, {pki.Email, "E-mail addresses of the subject."}, {pki.UID, "User identifiers."},
	{pki.DC, "Domain components."}, {pki.SerialNumber, "Serial numbers of the subject."}, {pki.GivenName, "Given names."}, {pki.Surname, "Surnames."},
	{pki.Title, "Titles."}, {pki.Pseudonym, "Pseudonyms."}, {pki.Street, "Streets."}, {pki.Description, "Descriptions of the subject."},
	{pki.OrganizationIdentifier, "Identifiers of organizations."}, {pki.UniqueIdentifier, "Unique identifiers."},
	{pki.UnstructuredName, "Unstructured names."}, {pki.UnstructuredAddress, "Unstructured addresses."},
}

var sanDocs = map[pki.SANType]string{
	pki.DNSName: "DNS names.", pki.IPAddress: "IP addresses.", pki.RFC822Name: "E-mail addresses.", pki.URI: "URIs.",
	pki.OtherNameUPN: "User principal names.", pki.OtherNameGUID: "GUIDs.", pki.RegisteredID: "Registered identifiers.",
}

// NameKeys are the keys AddNames adds.
func NameKeys() (all []rule.Known) {
	for _, s := range subjectTypes {
		all = append(all, rule.Known{Name: rule.Key("subject", strings.ToLower(string(s.t))), Doc: s.doc, List: true})
	}
	for _, t := range pki.DNTypes() {
		name := rule.Key("subject", strings.ToLower(string(t)))
		if !slices.ContainsFunc(all, func(k rule.Known) bool { return k.Name == name }) {
			all = append(all, rule.Known{Name: name, List: true, Spare: true})
		}
	}
	all = append(all, rule.Known{Name: `subject."*"`, List: true, Spare: true}) // OIDs
	for _, t := range []pki.SANType{pki.DNSName, pki.IPAddress, pki.RFC822Name, pki.URI, pki.OtherNameUPN, pki.OtherNameGUID, pki.RegisteredID} {
		all = append(all, rule.Known{Name: rule.Key("san", strings.ToLower(string(t))), Doc: sanDocs[t], List: true})
	}
	return append(all,
		rule.Known{Name: "extension." + string(pki.MSSID), Doc: "Security identifier of Microsoft."},
		rule.Known{Name: "extension." + string(pki.MSTemplate), Doc: "Name of the Microsoft template."},
		rule.Known{Name: "extension." + string(pki.MSTemplateV2), Doc: "OID of the Microsoft template."},
	)
}

// CertificateKeys are the keys AddCertificate adds.
func CertificateKeys() []rule.Known {
	return append([]rule.Known{
		{Name: "dn", Doc: "Distinguished name of the subject."}, {Name: "friendly_name", Doc: "First common name, or else first alternative name."},
		{Name: "serial", Doc: "Serial number."}, {Name: "issuer", Doc: "Distinguished name of the issuer."},
		{Name: "not_before", Doc: "Beginning of its validity."}, {Name: "not_after", Doc: "End of its validity."},
		{Name: "thumbprint", Doc: "Thumbprint of the certificate."}, {Name: "public_key_thumbprint", Doc: "Thumbprint of the public key."},
		{Name: "key_type", Doc: "Type of the key."}, {Name: "signing_algorithm", Doc: "Algorithm it is signed with."},
		{Name: "holder_id", Doc: "Identifier of the holder: equal for equal names."}, {Name: "sans", Doc: "All alternative names as one text."},
		{Name: "extensions", Doc: "All extensions as one text."}, {Name: "pem", Doc: "The certificate in PEM."},
	}, NameKeys()...)
}

// Keys are the keys of Dictionary.
func Keys() rule.Keys { return rule.Keys{All: rule.Under("certificate", CertificateKeys())} }
