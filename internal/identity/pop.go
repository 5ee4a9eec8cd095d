package identity

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

var badProof = fault.Define("SEC-AUTH-004", fault.Unauthenticated, "Proof of possession is not accepted")

const (
	popHeader   = "X-JWT-CERT-POP"
	nonceHeader = "Replay-Nonce"
	nonceLife   = 2 * time.Minute
	popPurpose  = "proof-of-possession"
	popLife     = 10 * time.Minute // most between iat and exp
	popSkew     = 30 * time.Second
)

// possession reads the header X-JWT-CERT-POP: a token signed with the key of a certificate of the inventory, over a nonce
// given out here. Whoever shows none gets a nonce with the refusal, and on no other answer: clients take any answer with a
// nonce for the request to try again.
func (a *attempt) possession() (access.Caller, bool, error) {
	token := a.r.Header.Get(popHeader)
	if token == "" {
		return a.from, false, nil
	}
	facts := event.Authentication{Method: "proof-of-possession", Provider: "pop"}
	proof, leaf, err := readProof(token)
	if err != nil {
		return a.refuse(facts, err)
	}
	if proof.Nonce == "" { // it asks for one, and is no attempt
		if err := a.giveNonce(); err != nil {
			return a.from, true, err
		}
		return a.from, true, badProof.Detail("a nonce is needed; one comes with this answer in the header %s", nonceHeader)
	}
	facts.Identifier = clip(leaf.DN)
	id, err := a.possessor(token, proof, leaf)
	if err != nil {
		return a.refuse(facts, err)
	}
	who := a.from
	who.ID, who.Type, who.Provider, who.Name, who.Certificate = "pop:"+id, access.PoP, "pop", leaf.DN, id
	if err := act.Note(a.ctx, a.DB, who, event.Login, event.Success, &facts, nil); err != nil {
		return a.from, true, err
	}
	return who, true, nil
}

// possessed is what a token says.
type possessed struct {
	Certificate string       `json:"sub"`
	Issued      *json.Number `json:"iat"`
	Expires     *json.Number `json:"exp"`
	Nonce       string       `json:"nonce"`
}

// readProof reads what a token says, before its signature is verified. "{}" stands for a token that says nothing.
func readProof(token string) (p possessed, leaf *pki.Certificate, err error) {
	if token == "{}" {
		return p, nil, nil
	}
	if len(token) > maxToken {
		return p, nil, badProof.Detail("the token is too long")
	}
	jws, err := jose.ParseSignedCompact(token, append([]jose.SignatureAlgorithm{es521}, asymmetric...))
	if err != nil {
		return p, nil, badProof.Detail("it is no signed token").Because(err)
	}
	if err := json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &p); err != nil {
		return p, nil, badProof.Detail("its claims are not what they should be").Because(err)
	}
	if p.Nonce == "" {
		return p, nil, nil
	}
	leaf, err = pki.ParseCertificate([]byte(p.Certificate))
	if err != nil {
		return p, nil, badProof.Detail("sub is no certificate in PEM").Because(err)
	}
	return p, leaf, nil
}

// possessor checks the token and returns the id of its certificate.
func (a *attempt) possessor(token string, p possessed, leaf *pki.Certificate) (id string, err error) {
	if err := signedBy(token, leaf); err != nil {
		return "", err
	}
	payload, err := json.Marshal(map[string]any{"exp": p.Expires, "iat": p.Issued})
	if err != nil {
		return "", err
	}
	now := a.DB.Clock.Now()
	if _, problem := (window{skew: popSkew, future: time.Second, past: popLife}).check(payload, now); problem != "" {
		return "", badProof.Detail("%s", problem)
	}
	if err := a.useNonce(p.Nonce); err != nil {
		return "", err
	}
	listed, err := a.Listed(a.ctx, leaf.Thumbprint)
	switch {
	case err != nil:
		return "", err
	case listed.ID == "":
		return "", badProof.Detail("the certificate is not known here")
	case listed.Revoked:
		return "", badProof.Detail("the certificate is revoked")
	case now.Before(leaf.NotBefore) || !now.Before(leaf.NotAfter):
		return "", badProof.Detail("the certificate has expired, or is not valid yet")
	}
	return listed.ID, nil
}

// giveNonce puts a nonce into the answer. It is made of itself: when it was made, and random bits, sealed.
func (a *attempt) giveNonce() error {
	plain, err := json.Marshal(nonce{a.DB.Clock.Now(), drawn()})
	if err != nil {
		return err
	}
	sealed, err := a.Keys.Seal(popPurpose, "nonce", plain)
	if err != nil {
		return err
	}
	a.answer.Set(nonceHeader, base64.RawURLEncoding.EncodeToString(sealed))
	a.answer.Set("Cache-Control", "no-store")
	return nil
}

type nonce struct {
	Made time.Time
	ID   string
}

// useNonce takes a nonce, once among all nodes.
func (a *attempt) useNonce(text string) error {
	var n nonce
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		sealed, err = a.Keys.Open(popPurpose, "nonce", sealed)
	}
	if err == nil {
		err = json.Unmarshal(sealed, &n)
	}
	if err != nil {
		return badProof.Detail("the nonce was not given out here").Because(err)
	}
	if now := a.DB.Clock.Now(); now.Sub(n.Made) > nonceLife {
		return badProof.Detail("the nonce is too old")
	}
	first := false
	err = a.DB.Write(a.ctx, func(tx *store.Tx) (err error) {
		first, err = takeNonce(tx, n.ID, n.Made.Add(nonceLife))
		return err
	})
	if err == nil && !first {
		err = badProof.Detail("the nonce was used before")
	}
	return err
}
