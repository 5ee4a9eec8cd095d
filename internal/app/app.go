// Package app builds the server of all its parts and runs it. Its other files are lists: the settings, the kinds of
// configuration, the periodic work.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/mod/sumdb/note"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/api"
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/console"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/lifecycle/batch"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/notify"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/protocol/acme"
	"github.com/horizon-clm/horizon/internal/protocol/scim"
	"github.com/horizon-clm/horizon/internal/protocol/status"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
	"github.com/horizon-clm/horizon/internal/web"
)

// Version is the release, set by the linker.
var Version = "0.1.0-dev"

// Parts are what tests replace.
type Parts struct {
	Clock clock.Clock // nil is the machine's
	Log   *slog.Logger
}

// App is one node of the server.
type App struct {
	Config    *Config
	DB        *act.DB
	Log       *event.Log
	Lifecycle *lifecycle.Service
	Batches   *batch.Service
	Mail      *mail.Service
	Tasks     *task.Runner

	keys      *secret.Folder
	ring      *secret.Keyring
	deps      kind.Deps
	identity  *identity.Service
	notify    *notify.Service
	authority *authority.Engine
	acme      *acme.Door
	host      *web.Host
	api       *web.API
	status    *status.Door
	console   *console.Door
	tls       *identityTLS
	registry  *prometheus.Registry
	slog      *slog.Logger
	ready     atomic.Bool
	process   string // this process, as the others see it
	keyState  keyState
}

// New opens keys and database and builds everything. Nothing runs yet.
func New(ctx context.Context, c *Config, p Parts) (*App, error) {
	if p.Clock == nil {
		p.Clock = clock.Real{}
	}
	if p.Log == nil {
		p.Log = slog.Default()
	}
	a := &App{Config: c, slog: p.Log, registry: prometheus.NewRegistry()}
	if err := a.open(ctx, p.Clock); err != nil {
		return nil, err
	}
	if err := a.build(); err != nil {
		return nil, errors.Join(err, a.DB.Close())
	}
	return a, nil
}

// open opens the keys and the database, and checks that they belong together.
func (a *App) open(ctx context.Context, now clock.Clock) (err error) {
	if a.keys, err = OpenKeys(a.Config); err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Options{URL: a.Config.Database, Clock: now, Node: a.Config.Node})
	if err != nil {
		return err
	}
	kinds.Attach(db)
	a.DB, a.process = &act.DB{DB: db, LegacyCodes: a.Config.LegacyCodes}, db.NewID()
	if err = a.openSecrets(ctx); err != nil {
		return errors.Join(err, db.Close())
	}
	if a.Config.LogEvents {
		a.Log.Sink = a.tell
	}
	return nil
}

// openSecrets opens what seals secrets and events. Before any key file is made it checks that the database is new.
func (a *App) openSecrets(ctx context.Context) (err error) {
	if err := a.expectKeyset(ctx); err != nil {
		return err
	}
	if a.ring, err = OpenKeyring(a.Config, a.keys); err != nil {
		return err
	}
	seals, err := openSeals(a.Config, a.keys)
	if err != nil {
		return err
	}
	a.DB.Pen = event.Pen{Seals: seals}
	a.deps = kind.Deps{DB: a.DB, Keys: a.ring}
	if a.Log, err = openLog(a.Config, a.keys, a.DB.DB, seals); err != nil {
		return err
	}
	return a.belongs(ctx)
}

// OpenKeys opens the folder of the keys.
func OpenKeys(c *Config) (*secret.Folder, error) {
	return secret.OpenFolder(filepath.Join(c.Data, "keys"))
}

// openSeals returns what seals events: the configured secret, or the key file; and those that sealed events before.
func openSeals(c *Config, keys *secret.Folder) (*event.Seals, error) {
	own, err := keys.Key("event-seal.key", 64)
	if err != nil {
		return nil, err
	}
	secrets := [][]byte{own}
	if !c.SealSecret.IsZero() {
		secrets = [][]byte{[]byte(c.SealSecret.Reveal()), own}
	}
	for old := range strings.SplitSeq(c.OldSecrets.Reveal(), ",") {
		if old != "" {
			secrets = append(secrets, []byte(old))
		}
	}
	return event.NewSeals(secrets[0], secrets[1:]...)
}

// logName is the origin in checkpoints of the log.
const logName = "horizon.event.log"

func openLog(c *Config, keys *secret.Folder, db *store.DB, seals *event.Seals) (*event.Log, error) {
	pair, err := keys.NoteKey("event-checkpoint.key", logName)
	if err != nil {
		return nil, err
	}
	key, err := note.NewVerifier(pair.Verifier)
	if err != nil {
		return nil, fmt.Errorf("reading the key of the event log: %w", err)
	}
	return &event.Log{DB: db, Seals: seals, Signer: pair.Signer, Key: key, PublicKey: pair.Verifier, Retention: time.Duration(c.Retention)}, nil
}

// tell writes a sealed event to the technical log.
func (a *App) tell(e event.Event) {
	a.slog.LogAttrs(context.Background(), slog.LevelInfo, "event", slog.String("type", "event"), slog.Any("event", api.EventOf(0, e)))
}

// build makes the services and doors.
func (a *App) build() error {
	public, err := url.Parse(a.Config.PublicURL)
	if err != nil {
		return err
	}
	trusted, err := a.Config.trusted()
	if err != nil {
		return err
	}
	csrf, err := a.keys.Key("csrf.key", 32)
	if err != nil {
		return err
	}
	secure := a.Config.CookieSecure == "true" || a.Config.CookieSecure == "" && public.Scheme == "https"
	a.identity = &identity.Service{DB: a.DB, Keys: a.ring, Sessions: identity.Sessions{
		Idle: a.Config.SessionIdle, Life: a.Config.SessionLife, Insecure: !secure, Key: csrf,
	}}
	a.DB.Renew = a.identity.Renew
	a.host = &web.Host{PublicURL: public, Trusted: trusted, Identify: a.identity.Identify, NewID: a.DB.NewID, Clock: a.DB.Clock, Log: a.slog}
	a.host.Metrics(a.registry)
	a.identity.Header, a.identity.FromProxy, a.identity.Link = a.Config.CertHeader, a.host.FromProxy, a.host.Link
	a.authority = authority.New(a.DB, a.ring, a.Config.PublicHTTP)
	a.authority.Registry = known{a.deps}
	a.identity.Authority, a.identity.Listed = a.authority, a.listed
	pool := &connector.Pool{Env: connector.Env{DB: a.DB, Keys: a.ring, Out: outbound.New, Authority: a.authority}}
	if a.Mail, err = mail.New(a.DB, a.ring, a.Config.mail()); err != nil {
		return err
	}
	a.Mail.Told = notify.Told
	a.notify = &notify.Service{DB: a.DB, Mail: a.Mail}
	a.Lifecycle = &lifecycle.Service{DB: a.DB, PKIs: pool, Keys: a.ring, Notify: a.notify, Pace: a.identity.Pace}
	a.Batches = &batch.Service{DB: a.DB, Lifecycle: a.Lifecycle, Limits: batch.Limits{
		Certificates: a.Config.BatchSize, Running: a.Config.BatchRunning, Keep: time.Duration(a.Config.BatchKeep),
	}}
	a.identity.Resets = identity.Resets{Mail: a.Mail, Link: a.host.Link, Life: a.Config.ResetLife}
	if err := a.buildDoors(); err != nil {
		return err
	}
	a.measureKeys()
	a.tls = &identityTLS{
		dir: filepath.Join(a.Config.Data, "tls"), certificate: a.Config.Certificate, key: a.Config.Key,
		names: serverNames(a.Config), clock: a.DB.Clock,
	}
	a.Tasks, err = task.New(a.DB.DB, a.jobs(), a.periodic())
	return err
}

func (a *App) buildDoors() error {
	nonce, err := a.keys.Key("acme-nonce.key", 32)
	if err != nil {
		return err
	}
	dns, err := a.resolvers()
	if err != nil {
		return err
	}
	a.Lifecycle.DNS = dns
	a.acme, err = acme.New(acme.Options{DB: a.DB, Host: a.host, Lifecycle: a.Lifecycle, Keys: a.ring, NonceKey: nonce, DNS: dns, Hosts: a.Config.FormerHosts})
	if err != nil {
		return err
	}
	a.status = status.New(a.host, a.authority)
	if a.console, err = console.New(); err != nil {
		return err
	}
	d := api.Deps{DB: a.DB, Log: a.Log, Lifecycle: a.Lifecycle, Batches: a.Batches, Identity: a.identity, Authority: a.authority, Mail: a.Mail, Kinds: kinds.All(), Brought: map[string][]rule.Known{acme.Module: acme.Keys()}, Server: a.serverFacts, Version: Version}
	a.identity.Sections = d.Sections
	a.deps.Tries = a.tries()
	ops := kinds.Operations(a.deps)
	for _, more := range [][]web.Operation{a.identity.Operations(), a.authority.Operations(), a.acme.Operations(), a.Mail.Operations(), a.notify.Operations(), d.Operations()} {
		ops = append(ops, more...)
	}
	ops = append(ops, a.learn(ops))
	a.api = web.New(a.host, Version, ops)
	d.Raw(a.host, a.api)
	return nil
}

// resolvers are the DNS servers validations ask.
func (a *App) resolvers() (outbound.DNSOptions, error) {
	if len(a.Config.Resolvers) > 0 {
		return outbound.DNSOptions{Servers: a.Config.Resolvers}, nil
	}
	o, err := outbound.System()
	if err != nil {
		a.slog.Warn("the system names no DNS server; only addresses and names under .localhost can be validated", "error", err)
		return outbound.DNSOptions{}, nil
	}
	return outbound.DNSOptions{Servers: o.Servers}, nil
}

// Handler answers on the HTTPS address.
func (a *App) Handler() http.Handler {
	r := chi.NewRouter()
	r.Handle(web.Root, a.api)
	r.Handle(web.Root+"/*", a.api)
	a.acme.Mount(r)
	(&scim.Door{Host: a.host, Identity: a.identity, OpenDiscovery: a.Config.ScimOpen}).Mount(r)
	a.console.Mount(r)
	return a.host.Secure(r)
}

// Kinds lists the kinds of configuration objects.
func (a *App) Kinds() []*kind.Definition { return kinds.All() }

// Operations lists the operations of the REST API.
func (a *App) Operations() []web.Op { return a.api.Operations() }

// StatusHandler answers on the plain HTTP address: CRLs, OCSP and CA certificates.
func (a *App) StatusHandler() http.Handler {
	r := chi.NewRouter()
	a.status.Mount(r)
	return r
}

// System is the server as the caller of what it does itself.
func (a *App) System(door string) access.Caller { return access.System(door, a.DB.NewID()) }

// Close closes the database.
func (a *App) Close() error {
	a.acme.Close()
	return a.DB.Close()
}
