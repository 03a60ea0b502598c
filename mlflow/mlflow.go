// Package mlflow records runs with an MLflow tracking server, by its REST API
// (https://mlflow.org/docs/latest/rest-api.html, version 2.0): parameters, metrics, and
// files. It speaks to the address it is given and to no other: redirections are refused and
// proxies not asked.
package mlflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Client speaks to a tracking server.
type Client struct {
	base  *url.URL
	http  *http.Client
	user  string
	pass  string
	token string
}

// Timeout is how long one request may take; files have longer.
const Timeout = 10 * time.Second

// New returns a client for a server's address, such as http://127.0.0.1:5000. The name and the
// password, or a token, are those of the environment variables MLFLOW_TRACKING_USERNAME,
// MLFLOW_TRACKING_PASSWORD and MLFLOW_TRACKING_TOKEN, as MLflow's own client has them; an
// address that holds them is refused, because addresses are shown.
func New(address string) (*Client, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("that is no address of an MLflow server, such as http://127.0.0.1:5000")
	case u.User != nil:
		return nil, errors.New("the address of the MLflow server holds a password: put it into MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("%q is no address of an MLflow server, such as http://127.0.0.1:5000", address)
	}
	u.Path, u.RawQuery, u.Fragment = strings.TrimRight(u.Path, "/"), "", ""
	c := &Client{base: u, user: os.Getenv("MLFLOW_TRACKING_USERNAME"), pass: os.Getenv("MLFLOW_TRACKING_PASSWORD"), token: os.Getenv("MLFLOW_TRACKING_TOKEN")}
	c.http = &http.Client{
		Transport: &http.Transport{MaxIdleConns: 2, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("the server sends to another address, which is not asked")
		},
	}
	return c, nil
}

// Address returns the server's address.
func (c *Client) Address() string { return c.base.String() }

// Error is an answer of the server that is none.
type Error struct {
	Status  int    // of HTTP
	Code    string // such as RESOURCE_DOES_NOT_EXIST
	Message string
}

func (e *Error) Error() string {
	if e.Code == "" && e.Message == "" {
		return fmt.Sprintf("the MLflow server answers with status %d", e.Status)
	}
	return fmt.Sprintf("the MLflow server says %s: %s", e.Code, e.Message)
}

// mostAnswer bounds an answer.
const mostAnswer = 1 << 20

// call sends a request and reads the answer into out, which may be nil.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	return c.send(ctx, method, "/api/2.0/mlflow/"+path, query, body, "application/json", out)
}

func (c *Client) send(ctx context.Context, method, path string, query url.Values, body io.Reader, kind string, out any) error {
	u := *c.base
	u.Path += path
	u.RawQuery = query.Encode()
	r, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	switch {
	case c.token != "":
		r.Header.Set("Authorization", "Bearer "+c.token)
	case c.user != "":
		r.SetBasicAuth(c.user, c.pass)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // the address is known
		}
		return fmt.Errorf("the MLflow server at %s: %w", c.base, err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	if err != nil {
		return fmt.Errorf("the MLflow server at %s: %w", c.base, err)
	}
	if answer.StatusCode/100 != 2 {
		e := &Error{Status: answer.StatusCode}
		var said struct {
			Code    string `json:"error_code"`
			Message string `json:"message"`
		}
		if json.Unmarshal(data, &said) == nil {
			e.Code, e.Message = said.Code, said.Message
		}
		return e
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("the MLflow server at %s answers with something else than JSON: is it one?", c.base)
	}
	return nil
}

// Experiment returns the id of an experiment, which is created where it is not there.
func (c *Client) Experiment(ctx context.Context, name string) (string, error) {
	find := func() (string, error) {
		var found struct {
			Experiment struct {
				ID    string `json:"experiment_id"`
				Stage string `json:"lifecycle_stage"`
			} `json:"experiment"`
		}
		err := c.call(ctx, http.MethodGet, "experiments/get-by-name", url.Values{"experiment_name": {name}}, nil, &found)
		if err == nil && found.Experiment.Stage == "deleted" {
			return "", fmt.Errorf("the experiment %q was deleted on the MLflow server: choose another in MLFLOW_EXPERIMENT_NAME, or restore it", name)
		}
		return found.Experiment.ID, err
	}
	id, err := find()
	if e, ok := errors.AsType[*Error](err); !ok || e.Code != "RESOURCE_DOES_NOT_EXIST" {
		return id, err
	}
	var made struct {
		ID string `json:"experiment_id"`
	}
	err = c.call(ctx, http.MethodPost, "experiments/create", nil, map[string]string{"name": name}, &made)
	if e, ok := errors.AsType[*Error](err); ok && e.Code == "RESOURCE_ALREADY_EXISTS" { // somebody else made it meanwhile
		return find()
	}
	return made.ID, err
}

// Run is a run on the server.
type Run struct {
	c         *Client
	ID        string
	Name      string
	artifacts string
}

// Pair is a parameter or a tag.
type Pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Metric is a number at a step.
type Metric struct {
	Key       string  `json:"key"`
	Value     float64 `json:"value"`
	Timestamp int64   `json:"timestamp"` // milliseconds since the beginning of 1970
	Step      int     `json:"step"`
}

// Start begins a run in an experiment.
func (c *Client) Start(ctx context.Context, experiment, name string, now time.Time, tags []Pair) (*Run, error) {
	var made struct {
		Run struct {
			Info struct {
				ID        string `json:"run_id"`
				Name      string `json:"run_name"`
				Artifacts string `json:"artifact_uri"`
			} `json:"info"`
		} `json:"run"`
	}
	err := c.call(ctx, http.MethodPost, "runs/create", nil, map[string]any{"experiment_id": experiment, "run_name": name, "start_time": now.UnixMilli(), "tags": tags}, &made)
	if err != nil {
		return nil, err
	}
	info := made.Run.Info
	if info.ID == "" {
		return nil, fmt.Errorf("the MLflow server at %s gives the run no id: is it one?", c.base)
	}
	return &Run{c: c, ID: info.ID, Name: info.Name, artifacts: info.Artifacts}, nil
}

// The most that one request may carry.
const (
	mostMetrics = 1000
	mostParams  = 100
	mostValue   = 6000 // bytes of a parameter
)

// Log records parameters and metrics. Numbers that are not finite are left out, for JSON has none.
func (r *Run) Log(ctx context.Context, params []Pair, metrics []Metric) error {
	finite := make([]Metric, 0, len(metrics))
	for _, m := range metrics {
		if !math.IsNaN(m.Value) && !math.IsInf(m.Value, 0) {
			finite = append(finite, m)
		}
	}
	short := make([]Pair, len(params))
	for i, p := range params {
		short[i] = Pair{p.Key, p.Value[:min(len(p.Value), mostValue)]}
	}
	for len(short)+len(finite) > 0 {
		batch := map[string]any{"run_id": r.ID}
		p, m := min(len(short), mostParams), min(len(finite), mostMetrics-mostParams)
		if p > 0 {
			batch["params"] = short[:p]
		}
		if m > 0 {
			batch["metrics"] = finite[:m]
		}
		if err := r.c.call(ctx, http.MethodPost, "runs/log-batch", nil, batch, nil); err != nil {
			return err
		}
		short, finite = short[p:], finite[m:]
	}
	return nil
}

// Status is how a run ended.
type Status string

// The ends of runs.
const (
	Finished Status = "FINISHED"
	Failed   Status = "FAILED"
	Killed   Status = "KILLED"
)

// End ends the run.
func (r *Run) End(ctx context.Context, s Status, now time.Time) error {
	return r.c.call(ctx, http.MethodPost, "runs/update", nil, map[string]any{"run_id": r.ID, "status": s, "end_time": now.UnixMilli()}, nil)
}

// ErrNoUpload means that the server keeps files in a place that it does not receive them for.
var ErrNoUpload = errors.New("the MLflow server takes no files itself (it runs without --serve-artifacts)")

// uploadTimeout is how long sending a file may take.
const uploadTimeout = 2 * time.Minute

// Upload sends a file to the run's artefacts, under its own name. It wraps ErrNoUpload where the
// server does not pass files on.
func (r *Run) Upload(ctx context.Context, path string) error {
	at, ok := strings.CutPrefix(r.artifacts, "mlflow-artifacts:")
	if !ok {
		return ErrNoUpload
	}
	if rest, host := strings.CutPrefix(at, "//"); host { // mlflow-artifacts://host/path: the server is the one that is asked
		_, at, _ = strings.Cut(rest, "/")
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	ctx, cancel := context.WithTimeout(ctx, uploadTimeout)
	defer cancel()
	return r.c.send(ctx, http.MethodPut, "/api/2.0/mlflow-artifacts/artifacts/"+strings.Trim(at, "/")+"/"+filepath.Base(path), nil, f, "application/octet-stream", nil)
}
