package notify

import (
	"strings"

	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/pki"
)

// Files are what an occasion has to attach.
type Files struct {
	DER  []byte // the certificate; nil when there is none
	Made bool   // the server made the key
	// Chain returns the certificates above, issuer first. It may be nil.
	Chain func() ([][]byte, error)
	// PKCS12 returns the certificate with its key, or nothing when the server has no key. It may be nil.
	PKCS12 func() ([]byte, error)
}

// attachments are the files a notification asks for, as far as the occasion has them.
func (e Email) attachments(f Files) (all []mail.Attachment, err error) {
	if f.DER == nil {
		return nil, nil
	}
	bundle := [][]byte{f.DER}
	if f.Chain != nil && (e.PEMBundle || e.PKCS7Chain) {
		chain, err := f.Chain()
		if err != nil {
			return nil, err
		}
		bundle = append(bundle, chain...)
	}
	add := func(wanted bool, name, media string, content []byte) {
		if wanted {
			all = append(all, mail.Attachment{Name: name, Media: media, Bytes: content})
		}
	}
	add(e.PEM, "certificate.pem", "application/x-pem-file", pemOf(bundle[:1]))
	add(e.PEMBundle, "bundle.pem", "application/x-pem-file", pemOf(bundle))
	add(e.DER, "certificate.cer", "application/pkix-cert", f.DER)                                              // RFC 2585, 4.2
	add(e.PKCS7, "certificate.p7c", "application/pkcs7-mime; smime-type=certs-only", pki.CertsOnly(f.DER))     // RFC 8551, 3.8
	add(e.PKCS7Chain, "bundle.p7c", "application/pkcs7-mime; smime-type=certs-only", pki.CertsOnly(bundle...)) // RFC 8551, 3.8
	if e.PKCS12 && f.PKCS12 != nil {
		store, err := f.PKCS12()
		if err != nil {
			return nil, err
		}
		add(len(store) > 0, "certificate.p12", "application/x-pkcs12", store)
	}
	return all, nil
}

func pemOf(all [][]byte) []byte {
	var b strings.Builder
	for _, der := range all {
		b.WriteString(pki.EncodePEM("CERTIFICATE", der) + "\n")
	}
	return []byte(b.String())
}
