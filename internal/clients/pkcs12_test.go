package clients

import (
	"encoding/base64"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/pki"
)

// answer is what an enrollment and a recovery hand out.
type answer struct {
	ID          string `json:"_id"`
	Certificate string `json:"certificateId"`
	PKCS12      struct{ Value string }
	Password    struct{ Value string }
}

// A PKCS#12 opens in OpenSSL, in Java's keytool and in Go, encrypted in either way; what is recovered later is the same key.
func TestPKCS12(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, how := range []string{"AES", "DES_AVERAGE"} {
		s.must(http.MethodPost, profiles, map[string]any{
			"module": "webra", "name": how, "enabled": true, "authorizationMode": "authorized", "pkiConnector": "quickstart",
			"certificateTemplate": map[string]any{"subject": []any{map[string]any{"type": "CN", "mandatory": true, "editableByRequester": true}}},
			"cryptoPolicy": map[string]any{
				"centralized": true, "escrow": true, "p12passwordMode": "random", "p12storeEncryptionType": how,
				"showP12OnEnroll": true, "showP12PasswordOnEnroll": true, "showP12OnRecover": true, "showP12PasswordOnRecover": true,
			},
		}, http.StatusCreated)
		for _, kind := range []string{"ec-secp384r1", "rsa-3072"} {
			var made, again answer
			s.into(&made, http.MethodPost, "/api/v1/requests/submit", map[string]any{
				"workflow": "enroll", "module": "webra", "profile": how,
				"template": map[string]any{"keyType": kind, "subject": []any{map[string]any{"element": "cn.1", "value": kind + ".example"}}},
			}, http.StatusCreated)
			s.into(&again, http.MethodPost, "/api/v1/requests/submit", map[string]any{"workflow": "recover", "certificateId": made.Certificate}, http.StatusCreated)
			first, second := opened(t, made), opened(t, again)
			if !pki.SameKey(first.Key.Public(), second.Key.Public()) || first.Certificate.Serial != second.Certificate.Serial || len(first.Chain) != 2 {
				t.Errorf("%s %s: what was recovered is another key or certificate, or the chain has %d certificates", how, kind, len(first.Chain))
			}
			readByOthers(t, made, kind+".example")
			jks := filepath.Join(t.TempDir(), "store.jks")
			if err := os.WriteFile(jks, []byte(s.must(http.MethodGet, "/api/v1/requests/"+made.ID+"/keystore?form=jks", nil, http.StatusOK)), 0o600); err != nil {
				t.Fatal(err)
			}
			readByJava(t, "JKS", jks, made.Password.Value, kind+".example")
		}
	}
}

// opened reads a PKCS#12 with Go.
func opened(t *testing.T, a answer) *pki.KeyStore {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(a.PKCS12.Value)
	if err != nil {
		t.Fatal(err)
	}
	store, err := pki.ParsePKCS12(der, a.Password.Value)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// readByOthers opens it with OpenSSL and with Java.
func readByOthers(t *testing.T, a answer, name string) {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(a.PKCS12.Value)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "store.p12")
	if err := os.WriteFile(file, der, 0o600); err != nil {
		t.Fatal(err)
	}
	said, code := openssl(t, "pkcs12", "-in", file, "-passin", "pass:"+a.Password.Value, "-nodes")
	if code != 0 || !strings.Contains(said, "PRIVATE KEY") || !strings.Contains(said, "CN = "+name) {
		t.Errorf("OpenSSL: %d %s", code, said)
	}
	readByJava(t, "PKCS12", file, a.Password.Value, name)
}

// readByJava opens a key store with Java's keytool.
func readByJava(t *testing.T, kind, file, password, name string) {
	t.Helper()
	c := exec.Command(need(t, "keytool", "default-jre-headless"), "-list", "-v", "-storetype", kind, "-keystore", file, "-storepass", password)
	c.Env = environment()
	out, complaint, code := finish(t, c)
	if code != 0 || !strings.Contains(out, "PrivateKeyEntry") || !strings.Contains(out, "Certificate chain length: 3") || !strings.Contains(out, "CN="+name) {
		t.Errorf("keytool, %s: %d %s%s", kind, code, out, complaint)
	}
}
