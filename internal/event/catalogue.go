package event

// The catalogue: one line per code, with the facts its events carry, the statuses they may have and what they mean.
// Codes whose feature does not exist yet carry no facts; they are never emitted.
var (
	// ACME
	AcmeAccountKeyChange        = define[Acme]("ACME", "acme", "ACME-ACCOUNT-KEY-CHANGE", anyStatus, "The key of an account was to be replaced.")
	AcmeAccountRegister         = define[Acme]("ACME", "acme", "ACME-ACCOUNT-REGISTER", unsuccessful, "An account could not be registered.")
	AcmeAccountUpdate           = define[Acme]("ACME", "acme", "ACME-ACCOUNT-UPDATE", unsuccessful, "An account could not be changed or deactivated.")
	AcmeAuthorizationDeactivate = define[Acme]("ACME", "acme", "ACME-AUTHORIZATION-DEACTIVATE", unsuccessful, "An authorization could not be deactivated.")
	AcmeChallengeRequestVerify  = define[Acme]("ACME", "acme", "ACME-CHALLENGE-REQUEST-VERIFY", anyStatus, "A client asked to have a challenge verified.")
	AcmeChallengeVerify         = define[Acme]("ACME", "acme", "ACME-CHALLENGE-VERIFY", anyStatus, "A challenge was verified: control of a name was proven, or not.")
	AcmeOrderCertificate        = define[Acme]("ACME", "acme", "ACME-ORDER-CERTIFICATE", anyStatus, "A certificate was to be downloaded.")
	AcmeOrderFinalize           = define[Acme]("ACME", "acme", "ACME-ORDER-FINALIZE", anyStatus, "An order was finalized with a certificate request.")
	AcmeOrderNew                = define[Acme]("ACME", "acme", "ACME-ORDER-NEW", anyStatus, "An order was to be placed.")
	AcmeOrderUpdate             = define[Acme]("ACME", "acme", "ACME-ORDER-UPDATE", anyStatus, "An order became ready, invalid or expired.")
	AcmeRevoke                  = define[Acme]("ACME", "acme", "ACME-REVOKE", anyStatus, "A client asked to revoke a certificate.")

	// ANALYTICS
	AnalyticsCertificatesFlush    = define[Plain]("ANALYTICS", "analytics", "ANALYTICS-CERTIFICATES-FLUSH", anyStatus, "The analytics copy of the certificates was to be emptied by hand.")
	AnalyticsDiscoveryEventsFlush = define[Plain]("ANALYTICS", "analytics", "ANALYTICS-DISCOVERY-EVENTS-FLUSH", anyStatus, "The analytics copy of the discovery events was to be emptied by hand.")
	AnalyticsEventsFlush          = define[Plain]("ANALYTICS", "analytics", "ANALYTICS-EVENTS-FLUSH", anyStatus, "The analytics copy of the events was to be emptied by hand.")

	// ARCHIVE
	ArchiveCancel   = define[Plain]("ARCHIVE", "service", "ARCHIVE-CANCEL", unsuccessful, "What an archive holds could not be put back.")
	ArchiveDownload = define[Plain]("ARCHIVE", "service", "ARCHIVE-DOWNLOAD", unsuccessful, "An archive could not be downloaded.")
	ArchiveEnd      = define[Plain]("ARCHIVE", "service", "ARCHIVE-END", anyStatus, "Making an archive ended.")
	ArchiveRun      = define[Plain]("ARCHIVE", "service", "ARCHIVE-RUN", unsuccessful, "Making an archive could not be started.")
	ArchiveStart    = define[Plain]("ARCHIVE", "service", "ARCHIVE-START", anyStatus, "Making an archive began.")

	// ASYNC-ENROLLMENT
	AsyncEnrollmentPoll = define[Certificate]("ASYNC-ENROLLMENT", "webra", "ASYNC-ENROLLMENT-POLL", anyStatus, "A PKI was asked again for a certificate it had not issued yet.")

	// AUTO-RENEW
	AutoRenew = define[Certificate]("AUTO-RENEW", "webra", "AUTO-RENEW", anyStatus, "The server renewed a certificate of its own accord.")

	// BOOTSTRAP
	BootstrapAdministratorAccount   = define[Object]("BOOTSTRAP", "bootstrap", "BOOTSTRAP-ADMINISTRATOR-ACCOUNT", anyStatus, "The first start made the administrator's local account.")
	BootstrapAdministratorPrincipal = define[Object]("BOOTSTRAP", "bootstrap", "BOOTSTRAP-ADMINISTRATOR-PRINCIPAL", anyStatus, "The first start gave the administrator their rights.")
	BootstrapGradingPolicy          = define[Object]("BOOTSTRAP", "bootstrap", "BOOTSTRAP-GRADING-POLICY", anyStatus, "The first start made the grading policy.")
	BootstrapGradingRuleset         = define[Object]("BOOTSTRAP", "bootstrap", "BOOTSTRAP-GRADING-RULESET", anyStatus, "The first start made a grading ruleset.")
	BootstrapLocalIdentityProvider  = define[Object]("BOOTSTRAP", "bootstrap", "BOOTSTRAP-LOCAL-IDENTITY-PROVIDER", anyStatus, "The first start made the local identity provider.")
	BootstrapPasswordPolicy         = define[Object]("BOOTSTRAP", "bootstrap", "BOOTSTRAP-PASSWORD-POLICY", anyStatus, "The first start made the default password policy.")
	BootstrapSystemConfiguration    = define[Object]("BOOTSTRAP", "bootstrap", "BOOTSTRAP-SYSTEM-CONFIGURATION", anyStatus, "The first start made a part of the system configuration.")

	// CA
	CACertSync  = define[Plain]("CA", "ca", "CA-CERT-SYNC", anyStatus, "A CA was found revoked, and the certificates it issued were revoked with it.")
	CACRLSync   = define[Plain]("CA", "ca", "CA-CRL-SYNC", anyStatus, "The revocations of a CRL were written to the inventory.")
	CACRLUpdate = define[Plain]("CA", "ca", "CA-CRL-UPDATE", anyStatus, "The CRL of a CA was fetched.")

	// CONF
	ConfAdd    = define[Object]("CONF", "configuration", "CONF-ADD", anyStatus, "A configuration object was to be added.")
	ConfDelete = define[Object]("CONF", "configuration", "CONF-DELETE", anyStatus, "A configuration object was to be deleted.")
	ConfExport = define[Transfer]("CONF", "configuration", "CONF-EXPORT", anyStatus, "The configuration was exported.")
	ConfImport = define[Transfer]("CONF", "configuration", "CONF-IMPORT", anyStatus, "A configuration was to be imported.")
	ConfTest   = define[Object]("CONF", "configuration", "CONF-TEST", anyStatus, "A configuration object was tried out, such as a notification.")
	ConfUpdate = define[Object]("CONF", "configuration", "CONF-UPDATE", anyStatus, "A configuration object was to be changed.")

	// CRMP
	CrmpAuthentication    = define[Plain]("CRMP", "crmp", "CRMP-AUTHENTICATION", anyStatus, "A card management system presented its credentials.")
	CrmpBadRequest        = define[Plain]("CRMP", "crmp", "CRMP-BAD-REQUEST", anyStatus, "A card management system sent a wrong request.")
	CrmpEnroll            = define[Plain]("CRMP", "crmp", "CRMP-ENROLL", anyStatus, "A card management system asked for a certificate.")
	CrmpList              = define[Plain]("CRMP", "crmp", "CRMP-LIST", anyStatus, "A card management system asked for the list of profiles.")
	CrmpProfileProperties = define[Plain]("CRMP", "crmp", "CRMP-PROFILE-PROPERTIES", anyStatus, "A card management system asked for the properties of a profile.")
	CrmpRecover           = define[Plain]("CRMP", "crmp", "CRMP-RECOVER", anyStatus, "A card management system asked for an escrowed key.")
	CrmpRetrieve          = define[Plain]("CRMP", "crmp", "CRMP-RETRIEVE", anyStatus, "A card management system searched for certificates.")
	CrmpRevoke            = define[Plain]("CRMP", "crmp", "CRMP-REVOKE", anyStatus, "A card management system asked to revoke a certificate.")

	// DATASOURCE
	DatasourceIgnored = define[Plain]("DATASOURCE", "configuration", "DATASOURCE-IGNORED", anyStatus, "A datasource was not asked because its inputs were missing.")

	// DCV
	DcvPolicyEnd   = define[Plain]("DCV", "thirdparty", "DCV-POLICY-END", anyStatus, "Validating the domains of a policy ended.")
	DcvPolicyError = define[Plain]("DCV", "thirdparty", "DCV-POLICY-ERROR", unsuccessful, "The domains of a policy could not be validated.")
	DcvPolicyRun   = define[Plain]("DCV", "thirdparty", "DCV-POLICY-RUN", anyStatus, "Validating the domains of a policy began.")

	// DISCOVERY
	DiscoveryCampaignFlush = define[Plain]("DISCOVERY", "thirdparty", "DISCOVERY-CAMPAIGN-FLUSH", anyStatus, "What a discovery campaign had found was to be removed.")

	// EST
	EstCACerts             = define[Plain]("EST", "est", "EST-CACERTS", unsuccessful, "The CA certificates could not be handed out over EST.")
	LegacyEstRevokeOnRenew = retired[Plain]("EST", "est", "EST-REVOKE-ON-RENEW", anyStatus, "Older certificates of a holder were revoked after an EST enrolment.")
	EstSimpleEnroll        = define[Plain]("EST", "est", "EST-SIMPLE-ENROLL", anyStatus, "A client asked for a certificate over EST.")
	EstSimpleReenroll      = define[Plain]("EST", "est", "EST-SIMPLE-REENROLL", anyStatus, "A client asked to renew a certificate over EST.")

	// EVENT COMPLIANCE
	InvalidSealPendingEvent = define[Anomaly]("EVENT COMPLIANCE", "event", "INVALID-SEAL-PENDING-EVENT", anyStatus, "An event was changed before it was sealed into the log: its seal does not hold.")
	UnsealedPendingEvent    = define[Anomaly]("EVENT COMPLIANCE", "event", "UNSEALED-PENDING-EVENT", anyStatus, "An event without a seal was found before it was sealed into the log.")

	// GRADING
	GradingEnd   = define[Plain]("GRADING", "grading", "GRADING-END", anyStatus, "Grading ended.")
	GradingError = define[Plain]("GRADING", "grading", "GRADING-ERROR", anyStatus, "A certificate could not be graded.")
	GradingStart = define[Plain]("GRADING", "grading", "GRADING-START", anyStatus, "Grading began.")

	// INTERNAL MONITOR
	InternalMonitorInit = define[Plain]("INTERNAL MONITOR", "internal_monitor", "INTERNAL-MONITOR-INIT", unsuccessful, "The internal monitor could not be started.")
	InternalMonitorRun  = define[Plain]("INTERNAL MONITOR", "internal_monitor", "INTERNAL-MONITOR-RUN", Success, "The internal monitor ran.")

	// LICENSE
	LicenseError        = define[Plain]("LICENSE", "license", "LICENSE-ERROR", anyStatus, "There is a problem with the licence.")
	LicenseLimitReached = define[Plain]("LICENSE", "license", "LICENSE-LIMIT-REACHED", anyStatus, "A limit of the licence was reached.")

	// LIFECYCLE
	LifecycleCancel           = define[Certificate]("LIFECYCLE", "webra", "LIFECYCLE-CANCEL", anyStatus, "An order was to be cancelled at the PKI.")
	LifecycleEnroll           = define[Certificate]("LIFECYCLE", "webra", "LIFECYCLE-ENROLL", anyStatus, "A certificate was to be issued.")
	LifecycleEscrow           = define[Certificate]("LIFECYCLE", "webra", "LIFECYCLE-ESCROW", anyStatus, "The private key of a certificate was to be escrowed.")
	LifecycleImport           = define[Certificate]("LIFECYCLE", "webra", "LIFECYCLE-IMPORT", anyStatus, "A certificate was to be imported.")
	LifecycleMaxCertPerHolder = define[Certificate]("LIFECYCLE", "webra", "LIFECYCLE-MAX-CERT-PER-HOLDER", unsuccessful, "The limit of certificates of one holder was reached or could not be enforced.")
	LifecycleMigrate          = define[Certificate]("LIFECYCLE", "webra", "LIFECYCLE-MIGRATE", anyStatus, "A certificate was to be taken under management.")
	LifecycleRecover          = define[Certificate]("LIFECYCLE", "webra", "LIFECYCLE-RECOVER", anyStatus, "An escrowed key was to be recovered.")
	LifecycleRenew            = define[Certificate]("LIFECYCLE", "webra", "LIFECYCLE-RENEW", anyStatus, "A certificate was to be renewed.")
	LifecycleRevoke           = define[Certificate]("LIFECYCLE", "webra", "LIFECYCLE-REVOKE", anyStatus, "A certificate was to be revoked.")
	LifecycleUpdate           = define[Certificate]("LIFECYCLE", "webra", "LIFECYCLE-UPDATE", anyStatus, "The labels or the ownership of a certificate were to be changed.")

	// PKI CONNECTOR
	LegacyActor  = retired[Connector]("PKI CONNECTOR", "ca", "ACTOR", anyStatus, "A connection to a PKI could not be built.", PKIConnector)
	PKIConnector = define[Connector]("PKI CONNECTOR", "ca", "PKI-CONNECTOR", unsuccessful, "A connection to a PKI could not be built.")

	// REPORT
	ReportCSVDeleteError   = define[Plain]("REPORT", "scheduler", "REPORT-CSV-DELETE-ERROR", unsuccessful, "The file of a report could not be deleted.")
	ReportCSVDownloadError = define[Plain]("REPORT", "scheduler", "REPORT-CSV-DOWNLOAD-ERROR", unsuccessful, "The file of a report could not be downloaded.")
	ReportCSVFetchError    = define[Plain]("REPORT", "scheduler", "REPORT-CSV-FETCH-ERROR", unsuccessful, "The files of one report could not be listed.")
	ReportCSVListError     = define[Plain]("REPORT", "scheduler", "REPORT-CSV-LIST-ERROR", unsuccessful, "The reports could not be listed.")

	// REQUEST
	RequestApprove  = define[Request]("REQUEST", "request", "REQUEST-APPROVE", anyStatus, "A request was to be approved.")
	RequestCancel   = define[Request]("REQUEST", "request", "REQUEST-CANCEL", anyStatus, "A request was to be cancelled.")
	RequestDeny     = define[Request]("REQUEST", "request", "REQUEST-DENY", anyStatus, "A request was to be denied.")
	RequestSubmit   = define[Request]("REQUEST", "request", "REQUEST-SUBMIT", anyStatus, "A request was submitted.")
	RequestTemplate = define[Request]("REQUEST", "request", "REQUEST-TEMPLATE", anyStatus, "The form of a request was asked for.")

	// SCEP
	ScepEnroll              = define[Plain]("SCEP", "scep", "SCEP-ENROLL", anyStatus, "A client asked for a certificate over SCEP.")
	ScepGetCACert           = define[Plain]("SCEP", "scep", "SCEP-GET-CA-CERT", anyStatus, "A client asked for the CA certificates over SCEP.")
	ScepGetCertInitial      = define[Plain]("SCEP", "scep", "SCEP-GET-CERT-INITIAL", anyStatus, "A client asked again for a certificate it had requested over SCEP.")
	ScepGetRA               = define[Plain]("SCEP", "scep", "SCEP-GET-RA", anyStatus, "The registration authority of a SCEP profile was loaded.")
	ScepNdesEmulation       = define[Plain]("SCEP", "scep", "SCEP-NDES-EMULATION", anyStatus, "A client asked for a challenge password the NDES way.")
	ScepPKIClient           = define[Plain]("SCEP", "scep", "SCEP-PKI-CLIENT", anyStatus, "A client used the pkiclient address of SCEP.")
	ScepPKIOperation        = define[Plain]("SCEP", "scep", "SCEP-PKI-OPERATION", anyStatus, "A client sent a SCEP message.")
	ScepRenew               = define[Plain]("SCEP", "scep", "SCEP-RENEW", anyStatus, "A client asked to renew a certificate over SCEP.")
	LegacyScepRevokeOnRenew = retired[Plain]("SCEP", "scep", "SCEP-REVOKE-ON-RENEW", anyStatus, "Older certificates of a holder were revoked after a SCEP enrolment.")

	// SCHEDULED TASK
	ScheduledTaskComplete = define[Task]("SCHEDULED TASK", "scheduler", "SCHEDULED-TASK-COMPLETE", anyStatus, "A scheduled task ended.")
	ScheduledTaskRun      = define[Task]("SCHEDULED TASK", "scheduler", "SCHEDULED-TASK-RUN", anyStatus, "A scheduled task was started.")

	// SECURITY
	Login = define[Authentication]("SECURITY", "security", "SEC-AUTHENTICATION", anyStatus, "Somebody presented credentials.")

	// AUTHORIZATION
	AuthorizationAdd    = define[Object]("AUTHORIZATION", "security", "SEC-AUTHORIZATION-ADD", anyStatus, "Rights were to be given to a principal.")
	AuthorizationDelete = define[Object]("AUTHORIZATION", "security", "SEC-AUTHORIZATION-DELETE", anyStatus, "The rights of a principal were to be deleted.")
	AuthorizationUpdate = define[Object]("AUTHORIZATION", "security", "SEC-AUTHORIZATION-UPDATE", anyStatus, "The rights of a principal were to be changed.")

	// CREDENTIALS
	CredentialsAdd    = define[Object]("CREDENTIALS", "security", "SEC-CREDENTIALS-ADD", anyStatus, "Credentials for another system were to be added.")
	CredentialsDelete = define[Object]("CREDENTIALS", "security", "SEC-CREDENTIALS-DELETE", anyStatus, "Credentials for another system were to be deleted.")
	CredentialsUpdate = define[Object]("CREDENTIALS", "security", "SEC-CREDENTIALS-UPDATE", anyStatus, "Credentials for another system were to be changed.")

	// IDENTITY
	IdentityProviderAdd    = define[Object]("IDENTITY", "security", "SEC-IDENTITY-PROVIDER-ADD", anyStatus, "An identity provider was to be added.")
	IdentityProviderDelete = define[Object]("IDENTITY", "security", "SEC-IDENTITY-PROVIDER-DELETE", anyStatus, "An identity provider was to be deleted.")
	IdentityProviderUpdate = define[Object]("IDENTITY", "security", "SEC-IDENTITY-PROVIDER-UPDATE", anyStatus, "An identity provider was to be changed.")

	// LOCAL IDENTITY
	LocalIdentityAdd    = define[Object]("LOCAL IDENTITY", "security", "SEC-LOCAL-IDENTITY-ADD", anyStatus, "A local account was to be added.")
	LocalIdentityDelete = define[Object]("LOCAL IDENTITY", "security", "SEC-LOCAL-IDENTITY-DELETE", anyStatus, "A local account was to be deleted.")
	LocalIdentityReset  = define[Object]("LOCAL IDENTITY", "security", "SEC-LOCAL-IDENTITY-RESET", anyStatus, "The password of a local account was to be reset.")
	LocalIdentityUpdate = define[Object]("LOCAL IDENTITY", "security", "SEC-LOCAL-IDENTITY-UPDATE", anyStatus, "A local account or its password was to be changed.")

	// PASSWORD POLICY
	PasswordPolicyAdd    = define[Object]("PASSWORD POLICY", "security", "SEC-PASSWORD-POLICY-ADD", anyStatus, "A password policy was to be added.")
	PasswordPolicyDelete = define[Object]("PASSWORD POLICY", "security", "SEC-PASSWORD-POLICY-DELETE", anyStatus, "A password policy was to be deleted.")
	PasswordPolicyUpdate = define[Object]("PASSWORD POLICY", "security", "SEC-PASSWORD-POLICY-UPDATE", anyStatus, "A password policy was to be changed.")

	// ROLE
	RoleAdd           = define[Object]("ROLE", "security", "SEC-ROLE-ADD", anyStatus, "A role was to be added.")
	RoleDelete        = define[Object]("ROLE", "security", "SEC-ROLE-DELETE", anyStatus, "A role was to be deleted.")
	RoleMembersAdd    = define[Object]("ROLE", "security", "SEC-ROLE-MEMBERS-ADD", anyStatus, "Members were to be added to a role.")
	RoleMembersRemove = define[Object]("ROLE", "security", "SEC-ROLE-MEMBERS-REMOVE", anyStatus, "Members were to be removed from a role.")
	RoleUpdate        = define[Object]("ROLE", "security", "SEC-ROLE-UPDATE", anyStatus, "A role was to be changed.")

	// SCIM PROFILE
	ScimProfileAdd    = define[Object]("SCIM PROFILE", "scim", "SEC-SCIM-PROFILE-ADD", anyStatus, "A SCIM profile was to be added.")
	ScimProfileDelete = define[Object]("SCIM PROFILE", "scim", "SEC-SCIM-PROFILE-DELETE", anyStatus, "A SCIM profile was to be deleted.")
	ScimProfileUpdate = define[Object]("SCIM PROFILE", "scim", "SEC-SCIM-PROFILE-UPDATE", anyStatus, "A SCIM profile was to be changed.")

	// SERVICEACCOUNT
	ServiceAccountAdd    = define[Object]("SERVICEACCOUNT", "security", "SERVICE-ACCOUNT-ADD", anyStatus, "A service account was to be added.")
	ServiceAccountDelete = define[Object]("SERVICEACCOUNT", "security", "SERVICE-ACCOUNT-DELETE", anyStatus, "A service account was to be deleted.")
	ServiceAccountGet    = define[Object]("SERVICEACCOUNT", "security", "SERVICE-ACCOUNT-GET", anyStatus, "A service account was read.")
	ServiceAccountUpdate = define[Object]("SERVICEACCOUNT", "security", "SERVICE-ACCOUNT-UPDATE", anyStatus, "A service account was to be changed.")

	// TEAM
	TeamAdd           = define[Object]("TEAM", "security", "SEC-TEAM-ADD", anyStatus, "A team was to be added.")
	TeamDelete        = define[Object]("TEAM", "security", "SEC-TEAM-DELETE", anyStatus, "A team was to be deleted.")
	TeamMembersAdd    = define[Object]("TEAM", "security", "SEC-TEAM-MEMBERS-ADD", anyStatus, "Members were to be added to a team.")
	TeamMembersRemove = define[Object]("TEAM", "security", "SEC-TEAM-MEMBERS-REMOVE", anyStatus, "Members were to be removed from a team.")
	TeamSwitch        = define[Object]("TEAM", "security", "SEC-TEAM-SWITCH", anyStatus, "A team was to be renamed everywhere.")
	TeamUpdate        = define[Object]("TEAM", "security", "SEC-TEAM-UPDATE", anyStatus, "A team was to be changed.")
	LegacyTeamSwitch  = retired[Object]("TEAM", "security", "TEAM-SWITCH", anyStatus, "A team was to be renamed everywhere.", TeamSwitch)

	// TENANT
	TenantAccountReset = define[Object]("TENANT", "security", "SEC-TENANT-ACCOUNT-RESET", anyStatus, "The administrator of a tenant was to be reset.")
	TenantAdd          = define[Object]("TENANT", "security", "SEC-TENANT-ADD", anyStatus, "A tenant was to be added.")
	TenantDelete       = define[Object]("TENANT", "security", "SEC-TENANT-DELETE", anyStatus, "A tenant was to be deleted.")
	TenantRestore      = define[Object]("TENANT", "security", "SEC-TENANT-RESTORE", anyStatus, "A deleted tenant was to be brought back.")
	TenantUpdate       = define[Object]("TENANT", "security", "SEC-TENANT-UPDATE", anyStatus, "A tenant was to be changed.")

	// SERVICE
	ServiceStart = define[Service]("SERVICE", "service", "SERVICE-START", anyStatus, "A node of the service started.")
	ServiceStop  = define[Service]("SERVICE", "service", "SERVICE-STOP", anyStatus, "A node of the service was stopped.")

	// SYNC
	SyncEnroll = define[Plain]("SYNC", "thirdparty", "SYNC-ENROLL", anyStatus, "The synchronisation with a third party asked for a certificate.")
	SyncRenew  = define[Plain]("SYNC", "thirdparty", "SYNC-RENEW", anyStatus, "The synchronisation with a third party renewed a certificate.")
	SyncRevoke = define[Plain]("SYNC", "thirdparty", "SYNC-REVOKE", anyStatus, "The synchronisation with a third party revoked a certificate.")

	// THIRD PARTY
	ThirdPartyConnector = define[Connector]("THIRD PARTY", "thirdparty", "THIRD-PARTY-CONNECTOR", Warning, "A connection to a third party could not be built.")

	// TRIGGER
	TriggerDelete       = define[Plain]("TRIGGER", "thirdparty", "TRIGGER-DELETE", anyStatus, "A certificate was to be deleted from a third party.")
	TriggerEmail        = define[Mail]("TRIGGER", "thirdparty", "TRIGGER-EMAIL", anyStatus, "A notification was sent by mail.")
	TriggerNotification = define[Plain]("TRIGGER", "thirdparty", "TRIGGER-NOTIFICATION", anyStatus, "A notification was sent.")
	TriggerPush         = define[Plain]("TRIGGER", "thirdparty", "TRIGGER-PUSH", anyStatus, "A certificate was to be pushed to a third party.")
	TriggerRemove       = define[Plain]("TRIGGER", "thirdparty", "TRIGGER-REMOVE", anyStatus, "A third party was told to remove a certificate.")

	// WCCE
	WcceEnroll = define[Plain]("WCCE", "wcce", "WCCE-ENROLL", anyStatus, "A Windows client asked for a certificate.")

	// WEBRA
	WebraChallengeSubmit = define[Request]("WEBRA", "webra", "WEBRA-CHALLENGE-SUBMIT", anyStatus, "A certificate was asked for with a one-time challenge.")
)
