// Package mail sends messages by SMTP.
//
// A message is queued in the transaction that causes it and sent after its commit, by any node. What it says is sealed
// at rest, for it may hold a link that resets a password or a PKCS#12, and is deleted when it was sent.
//
// A message is sent at least once: when a node dies between the answer of the mail server and the record of it, or the
// connection breaks before the answer, it is sent again, with the same Message-ID, by which receivers can tell.
//
// An attempt that fails is repeated after a minute, then after twice as long each time, four hours at most; with the
// usual eleven attempts for about twelve hours. A recipient the server refuses for good (a 5xx answer) is not tried again,
// and does not keep the message from the others. What could not be sent is kept for thirty days, can be looked at, sent
// again and deleted.
package mail

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

var (
	notConfigured = fault.Define("MAIL-001", fault.Conflict, "No mail server is configured")
	// Invalid is the fault of a message that breaks a rule.
	Invalid   = fault.Define("MAIL-002", fault.Invalid, "Invalid message")
	missing   = fault.Define("MAIL-003", fault.Missing, "Message does not exist")
	unreached = fault.Define("MAIL-004", fault.Upstream, "The mail server could not be reached")
	refused   = fault.Define("MAIL-005", fault.Upstream, "The mail server refused")
	unsafe    = fault.Define("MAIL-006", fault.Upstream, "The connection to the mail server could not be secured")
)

// Service sends messages.
type Service struct {
	DB   *act.DB
	Keys kind.Sealer
	// Told hears what becomes of every message with an event, within the transaction that records it. It is set before
	// anything is sent, and may stay nil.
	Told func(*store.Tx, Outcome) error

	to  Settings
	tls *tls.Config
	out *outbound.Client
}

// parallel is how many messages a node sends at one time.
const parallel = 4

// New returns the service with the settings, which it checks. It connects to nothing yet.
func New(db *act.DB, keys kind.Sealer, to Settings) (*Service, error) {
	to, err := to.complete()
	if err != nil {
		return nil, err
	}
	s := &Service{DB: db, Keys: keys, to: to, tls: &tls.Config{ServerName: to.Host, MinVersion: tls.VersionTLS12}}
	if to.CA != "" {
		pem, err := os.ReadFile(to.CA)
		if err != nil {
			return nil, fmt.Errorf("mail.ca: %w", err)
		}
		s.tls.RootCAs = x509.NewCertPool()
		if !s.tls.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("mail.ca: %s holds no certificate in PEM", to.CA)
		}
	}
	// The server is the operator's choice, and mostly stands in the same network.
	s.out, err = outbound.New(outbound.Options{
		Policy: outbound.Policy{AllowLoopback: true, AllowPrivate: true}, Timeout: to.Timeout, Parallel: 2 * parallel,
	})
	return s, err
}

// Configured reports whether there is a mail server.
func (s *Service) Configured() bool { return s.to.Host != "" }

func (s *Service) address() string { return net.JoinHostPort(s.to.Host, strconv.Itoa(s.to.Port)) }

const (
	purpose         = "mail"
	defaultAttempts = 11
	maxAttempts     = 100
)

// Queue keeps the message within the transaction, to be sent when it has committed, and returns its id. What is wrong
// with the message is a fault of this call. Without a mail server the message fails when it is its turn: it is recorded
// and kept as any that could not be sent.
func (s *Service) Queue(tx *store.Tx, m Message) (id string, err error) {
	if err := m.Check(); err != nil {
		return "", err
	}
	if m.Attempts == 0 {
		m.Attempts = defaultAttempts
	}
	content, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("writing the message: %w", err)
	}
	l := letter{
		ID: tx.NewID(), State: Waiting, Turn: 1, Subject: m.Subject, Recipients: m.recipients(), Most: m.Attempts, Created: tx.Now(), Due: tx.Now(),
		record: record{Facts: m.Facts, Call: m.Call},
	}
	if m.Event.Code != nil {
		l.record.Code = m.Event.Code.Code
		if _, known := recorded[l.record.Code]; !known {
			return "", fmt.Errorf("queueing a message: its outcome cannot be recorded as %s", l.record.Code)
		}
	}
	if l.progress.Left, err = bare(l.Recipients); err != nil {
		return "", err
	}
	if l.content, err = s.Keys.Seal(purpose, l.ID, content); err != nil {
		return "", fmt.Errorf("sealing the message: %w", err)
	}
	if err := insert(tx, l); err != nil {
		return "", err
	}
	return l.ID, task.Insert(tx, sendJob{l.ID, l.Turn})
}

// recorded are the codes the outcome of a message can be recorded as.
var recorded = map[string]event.Type[event.Mail]{event.TriggerEmail.Code.Code: event.TriggerEmail}

// Limits of times.
const (
	firstWait = time.Minute
	mostWait  = 4 * time.Hour
	kept      = 30 * 24 * time.Hour
)

// wait is how long a message waits after so many attempts have failed.
func wait(attempts int) time.Duration {
	w := firstWait
	for n := 1; n < attempts && w < mostWait; n++ {
		w *= 2
	}
	return min(w, mostWait)
}
