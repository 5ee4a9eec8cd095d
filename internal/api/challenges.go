package api

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/web"
)

// Challenges returns the operation for whoever holds a one-time challenge.
func (d Deps) Challenges() []web.Operation {
	return []web.Operation{web.Handle(web.Op{
		Method: http.MethodPost, Path: "/challenge/submit", Name: "ChallengeSubmit", Tag: "requests", Needs: access.Public, Status: 201,
		Doc: "Enrolls with a one-time challenge, which is all the right that is needed.", Rule: "by the challenge", Describe: describeBody[challenging],
	}, d.submitChallenge)}
}

// challenging is the use of a challenge on the wire. Members that do not belong to it are passed over.
type challenging struct {
	Profile   string             `json:"profile" doc:"Name of the profile the challenge is for."`
	Challenge hidden             `json:"challenge" doc:"The one-time challenge: the bare text, or {value}."`
	Template  *challengeTemplate `json:"template" doc:"The CSR, or the kind of key to be made; and the names the challenge leaves open."`
}

// challengeTemplate is what the holder of a challenge may say.
type challengeTemplate struct {
	CSR        string           `json:"csr,omitempty" doc:"PKCS#10 in PEM; without one the key is made here."`
	KeyType    string           `json:"keyType,omitempty"`
	Subject    []askedElement   `json:"subject,omitempty"`
	SANs       []askedNames     `json:"sans,omitempty"`
	Extensions []askedExtension `json:"extensions,omitempty"`
	Metadata   []askedMetadata  `json:"metadata,omitempty" doc:"automation_policy, and no other."`
}

// challengeView is what a challenge was used for, on the wire.
type challengeView struct {
	Certificate string `json:"certificate" doc:"PEM."`
	PKCS12      string `json:"pkcs12,omitempty" doc:"Base64, where the key was made here: key, certificate and chain, under the challenge."`
}

const maxChallenge = 1000 // bytes

func (d Deps) submitChallenge(c *web.Call, in rawBody) (challengeView, error) {
	u, err := readChallenge(in.RawBody)
	if err != nil {
		return challengeView{}, err
	}
	r, err := d.Lifecycle.Redeem(c, c.Who, u)
	if err != nil {
		return challengeView{}, err
	}
	v := challengeView{Certificate: strings.TrimSpace(pki.EncodePEM("CERTIFICATE", r.DER))}
	if len(r.PKCS12) > 0 {
		v.PKCS12 = base64.StdEncoding.EncodeToString(r.PKCS12)
	}
	return v, nil
}

func readChallenge(raw []byte) (u lifecycle.Redemption, err error) {
	u = lifecycle.Redemption{Module: lifecycle.Webra, Event: event.WebraChallengeSubmit}
	var in challenging
	if err := json.Unmarshal(raw, &in); err != nil {
		return u, web.BadInput.Detail("the body is not the JSON of a challenge that is used").Because(err)
	}
	if len(in.Challenge.Value) > maxChallenge {
		return u, web.BadInput.Detail("challenge: at most %d bytes", maxChallenge)
	}
	u.Profile, u.Challenge = in.Profile, secret.NewText(in.Challenge.Value)
	if t := in.Template; t != nil {
		u.Sheet, err = sheetOf(askedTemplate{CSR: t.CSR, KeyType: t.KeyType, Subject: t.Subject, SANs: t.SANs, Extensions: t.Extensions, Metadata: t.Metadata})
	}
	return u, err
}
