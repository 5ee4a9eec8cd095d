package trust_test

import (
	"encoding/json"
	"testing"

	"github.com/horizon-clm/horizon/internal/trust"
)

// Whatever is read is written so that it reads the same again.
func FuzzCertificate(f *testing.F) {
	example, ok := trust.CAs.Examples()[0].(trust.CA)
	if !ok {
		f.Fatal("the example is no CA")
	}
	whole, err := json.Marshal(example)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"certificate":{"pem":"-----BEGIN CERTIFICATE-----"},"refresh":"1 s"}`))
	f.Add([]byte(`{"certificate":[]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var ca, again trust.CA
		if json.Unmarshal(in, &ca) != nil || ca.Certificate.Certificate == nil {
			return
		}
		out, err := json.Marshal(ca)
		if err != nil {
			return // durations that cannot be written
		}
		if err := json.Unmarshal(out, &again); err != nil || again.Certificate.Thumbprint != ca.Certificate.Thumbprint {
			t.Errorf("%s: %v", out, err)
		}
		_ = ca.View()
	})
}
