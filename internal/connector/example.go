package connector

import "github.com/horizon-clm/horizon/internal/kind"

// Examples are complete and valid credentials of each type, for the list of variants.
func Examples() []Credential {
	return []Credential{
		Password{Type: "password", Secured: Secured{Named: kind.Named{Name: "proxy-login"}, Description: "For the proxy."}, Login: "horizon", Password: kind.NewSecret("a password")},
		Certificate{Type: "certificate", Secured: Secured{Named: kind.Named{Name: "client-certificate"}}, Store: Store{exampleCertificate, kind.NewSecret(exampleKey)}},
		Raw{Type: "raw", Secured: Secured{Named: kind.Named{Name: "bucket-token"}, Targets: []string{"storage"}}, Secret: kind.NewSecret(`{"token": "t"}`)},
	}
}

// exampleCertificate is nobody's: its key stands below.
const exampleCertificate = `-----BEGIN CERTIFICATE-----
MIIBtTCCAVugAwIBAgIUPsGJNsHqjcxiGDro/pz05lbO0wkwCgYIKoZIzj0EAwIw
LzEQMA4GA1UECgwHRXhhbXBsZTEbMBkGA1UEAwwSY2xpZW50LmV4YW1wbGUuY29t
MCAXDTI2MTEyMjE0MDkwM1oYDzIxMjYxMDI5MTQwOTAzWjAvMRAwDgYDVQQKDAdF
eGFtcGxlMRswGQYDVQQDDBJjbGllbnQuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAATaccZZmoWrnHQcZa8FQGw8mmcJY0037XKZILZpCxPuADX0
qOtNQt/1BRMpfAFsYTOsPy3W9ei4Ys/6g7xHy7yQo1MwUTAdBgNVHQ4EFgQUgM6y
7E9eMCpbASjN54HNUz78QjEwHwYDVR0jBBgwFoAUgM6y7E9eMCpbASjN54HNUz78
QjEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBXP/ZdY+ZKPjL4
DmkT2DvVLrUebS1lfk9oAsqNWUcCQgIhANWr0loxAIWi+BKguzjYKsKP90ehtJym
JUsnSo/PrHnL
-----END CERTIFICATE-----
`

const exampleKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglHIH73CgxPSc+REB
MZNbjSgg3zh3zWPuAwWumqLItr6hRANCAATaccZZmoWrnHQcZa8FQGw8mmcJY003
7XKZILZpCxPuADX0qOtNQt/1BRMpfAFsYTOsPy3W9ei4Ys/6g7xHy7yQ
-----END PRIVATE KEY-----
`
