package likeness_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every file that a page links to is there.
func TestLinksOfPages(t *testing.T) {
	var pages []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "bench/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	link := regexp.MustCompile(`\]\(([^)#\s]+)`)
	links := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			links++
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s links to %s: %v", page, m[1], err)
			}
		}
	}
	if len(pages) < 5 || links < 5 {
		t.Errorf("only %d pages with %d links were found", len(pages), links)
	}
}

// A Go snippet of the README is part of a program that is compiled and run.
func TestSnippetsOfREADME(t *testing.T) {
	read := func(path string) string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	unindent := func(text string) string {
		var lines []string
		for line := range strings.Lines(text) {
			lines = append(lines, strings.TrimSpace(line))
		}
		return strings.Join(lines, "\n")
	}
	program := unindent(read(filepath.Join("examples", "embed", "main.go")))
	snippets := strings.Split(read("README.md"), "```go\n")[1:]
	for _, s := range snippets {
		s, _, _ = strings.Cut(s, "```")
		if s = unindent(s); !strings.Contains(program, strings.TrimSpace(s)) {
			t.Errorf("examples/embed/main.go has no such lines:\n%s", s)
		}
	}
	if len(snippets) == 0 {
		t.Error("README.md has no snippet")
	}
}
