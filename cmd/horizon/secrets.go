package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/horizon-clm/horizon/internal/app"
	"github.com/horizon-clm/horizon/internal/secret"
)

type secrets struct {
	Status  secretStatus  `cmd:"" help:"Print the keys, who has them, and how much each has sealed."`
	Rotate  secretRotate  `cmd:"" help:"Begin to seal with a new key. Where a node lacks it yet, copy the keyset there and run it again."`
	Reseal  secretReseal  `cmd:"" help:"Seal anew, with the new key, what older keys have sealed. The server does it by itself after a rotation."`
	Retire  secretRetire  `cmd:"" help:"Remove a key that seals nothing any more."`
	Seal    secretSeal    `cmd:"" help:"Seal the keyset on disk to a passphrase or a PKCS#11 token, or make it a plain file again."`
	MakeKey secretMakeKey `cmd:"" help:"Make the AES key that seals the keyset in the PKCS#11 token."`
}

type secretStatus struct{}

// Run prints the state of the keys.
func (secretStatus) Run(ctx context.Context, c *common) (err error) {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	k, err := a.KeyStatus(ctx)
	if err != nil {
		return err
	}
	count, err := a.CountSealed(ctx)
	if err != nil {
		return err
	}
	nodes, err := a.Nodes(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("keyset  %s, on disk as %s\n", a.Config.Data+"/keys/secrets.keyset", k.Sealing)
	for _, id := range k.Keys {
		fmt.Printf("key     %-10d %s\n", id, keyText(id, k, count))
	}
	for _, n := range nodes {
		fmt.Printf("node    %s has %s and seals with %d\n", n.Name, strings.Trim(fmt.Sprint(n.Keys), "[]"), n.Active)
	}
	if k.Backup != "" {
		fmt.Println("WARNING: " + k.Backup)
	}
	return printCount(count)
}

// keyText says what a key does.
func keyText(id uint32, k app.KeyStatus, count []app.SealedCount) string {
	total := 0
	for _, c := range count {
		total += c.Keys[id]
	}
	switch {
	case id == k.Active && k.Since.IsZero():
		return fmt.Sprintf("seals; %d values", total)
	case id == k.Active:
		return fmt.Sprintf("seals since %s; %d values", k.Since.Format(time.RFC3339), total)
	case id == k.Staged:
		return "prepared; \"horizon secrets rotate\" makes it seal"
	case total == 0:
		return "has sealed nothing that is stored; it can be retired"
	}
	return fmt.Sprintf("opens; %d values", total)
}

func printCount(count []app.SealedCount) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	for _, c := range count {
		for _, id := range slices.Sorted(maps.Keys(c.Keys)) {
			fmt.Fprintf(w, "sealed\t%s\t%d values with key %d\n", c.Purpose, c.Keys[id], id)
		}
	}
	return w.Flush()
}

type secretRotate struct {
	Prepare bool          `help:"Only add the key; it does not seal yet."`
	Wait    time.Duration `default:"30s" help:"How long to wait for the nodes to notice the key."`
}

// Run adds a key and makes it the one that seals once every node has it.
func (r secretRotate) Run(ctx context.Context, c *common) (err error) {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	id, err := a.PrepareKey(ctx)
	if err != nil {
		return err
	}
	file := a.Config.Data + "/keys/secrets.keyset"
	fmt.Printf("key %d is in %s\n", id, file)
	if r.Prepare {
		fmt.Println("It does not seal yet. Copy the file to the nodes that do not share the folder, then run \"horizon secrets rotate\".")
		return nil
	}
	if err := r.wait(ctx, a, id); err != nil {
		return err
	}
	if err := a.ActivateKey(ctx, id); err != nil {
		return fmt.Errorf("%w. Copy %s to those nodes, then run \"horizon secrets rotate\" again", err, file)
	}
	fmt.Printf("key %d seals from now on. What older keys have sealed is sealed anew by the server in a minute, or now by \"horizon secrets reseal\".\n", id)
	fmt.Println("Make a backup now: the last one does not hold this key.")
	return nil
}

// wait gives the nodes that run the time to notice a key in a folder they share.
func (r secretRotate) wait(ctx context.Context, a *app.App, id uint32) error {
	for end := a.DB.Clock.Now().Add(r.Wait); a.DB.Clock.Now().Before(end); {
		nodes, err := a.Nodes(ctx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(nodes, func(n app.Node) bool { return !slices.Contains(n.Keys, id) }) {
			return nil
		}
		if err := a.DB.Clock.Wait(ctx, time.Second); err != nil {
			return err
		}
	}
	return nil
}

type secretReseal struct{}

// Run seals anew what older keys have sealed.
func (secretReseal) Run(ctx context.Context, c *common) (err error) {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	done, err := a.Reseal(ctx, func(n int) { fmt.Printf("%d values\n", n) })
	if err != nil {
		return err
	}
	fmt.Printf("%d values were sealed anew; all are sealed with the key that seals now\n", done)
	return nil
}

type secretRetire struct {
	Key uint32 `arg:"" help:"Id of the key, as \"horizon secrets status\" prints it."`
}

// Run removes a key.
func (r secretRetire) Run(ctx context.Context, c *common) (err error) {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.RetireKey(ctx, r.Key); err != nil {
		return err
	}
	fmt.Printf("key %d is no more in %s/keys/secrets.keyset. Backups of the database from before need a backup of the keys from then.\n", r.Key, a.Config.Data)
	return nil
}

type secretSeal struct {
	To                string `enum:"file,passphrase,pkcs11," default:"" placeholder:"FORM" help:"file, passphrase or pkcs11; what secrets.keyset says when left out."`
	OldPassphraseFile string `type:"existingfile" placeholder:"FILE" help:"File whose first line is the passphrase the keyset is sealed to, when secrets.passphrase is the new one."`
}

// Run seals the keyset on disk in another form.
func (s secretSeal) Run(c *common) error {
	config, err := c.load(nil)
	if err != nil {
		return err
	}
	var old secret.Text
	if s.OldPassphraseFile != "" {
		if old, err = app.FirstLine(s.OldPassphraseFile); err != nil {
			return err
		}
	}
	form := s.To
	if form == "" {
		form = config.Keyset
	}
	was, err := app.SealKeyset(config, form, old)
	if err != nil {
		return err
	}
	fmt.Printf("the keyset lay there as %s, and now lies there as %s\n", was, form)
	if form != config.Keyset {
		fmt.Printf("Set secrets.keyset to %s before the server starts again.\n", form)
	}
	fmt.Println("Make a backup now, and destroy copies of the former file.")
	return nil
}

type secretMakeKey struct{}

// Run makes the key.
func (secretMakeKey) Run(c *common) error {
	config, err := c.load(nil)
	if err != nil {
		return err
	}
	if err := app.MakeTokenKey(config); err != nil {
		return err
	}
	fmt.Printf("the token %q has an AES key %q\n", config.TokenLabel, config.TokenKey)
	return nil
}
