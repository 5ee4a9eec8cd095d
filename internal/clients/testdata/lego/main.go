// Command lego obtains and renews a certificate as the program of the same name does, with the same library but without
// its hundreds of DNS providers, which take minutes to build. A module of its own keeps the library out of the product.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-acme/lego/v4/certcrypto"
	"github.com/go-acme/lego/v4/certificate"
	"github.com/go-acme/lego/v4/challenge/http01"
	"github.com/go-acme/lego/v4/challenge/tlsalpn01"
	"github.com/go-acme/lego/v4/lego"
	"github.com/go-acme/lego/v4/registration"
)

var (
	server  = flag.String("server", "", "directory")
	email   = flag.String("email", "", "contact")
	domains = flag.String("domains", "", "names, separated by commas")
	keyType = flag.String("key-type", "ec256", "ec256, ec384, rsa2048 ...")
	tlsPort = flag.String("tls.port", "", "port for tls-alpn-01")
	web     = flag.String("http.port", "", "port for http-01")
	kid     = flag.String("kid", "", "external account key")
	hmac    = flag.String("hmac", "", "its secret")
	dir     = flag.String("path", "", "folder of account and certificate")
	renew   = flag.Bool("renew", false, "renew the certificate, by what the server suggests")
)

// keyTypes are the names of the program's flag.
var keyTypes = map[string]certcrypto.KeyType{
	"ec256": certcrypto.EC256, "ec384": certcrypto.EC384, "rsa2048": certcrypto.RSA2048, "rsa3072": certcrypto.RSA3072,
}

type user struct {
	email        string
	registration *registration.Resource
	key          crypto.PrivateKey
}

func (u *user) GetEmail() string                        { return u.email }
func (u *user) GetRegistration() *registration.Resource { return u.registration }
func (u *user) GetPrivateKey() crypto.PrivateKey        { return u.key }

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	key, fresh, err := accountKey()
	if err != nil {
		return err
	}
	u := &user{email: *email, key: key}
	config := lego.NewConfig(u)
	config.CADirURL, config.Certificate.KeyType = *server, keyTypes[*keyType]
	client, err := lego.NewClient(config)
	if err != nil {
		return err
	}
	if err := solvers(client); err != nil {
		return err
	}
	if u.registration, err = register(client, fresh); err != nil {
		return err
	}
	request := certificate.ObtainRequest{Domains: strings.Split(*domains, ","), Bundle: true}
	if *renew {
		if request.ReplacesCertID, err = due(client); err != nil {
			return err
		}
	}
	got, err := client.Certificate.Obtain(request)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(file("cert.pem"), got.Certificate, 0o600), os.WriteFile(file("key.pem"), got.PrivateKey, 0o600))
}

func file(name string) string { return filepath.Join(*dir, name) }

func solvers(client *lego.Client) error {
	if *tlsPort != "" {
		return client.Challenge.SetTLSALPN01Provider(tlsalpn01.NewProviderServer("127.0.0.1", *tlsPort))
	}
	return client.Challenge.SetHTTP01Provider(http01.NewProviderServer("127.0.0.1", *web))
}

// accountKey reads the key of the account, or makes it.
func accountKey() (key *ecdsa.PrivateKey, fresh bool, err error) {
	if b, err := os.ReadFile(file("account.pem")); err == nil {
		block, _ := pem.Decode(b)
		key, err := x509.ParseECPrivateKey(block.Bytes)
		return key, false, err
	}
	if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, false, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, false, err
	}
	return key, true, os.WriteFile(file("account.pem"), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600)
}

func register(client *lego.Client, fresh bool) (*registration.Resource, error) {
	switch {
	case !fresh:
		return client.Registration.ResolveAccountByKey()
	case *kid != "":
		return client.Registration.RegisterWithExternalAccountBinding(registration.RegisterEABOptions{TermsOfServiceAgreed: true, Kid: *kid, HmacEncoded: *hmac})
	}
	return client.Registration.Register(registration.RegisterOptions{TermsOfServiceAgreed: true})
}

// due asks the server when to renew, prints that, and returns the identifier of the certificate (RFC 9773).
func due(client *lego.Client) (string, error) {
	b, err := os.ReadFile(file("cert.pem"))
	if err != nil {
		return "", err
	}
	all, err := certcrypto.ParsePEMBundle(b)
	if err != nil {
		return "", err
	}
	info, err := client.Certificate.GetRenewalInfo(certificate.RenewalInfoRequest{Cert: all[0]})
	if err != nil {
		return "", err
	}
	fmt.Println(info.SuggestedWindow.Start.Format(time.RFC3339), info.SuggestedWindow.End.Format(time.RFC3339))
	return certificate.MakeARICertID(all[0])
}
