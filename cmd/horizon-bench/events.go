package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// rate is the metric the benchmarks of events report.
var rate = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s.*?([\d.]+) events/s`)

const verification = 300_000

// events runs the benchmarks of the log in the test process, where a bare insert can be compared with an event.
func (b *bench) events(ctx context.Context) error {
	say("events against bare inserts")
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^Benchmark(Bare|Seal|Verify)", "-benchtime", "3s", "./internal/event")
	cmd.Env = os.Environ()
	if b.Database != "" {
		cmd.Env = append(cmd.Env, "TEST_POSTGRES="+b.Database)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("running the benchmarks: %w: %s", err, out)
	}
	found := map[string]float64{}
	for line := range strings.Lines(string(out)) {
		m := rate.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if n, err := strconv.ParseFloat(m[2], 64); err == nil {
			found[m[1]] = n
			b.reportEvents(m[1], n)
		}
	}
	if bare, sealed := found["Bare"], found["Seal"]; bare > 0 && sealed > 0 {
		ratio := bare / sealed
		b.table.against("an event against bare inserts and deletes of its rows", fmt.Sprintf("%.2f times", ratio), "at most 2 times", ratio <= 2)
	}
	return nil
}

func (b *bench) reportEvents(name string, n float64) {
	figure := fmt.Sprintf("%.0f a second", n)
	switch name {
	case "Verify":
		b.table.against("events verified", figure, "300,000 a second", n >= verification)
	case "Bare":
		b.table.add("bare inserts and deletes of an event's rows", figure)
	default:
		b.table.add("events, "+name, figure)
	}
}
