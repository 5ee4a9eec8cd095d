package pki

import (
	"bytes"
	"crypto/x509"
	"time"

	keystore "github.com/pavlo-v-chernykh/keystore-go/v4"

	"github.com/horizon-clm/horizon/internal/fault"
)

// badJKS is the fault of a Java key store that cannot be made.
var badJKS = fault.Define("RFC5280-006", fault.Invalid, "Could not make a Java key store")

// minJKSPassword is what keytool asks of the password of a JKS.
const minJKSPassword = 6

// EncodeJKS stores key, certificate and chain as a Java key store (JKS) under one password, as the entry of the alias.
func EncodeJKS(s KeyStore, alias, password string, at time.Time) ([]byte, error) {
	if len(password) < minJKSPassword {
		return nil, badJKS.Detail("its password has at least %d characters", minJKSPassword)
	}
	key, err := x509.MarshalPKCS8PrivateKey(s.Key)
	if err != nil {
		return nil, badJKS.Because(err)
	}
	entry := keystore.PrivateKeyEntry{CreationTime: at, PrivateKey: key}
	for _, c := range append([]*Certificate{s.Certificate}, s.Chain...) {
		entry.CertificateChain = append(entry.CertificateChain, keystore.Certificate{Type: "X509", Content: c.X509.Raw})
	}
	store := keystore.New()
	if err := store.SetPrivateKeyEntry(alias, entry, []byte(password)); err != nil {
		return nil, badJKS.Because(err)
	}
	var b bytes.Buffer
	if err := store.Store(&b, []byte(password)); err != nil {
		return nil, badJKS.Because(err)
	}
	return b.Bytes(), nil
}
