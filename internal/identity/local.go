package identity

import (
	"context"
	"slices"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// Provider is where identities come from, told apart by its type. Each embeds a ProviderBase.
type Provider interface{ base() ProviderBase }

// ProviderBase is what every provider has.
type ProviderBase struct {
	kind.Named
	Enabled     bool        `json:"enabled" doc:"Whether it lets anybody in." group:"what"`
	EnabledOnUI bool        `json:"enabledOnUI" doc:"Whether the login page offers it." group:"what"`
	DisplayName []Localized `json:"displayName,omitempty" maxItems:"20" doc:"Name on the login page." group:"what"`
	Description []Localized `json:"description,omitempty" maxItems:"20" doc:"What the login page says about it." group:"what"`
}

func (p ProviderBase) base() ProviderBase { return p }

// LocalProvider lets local accounts in.
type LocalProvider struct {
	ProviderBase
	Type   string                   `json:"type" required:"true" enum:"Local" group:"what" title:"Local accounts" doc:"Local"`
	Policy kind.Ref[PasswordPolicy] `json:"passwordPolicy,omitempty" doc:"What the passwords of its accounts must look like." group:"ask"`

	EmailTemplate *EmailTemplate `json:"emailTemplate,omitempty" doc:"Message with the link to set a new password; the server has one of its own." group:"follow"`
}

// Providers are where identities come from.
var Providers = kind.DefineUnion[Provider](kind.Info{
	Kind: "identity-provider", Title: "identity providers", Singular: "Identity provider", Menu: "access",
	Summary: []string{"description", "providerMetadataUrl", "passwordPolicy", "proxy"},
	Path:    "/security/identity/providers", Name: "SecurityIdentityProvider", Area: "configuration:security:identityprovider",
	Family: "SEC-IDPROV", Events: event.OfIdentityProviders, By: "type",
}, providerProblems)

// LocalProviderName names the provider made at the first start.
const LocalProviderName = "local"

// DefaultProvider is the provider made at the first start.
func DefaultProvider() LocalProvider {
	base := ProviderBase{Named: kind.Named{Name: LocalProviderName}, Enabled: true, EnabledOnUI: true}
	return LocalProvider{ProviderBase: base, Type: "Local", Policy: DefaultPolicyName}
}

// Account is a local account. Its password is stored as a hash, sealed.
type Account struct {
	Identifier string      `json:"identifier" required:"true" minLength:"1" maxLength:"256" pattern:"^[^\\x00-\\x20\\x7f]+$" example:"ann" doc:"What one logs in with." group:"what"`
	Name       string      `json:"name,omitempty" maxLength:"256" example:"Ann Smith" doc:"Name for people." group:"what"`
	Email      string      `json:"email,omitempty" maxLength:"320" example:"ann@example.com" doc:"Where to write to." group:"what"`
	Password   kind.Secret `json:"password,omitempty" generate:"/api/v1/security/identity/locals/generate-password" doc:"Password; it can be set later." group:"ask"`
	Hash       string      `json:"hash,omitempty" maxLength:"512" example:"$6$..." doc:"In place of a password: its Unix crypt hash ($6$...)." group:"ask"`
	MustChange bool        `json:"mustChangePassword,omitempty" doc:"Whether the owner has to change the password before anything else." group:"ask"`

	rehashed bool   // the password stays, its hash is made anew
	reset    string // the token of the reset that sets the password
}

// KindName is the kind of local accounts.
func (Account) KindName() string { return "local-identity" }

// Accounts are the local accounts.
var Accounts = kind.Define(kind.Info{
	Kind: Account{}.KindName(), Title: "local accounts", Singular: "Local account", Menu: "access",
	Summary: []string{"name", "email", "mustChangePassword"},
	Path:    "/security/identity/locals", Name: "SecurityIdentityLocal", Area: "configuration:security:localidentity",
	Family: "LOCAL-ID", Events: event.OfLocalIdentities, Key: "identifier",
}, Account{Identifier: "ann", Name: "Ann"}, nil)

type passwordsKey struct{}

// passwordsOf returns what hashes passwords, so many at once in one server.
func passwordsOf(db *store.DB) *secret.Passwords {
	return db.Cache(passwordsKey{}, func() any { return secret.NewPasswords() }).(*secret.Passwords)
}

// Prepare hashes the password after it has been checked against the policy.
func (a Account) Prepare(ctx context.Context, deps kind.Deps) (any, error) {
	if password, ok := a.Password.Sent(); ok && a.Hash == "" && !a.Password.Carried() {
		problems, err := policyProblems(ctx, deps, password)
		if err != nil {
			return nil, err
		}
		if len(problems) > 0 {
			return nil, Accounts.Invalid().Each(problems)
		}
		hash, err := passwordsOf(deps.DB.DB).Hash(ctx, secret.NewText(password))
		if err != nil {
			return nil, err
		}
		a.Password = kind.NewSecret(hash)
		return a, nil
	}
	if a.Hash != "" {
		if _, _, err := passwordsOf(deps.DB.DB).Verify(ctx, a.Hash, secret.NewText("")); err != nil {
			return nil, Accounts.Invalid().Detail("hash: it is not a Unix crypt hash ($6$...)").Because(err)
		}
		a.Password, a.Hash = kind.NewSecret(a.Hash), ""
		if a.rehashed {
			a.Password = a.Password.Rewritten()
		}
	}
	return a, nil
}

// policyProblems checks a password against the policy of the local provider.
func policyProblems(ctx context.Context, deps kind.Deps, password string) ([]string, error) {
	provider, err := Providers.Look(ctx, deps.DB.DB, LocalProviderName)
	if err != nil {
		return nil, err
	}
	local, ok := provider.(LocalProvider)
	if !ok || local.Policy == "" {
		return nil, nil
	}
	policy, err := PasswordPolicies.Look(ctx, deps.DB.DB, string(local.Policy))
	if err != nil {
		return nil, err
	}
	return slices.Compact(policy.Check(password)), nil
}
