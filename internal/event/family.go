package event

// Family is the three codes that record changes of one kind of configuration object.
type Family struct {
	Add, Update, Delete Type[Object]
}

// The families of codes.
var (
	Conf                = Family{ConfAdd, ConfUpdate, ConfDelete}
	OfAuthorizations    = Family{AuthorizationAdd, AuthorizationUpdate, AuthorizationDelete}
	OfCredentials       = Family{CredentialsAdd, CredentialsUpdate, CredentialsDelete}
	OfIdentityProviders = Family{IdentityProviderAdd, IdentityProviderUpdate, IdentityProviderDelete}
	OfLocalIdentities   = Family{LocalIdentityAdd, LocalIdentityUpdate, LocalIdentityDelete}
	OfRoles             = Family{RoleAdd, RoleUpdate, RoleDelete}
	OfScimProfiles      = Family{ScimProfileAdd, ScimProfileUpdate, ScimProfileDelete}
	OfServiceAccounts   = Family{ServiceAccountAdd, ServiceAccountUpdate, ServiceAccountDelete}
	OfTeams             = Family{TeamAdd, TeamUpdate, TeamDelete}
	OfPasswordPolicies  = Family{PasswordPolicyAdd, PasswordPolicyUpdate, PasswordPolicyDelete}
)
