package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// work does one job that is in the running state. What it returns decides, in River's terms, what becomes of the job.
func (r *Runner) work(ctx context.Context, row *rivertype.JobRow) error {
	d, ok := r.works[row.Kind]
	if !ok {
		return river.JobCancel(fmt.Errorf("task: nothing is defined for the job %s", row.Kind))
	}
	r.enter(row)
	began, err := r.try(ctx, d, row)
	if r.leave(row, err) {
		slog.InfoContext(ctx, "job handed back", "task", row.Kind, "job", row.ID)
		return err
	}
	if err != nil && began && d.single != nil { // the next run is in the table already
		slog.ErrorContext(ctx, "periodic work failed", "task", row.Kind, "error", err)
		return nil
	}
	return judge(ctx, row, err)
}

// try runs the job's function once and reports whether it came to that.
func (r *Runner) try(ctx context.Context, d Definition, row *rivertype.JobRow) (began bool, err error) {
	began, err = r.begin(ctx, d, row)
	if err != nil || !began {
		return false, err
	}
	err = protect(ctx, d.timeout, func(ctx context.Context) error { return d.run(ctx, row.EncodedArgs) })
	if err == nil || len(row.UniqueKey) == 0 || d.single != nil || given(err) {
		return true, err
	}
	if e := r.again(context.WithoutCancel(ctx), row); errors.Is(e, errSuperseded) {
		slog.WarnContext(ctx, "job failed; an equal one takes its place", "task", row.Kind, "job", row.ID, "error", err)
		return true, nil
	} else if e != nil {
		return true, errors.Join(err, e)
	}
	return true, err
}

// judge logs a failure and says whether it is tried again.
func judge(ctx context.Context, row *rivertype.JobRow, err error) error {
	if err == nil {
		return nil
	}
	log := slog.With("task", row.Kind, "job", row.ID, "attempt", row.Attempt, "error", err)
	switch {
	case given(err):
		log.ErrorContext(ctx, "job failed for good")
		return river.JobCancel(err)
	case row.Attempt >= row.MaxAttempts:
		log.ErrorContext(ctx, "job failed for the last time")
	default:
		log.WarnContext(ctx, "job failed and is tried again")
	}
	return err
}

func (r *Runner) enter(row *rivertype.JobRow) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running[row.ID] = row.Attempt
}

// leave reports whether the job was interrupted; it then stays among those that are handed back.
func (r *Runner) leave(row *rivertype.JobRow, err error) (interrupted bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.halted && err != nil {
		return true
	}
	delete(r.running, row.ID)
	return false
}

// backoff is how a job waits between its tries, in milliseconds. The zero value is the default.
type backoff struct {
	First int64 `json:"first"`
	Most  int64 `json:"most"`
}

// backoffKey is where the metadata of a job hold its back-off.
const backoffKey = "backoff"

const maxBackoff = 30 * 24 * time.Hour

func (b backoff) valid() bool {
	return b == backoff{} || b.First > 0 && b.Most >= b.First && b.Most <= maxBackoff.Milliseconds()
}

// after returns the wait after the attempt with the number, which counts from 1.
func (b backoff) after(attempt int) time.Duration {
	first, most := time.Duration(b.First)*time.Millisecond, time.Duration(b.Most)*time.Millisecond
	if b == (backoff{}) || !b.valid() {
		first, most = defaultFirst, defaultMost
	}
	wait := first
	for n := 1; n < attempt && wait < most; n++ {
		wait *= 2
	}
	return min(wait, most)
}

// wait returns how long the job waits after the attempt that has just failed.
func wait(row *rivertype.JobRow) time.Duration {
	var metadata map[string]json.RawMessage
	var b backoff
	if json.Unmarshal(row.Metadata, &metadata) == nil && len(metadata[backoffKey]) > 0 {
		if json.Unmarshal(metadata[backoffKey], &b) != nil {
			b = backoff{}
		}
	}
	return b.after(row.Attempt)
}
