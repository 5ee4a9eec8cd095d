package load

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"

	"github.com/horizon-clm/horizon/internal/pki"
)

// Module is that of the profiles whose certificates are asked for over REST.
const Module = "webra"

// What a request asks for.
const (
	Enroll = "enroll"
	Renew  = "renew"
	Revoke = "revoke"
)

// States of requests besides pending.
const (
	Approved  = "approved" // it is being carried out
	Completed = "completed"
	Denied    = "denied"
)

// Wish is what a client asks for.
type Wish struct {
	Workflow      string
	Profile       string
	Name          string // DNS name of an enrollment
	CSR           []byte // DER; without one the server makes the key
	CertificateID string // of a renewal or revocation
	Comment       string
}

// NewWish returns a wish for an enrollment; central has the server make the key.
func NewWish(profile, name string, central bool) (w Wish, err error) {
	w = Wish{Workflow: Enroll, Profile: profile, Name: name}
	if !central {
		w.CSR, err = request(name)
	}
	return w, err
}

// RenewalOf returns a wish for the renewal of a certificate; central has the server make the key.
func RenewalOf(certificate, name string, central bool) (w Wish, err error) {
	w = Wish{Workflow: Renew, Name: name, CertificateID: certificate}
	if !central {
		w.CSR, err = request(name)
	}
	return w, err
}

// body is the wish on the wire.
func (w Wish) body() map[string]any {
	in := map[string]any{"workflow": w.Workflow, "module": Module}
	for key, value := range map[string]string{"profile": w.Profile, "certificateId": w.CertificateID, "requesterComment": w.Comment} {
		if value != "" {
			in[key] = value
		}
	}
	template := map[string]any{}
	switch {
	case w.Workflow == Revoke:
		template["revocationReason"] = "superseded"
	case w.CSR != nil:
		template["csr"] = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: w.CSR}))
	default:
		template["keyType"] = string(pki.P256)
	}
	if w.Workflow == Enroll {
		template["subject"] = []map[string]string{{"element": "cn.1", "value": w.Name}}
		template["sans"] = []map[string]any{{"type": "DNSNAME", "value": []string{w.Name}}}
	}
	in["template"] = template
	return in
}

// Request is what clients read of a request.
type Request struct {
	ID            string `json:"_id"`
	Workflow      string `json:"workflow"`
	Status        string `json:"status"`
	DN            string `json:"dn"`
	Requester     string `json:"requester"`
	Approver      string `json:"approver"`
	Comment       string `json:"requesterComment"`
	CertificateID string `json:"certificateId"`
	Certificate   *struct {
		PEM     string `json:"certificate"`
		Serial  string `json:"serial"`
		Revoked bool   `json:"revoked"`
	} `json:"certificate"`
	PKCS12   *shown `json:"pkcs12"`
	Password *shown `json:"password"`
	Error    string `json:"error"`
}

type shown struct {
	Value string `json:"value"`
}

// Leaf reads the certificate of the request.
func (q Request) Leaf() (*x509.Certificate, error) {
	if q.Certificate == nil {
		return nil, fmt.Errorf("the request %s (%s) has no certificate", q.ID, q.Status)
	}
	block, _ := pem.Decode([]byte(q.Certificate.PEM))
	if block == nil {
		return nil, fmt.Errorf("the certificate of the request %s is not PEM", q.ID)
	}
	return x509.ParseCertificate(block.Bytes)
}

// Suits checks that the certificate of the request is the one that was wished for: its name, and the key of the CSR or of
// the PKCS#12.
func (q Request) Suits(w Wish) error {
	leaf, err := q.Leaf()
	if err != nil {
		return err
	}
	if len(leaf.DNSNames) != 1 || leaf.DNSNames[0] != w.Name {
		return fmt.Errorf("the certificate of the request %s is for %v, not for %s", q.ID, leaf.DNSNames, w.Name)
	}
	key, err := q.wished(w)
	if err != nil {
		return err
	}
	if k, ok := leaf.PublicKey.(*ecdsa.PublicKey); !ok || !k.Equal(key) {
		return fmt.Errorf("the certificate of the request %s has another key", q.ID)
	}
	return nil
}

// wished is the public key the certificate is to have.
func (q Request) wished(w Wish) (crypto.PublicKey, error) {
	if w.CSR != nil {
		csr, err := x509.ParseCertificateRequest(w.CSR)
		if err != nil {
			return nil, err
		}
		return csr.PublicKey, nil
	}
	if q.PKCS12 == nil || q.Password == nil {
		return nil, fmt.Errorf("the request %s has no PKCS#12", q.ID)
	}
	der, err := base64.StdEncoding.DecodeString(q.PKCS12.Value)
	if err != nil {
		return nil, err
	}
	store, err := pki.ParsePKCS12(der, q.Password.Value)
	if err != nil {
		return nil, fmt.Errorf("the PKCS#12 of the request %s: %w", q.ID, err)
	}
	return store.Key.Public(), nil
}

// Submit asks.
func (r *REST) Submit(ctx context.Context, w Wish) (q Request, err error) {
	return q, r.Call(ctx, http.MethodPost, "/api/v1/requests/submit", w.body(), &q)
}

// Decide approves or denies a request.
func (r *REST) Decide(ctx context.Context, verb string, q Request) (out Request, err error) {
	return out, r.Call(ctx, http.MethodPost, "/api/v1/requests/"+verb, map[string]string{"_id": q.ID, "workflow": q.Workflow, "module": Module}, &out)
}

// Request returns a request.
func (r *REST) Request(ctx context.Context, id string) (q Request, err error) {
	return q, r.Call(ctx, http.MethodGet, "/api/v1/requests/"+id, nil, &q)
}

// Said returns the request the account has sent with a comment, or nil.
func (r *REST) Said(ctx context.Context, comment string) (*Request, error) {
	var p struct {
		Results []Request `json:"results"`
	}
	err := r.Call(ctx, http.MethodPost, "/api/v1/requests/search", map[string]any{"scope": "self", "query": fmt.Sprintf("comment.requester equals %q", comment)}, &p)
	switch {
	case err != nil:
		return nil, err
	case len(p.Results) == 0:
		return nil, nil //nolint:nilnil // there is none
	case len(p.Results) > 1:
		return nil, fmt.Errorf("%d requests say %s", len(p.Results), comment)
	}
	q, err := r.Request(ctx, p.Results[0].ID)
	return &q, err
}

// MakeProfile makes a profile certificates are asked for on over REST, of the CA of the quick start.
func (r *REST) MakeProfile(ctx context.Context, name string) error {
	const profile = `{"module": "webra", "enabled": true, "authorizationMode": "authorized", "pkiConnector": "quickstart",
		"certificateTemplate": {"subject": [{"type": "CN", "mandatory": true, "editableByRequester": true}], "sans": [{"type": "DNSNAME", "editableByRequester": true}]},
		"cryptoPolicy": {"centralized": true, "decentralized": true, "escrow": true, "p12passwordMode": "random", "showP12OnEnroll": true,
			"showP12PasswordOnEnroll": true, "showP12OnRecover": true, "showP12PasswordOnRecover": true},
		"authorizationLevels": {}, "requestsPolicy": {}, "selfPermissions": {}}`
	in := map[string]any{}
	if err := json.Unmarshal([]byte(profile), &in); err != nil {
		return err
	}
	in["name"] = name
	return r.Call(ctx, http.MethodPost, "/api/v1/certificate/profiles", in, nil)
}

// MakeAccount makes an account that holds the permissions.
func (r *REST) MakeAccount(ctx context.Context, name string, permissions ...string) error {
	held := make([]map[string]string, 0, len(permissions))
	for _, p := range permissions {
		held = append(held, map[string]string{"value": p})
	}
	return errors.Join(
		r.Call(ctx, http.MethodPost, "/api/v1/security/identity/locals", map[string]string{"identifier": name, "password": Password}, nil),
		r.Call(ctx, http.MethodPost, "/api/v1/security/principalinfos", map[string]any{"identifier": name, "permissions": held}, nil),
	)
}
