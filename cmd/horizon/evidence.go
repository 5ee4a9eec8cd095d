package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/horizon-clm/horizon/internal/event"
)

// isEvidence reports whether the file is evidence, and not an export.
func (v eventVerify) isEvidence() (bool, error) {
	if v.File == "" {
		return false, nil
	}
	f, err := os.Open(v.File)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	return event.IsEvidence(bufio.NewReader(f)), nil
}

// evidence verifies events with their proofs and says how many stand in the log, or the first that does not.
func (v eventVerify) evidence() error {
	key, err := v.key()
	if err != nil {
		return err
	}
	outside, err := v.outside(key)
	if err != nil {
		return err
	}
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	report, err := event.VerifyEvidence(f, key, outside)
	if err != nil {
		return err
	}
	words := "events stand"
	if report.Held == 1 {
		words = "event stands"
	}
	fmt.Printf("%d %s in the log of %d entries\n", report.Held, words, report.Size)
	if report.Marked > 0 {
		fmt.Printf("%d of them are marked as changed before they were sealed\n", report.Marked)
	}
	if report.Problem != nil {
		fmt.Println("the evidence does not hold: " + report.Problem.String())
		return exitCode(2)
	}
	if report.More {
		fmt.Println("the query described more events than the file may hold")
	}
	if report.Query != "" {
		fmt.Println("asked for, as the file says: " + report.Query)
	}
	fmt.Println("checkpoint:")
	fmt.Print(report.Note)
	return nil
}
