package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"likeness/dataset"
	"likeness/pix"
	"likeness/recipe"
)

// A training or an index that no memory suffices for is refused, before any memory is taken for it.
func TestTooLargeIsRefused(t *testing.T) {
	s := serve(t, t.TempDir())
	for name, change := range map[string]func(*recipe.Options){
		"code":   func(o *recipe.Options) { o.Code = 50_000_000 },
		"size":   func(o *recipe.Options) { o.Prep = pix.Prep{W: 20_000, H: 20_000} },
		"batch":  func(o *recipe.Options) { o.Batch = 1 << 40 },
		"epochs": func(o *recipe.Options) { o.Epochs = 1 << 50 },
		"drawn":  func(o *recipe.Options) { o.Data = dataset.Drawn(1<<40, 1<<40) },
	} {
		o := quickTraining()
		o.Out = "a.safetensors"
		change(&o)
		body, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/api/runs", "/api/runs/command"} {
			status, answer, h := s.ask("POST", path, body, "Content-Type", "application/json")
			if status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %s: %d %.200s", path, name, status, answer)
			} else if text := s.problemOf(status, answer, h); !strings.Contains(text, name) {
				t.Errorf("%s: %s: %s", path, name, text)
			}
		}
	}
	status, answer, _ := s.ask("POST", "/api/index", []byte(`{"pictures":"drawn:1000000000x1000"}`), "Content-Type", "application/json")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("an index: %d %s", status, answer)
	}
}
