package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/horizon-clm/horizon/internal/load"
	"github.com/horizon-clm/horizon/internal/outbound"
)

// validate is a process of its own that does the outgoing part of http-01 alone, with the package the server does it with,
// so that its cost can be told apart from that of the server's own work.
type validate struct {
	Address     string `required:""`
	Concurrency int    `required:""`
	Rounds      int    `default:"2000"`
}

const proofText = "token.thumbprint-of-an-account-key-in-base64url"

// Run prints the processor time of one validation in nanoseconds.
func (v validate) Run(ctx context.Context) error {
	_, port, err := splitPort(v.Address)
	if err != nil {
		return err
	}
	names, err := outbound.NewDNS(outbound.DNSOptions{Servers: []string{"127.0.0.1:53"}}) // never asked about localhost
	if err != nil {
		return err
	}
	c, err := outbound.New(outbound.Options{
		Policy: outbound.Policy{AllowLoopback: true, AllowPrivate: true}, Resolver: names, Timeout: 10 * time.Second,
		MaxBytes: 64 << 10, Parallel: 64, InsecureSkipVerify: true, MaxRedirects: 10, PortAllowed: func(int) bool { return true },
	})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := v.rounds(ctx, c, port, 100); err != nil {
		return err
	}
	before := process()
	if err := v.rounds(ctx, c, port, v.Rounds); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode((process() - before) / time.Duration(v.Rounds))
}

func (v validate) rounds(ctx context.Context, c *outbound.Client, port, n int) error {
	var next atomic.Int64
	g, run := errgroup.WithContext(ctx)
	for range v.Concurrency {
		g.Go(func() error {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				a, err := c.Get(run, fmt.Sprintf("http://n%d.bench.localhost:%d/.well-known/acme-challenge/cost", i, port), 64<<10)
				if err != nil {
					return err
				}
				if string(a.Body) != proofText {
					return errors.New("the validation found something else")
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// process returns the processor time of this process.
func process() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// validation measures one validation in a process of its own.
func (b *bench) validation(ctx context.Context, r *load.Responder, concurrency int) (cost time.Duration, err error) {
	r.Set("cost", proofText)
	defer r.Forget("cost")
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, self, "validate", "--address", b.HTTP01, "--concurrency", strconv.Itoa(concurrency)) //nolint:gosec // this very program
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("measuring a validation: %w", err)
	}
	return cost, json.Unmarshal(out, &cost)
}
