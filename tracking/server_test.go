package tracking

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"likeness/dataset"
	"likeness/recipe"
)

// What was lost while the server was away is told; one that is back again learns how the training ended.
func TestEndAfterLosses(t *testing.T) {
	ended := ""
	at := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case strings.HasSuffix(r.URL.Path, "runs/create"):
			fmt.Fprint(w, `{"run": {"info": {"run_id": "r"}}}`)
		case strings.HasSuffix(r.URL.Path, "runs/update"):
			ended = string(body)
			fallthrough
		default:
			fmt.Fprint(w, `{"experiment": {"experiment_id": "7"}}`)
		}
	}))
	defer at.Close()
	r, _ := recipe.Named("pca")
	o := r.Options()
	o.Data, o.Out = dataset.Drawn(20, 3), filepath.Join(t.TempDir(), "m.safetensors")
	o.Prep.W, o.Prep.H = 16, 16
	job, err := recipe.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newServer(t.Context(), at.URL, job)
	if err != nil {
		t.Fatal(err)
	}
	s.lock.Lock()
	s.dropped = 3
	s.lock.Unlock()
	if err := s.end(t.Context(), nil, nil); err == nil || err.Error() != "3 numbers were not sent while the server did not answer" {
		t.Errorf("%v", err)
	}
	if !strings.Contains(ended, "FINISHED") {
		t.Errorf("the server is told %q", ended)
	}
}
