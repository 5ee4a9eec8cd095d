package identity

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/outbound"
)

// issuer is what is used of a discovery document (OpenID Connect Discovery, 3).
type issuer struct {
	Issuer       string   `json:"issuer"`
	Authorize    string   `json:"authorization_endpoint"`
	Token        string   `json:"token_endpoint"`
	Keys         string   `json:"jwks_uri"`
	UserInfo     string   `json:"userinfo_endpoint"`
	EndSession   string   `json:"end_session_endpoint"`
	TokenMethods []string `json:"token_endpoint_auth_methods_supported"`
}

// issuers keeps discovery documents.
type issuers struct {
	mu  sync.Mutex // guards all
	all map[string]discovered
}

type discovered struct {
	issuer
	at time.Time
}

const discoveryLife = time.Hour

// relying is this server as a client of a provider.
type relying struct {
	s      *Service
	name   string // of the provider and its revision
	client *outbound.Client
	issuer issuer
	oauth  oauth2.Config
}

func (r *relying) close() { r.client.Close() }

// relying finds out how to talk to a provider. The caller closes it.
func (s *Service) relying(ctx context.Context, p OpenIDProvider, revision int64) (*relying, error) {
	credential, err := connector.Credentials.Look(ctx, s.DB.DB, string(p.Client))
	if err != nil {
		return nil, err
	}
	login, ok := credential.(connector.Password)
	if !ok {
		return nil, ssoFailed.Because(errors.New("the client credentials are not of the type password"))
	}
	secret, err := login.Password.Reveal(s.Keys)
	if err != nil {
		return nil, err
	}
	client, err := s.client(ctx, reach{proxy: string(p.Proxy), timeout: p.Timeout.Std(), private: p.TrustSystemCAs != nil && !*p.TrustSystemCAs})
	if err != nil {
		return nil, err
	}
	r := &relying{s: s, name: fmt.Sprintf("identity provider %s of revision %d", p.Name, revision), client: client}
	if r.issuer, err = r.discover(ctx, p.Metadata); err != nil {
		client.Close()
		return nil, ssoDown.Detail("%s", p.Name).Because(err)
	}
	style := oauth2.AuthStyleInHeader // OpenID Connect Core, 9: client_secret_basic when nothing is said
	if slices.Contains(r.issuer.TokenMethods, "client_secret_post") {
		style = oauth2.AuthStyleInParams
	}
	r.oauth = oauth2.Config{
		ClientID: login.Login, ClientSecret: secret.Reveal(), RedirectURL: s.Link("/api/v1" + callbackPath + url.PathEscape(p.Name)), Scopes: strings.Fields(p.Scope),
		Endpoint: oauth2.Endpoint{AuthURL: r.issuer.Authorize, TokenURL: r.issuer.Token, AuthStyle: style},
	}
	return r, nil
}

// discover returns the discovery document, as it was at most an hour ago.
func (r *relying) discover(ctx context.Context, address string) (issuer, error) {
	all, now := &r.s.issuers, r.s.DB.Clock.Now()
	all.mu.Lock()
	known, ok := all.all[r.name]
	all.mu.Unlock()
	if ok && now.Sub(known.at) < discoveryLife {
		return known.issuer, nil
	}
	var found issuer
	if err := getJSON(ctx, r.client, address, &found); err != nil {
		return found, err
	}
	if err := found.check(address); err != nil {
		return found, err
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.all == nil || len(all.all) > maxKeys {
		all.all = map[string]discovered{}
	}
	all.all[r.name] = discovered{found, now}
	return found, nil
}

// check refuses a document of another issuer (OpenID Connect Discovery, 4.3), and addresses less safe than its own.
func (i issuer) check(address string) error {
	if base, ok := strings.CutSuffix(address, wellKnown); ok && strings.TrimSuffix(i.Issuer, "/") != base || i.Issuer == "" {
		return fmt.Errorf("the discovery document is of the issuer %q", i.Issuer)
	}
	for name, text := range map[string]string{"authorization_endpoint": i.Authorize, "token_endpoint": i.Token, "jwks_uri": i.Keys} {
		if text == "" {
			return fmt.Errorf("the discovery document has no %s", name)
		}
	}
	for _, text := range []string{i.Authorize, i.Token, i.Keys, i.UserInfo, i.EndSession} {
		if text != "" && !isHTTP(text, strings.HasPrefix(address, "https:")) {
			return fmt.Errorf("the discovery document names the address %q", text)
		}
	}
	return nil
}

func isHTTP(text string, secure bool) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && !secure)
}

// VerifySignature makes the kept keys of the provider a key set.
func (r *relying) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	from := source{name: r.name, forced: tryAgain, fetch: func(ctx context.Context) (set jose.JSONWebKeySet, err error) {
		return set, getJSON(ctx, r.client, r.issuer.Keys, &set)
	}}
	return verified(token, asymmetric, func(kid string) ([]jose.JSONWebKey, error) { return r.s.keySets.of(ctx, r.s.DB.Clock.Now(), from, kid) })
}

// claims redeems the code and returns what the provider says of who has logged in: the claims of the ID token, and of the
// user info those it does not have.
func (r *relying) claims(ctx context.Context, code string, f flow) (map[string]json.RawMessage, error) {
	calling := context.WithValue(ctx, oauth2.HTTPClient, r.client.HTTP())
	token, err := r.oauth.Exchange(calling, code, oauth2.VerifierOption(f.Verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return nil, ssoFailed.Detail("the provider did not redeem the code").Because(err)
	}
	if err != nil {
		return nil, ssoDown.Because(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := r.verify(ctx, raw, f.Nonce)
	if err != nil {
		return nil, err
	}
	if id.AccessTokenHash != "" && id.VerifyAccessToken(token.AccessToken) != nil {
		return nil, ssoFailed.Detail("the ID token was made for another access token")
	}
	all := map[string]json.RawMessage{}
	if r.issuer.UserInfo != "" {
		if all, err = r.userInfo(ctx, token.AccessToken, id.Subject); err != nil {
			return nil, err
		}
	}
	own := map[string]json.RawMessage{}
	if err := id.Claims(&own); err != nil {
		return nil, ssoFailed.Because(err)
	}
	maps.Copy(all, own)
	return all, nil
}

// verify checks an ID token (OpenID Connect Core, 3.1.3.7).
func (r *relying) verify(ctx context.Context, raw, nonce string) (*oidc.IDToken, error) {
	algorithms := make([]string, len(asymmetric))
	for i, a := range asymmetric {
		algorithms[i] = string(a)
	}
	v := oidc.NewVerifier(r.issuer.Issuer, r, &oidc.Config{ClientID: r.oauth.ClientID, SupportedSigningAlgs: algorithms, Now: r.s.DB.Clock.Now})
	id, err := v.Verify(ctx, raw)
	if err != nil {
		return nil, ssoFailed.Detail("the ID token is not accepted").Because(err)
	}
	var party struct {
		Authorized string `json:"azp"`
	}
	if err := id.Claims(&party); err != nil || len(id.Audience) > 1 && party.Authorized == "" || party.Authorized != "" && party.Authorized != r.oauth.ClientID {
		return nil, ssoFailed.Detail("the ID token was made for another client").Because(err)
	}
	if nonce == "" || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return nil, ssoFailed.Detail("the ID token was made for another login")
	}
	return id, nil
}

// userInfo asks for the claims of the access token's owner, who must be that of the ID token (OpenID Connect Core, 5.3.4).
func (r *relying) userInfo(ctx context.Context, token, subject string) (all map[string]json.RawMessage, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.issuer.UserInfo, nil)
	if err != nil {
		return nil, ssoDown.Because(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", "application/json")
	answer, err := r.client.HTTP().Do(request)
	if err != nil {
		return nil, ssoDown.Because(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body) // as much as the client allows
	if err != nil || answer.StatusCode != http.StatusOK {
		return nil, ssoDown.Because(errors.Join(err, fmt.Errorf("the user info answered with the status %d", answer.StatusCode)))
	}
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
		return map[string]json.RawMessage{}, nil // a signed one: the ID token has to do
	}
	var sub string
	if json.Unmarshal(body, &all) != nil || json.Unmarshal(all["sub"], &sub) != nil || sub != subject {
		return nil, ssoFailed.Detail("the user info is of somebody else")
	}
	return all, nil
}
