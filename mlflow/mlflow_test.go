package mlflow_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"likeness/mlflow"
)

// recorded are the answers of an MLflow 2 tracking server, as its documentation has them.
var recorded = map[string]string{
	"GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=likeness": `{"experiment": {"experiment_id": "3", "name": "likeness", "artifact_location": "mlflow-artifacts:/3", "lifecycle_stage": "active", "last_update_time": 1700000000000, "creation_time": 1700000000000}}`,
	"GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=gone":     `{"experiment": {"experiment_id": "4", "name": "gone", "lifecycle_stage": "deleted"}}`,
	"POST /api/2.0/mlflow/experiments/create":                              `{"experiment_id": "5"}`,
	"POST /api/2.0/mlflow/runs/create":                                     `{"run": {"info": {"run_uuid": "a1", "run_id": "a1", "run_name": "conv", "experiment_id": "3", "status": "RUNNING", "start_time": 1700000000000, "artifact_uri": "mlflow-artifacts:/3/a1/artifacts", "lifecycle_stage": "active"}, "data": {}, "inputs": {}}}`,
	"POST /api/2.0/mlflow/runs/log-batch":                                  `{}`,
	"POST /api/2.0/mlflow/runs/update":                                     `{"run_info": {"run_id": "a1", "status": "FINISHED"}}`,
	"PUT /api/2.0/mlflow-artifacts/artifacts/3/a1/artifacts/m.safetensors": `{}`,
}

// server answers as recorded and keeps what it was asked.
func server(t *testing.T, answers map[string]string) (*mlflow.Client, *[]string) {
	t.Helper()
	asked := &[]string{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		key := r.Method + " " + r.URL.RequestURI()
		*asked = append(*asked, key+" "+string(body))
		answer, ok := answers[key]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such thing."}`)
			return
		}
		if status, after, ok := strings.Cut(answer, "!"); ok {
			var n int
			fmt.Sscan(status, &n)
			w.Header().Set("Location", after)
			w.WriteHeader(n)
			answer = after
		}
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(s.Close)
	c, err := mlflow.New(s.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	if c.Address() != s.URL {
		t.Errorf("the address is %s, expected %s", c.Address(), s.URL)
	}
	return c, asked
}

func TestRun(t *testing.T) {
	c, asked := server(t, recorded)
	ctx := t.Context()
	id, err := c.Experiment(ctx, "likeness")
	if err != nil || id != "3" {
		t.Fatalf("experiment %q, %v", id, err)
	}
	now := time.UnixMilli(1700000000123)
	run, err := c.Start(ctx, id, "conv", now, []mlflow.Pair{{Key: "mlflow.source.name", Value: "likeness"}})
	if err != nil || run.ID != "a1" || run.Name != "conv" {
		t.Fatalf("run %+v, %v", run, err)
	}
	if err := run.Log(ctx, []mlflow.Pair{{Key: "batch", Value: "32"}}, []mlflow.Metric{{Key: "loss", Value: 0.5, Timestamp: 1, Step: 2}, {Key: "nothing", Value: math.NaN()}}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := os.WriteFile(path, []byte("weights"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run.Upload(ctx, path); err != nil {
		t.Fatal(err)
	}
	if err := run.End(ctx, mlflow.Finished, now); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=likeness ",
		`POST /api/2.0/mlflow/runs/create {"experiment_id":"3","run_name":"conv","start_time":1700000000123,"tags":[{"key":"mlflow.source.name","value":"likeness"}]}`,
		`POST /api/2.0/mlflow/runs/log-batch {"metrics":[{"key":"loss","value":0.5,"timestamp":1,"step":2}],"params":[{"key":"batch","value":"32"}],"run_id":"a1"}`,
		"PUT /api/2.0/mlflow-artifacts/artifacts/3/a1/artifacts/m.safetensors weights",
		`POST /api/2.0/mlflow/runs/update {"end_time":1700000000123,"run_id":"a1","status":"FINISHED"}`,
	}
	if diff := cmp.Diff(want, *asked); diff != "" {
		t.Error(diff)
	}
}

func TestExperimentIsMade(t *testing.T) {
	c, asked := server(t, recorded)
	if id, err := c.Experiment(t.Context(), "new"); err != nil || id != "5" || len(*asked) != 2 {
		t.Errorf("experiment %q, %v, asked %q", id, err, *asked)
	}
	if _, err := c.Experiment(t.Context(), "gone"); err == nil || !strings.Contains(err.Error(), "was deleted") {
		t.Errorf("a deleted experiment: %v", err)
	}
}

// A request carries no more than the server takes.
func TestBatches(t *testing.T) {
	c, asked := server(t, recorded)
	run, err := c.Start(t.Context(), "3", "conv", time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	*asked = nil
	if err := run.Log(t.Context(), make([]mlflow.Pair, 250), make([]mlflow.Metric, 2000)); err != nil {
		t.Fatal(err)
	}
	params, metrics := 0, 0
	for _, line := range *asked {
		var batch struct{ Params, Metrics []json.RawMessage }
		if err := json.Unmarshal([]byte(line[strings.Index(line, "{"):]), &batch); err != nil {
			t.Fatal(err)
		}
		if len(batch.Params) > 100 || len(batch.Metrics) > 1000 || len(batch.Params)+len(batch.Metrics) > 1000 {
			t.Errorf("a request of %d parameters and %d metrics", len(batch.Params), len(batch.Metrics))
		}
		params, metrics = params+len(batch.Params), metrics+len(batch.Metrics)
	}
	if params != 250 || metrics != 2000 {
		t.Errorf("%d parameters and %d metrics arrive", params, metrics)
	}
}

func TestErrors(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:5000": "no address", "ftp://host": "no address", "http://": "no address", "http://me:secret@host": "MLFLOW_TRACKING_USERNAME", "http://\x00": "no address",
	} {
		if _, err := mlflow.New(address); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: want an error that says %q, got %v", address, want, err)
		}
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("another address is asked") }))
	defer elsewhere.Close()
	c, _ := server(t, map[string]string{
		"GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=moved": "302!" + elsewhere.URL,
		"GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=page":  "<html>",
		"POST /api/2.0/mlflow/runs/create":                                  `{}`,
		"GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=down":  "503!",
	})
	for name, want := range map[string]string{"moved": "another address", "page": "something else than JSON", "down": "status 503"} {
		if _, err := c.Experiment(t.Context(), name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: want an error that says %q, got %v", name, want, err)
		}
	}
	if _, err := c.Start(t.Context(), "3", "x", time.Now(), nil); err == nil || !strings.Contains(err.Error(), "no id") {
		t.Errorf("a run without an id: %v", err)
	}
	local, _ := server(t, map[string]string{"POST /api/2.0/mlflow/runs/create": `{"run": {"info": {"run_id": "a1", "artifact_uri": "/mlruns/0/a1/artifacts"}}}`})
	run, err := local.Start(t.Context(), "0", "x", time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Upload(t.Context(), "x"); !errors.Is(err, mlflow.ErrNoUpload) {
		t.Errorf("a file is sent to a server that takes none: %v", err)
	}
}

// Names and passwords come from the environment.
func TestCredentials(t *testing.T) {
	var got string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Authorization")
		fmt.Fprint(w, `{"experiment": {"experiment_id": "1"}}`)
	}))
	defer s.Close()
	for _, c := range []struct{ name, value, want string }{{"MLFLOW_TRACKING_USERNAME", "ada", "Basic YWRhOg=="}, {"MLFLOW_TRACKING_TOKEN", "abc", "Bearer abc"}} {
		t.Setenv(c.name, c.value)
		client, err := mlflow.New(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Experiment(t.Context(), "x"); err != nil || got != c.want {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}
