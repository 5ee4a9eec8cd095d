package house

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Released returns the files of the repository at root: those git tracks or, where there is no git, all that are there.
func Released(root string) ([]string, error) {
	// The owner of a checkout made by a pipeline is often somebody else.
	out, err := exec.Command("git", "-C", root, "-c", "safe.directory=*", "ls-files", "-z", "--cached").Output()
	if err != nil {
		return walked(root)
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 }), nil
}

// walked returns all files below root apart from hidden folders and what a build or a run leaves at the top.
func walked(root string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir() && (rel == "data" || rel == "bin" || entry.Name() == "node_modules" || entry.Name() == ".git"):
			return fs.SkipDir
		case entry.Type().IsRegular():
			names = append(names, filepath.ToSlash(rel))
		}
		return nil
	})
	return names, err
}

// Alone says which of the files below root speak of something that is no part of the product: one of the words, or the
// place of this checkout on this machine.
func Alone(root string, names, words []string) ([]string, error) {
	var findings []string
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if os.IsNotExist(err) {
			continue // tracked, and removed since
		}
		if err != nil {
			return nil, err
		}
		if bytes.IndexByte(text, 0) >= 0 {
			continue // not a text
		}
		for i, line := range strings.Split(string(text), "\n") {
			for _, word := range words {
				if strings.Contains(line, word) {
					findings = append(findings, fmt.Sprintf("%s:%d: the product speaks of itself alone, not of %q", name, i+1, word))
				}
			}
			if mentionsPath(line, root) {
				findings = append(findings, fmt.Sprintf("%s:%d: the path of a checkout on one machine", name, i+1))
			}
		}
	}
	return findings, nil
}

// mentionsPath reports whether the line names the folder, which must be deep enough to mean this checkout.
func mentionsPath(line, folder string) bool {
	if strings.Count(folder, "/") < 2 {
		return false
	}
	before, after, found := strings.Cut(line, folder)
	return found && !endsInWord(before) && !startsWithWord(after)
}

func endsInWord(s string) bool     { return s != "" && wordByte(s[len(s)-1]) }
func startsWithWord(s string) bool { return s != "" && wordByte(s[0]) }

func wordByte(b byte) bool {
	return b == '_' || b == '-' || '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'z'
}
