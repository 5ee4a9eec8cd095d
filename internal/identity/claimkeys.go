package identity

import "github.com/horizon-clm/horizon/internal/lang/rule"

// ResetKeys are the keys of the message with the link to set a new password.
func ResetKeys() rule.Keys {
	return rule.Keys{All: []rule.Known{
		{Name: keyLink, Doc: "Link to set a new password."}, {Name: keyDuration, Doc: "How long the link can be used."},
		{Name: keyAccount, Doc: "Identifier of the account."}, {Name: keyName, Doc: "Name of the owner of the account."},
		{Name: keyEmail, Doc: "E-mail address of the account."},
	}}
}

// ClaimKeys are the usual claims of who logs in (OpenID Connect Core 1.0, 5.1). A provider sends others besides.
func ClaimKeys() rule.Keys {
	return rule.Keys{Open: true, All: []rule.Known{
		{Name: "sub", Doc: "Identifier at the provider."}, {Name: "email", Doc: "E-mail address."}, {Name: "name", Doc: "Full name."},
		{Name: "preferred_username", Doc: "Name they log in with."}, {Name: "given_name", Doc: "Given name."}, {Name: "family_name", Doc: "Surname."},
		{Name: "email_verified", Doc: "Whether the provider has checked the address: true or false."},
		{Name: "groups", Doc: "Groups at the provider.", List: true}, {Name: "roles", Doc: "Roles at the provider.", List: true},
		{Name: "iss", Doc: "Issuer of the token."}, {Name: "aud", Doc: "Whom the token is for."},
	}}
}

// TokenKeys are the registered claims of a token of a workload (RFC 7519, 4.1), and some that are in use. An issuer puts
// others in besides.
func TokenKeys() rule.Keys {
	return rule.Keys{Open: true, All: []rule.Known{
		{Name: "sub", Doc: "Whom the token is about."}, {Name: "iss", Doc: "Issuer of the token."}, {Name: "aud", Doc: "Whom the token is for."},
		{Name: "exp", Doc: "When the token expires, in seconds since 1970."}, {Name: "nbf", Doc: "When the token begins to be valid, in seconds since 1970."},
		{Name: "iat", Doc: "When the token was issued, in seconds since 1970."}, {Name: "jti", Doc: "Identifier of the token."},
		{Name: "groups", Doc: "Groups in the token.", List: true},
	}}
}
