package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/horizon-clm/horizon/internal/kind"
)

type config struct {
	Show   show         `cmd:"" default:"1" help:"Print the effective settings of the server."`
	Export configExport `cmd:"" help:"Write the configuration objects to a file, for another server or for version control."`
	Import configImport `cmd:"" help:"Store the objects of an export, all or none. Exit code 2: some are refused."`
}

type configExport struct {
	passphrase
	To    string   `type:"path" placeholder:"FILE" help:"File to write, in place of printing. It must not exist."`
	Kinds []string `placeholder:"KIND,..." help:"Kinds to export, such as profile,label; everything when left out."`
}

// Run writes the export.
func (x configExport) Run(ctx context.Context, c *common) (err error) {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	wish := kind.Wish{}
	if wish.Passphrase, err = x.passphrase.read(); err != nil {
		return err
	}
	for _, k := range x.Kinds {
		wish.Items = append(wish.Items, kind.Choice{Kind: k})
	}
	b, err := a.Export(ctx, a.System("cli"), wish)
	if err != nil {
		return err
	}
	text, err := printed(b)
	if err != nil {
		return err
	}
	if x.To == "" {
		_, err = os.Stdout.Write(text)
		return err
	}
	f, err := os.OpenFile(filepath.Clean(x.To), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	fmt.Printf("%d objects written to %s\n", len(b.Objects), x.To)
	return nil
}

// printed is the export with a line for each member, so that two of them can be compared line by line.
func printed(b kind.Bundle) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(b)
	return text.Bytes(), err
}

type configImport struct {
	passphrase
	From   string `required:"" type:"path" placeholder:"FILE" help:"File to read; - is the standard input."`
	DryRun bool   `help:"Only print what would happen to each object."`
}

const maxExportFile = 1 << 30 // bytes

// Run imports the file and prints what happened to each object.
func (m configImport) Run(ctx context.Context, c *common) (err error) {
	b, err := m.bundle()
	if err != nil {
		return err
	}
	words, err := m.passphrase.read()
	if err != nil {
		return err
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	who := a.System("cli")
	done, err := a.Import(ctx, who, b, words, true)
	if err != nil {
		return err
	}
	if !m.DryRun {
		stored, err := a.Import(ctx, who, b, words, false)
		switch {
		case err == nil:
			done = stored
		case done.Refused == 0: // it was not clear from the objects
			return err
		}
	}
	report(done)
	if done.Refused > 0 {
		return exitCode(2)
	}
	return nil
}

func (m configImport) bundle() (b kind.Bundle, err error) {
	from := os.Stdin
	if m.From != "-" {
		if from, err = os.Open(filepath.Clean(m.From)); err != nil {
			return b, err
		}
		defer func() { _ = from.Close() }()
	}
	text, err := io.ReadAll(io.LimitReader(from, maxExportFile))
	if err != nil {
		return b, err
	}
	if err := json.Unmarshal(text, &b); err != nil {
		return b, fmt.Errorf("%s is not an export: %w", m.From, err)
	}
	return b, nil
}

// report prints what happened, or would happen; objects that are as they were are only counted.
func report(i kind.Imported) {
	for _, o := range i.Objects {
		if o.Outcome == kind.Same {
			continue
		}
		fmt.Printf("%-8s %s %s\n", o.Outcome, o.Kind, o.Key)
		for _, r := range o.Reasons {
			fmt.Println("           " + r)
		}
		if o.Outcome == kind.Updated {
			for _, d := range o.Changes {
				fmt.Println("           " + d.Field)
			}
		}
		if len(o.Unset) > 0 && o.Outcome != kind.Refused {
			fmt.Println("           without a value: " + strings.Join(o.Unset, ", "))
		}
	}
	verb := "imported"
	switch {
	case i.Refused > 0:
		verb = "nothing is imported"
	case i.DryRun:
		verb = "would be imported"
	}
	fmt.Printf("%d to add, %d to update, %d the same, %d refused: %s\n", i.Added, i.Updated, i.Same, i.Refused, verb)
}
