package trust_test

import (
	"testing"

	"github.com/horizon-clm/horizon/internal/lang/rule/ruletest"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/trust"
)

// What is told of the keys of a certificate is what templates can read.
func TestKeys(t *testing.T) {
	t.Parallel()
	c := *root(t, "Top").Certificate
	c.Subject = nil
	for _, dn := range append(pki.DNTypes(), "1.2.3.4") {
		c.Subject = append(c.Subject, pki.Element{Type: dn, Value: "x"})
	}
	c.SANs = nil
	for _, san := range pki.SANTypes() {
		c.SANs = append(c.SANs, pki.SAN{Type: san, Value: "x"})
	}
	c.Extensions = []pki.Extension{{Type: pki.MSSID, Value: "x"}, {Type: pki.MSTemplate, Value: "x"}, {Type: pki.MSTemplateV2, Value: "x"}}
	ruletest.Compare(t, trust.Keys().All, trust.Dictionary(&c))
}
