package acme

import (
	"net/http"

	"github.com/horizon-clm/horizon/internal/lifecycle"
)

// directoryView is the directory (RFC 8555, 7.1.1). It names what this server does, and nothing else.
type directoryView struct {
	NewNonce    string   `json:"newNonce"`
	NewAccount  string   `json:"newAccount"`
	NewOrder    string   `json:"newOrder"`
	NewAuthz    string   `json:"newAuthz"`
	RevokeCert  string   `json:"revokeCert"`
	KeyChange   string   `json:"keyChange"`
	RenewalInfo string   `json:"renewalInfo,omitempty"` // RFC 9773, 4
	Meta        metaView `json:"meta"`
}

type metaView struct {
	TermsOfService          string            `json:"termsOfService,omitempty"`
	Website                 string            `json:"website,omitempty"`
	CAAIdentities           []string          `json:"caaIdentities,omitempty"`
	ExternalAccountRequired bool              `json:"externalAccountRequired,omitempty"`
	Profiles                map[string]string `json:"profiles"` // draft-ietf-acme-profiles: the one of this directory
}

// directory answers with the addresses of everything else. What enriches the profile's name stands in each of them, so
// that an order is placed with it.
func (d *Door) directory(c *call) error {
	if err := c.empty(); err != nil {
		return err
	}
	at := func(path string) string { return d.link(c.segment, path) }
	m := c.site.meta()
	v := directoryView{
		NewNonce: at("new-nonce"), NewAccount: at("new-account"), NewOrder: at("new-order"), NewAuthz: at("new-authz"),
		RevokeCert: at("revoke-cert"), KeyChange: at("key-change"),
		Meta: metaView{
			TermsOfService: m.TermsOfService, Website: m.Website, CAAIdentities: m.CAAIdentities,
			ExternalAccountRequired: m.ExternalAccountRequired, Profiles: map[string]string{c.site.Name: c.site.title()},
		},
	}
	if yes(c.site.RenewalInfo) {
		v.RenewalInfo = at("renewal-info")
	}
	return c.send(http.StatusOK, v)
}

// title describes a profile for people.
func (s *site) title() string {
	for _, texts := range [][]lifecycle.Localized{s.Description, s.DisplayName} {
		for _, t := range texts {
			if t.Lang == "en" || len(texts) == 1 {
				return t.Value
			}
		}
	}
	return s.Name
}

// newNonce answers with nothing but a nonce (RFC 8555, 7.2).
func (d *Door) newNonce(c *call) error {
	if err := c.empty(); err != nil {
		return err
	}
	status := http.StatusNoContent
	if c.r.Method == http.MethodHead {
		status = http.StatusOK
	}
	c.w.WriteHeader(status)
	return nil
}

// empty refuses a payload where POST-as-GET is asked for (RFC 8555, 6.3).
func (c *call) empty() error {
	if c.m != nil && len(c.m.payload) > 0 {
		return malformed.Detail("the payload of a POST-as-GET is empty")
	}
	return nil
}
