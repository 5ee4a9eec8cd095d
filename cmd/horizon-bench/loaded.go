package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/horizon-clm/horizon/internal/load"
)

const (
	atRest     = 5 * time.Second // after the start, before memory is read
	starts     = 3
	startAim   = 500 * time.Millisecond
	memoryAim  = 80 << 20
	searchAim  = 50 * time.Millisecond
	nSearches  = 200
	nSamples   = 50
	pageOfRows = 50
)

// loaded measures start-up, memory, verification and search on a database with many certificates and events.
func (b *bench) loaded(ctx context.Context) error {
	if err := b.make(ctx); err != nil {
		return err
	}
	if err := b.coldStart(ctx); err != nil {
		return err
	}
	err := b.searches(ctx)
	if m, e := load.MemoryOf(b.server.PID()); e == nil {
		b.table.add("memory after the searches (without pages of files)", fmt.Sprintf("%s (%s)", mib(m.Resident), mib(m.Anonymous)))
	}
	if err = errors.Join(err, b.server.Stop()); err != nil {
		return err
	}
	return errors.Join(b.verify(ctx), b.written(ctx))
}

// make makes a data folder and fills it, once.
func (b *bench) make(ctx context.Context) error {
	if b.Data != "" || b.made {
		return nil
	}
	b.made = true
	if err := b.start(ctx); err != nil {
		return err
	}
	if err := b.server.Stop(); err != nil {
		return err
	}
	return b.fill(ctx)
}

// fill runs horizon-load.
func (b *bench) fill(ctx context.Context) error {
	say("loading %d certificates and events", b.Size)
	n := strconv.Itoa(b.Size)
	args := append(b.server.Where(), "--certificates", n, "--events", n)
	cmd := exec.CommandContext(ctx, filepath.Join(b.dir, "horizon-load"), args...) //nolint:gosec // the program that was just built
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("loading: %w", err)
	}
	b.table.add(fmt.Sprintf("loading %d certificates and events", b.Size), fmt.Sprintf("%.0f s", time.Since(began).Seconds()))
	return nil
}

// coldStart starts the process several times, the pages of the database being in memory.
func (b *bench) coldStart(ctx context.Context) error {
	say("starting")
	var all []time.Duration
	for i := range starts {
		began := time.Now()
		if err := b.start(ctx); err != nil {
			return err
		}
		all = append(all, time.Since(began))
		if i < starts-1 {
			if err := b.server.Stop(); err != nil {
				return err
			}
		}
	}
	took := load.Percentile(all, 50)
	b.table.against(fmt.Sprintf("start to ready with %d certificates", b.Size), ms(took), "under 500 ms", took < startAim)
	time.Sleep(atRest)
	m, err := load.MemoryOf(b.server.PID())
	if err != nil {
		return err
	}
	b.table.against("resident memory at rest (without pages of files)", fmt.Sprintf("%s (%s)", mib(m.Resident), mib(m.Anonymous)), "under 80 MiB", m.Resident < memoryAim)
	return nil
}

var held = regexp.MustCompile(`^(\d+) of \d+ entries hold`)

// verify has the command line verify the log, start included.
func (b *bench) verify(ctx context.Context) error {
	say("verifying the log")
	cmd := exec.CommandContext(ctx, b.server.Binary, append([]string{"events", "verify"}, b.server.Where()...)...) //nolint:gosec // the program that was just built
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("verifying the log: %w: %s", err, out)
	}
	took := time.Since(began)
	m := held.FindSubmatch(out)
	if m == nil {
		return fmt.Errorf("verifying the log: %s", out)
	}
	n, err := strconv.ParseFloat(string(m[1]), 64)
	each := n / took.Seconds()
	b.table.against(fmt.Sprintf("horizon events verify, %.0f events, process included", n), fmt.Sprintf("%.0f a second (%.1f s)", each, took.Seconds()), "300,000 a second", each >= verification)
	return err
}
