// Command coverage says which of the seed events the servers in the tests emitted.
//
// It reads the lines {"code","status","story"} that the tests left in the files of a folder, and prints for each seed
// code its statuses, which of success and failure it lacks, and its stories, then the counts.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxLine bounds one line of a file: a code, a status and the name of a story.
const maxLine = 64 << 10

func main() {
	seed := flag.String("seed", "internal/event/testdata/seed.txt", "file with one seed code a line")
	allowed := flag.String("statuses", "internal/event/testdata/statuses.txt", "file with a code and the statuses it can have a line")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: coverage [-seed FILE] [-statuses FILE] FOLDER")
		os.Exit(2)
	}
	if err := report(os.Stdout, *seed, *allowed, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "coverage:", err)
		os.Exit(1)
	}
}

// seen is what was observed of one code.
type seen struct {
	statuses map[string]bool
	stories  map[string]bool
}

// report prints what the files of folder show of the codes in the file seed.
func report(out io.Writer, seed, allowed, folder string) error {
	codes, err := lines(seed)
	if err != nil {
		return err
	}
	if len(codes) == 0 {
		return fmt.Errorf("%s holds no code", seed)
	}
	observed, err := collect(folder)
	if err != nil {
		return err
	}
	can, err := statuses(allowed)
	if err != nil {
		return err
	}
	return table(out, codes, can, observed)
}

// statuses reads which statuses each code can have.
func statuses(file string) (map[string][]string, error) {
	all := map[string][]string{}
	texts, err := lines(file)
	for _, text := range texts {
		words := strings.Fields(text)
		all[words[0]] = words[1:]
	}
	return all, err
}

// table prints a line for each code and the counts. A warning is not asked for: few steps end with one.
func table(out io.Writer, codes []string, can map[string][]string, observed map[string]seen) error {
	emitted, whole := 0, 0
	for _, code := range codes {
		s, ok := observed[code]
		if !ok {
			if _, err := fmt.Fprintf(out, "%-40s -\n", code); err != nil {
				return err
			}
			continue
		}
		emitted++
		lacks := ""
		for _, status := range []string{"success", "failure"} {
			if slices.Contains(can[code], status) && !s.statuses[status] {
				lacks += " without " + status
			}
		}
		if lacks == "" {
			whole++
		}
		if _, err := fmt.Fprintf(out, "%-40s %-24s%s %s\n", code, list(s.statuses, ","), lacks, list(s.stories, ", ")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "%d of %d seed events emitted, %d of them with success and failure as far as they have both\n", emitted, len(codes), whole)
	return err
}

// collect reads all files of the folder.
func collect(folder string) (map[string]seen, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	observed := map[string]seen{}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue
		}
		name := filepath.Join(folder, entry.Name())
		texts, err := lines(name)
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			if err := add(observed, text); err != nil {
				return nil, fmt.Errorf("%s: %q: %w", name, text, err)
			}
		}
	}
	return observed, nil
}

// add takes one line into what was observed.
func add(observed map[string]seen, text string) error {
	var line struct{ Code, Status, Story string }
	if err := json.Unmarshal([]byte(text), &line); err != nil {
		return err
	}
	if line.Code == "" || line.Status == "" || line.Story == "" {
		return fmt.Errorf("code, status or story is missing")
	}
	s, ok := observed[line.Code]
	if !ok {
		s = seen{statuses: map[string]bool{}, stories: map[string]bool{}}
		observed[line.Code] = s
	}
	s.statuses[line.Status] = true
	s.stories[line.Story] = true
	return nil
}

// lines returns the lines of a file that are not empty.
func lines(name string) ([]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []string
	scan := bufio.NewScanner(f)
	scan.Buffer(nil, maxLine)
	for scan.Scan() {
		if text := strings.TrimSpace(scan.Text()); text != "" {
			all = append(all, text)
		}
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return all, nil
}

func list(set map[string]bool, between string) string {
	return strings.Join(slices.Sorted(maps.Keys(set)), between)
}
