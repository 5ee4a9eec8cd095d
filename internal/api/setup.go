package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// ServerFacts is what the node knows of how the server was set up.
type ServerFacts struct {
	KeysSealedBy string    // how the keyset lies on disk
	SealSecret   bool      // the secret that seals events was configured; otherwise it is a file of the key folder
	Backup       time.Time // of the keys, the last one; zero when there was none
	BackupHolds  bool      // it holds all keys as they are now
}

// setupOperation tells what was set up.
func (d Deps) setupOperation() web.Operation {
	return web.Handle(web.Op{
		Method: http.MethodGet, Path: "/setup", Name: "SetupGet", Tag: "User interface", Needs: access.LoggedIn, Status: 200, Right: mail.Manage,
		Doc: "Tells how far the server is set up: facts that queries find, however they came about.",
	}, d.setup)
}

// setupView is how far the server is set up.
type setupView struct {
	Done      bool         `json:"done" doc:"Whether every step is."`
	Dismissed bool         `json:"dismissed" doc:"Whether the caller's preferences say setupDismissed."`
	Account   setupAccount `json:"account"`
	Issuer    setupIssuer  `json:"issuer"`
	Profiles  setupProfile `json:"profiles"`
	First     *setupFirst  `json:"firstCertificate,omitempty" doc:"The first certificate that was enrolled; absent before."`
	Then      setupThen    `json:"then"`
}

type setupAccount struct {
	Done           bool     `json:"done" doc:"Own password, a second way in, and a backup of the keys."`
	OwnPassword    bool     `json:"ownPassword" doc:"Whether the administrator's password is another than the one drawn at the first start."`
	Administrators int      `json:"administrators" doc:"Principals that may give rights."`
	Providers      []string `json:"identityProviders" doc:"Enabled identity providers other than local accounts."`
	SealSecret     string   `json:"sealSecret" enum:"configured,file" doc:"Where the secret that seals events is: in the settings of the server, or a file in its key folder."`
	Keys           string   `json:"keys" doc:"How the keyset lies on disk: file, or sealed by what."`
	Backup         int64    `json:"lastBackup,omitempty" doc:"When the keys were last saved, in milliseconds since 1970."`
	BackupHolds    bool     `json:"backupHolds" doc:"Whether that backup holds all keys as they are now."`
}

type setupIssuer struct {
	Done        bool     `json:"done" doc:"A PKI connector."`
	Authorities []string `json:"authorities" doc:"Built-in CAs that are valid."`
	Connectors  []string `json:"connectors" doc:"PKI connectors."`
}

type setupProfile struct {
	Done    bool                `json:"done" doc:"An enabled profile with a PKI."`
	Enabled map[string][]string `json:"enabled" doc:"Enabled profiles that have a PKI, by their module."`
}

type setupFirst struct {
	ID    string `json:"_id" doc:"Identifier of the certificate."`
	Event string `json:"event" doc:"Identifier of the event of its enrollment."`
	Time  int64  `json:"time" doc:"When it was enrolled, in milliseconds since 1970."`
}

type setupThen struct {
	Mail       bool `json:"mail" doc:"Whether a mail server is configured."`
	Expiry     bool `json:"expiryNotification" doc:"Whether a profile sends a notification before certificates end."`
	Accounts   int  `json:"accounts" doc:"Local accounts."`
	Principals int  `json:"principals" doc:"Authorizations."`
	Teams      int  `json:"teams"`
}

func (d Deps) setup(c *web.Call, _ web.None) (v setupView, err error) {
	if err := c.Who.May(mail.Manage); err != nil {
		return v, err
	}
	for _, step := range []func(*web.Call, *setupView) error{d.setupAccount, d.setupIssuer, d.setupProfiles} {
		if err := step(c, &v); err != nil {
			return v, err
		}
	}
	wish, err := d.Identity.Preference(c, c.Who.ID, "setupDismissed")
	v.Dismissed = wish == true
	v.Done = v.Account.Done && v.Issuer.Done && v.Profiles.Done && v.First != nil
	return v, err
}

func (d Deps) setupAccount(c *web.Call, v *setupView) error {
	staff, err := identity.StaffOf(c, d.DB.DB)
	if err != nil {
		return err
	}
	server, err := d.Server(c)
	if err != nil {
		return err
	}
	v.Then = setupThen{Mail: d.Mail.Configured(), Accounts: staff.Accounts, Principals: staff.Principals, Teams: staff.Teams}
	v.Account = setupAccount{
		OwnPassword: !staff.Drawn, Administrators: staff.Administrators, Providers: append([]string{}, staff.Providers...), SealSecret: "file",
		Keys: server.KeysSealedBy, Backup: sinceEpoch(server.Backup), BackupHolds: server.BackupHolds,
	}
	if server.SealSecret {
		v.Account.SealSecret = "configured"
	}
	v.Account.Done = v.Account.OwnPassword && (staff.Administrators > 1 || len(staff.Providers) > 0) && server.BackupHolds
	return nil
}

// setupIssuer tells who signs, whoever looks at the CAs else.
func (d Deps) setupIssuer(c *web.Call, v *setupView) error {
	names, err := d.Authority.Names(c, c.Who.Entrusted())
	if err != nil {
		return err
	}
	v.Issuer.Authorities, v.Issuer.Connectors = append([]string{}, names...), []string{}
	err = d.DB.Read(c, func(tx *store.Tx) error {
		all, err := connector.Connectors.List(tx)
		for _, one := range all {
			v.Issuer.Connectors = append(v.Issuer.Connectors, connector.Connectors.KeyOf(one))
		}
		return err
	})
	v.Issuer.Done = len(v.Issuer.Connectors) > 0
	return err
}

func (d Deps) setupProfiles(c *web.Call, v *setupView) error {
	standing, err := lifecycle.StandingOf(c, d.DB.DB)
	if err != nil {
		return err
	}
	v.Then.Expiry = standing.Reminds
	v.Profiles = setupProfile{Done: len(standing.Profiles) > 0, Enabled: standing.Profiles}
	first, err := d.Log.FirstIssued(c)
	if first != nil {
		v.First = &setupFirst{ID: first.Certificate, Event: first.Event, Time: first.Time.UnixMilli()}
	}
	return err
}

// Sections tells where the caller has rights.
func (d Deps) Sections(ctx context.Context, who access.Caller) ([]identity.Section, error) {
	can := map[string][]string{}
	add := func(yes bool, section, what string) {
		if yes {
			can[section] = append(can[section], what)
		}
	}
	sees, err := inventory.Sees(ctx, d.DB.DB, who)
	if err != nil {
		return nil, err
	}
	offers, err := d.Lifecycle.Offers(ctx, who, "", "")
	if err != nil {
		return nil, err
	}
	decides, err := d.Lifecycle.Decides(ctx, who)
	if err != nil {
		return nil, err
	}
	add(sees || len(offers) > 0, "certificates", "see")
	add(true, "requests", "see") // everybody sees their own
	add(len(offers) > 0, "requests", "ask")
	add(decides, "requests", "decide")
	add(who.Can(event.Read), "events", "see")
	add(who.Can(authority.Read) || who.Can(authority.Manage), "authorities", "see")
	add(who.Can(authority.Manage), "authorities", "manage")
	add(who.Can(mail.Read) || who.Can(mail.Manage), "mail", "see")
	add(who.Can(mail.Manage), "mail", "manage")
	for _, k := range d.Kinds {
		if k.Readable(who) {
			can["configuration"] = []string{"see"}
		}
	}
	all := []identity.Section{}
	for _, name := range slices.Sorted(maps.Keys(can)) {
		all = append(all, identity.Section{Name: name, Can: can[name]})
	}
	return all, nil
}
