package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// perCall is what the benchmarks of configuration objects report.
var perCall = regexp.MustCompile(`^Benchmark(List|Get)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op`)

// kinds measures configuration objects by REST: 1,000 of a kind.
func (b *bench) kinds(ctx context.Context) error {
	say("configuration objects")
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^Benchmark(List|Get)$", "-benchtime", "2s", "./internal/kind")
	cmd.Env = os.Environ()
	if b.Database != "" {
		cmd.Env = append(cmd.Env, "TEST_POSTGRES="+b.Database)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("running the benchmarks: %w: %s", err, out)
	}
	what := map[string]string{"List": "1,000 configuration objects listed", "Get": "one of 1,000 configuration objects"}
	for line := range strings.Lines(string(out)) {
		m := perCall.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if n, err := strconv.ParseFloat(m[2], 64); err == nil {
			b.table.add(what[m[1]]+", client and server", time.Duration(n).Round(time.Microsecond).String())
		}
	}
	return nil
}
