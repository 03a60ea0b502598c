package faces_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/faces"
	"likeness/parallel"
)

// A picture that the program panics of ends the caller's work, not the program.
func TestProcessPanics(t *testing.T) {
	dir := t.TempDir()
	for i := range 50 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d.jpg", i)), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	src, err := faces.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{"work", "collect"} {
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "bad picture") {
					t.Errorf("%s: recovered %v", where, p)
				}
			}()
			bad := func(f faces.File, at string) {
				if at == where && f.Name == "20.jpg" {
					panic("bad picture")
				}
			}
			_ = faces.Process(parallel.WithThreads(t.Context(), 4), src, func(string) bool { return true },
				func(f faces.File) int { bad(f, "work"); return 1 }, func(f faces.File, _ int) error { bad(f, "collect"); return nil })
		}()
	}
}
