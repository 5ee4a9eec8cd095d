package grade

// rulesets is the table of everything a certificate is graded by.
var rulesets = []Ruleset{
	{
		Name: "anssi-cryptographic-content", Weight: 50, Max: 70,
		Description: "What the RGS of ANSSI wants a certificate to hold.",
		Rules: []Rule{
			{"anssi-policy", "A certificate policy is named.", 10, 0, hasPolicy},
			{"anssi-revocation", "A CRL distribution point or an OCSP address is named.", 10, 0, hasRevocation},
			{"anssi-subject-key-id", "The subject key identifier is present.", 10, 0, hasSubjectKeyID},
			{"anssi-authority-key-id", "The subject differs from the issuer and the authority key identifier is present.", 10, 0, hasIssuerOfItsOwn},
			{"anssi-issuer-country", "The issuer has a country.", 5, 0, issuerHas("C")},
			{"anssi-issuer-organization", "The issuer has an organization.", 5, 0, issuerHas("O")},
			{"anssi-issuer-unit", "The issuer has an organizational unit or an organization identifier.", 5, 0, issuerHas("OU", "ORGANIZATIONIDENTIFIER")},
			{"anssi-subject-country", "The subject has a country.", 5, 0, subjectHas("C")},
			{"anssi-subject-organization", "The subject has an organization.", 5, 0, subjectHas("O")},
			{"anssi-subject-unit", "The subject has an organizational unit or an organization identifier.", 5, 0, subjectHas("OU", "ORGANIZATIONIDENTIFIER")},
		},
	},
	{
		Name: "cab-forum", Weight: 60, Max: 40, applies: withUsage("serverAuth"),
		Description: "What the CA/Browser Forum wants of the certificate of a TLS server.",
		Rules: []Rule{
			{"cab-policy", "A certificate policy is named.", 10, 0, hasPolicy},
			{"cab-no-underscore", "No DNS name holds an underscore.", 0, -10, noDNSName(holdsUnderscore)},
			{"cab-no-final-dot", "No DNS name ends with a dot.", 0, -10, noDNSName(endsWithDot)},
			{"cab-lifetime", "It lives less than 397 days.", 10, 0, livesShort},
			{"cab-serial", "The serial number is longer than 8 bytes.", 10, 0, hasLongSerial},
			{"cab-dns-name", "At least one DNS name is among the alternative names.", 10, 0, hasSAN("DNSNAME")},
		},
	},
	{
		Name: "ecdsa-cryptographic", Weight: 100, Max: 35, applies: isEC,
		Description: "What NIST and ANSSI want of an ECDSA key.",
		Rules: []Rule{
			{"ecdsa-curve", "The curve is P-256, P-384 or P-521.", 25, 0, hasNISTCurve},
			{"ecdsa-hash", "The signature is made with SHA-2 or SHA-3 of at least 256 bits.", 10, 0, hasStrongHash},
			{"ecdsa-hybrid-2035", "It is hybrid, if it expires after 2035-01-01.", 0, -60, hybridOrEndsBy(2035)},
			{"ecdsa-hybrid", "It is hybrid.", 5, 0, isHybrid},
		},
	},
	{
		Name: "email-certificate", Weight: 60, Max: 20, applies: withUsage("emailProtection"),
		Description: "What the certificate of a mailbox needs.",
		Rules: []Rule{
			{"email-key-usage", "The key may sign or encipher.", 10, 0, fitsMail},
			{"email-address", "At least one e-mail address is among the alternative names.", 10, 0, hasSAN("RFC822NAME")},
		},
	},
	{
		Name: "ietf-pkix", Weight: 100, Max: 30,
		Description: "What RFC 5280 wants of every certificate.",
		Rules: []Rule{
			{"pkix-path-length", "The certificate of an end entity has no path length.", 10, 0, hasSanePathLen},
			{"pkix-issuer", "The issuer is named.", 5, 0, hasIssuer},
			{"pkix-subject", "The subject is named.", 5, 0, hasSubject},
			{"pkix-subject-key-id", "The subject key identifier is present.", 5, 0, hasSubjectKeyID},
			{"pkix-authority-key-id", "The subject differs from the issuer and the authority key identifier is present.", 5, 0, hasIssuerOfItsOwn},
			{"pkix-ocsp-http", "OCSP addresses use HTTP.", 0, -10, ocspByHTTP},
			{"pkix-crl-http-ldap", "CRL distribution points use HTTP or LDAP.", 0, -10, crlByHTTPOrLDAP},
			{"pkix-not-self-signed", "The certificate of an end entity is not self-signed.", 0, -30, isCAOrSignedByAnother},
			{"pkix-trusted", "It was issued by a trusted CA.", 0, -15, isTrusted},
			{"pkix-key-usage", "The key usage is named.", 0, -10, hasKeyUsage},
		},
	},
	{
		Name: "pqc-cryptographic", Weight: 100, Max: 25, applies: isPQC,
		Description: "What NIST wants of a key that withstands quantum computers.",
		Rules: []Rule{
			{"pqc-key", "The key, or the alternate key of a hybrid, withstands quantum computers.", 25, 0, isPQC},
		},
	},
	{
		Name: "rsa-cryptographic", Weight: 100, Max: 40, applies: isRSA,
		Description: "What NIST and ANSSI want of an RSA key.",
		Rules: []Rule{
			{"rsa-2048", "The modulus has at least 2048 bits.", 10, 0, modulusFrom(2048)},
			{"rsa-3072", "The modulus has at least 3072 bits.", 5, 0, modulusFrom(3072)},
			{"rsa-exponent", "The public exponent is above 65536.", 10, 0, hasLargeExponent},
			{"rsa-hash", "The signature is made with SHA-2 or SHA-3 of at least 256 bits.", 10, 0, hasStrongHash},
			{"rsa-not-below-2048", "The modulus is not below 2048 bits.", 0, -10, modulusFrom(2048)},
			{"rsa-not-below-1024", "The modulus is not below 1024 bits.", 0, -10, modulusFrom(1024)},
			{"rsa-hybrid-2030", "It is hybrid, if it expires after 2030-01-01.", 0, -15, hybridOrEndsBy(2030)},
			{"rsa-hybrid-2035", "It is hybrid, if it expires after 2035-01-01.", 0, -50, hybridOrEndsBy(2035)},
			{"rsa-hybrid", "It is hybrid.", 5, 0, isHybrid},
		},
	},
	{
		Name: "tls-certificate", Weight: 60, Max: 20, applies: withUsage("serverAuth"),
		Description: "What the certificate of a TLS server needs.",
		Rules: []Rule{
			{"tls-key-usage", "The key may sign.", 10, 0, fitsTLS},
			{"tls-no-person", "The subject has neither given name nor surname.", 0, -5, namesNoPerson},
			{"tls-dns-name", "At least one DNS name is among the alternative names.", 10, 0, hasSAN("DNSNAME")},
		},
	},
}
