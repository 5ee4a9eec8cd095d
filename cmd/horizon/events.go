package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/horizon-clm/horizon/internal/api"
	"github.com/horizon-clm/horizon/internal/app"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/lang/query"
)

type events struct {
	Search eventSearch `cmd:"" help:"Print events, the newest last."`
	Tail   eventTail   `cmd:"" help:"Print events as they come."`
	Export eventExport `cmd:"" help:"Write events with proofs to one file that verifies without the database."`
	Verify eventVerify `cmd:"" help:"Verify the log, or an export. Exit code 2: it does not hold."`
	Key    eventKey    `cmd:"" help:"Print the public key of the log."`
}

type eventSearch struct {
	Query string `arg:"" optional:"" help:"Query, such as: code equals \"LIFECYCLE-ENROLL\" and timestamp after today"`
	Limit int    `default:"100" help:"How many at most."`
	JSON  bool   `name:"json" help:"Print JSON lines."`
}

// Run prints the newest events the query describes.
func (s eventSearch) Run(ctx context.Context, c *common) (err error) {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return s.print(ctx, a, s.Query)
}

func (s eventSearch) print(ctx context.Context, a *app.App, q string) error {
	page, err := a.Log.Find(ctx, a.System("cli"), event.Search{Query: q, Paging: query.Paging{Size: s.Limit}})
	if err != nil {
		return err
	}
	slices.Reverse(page.Entries)
	for _, e := range page.Entries {
		if err := printEvent(os.Stdout, e, s.JSON); err != nil {
			return err
		}
	}
	return nil
}

func printEvent(w io.Writer, e event.Entry, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(api.EventOf(e.Sequence, e.Event))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%6d %s %-30s %-7s", e.Sequence, e.Time.Format("2006-01-02T15:04:05.000Z"), e.Code, e.Status)
	for _, d := range e.Details {
		fmt.Fprintf(&b, " %s=%q", d.Key, d.Value)
	}
	_, err := fmt.Fprintln(w, b.String())
	return err
}

type eventTail struct {
	Query string `arg:"" optional:"" help:"Query."`
	JSON  bool   `name:"json" help:"Print JSON lines."`
}

// Run prints the last events, then those that come.
func (t eventTail) Run(ctx context.Context, c *common) (err error) {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := (eventSearch{Limit: 10, JSON: t.JSON}).print(ctx, a, t.Query); err != nil {
		return err
	}
	page, err := a.Log.Find(ctx, a.System("cli"), event.Search{Paging: query.Paging{Size: 1}})
	if err != nil {
		return err
	}
	next := int64(0)
	if len(page.Entries) > 0 {
		next = page.Entries[0].Sequence + 1
	}
	for ctx.Err() == nil {
		if next, err = t.since(ctx, a, next); err != nil {
			return err
		}
		_ = a.DB.Clock.Wait(ctx, 500*time.Millisecond)
	}
	return nil
}

// since prints the events from a sequence number on and returns the next.
func (t eventTail) since(ctx context.Context, a *app.App, next int64) (int64, error) {
	q := fmt.Sprintf("sequence > %d", next-1)
	if t.Query != "" {
		q += " and (" + t.Query + ")"
	}
	page, err := a.Log.Find(ctx, a.System("cli"), event.Search{Query: q, Paging: query.Paging{Size: query.MaxSize}})
	if err != nil {
		if ctx.Err() != nil {
			return next, nil
		}
		return next, err
	}
	slices.Reverse(page.Entries)
	for _, e := range page.Entries {
		next = e.Sequence + 1
		if err := printEvent(os.Stdout, e, t.JSON); err != nil {
			return next, err
		}
	}
	return next, nil
}

type eventExport struct {
	To   string `required:"" type:"path" help:"File to write."`
	From int64  `help:"First sequence number."`
}

// Run writes the file.
func (x eventExport) Run(ctx context.Context, c *common) (err error) {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	f, err := os.OpenFile(filepath.Clean(x.To), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	n, err := a.Log.Export(ctx, f, x.From)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	fmt.Printf("%d events written to %s\n", n, x.To)
	return nil
}

type eventKey struct{}

// Run prints the key whoever verifies needs.
func (eventKey) Run(ctx context.Context, c *common) (err error) {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	fmt.Println(a.Log.PublicKey)
	return a.Close()
}

type eventVerify struct {
	Path       string `arg:"" optional:"" type:"existingfile" help:"The same as --file."`
	File       string `type:"existingfile" help:"An export or evidence, in place of the database."`
	Key        string `help:"Public key of the log, as \"events key\" prints it, or @FILE; needed with --file."`
	Checkpoint string `type:"existingfile" help:"A checkpoint kept outside: it proves that the log was not put back."`
	From       int64  `help:"First sequence number."`
}

// Run verifies and says how many entries hold, or the first that does not.
func (v eventVerify) Run(ctx context.Context, c *common) error {
	if v.Path != "" && v.File != "" {
		return errors.New("give one file")
	}
	v.File += v.Path
	if evidence, err := v.isEvidence(); err != nil {
		return err
	} else if evidence {
		return v.evidence()
	}
	report, err := v.report(ctx, c)
	if err != nil {
		return err
	}
	fmt.Printf("%d of %d entries hold", report.Held, report.Size)
	if report.Purged > 0 {
		fmt.Printf(", %d were purged", report.Purged)
	}
	if report.Marked > 0 {
		fmt.Printf(", %d are marked as changed before they were sealed", report.Marked)
	}
	fmt.Println()
	if report.Problem != nil {
		fmt.Println("the log does not hold: " + report.Problem.String())
		return exitCode(2)
	}
	if report.Note != "" {
		fmt.Println("last checkpoint (keep it outside):")
		fmt.Print(report.Note)
	}
	return nil
}

func (v eventVerify) report(ctx context.Context, c *common) (r event.Report, err error) {
	var outside *event.Checkpoint
	if v.File != "" {
		key, err := v.key()
		if err != nil {
			return r, err
		}
		if outside, err = v.outside(key); err != nil {
			return r, err
		}
		f, err := os.Open(v.File)
		if err != nil {
			return r, err
		}
		defer func() { _ = f.Close() }()
		return event.VerifyExport(f, key, outside)
	}
	a, err := c.open(ctx)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if outside, err = v.outside(a.Log.Key); err != nil {
		return r, err
	}
	return a.Log.Verify(ctx, event.VerifyOptions{From: v.From, Outside: outside})
}

func (v eventVerify) key() (note.Verifier, error) {
	text := v.Key
	if file, ok := strings.CutPrefix(text, "@"); ok {
		b, err := os.ReadFile(filepath.Clean(file))
		if err != nil {
			return nil, err
		}
		text = string(b)
	}
	key, err := note.NewVerifier(strings.TrimSpace(text))
	if err != nil {
		return nil, errors.New("--key: give the public key of the log, as \"horizon events key\" prints it")
	}
	return key, nil
}

func (v eventVerify) outside(key note.Verifier) (*event.Checkpoint, error) {
	if v.Checkpoint == "" {
		return nil, nil
	}
	b, err := os.ReadFile(v.Checkpoint)
	if err != nil {
		return nil, err
	}
	c, err := event.OpenCheckpoint(string(b), key)
	if err != nil {
		return nil, fmt.Errorf("--checkpoint: %w", err)
	}
	return &c, nil
}
