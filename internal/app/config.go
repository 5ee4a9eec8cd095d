package app

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
	"golang.org/x/net/http/httpguts"

	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// Config is how the process runs. Its zero value, filled by Load, works. Every key can stand in the file, in the
// environment (HORIZON_ and the key in upper case, with _ for .) and, for some, in a flag; the later wins.
type Config struct {
	Data          string        `key:"data" default:"./data" doc:"Folder of the database, the keys and the server's own certificate."`
	Database      string        `key:"database" doc:"postgres://user:password@host:port/name, or the path of a SQLite file; horizon.db in the data folder when empty."`
	Listen        string        `key:"listen" default:"127.0.0.1:8443" doc:"Address for HTTPS: REST, ACME and the console."`
	HTTP          string        `key:"http" doc:"Address for plain HTTP: CRLs, OCSP and CA certificates. The next port after listen when empty, off to switch it off."`
	Management    string        `key:"management" doc:"Address for /alive, /ready and /metrics. Two ports after listen when empty, off to switch it off."`
	PublicURL     string        `key:"public.url" doc:"Address clients use; every link is built from it. https://localhost:PORT when empty."`
	FormerHosts   []string      `key:"public.formerHosts" doc:"Host names the server went by before: ACME clients that still sign their old addresses go on working."`
	PublicHTTP    string        `key:"public.http" doc:"Address for plain HTTP as it stands in certificates. http://HOST:PORT of the public address and the http port when empty."`
	Node          string        `key:"node" doc:"Name of this node in events; the host name when empty."`
	Certificate   string        `key:"tls.certificate" doc:"File with the server's certificate and chain, PEM. The server makes its own when empty."`
	Key           string        `key:"tls.key" doc:"File with the private key of tls.certificate, PEM."`
	Trusted       []string      `key:"proxies.trusted" doc:"Addresses or networks of reverse proxies whose X-Forwarded headers are believed."`
	SessionIdle   time.Duration `key:"session.idle" default:"15m" doc:"After how long without a call a session ends, such as 15m."`
	SessionLife   time.Duration `key:"session.life" default:"12h" doc:"After how long a session ends in any case."`
	CookieSecure  string        `key:"session.secure" doc:"Whether browsers send the session cookie by HTTPS alone: true or false. True when empty and the public address is HTTPS."`
	CertHeader    string        `key:"proxies.certificateHeader" doc:"Header in which a trusted proxy passes on the certificate a client has shown it: PEM in URL encoding or on one line, or base64 of the DER. Not read when empty."`
	ClientCerts   bool          `key:"tls.clientCertificates" default:"true" doc:"Whether clients are asked for a certificate, as long as a certification authority is trusted for client authentication. None is ever required."`
	ResetLife     time.Duration `key:"session.resetLife" default:"2m" doc:"How long the link to set a new password can be used."`
	Resolvers     []string      `key:"dns.resolvers" doc:"DNS servers, host:port. Those of the system when empty."`
	MailHost      string        `key:"mail.host" doc:"Mail server (SMTP) messages are handed to. Without one nothing is sent."`
	MailPort      int           `key:"mail.port" default:"0" doc:"Port of the mail server; with 0 it is 25, 587 or 465, by mail.tls."`
	MailTLS       string        `key:"mail.tls" default:"starttls" doc:"How the connection is secured: starttls (demanded, never left out), implicit, or none."`
	MailCA        string        `key:"mail.ca" doc:"File with the CAs the mail server's certificate is checked against, PEM. Those of the system when empty."`
	MailUser      string        `key:"mail.user" doc:"Whom to log in as at the mail server; nobody when empty."`
	MailPassword  secret.Text   `key:"mail.password" doc:"Password of mail.user."`
	MailFrom      string        `key:"mail.from" doc:"Sender of messages that name none, and return address of all, such as Horizon <pki@example.com>."`
	MailHello     string        `key:"mail.hello" doc:"How this server names itself to the mail server; the host of public.url when empty."`
	MailTimeout   time.Duration `key:"mail.timeout" default:"1m" doc:"How long handing over one message may take."`
	LogLevel      string        `key:"log.level" default:"info" doc:"debug, info, warn or error."`
	LogFormat     string        `key:"log.format" default:"text" doc:"text or json."`
	LogEvents     bool          `key:"log.events" default:"false" doc:"Whether events are also written to the technical log, as JSON lines."`
	Retention     span.Duration `key:"events.retention" default:"0 seconds" doc:"How long events are kept, such as 365 days; 0 is for ever."`
	LegacyCodes   bool          `key:"events.legacyCodes" default:"false" doc:"Whether retired event codes are written beside their successors."`
	SealSecret    secret.Text   `key:"events.sealSecret" doc:"Secret events are sealed with, the same on all nodes. A key file in the data folder when empty."`
	OldSecrets    secret.Text   `key:"events.previousSealSecrets" doc:"Secrets events were sealed with before, separated by commas, so that those events still verify."`
	BatchSize     int           `key:"batch.size" default:"10000" doc:"How many certificates one batch may have, at most 100000."`
	BatchRunning  int           `key:"batch.running" default:"3" doc:"How many batches of one principal run at a time."`
	BatchKeep     span.Duration `key:"batch.keep" default:"30 days" doc:"How long a batch can be looked at after its end."`
	ScimOpen      bool          `key:"scim.openDiscovery" default:"false" doc:"Whether anybody may read what the SCIM server can do: ServiceProviderConfig, ResourceTypes and Schemas."`
	AdminPassword secret.Text   `key:"admin.password" doc:"Password of the administrator made at the first start. Drawn and printed once when empty."`
	Keyset        string        `key:"secrets.keyset" default:"file" doc:"How the keyset that seals stored secrets lies in the data folder: file (as it is, for its owner alone), passphrase or pkcs11. horizon secrets seal moves an existing one."`
	Words         secret.Text   `key:"secrets.passphrase" doc:"Passphrase of the keyset, 12 characters or more. A file or a systemd credential is better."`
	WordsFile     string        `key:"secrets.passphraseFile" doc:"File whose first line is the passphrase of the keyset; the systemd credential horizon-passphrase when both are empty."`
	TokenModule   string        `key:"secrets.pkcs11.module" doc:"Path of the PKCS#11 library of the token that seals the keyset."`
	TokenLabel    string        `key:"secrets.pkcs11.token" doc:"Label of the token."`
	TokenPIN      secret.Text   `key:"secrets.pkcs11.pin" doc:"PIN of the token. A file or a systemd credential is better."`
	TokenPINFile  string        `key:"secrets.pkcs11.pinFile" doc:"File whose first line is the PIN; the systemd credential horizon-pin when both are empty."`
	TokenKey      string        `key:"secrets.pkcs11.key" default:"horizon-keyset" doc:"Label of the AES key in the token."`
	Pprof         bool          `key:"pprof" default:"false" doc:"Whether the management address serves profiles of the process."`
	Shutdown      time.Duration `key:"shutdown" default:"20s" doc:"How long a stop waits for running requests."`

	sources     map[string]string
	credentials string // folder of systemd's credentials
}

// setting is one key of the configuration.
type setting struct {
	key, doc, standard string
	value              reflect.Value
}

func (c *Config) settings() []setting {
	var all []setting
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		t := v.Type().Field(i)
		if key := t.Tag.Get("key"); key != "" {
			all = append(all, setting{key, t.Tag.Get("doc"), t.Tag.Get("default"), v.Field(i)})
		}
	}
	return all
}

func envName(key string) string {
	return "HORIZON_" + strings.ToUpper(strings.NewReplacer(".", "_").Replace(snake(key)))
}

// snake writes legacyCodes as legacy_codes.
func snake(key string) string {
	var b strings.Builder
	for _, r := range key {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Load reads the configuration: defaults, then the file, then the environment, then the flags by their key. The error is
// one line that names the key and the rule.
func Load(path string, environ []string, flags map[string]string) (*Config, error) {
	c := &Config{sources: map[string]string{}}
	known := map[string]setting{}
	for _, s := range c.settings() {
		known[s.key] = s
		if err := c.set(s, s.standard, "default"); err != nil {
			return nil, err
		}
	}
	if err := c.fromFile(path, known); err != nil {
		return nil, err
	}
	if err := c.fromEnvironment(environ, known); err != nil {
		return nil, err
	}
	for key, text := range flags {
		if err := c.set(known[key], text, "flag"); err != nil {
			return nil, err
		}
	}
	return c, c.complete()
}

func (c *Config) fromFile(path string, known map[string]setting) error {
	if path == "" {
		return nil
	}
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
		return fmt.Errorf("reading the configuration file %s: %w", path, err)
	}
	for _, key := range k.Keys() {
		s, ok := known[key]
		if !ok {
			return fmt.Errorf("the configuration file %s has an unknown key %q", path, key)
		}
		text := k.String(key)
		if s.value.Kind() == reflect.Slice {
			text = strings.Join(k.Strings(key), ",")
		}
		if err := c.set(s, text, "file "+path); err != nil {
			return err
		}
	}
	return nil
}

// ownVariables are read by the commands themselves: where the configuration file is, and the passphrase of backups.
var ownVariables = []string{"HORIZON_CONFIG", "HORIZON_PASSPHRASE"}

func (c *Config) fromEnvironment(environ []string, known map[string]setting) error {
	byName := map[string]setting{}
	for key, s := range known {
		byName[envName(key)] = s
	}
	for _, line := range environ {
		name, text, _ := strings.Cut(line, "=")
		if name == "CREDENTIALS_DIRECTORY" {
			c.credentials = text
		}
		if !strings.HasPrefix(name, "HORIZON_") || slices.Contains(ownVariables, name) {
			continue
		}
		s, ok := byName[name]
		if !ok {
			return fmt.Errorf("the environment has an unknown key %s", name)
		}
		if err := c.set(s, text, "environment "+name); err != nil {
			return err
		}
	}
	return nil
}

// set parses a value by the type of its field.
func (c *Config) set(s setting, text, source string) error {
	c.sources[s.key] = source
	bad := func(rule string) error { return fmt.Errorf("%s (%s): %s", s.key, source, rule) }
	switch v := s.value.Addr().Interface().(type) {
	case *string:
		*v = strings.TrimSpace(text)
	case *secret.Text:
		*v = secret.NewText(text)
	case *bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return bad("true or false")
		}
		*v = b
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return bad("a whole number")
		}
		*v = n
	case *[]string:
		*v = slices.DeleteFunc(strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }), func(s string) bool { return s == "" })
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return bad("a duration such as 20s")
		}
		*v = d
	case *span.Duration:
		d, err := span.Parse(text)
		if err != nil {
			return bad(err.Error())
		}
		*v = d
	default:
		return fmt.Errorf("%s has a type that cannot be configured", s.key)
	}
	return nil
}

// complete fills in what follows from other values, and checks the whole.
func (c *Config) complete() error {
	if c.Database == "" {
		c.Database = filepath.Join(c.Data, "horizon.db")
	}
	if c.Node == "" {
		c.Node, _ = os.Hostname()
	}
	host, port, err := splitAddress(c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	for _, next := range []struct {
		key   string
		value *string
		port  int
	}{{"http", &c.HTTP, port + 1}, {"management", &c.Management, port + 2}} {
		switch *next.value {
		case "off":
			*next.value = ""
		case "":
			*next.value = net.JoinHostPort(host, strconv.Itoa(next.port))
		default:
			if _, _, err := splitAddress(*next.value); err != nil {
				return fmt.Errorf("%s: %w", next.key, err)
			}
		}
	}
	return errors.Join(c.addresses(port), c.words(), c.mail().Check())
}

func splitAddress(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err == nil {
		port, err = strconv.Atoi(text)
	}
	if err != nil || port < 1 || port > 65533 {
		return "", 0, fmt.Errorf("%q is not HOST:PORT with a port from 1 to 65533", address)
	}
	return host, port, nil
}

// addresses completes and checks the public addresses.
func (c *Config) addresses(port int) error {
	if c.PublicURL == "" {
		c.PublicURL = "https://localhost:" + strconv.Itoa(port)
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.User != nil {
		return fmt.Errorf("public.url: %q is not https://HOST[:PORT][/PATH]", c.PublicURL)
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	if c.PublicHTTP == "" {
		_, httpPort, err := net.SplitHostPort(c.HTTP)
		if err != nil {
			httpPort = "80"
		}
		c.PublicHTTP = "http://" + net.JoinHostPort(u.Hostname(), httpPort)
	}
	p, err := url.Parse(c.PublicHTTP)
	if err != nil || p.Scheme != "http" || p.Host == "" {
		return fmt.Errorf("public.http: %q is not http://HOST[:PORT][/PATH]", c.PublicHTTP)
	}
	c.PublicHTTP = strings.TrimSuffix(c.PublicHTTP, "/")
	return nil
}

// mail is how messages are sent.
func (c *Config) mail() mail.Settings {
	hello := c.MailHello
	if u, err := url.Parse(c.PublicURL); hello == "" && err == nil {
		hello = u.Hostname()
	}
	return mail.Settings{
		Host: c.MailHost, Port: c.MailPort, TLS: c.MailTLS, CA: c.MailCA, User: c.MailUser, Password: c.MailPassword,
		From: c.MailFrom, Hello: hello, Timeout: c.MailTimeout,
	}
}

// words checks the values that are one of a few.
func (c *Config) words() error {
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.LogLevel) {
		return fmt.Errorf("log.level: %q is not debug, info, warn or error", c.LogLevel)
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		return fmt.Errorf("log.format: %q is not text or json", c.LogFormat)
	}
	if (c.Certificate == "") != (c.Key == "") {
		return errors.New("tls.certificate and tls.key: both or neither")
	}
	if c.SessionIdle == 0 || c.SessionLife < c.SessionIdle {
		return errors.New("session.idle and session.life: durations above 0, the second no shorter than the first")
	}
	if !slices.Contains([]string{"", "true", "false"}, c.CookieSecure) {
		return fmt.Errorf("session.secure: %q is not true, false or empty", c.CookieSecure)
	}
	if c.BatchSize < 1 || c.BatchSize > 100_000 || c.BatchRunning < 1 || c.BatchKeep <= 0 {
		return errors.New("batch.size, batch.running and batch.keep: 1 to 100000 certificates, at least one batch, and a duration above 0")
	}
	if _, err := c.trusted(); err != nil {
		return fmt.Errorf("proxies.trusted: %w", err)
	}
	if c.CertHeader != "" && (!httpguts.ValidHeaderFieldName(c.CertHeader) || len(c.Trusted) == 0) {
		return errors.New("proxies.certificateHeader: the name of a header; proxies.trusted says from whom")
	}
	for _, r := range c.Resolvers {
		if _, _, err := splitAddress(r); err != nil {
			return fmt.Errorf("dns.resolvers: %w", err)
		}
	}
	if !slices.Contains(keysetForms, c.Keyset) {
		return fmt.Errorf("secrets.keyset: %q is not one of %s", c.Keyset, strings.Join(keysetForms, ", "))
	}
	if n := len(c.SealSecret.Reveal()); n > 0 && n < 16 {
		return errors.New("events.sealSecret: at least 16 characters")
	}
	return nil
}

func (c *Config) trusted() ([]netip.Prefix, error) { return outbound.Prefixes(c.Trusted) }

// Setting is one line of the effective configuration.
type Setting struct {
	Key, Value, Source, Environment, Default, Doc string
}

// Effective lists every key with its value and where that comes from. Secrets are masked.
func (c *Config) Effective() []Setting {
	var all []Setting
	for _, s := range c.settings() {
		text := fmt.Sprint(s.value.Interface())
		switch v := s.value.Interface().(type) {
		case []string:
			text = strings.Join(v, ",")
		case secret.Text:
			if text = ""; !v.IsZero() {
				text = "[secret]"
			}
		case string:
			if s.key == "database" {
				text = store.Redacted(v)
			}
		}
		source := c.sources[s.key]
		if source == "default" && s.standard == "" && text != "" {
			source = "derived"
		}
		all = append(all, Setting{s.key, text, source, envName(s.key), s.standard, s.doc})
	}
	return all
}

// SettingsTable is the list of all settings in Markdown, for docs/settings.md.
func SettingsTable() string {
	var b strings.Builder
	b.WriteString("# Settings of the process\n\nEvery key can stand in the configuration file and in the environment; for some there is a flag. This page is made\nfrom the program.\n\n| Key | Environment | Default | Meaning |\n|---|---|---|---|\n")
	for _, s := range (&Config{}).settings() {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", s.key, envName(s.key), s.standard, s.doc)
	}
	return b.String()
}
