package trust

import (
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/pki"
)

// example is a root of P-256 that signs nothing: its key was thrown away.
func example() CA {
	c, err := pki.ParseCertificate([]byte(examplePEM))
	if err != nil {
		panic(err)
	}
	ca := CA{Named: kind.Named{Name: "example-root"}, Certificate: Certificate{c}, ForServers: true, CRL: "http://pki.example.com/root.crl", OCSP: "http://ocsp.example.com"}
	ca.fill()
	return ca
}

const examplePEM = `-----BEGIN CERTIFICATE-----
MIIB0zCCAXmgAwIBAgIUGQ8sxdVoNGxJde67fCX/k66pjagwCgYIKoZIzj0EAwIw
NjELMAkGA1UEBhMCRlIxEDAOBgNVBAoMB0V4YW1wbGUxFTATBgNVBAMMDEV4YW1w
bGUgUm9vdDAgFw0yNjExMjIxMjEzMDVaGA8yMTI2MTAyOTEyMTMwNVowNjELMAkG
A1UEBhMCRlIxEDAOBgNVBAoMB0V4YW1wbGUxFTATBgNVBAMMDEV4YW1wbGUgUm9v
dDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFIn266pLx6KW0RY/q/OSnkuYj3r
PjFmYZmB699nZaitEA3kbaO9RExz3hMBi6ARBxVnDd10d9paAgVHFXcAggyjYzBh
MB0GA1UdDgQWBBT1AaOa/ZMzI0iFc3mw4RxVusXyITAfBgNVHSMEGDAWgBT1AaOa
/ZMzI0iFc3mw4RxVusXyITAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIB
BjAKBggqhkjOPQQDAgNIADBFAiEAx4KHIh+auIjoFYdAbd3KOJ1UjBSG/4Pi0xtq
yVoiTLQCIAsllQCiM59gV5N7v9wkpoYLcWBAOLjgQxuCqR+5zC/Q
-----END CERTIFICATE-----
`
