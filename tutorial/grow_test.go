package tutorial_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/dataset"
	"likeness/faces"
	"likeness/progress"
	"likeness/train"
	"likeness/tutorial"
)

// The report and the numbers are there after every stage, with what is still to come.
func TestReportGrows(t *testing.T) {
	run := tutorial.Run{Data: set(40), Out: t.TempDir(), Epochs: 1, Only: []string{"pca", "conv"}}
	read := func() (string, tutorial.Results) {
		page, err := os.ReadFile(filepath.Join(run.Out, "report.html"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(run.Out, "results.json"))
		if err != nil {
			t.Fatal(err)
		}
		var r tutorial.Results
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		return string(page), r
	}
	seen := map[string]bool{}
	run.Events = func(stage string, _ train.Event) {
		if seen[stage] {
			return
		}
		seen[stage] = true
		page, r := read()
		toCome, models := "pca, conv", 0
		if stage == "conv" {
			toCome, models = "conv", 1
		}
		if !strings.Contains(page, "Still to come") || !strings.Contains(page, ">"+toCome+"<") || !strings.Contains(page, `id="data"`) || strings.Contains(page, `id="pca"`) != (models == 1) {
			t.Errorf("while %s is trained the page has not what is done and what is still to come", stage)
		}
		if len(r.Models) != models || r.Yardsticks.PCA == 0 {
			t.Errorf("while %s is trained the numbers are of %d models", stage, len(r.Models))
		}
	}
	if _, err := run.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, r := read()
	if !seen["pca"] || !seen["conv"] || strings.Contains(page, "Still to come") || len(r.Models) != 2 {
		t.Errorf("in the end: stages %v, %d models", seen, len(r.Models))
	}
}

// The pictures are read once for all stages, and only in the preparations that these need.
func TestLoadReadsOnce(t *testing.T) {
	for _, c := range []struct {
		only         []string
		wide, around bool
	}{{nil, true, true}, {[]string{"pca"}, false, false}, {[]string{"retrieval"}, true, false}, {[]string{"denoiser"}, false, true}} {
		reads := map[string]int{}
		opt := faces.Options{CacheDir: t.TempDir(), Progress: func(s progress.Step) { reads[s.What]++ }}
		run := tutorial.Run{Only: c.only}
		if err := run.Load(context.Background(), dataset.Drawn(3, 2), opt); err != nil {
			t.Fatal(err)
		}
		if (run.Wide != nil) != c.wide || (run.Around != nil) != c.around || run.Data.Len() != 6 {
			t.Errorf("%v: wide %v, around %v", c.only, run.Wide != nil, run.Around != nil)
		}
		for _, more := range []func(context.Context) (*faces.Set, error){run.Wide, run.Around} {
			if more == nil {
				continue
			}
			s, err := more(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if s.Len() != 6 || s.W == run.Data.W {
				t.Errorf("%v: %d pictures of %d pixels", c.only, s.Len(), s.W)
			}
		}
		for what, n := range reads {
			if n != 6 {
				t.Errorf("%v: %s: %d steps for 6 pictures", c.only, what, n)
			}
		}
	}
}
