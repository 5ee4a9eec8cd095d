package grade

import (
	"crypto/rsa"
	"slices"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/pki"
)

func hasPolicy(s Subject) bool       { return len(s.Certificate.Policies) > 0 }
func hasRevocation(s Subject) bool   { return len(s.Certificate.CRLDPs)+len(s.Certificate.OCSP) > 0 }
func hasSubjectKeyID(s Subject) bool { return s.Certificate.SubjectKeyID != "" }
func hasIssuer(s Subject) bool       { return len(s.Certificate.Issuer) > 0 }
func hasSubject(s Subject) bool      { return len(s.Certificate.Subject) > 0 }
func hasKeyUsage(s Subject) bool     { return len(s.Certificate.KeyUsages) > 0 }
func isTrusted(s Subject) bool       { return s.Trusted }
func isRSA(s Subject) bool           { return s.Certificate.KeyType.IsRSA() }
func isEC(s Subject) bool            { return s.Certificate.KeyType.IsEC() }
func isPQC(s Subject) bool           { return s.Certificate.KeyType.IsPQC() }
func isHybrid(s Subject) bool        { return s.Certificate.KeyType.IsHybrid() }

func hasIssuerOfItsOwn(s Subject) bool {
	return s.Certificate.DN != s.Certificate.IssuerDN && s.Certificate.AuthorityKeyID != ""
}

func issuerHas(types ...pki.DNType) func(Subject) bool {
	return func(s Subject) bool { return s.Certificate.Issuer.Has(types...) }
}

func subjectHas(types ...pki.DNType) func(Subject) bool {
	return func(s Subject) bool { return s.Certificate.Subject.Has(types...) }
}

func withUsage(name string) func(Subject) bool {
	return func(s Subject) bool { return s.Certificate.HasExtKeyUsage(name) }
}

func hasSAN(t pki.SANType) func(Subject) bool {
	return func(s Subject) bool {
		return slices.ContainsFunc(s.Certificate.SANs, func(n pki.SAN) bool { return n.Type == t })
	}
}

func noDNSName(bad func(string) bool) func(Subject) bool {
	return func(s Subject) bool {
		return !slices.ContainsFunc(s.Certificate.SANs, func(n pki.SAN) bool { return n.Type == pki.DNSName && bad(n.Value) })
	}
}

func holdsUnderscore(name string) bool { return strings.Contains(name, "_") }
func endsWithDot(name string) bool     { return strings.HasSuffix(name, ".") }

// livesShort compares notAfter - notBefore: exactly 397 days is too long.
func livesShort(s Subject) bool {
	return s.Certificate.NotAfter.Sub(s.Certificate.NotBefore) < 397*24*time.Hour
}

func hasLongSerial(s Subject) bool { return len(s.Certificate.Serial) > 2*8 }

func hasNISTCurve(s Subject) bool {
	primary, _ := s.Certificate.KeyType.Parts()
	return primary == pki.P256 || primary == pki.P384 || primary == pki.P521
}

// hasStrongHash also holds for Ed25519, which signs a SHA-512.
func hasStrongHash(s Subject) bool {
	for _, h := range []string{"SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-384", "SHA3-512"} {
		if strings.HasPrefix(s.Certificate.SigningAlgorithm, h+"WITH") {
			return true
		}
	}
	return s.Certificate.SigningAlgorithm == "ED25519"
}

// hybridOrEndsBy holds for what ends by the first instant of the year, in UTC, and for hybrids.
func hybridOrEndsBy(year int) func(Subject) bool {
	end := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	return func(s Subject) bool { return isHybrid(s) || !s.Certificate.NotAfter.After(end) }
}

func fitsMail(s Subject) bool {
	return !s.Certificate.HasExtKeyUsage("emailProtection") ||
		mayUse(s, "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment")
}

func fitsTLS(s Subject) bool {
	return !s.Certificate.HasExtKeyUsage("serverAuth") || mayUse(s, "digitalSignature")
}

func namesNoPerson(s Subject) bool {
	return !s.Certificate.HasExtKeyUsage("serverAuth") || !s.Certificate.Subject.Has(pki.GivenName, pki.Surname)
}

func mayUse(s Subject, any ...string) bool {
	return slices.ContainsFunc(any, func(u string) bool { return slices.Contains(s.Certificate.KeyUsages, u) })
}

func hasSanePathLen(s Subject) bool { return s.Certificate.IsCA || s.Certificate.PathLen == nil }

func isCAOrSignedByAnother(s Subject) bool { return s.Certificate.IsCA || !s.Certificate.SelfSigned }

// RFC 5280, 8: a relying party may loop on an HTTPS address, so that is not HTTP here.
func ocspByHTTP(s Subject) bool { return allBegin(s.Certificate.OCSP, "http://") }

func crlByHTTPOrLDAP(s Subject) bool { return allBegin(s.Certificate.CRLDPs, "http://", "ldap://") }

func allBegin(urls []string, schemes ...string) bool {
	return !slices.ContainsFunc(urls, func(u string) bool {
		return !slices.ContainsFunc(schemes, func(scheme string) bool { return strings.HasPrefix(strings.ToLower(u), scheme) })
	})
}

func rsaKey(s Subject) *rsa.PublicKey {
	if s.Certificate.X509 == nil {
		return nil
	}
	key, _ := s.Certificate.X509.PublicKey.(*rsa.PublicKey)
	return key
}

func modulusFrom(bits int) func(Subject) bool {
	return func(s Subject) bool {
		key := rsaKey(s)
		return key != nil && key.N.BitLen() >= bits
	}
}

func hasLargeExponent(s Subject) bool {
	key := rsaKey(s)
	return key != nil && key.E > 1<<16
}
