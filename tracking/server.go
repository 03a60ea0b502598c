package tracking

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"likeness/mlflow"
	"likeness/recipe"
	"likeness/train"
)

// Bounds of what waits for a server that does not answer, and of how long the end of a training waits for it.
const (
	mostWaiting = 100_000 // metrics; beyond it the oldest go
	lastWait    = 30 * time.Second
	tryAgain    = 5 * time.Second
)

// server records a training on an MLflow server. What there is to send is sent in the background.
type server struct {
	run   *mlflow.Run
	label string // of the seed under way

	lock    sync.Mutex
	waiting []mlflow.Metric
	sending int // metrics that are on their way
	dropped int
	failed  error // of the last attempt; nil when it went well

	more chan struct{} // there is something to send
	quit chan struct{} // closed at the end
	done chan struct{} // closed when the last attempt is over
}

func newServer(ctx context.Context, address string, job *recipe.Job) (*server, error) {
	c, err := mlflow.New(address)
	if err != nil {
		return nil, err
	}
	experiment, err := c.Experiment(ctx, cmp.Or(os.Getenv("MLFLOW_EXPERIMENT_NAME"), "likeness"))
	if err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(filepath.Base(job.Options.Out), ".safetensors")
	run, err := c.Start(ctx, experiment, name, time.Now(), []mlflow.Pair{{Key: "mlflow.source.name", Value: "likeness"}, {Key: "mlflow.source.type", Value: "LOCAL"}})
	if err != nil {
		return nil, err
	}
	params, err := parameters(job)
	if err != nil {
		return nil, err
	}
	if err := run.Log(ctx, params, nil); err != nil {
		return nil, err
	}
	s := &server{run: run, more: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
	go s.send(context.WithoutCancel(ctx))
	return s, nil
}

// parameters returns what a training follows from, by the names of its options in JSON. Data sets and files have their public
// names.
func parameters(job *recipe.Job) ([]mlflow.Pair, error) {
	o := job.Options
	o.Data, o.Out = o.Data.Public(), filepath.Base(o.Out)
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	flat := map[string]string{}
	flatten(flat, "", tree)
	flat["pictures.train"] = strconv.Itoa(len(job.Data.Split.Train))
	flat["pictures.test"] = strconv.Itoa(len(job.Data.Split.Test))
	var pairs []mlflow.Pair
	for _, key := range slices.Sorted(maps.Keys(flat)) {
		pairs = append(pairs, mlflow.Pair{Key: key, Value: flat[key]})
	}
	return pairs, nil
}

// flatten names the leaves of a tree by their ways.
func flatten(flat map[string]string, way string, v any) {
	if tree, ok := v.(map[string]any); ok {
		for key, below := range tree {
			flatten(flat, strings.TrimPrefix(way+"."+key, "."), below)
		}
		return
	}
	text := fmt.Sprint(v)
	if list, ok := v.([]any); ok {
		b, _ := json.Marshal(list)
		text = string(b)
	}
	if text != "" && v != nil {
		flat[way] = text
	}
}

func (s *server) begin(_ *train.Run, label string) { s.label = label }

func (s *server) event(e train.Event) {
	if !e.EpochDone || e.Resumed {
		return
	}
	metrics := map[string]float64{"training_loss": e.Loss, "learning_rate": e.Rate, "images_per_second": e.ImagesPerSecond}
	if e.ValidationLoss > 0 {
		metrics["validation_loss"] = e.ValidationLoss
	} else {
		metrics["test_loss"] = e.TestLoss
	}
	s.put(metrics, e.Epoch)
}

// put puts metrics into the queue and returns at once.
func (s *server) put(metrics map[string]float64, step int) {
	now := time.Now().UnixMilli()
	s.lock.Lock()
	for key, v := range metrics {
		if s.label != "" {
			key = s.label + "/" + key
		}
		s.waiting = append(s.waiting, mlflow.Metric{Key: key, Value: v, Timestamp: now, Step: step})
	}
	if over := len(s.waiting) - mostWaiting; over > 0 {
		s.waiting, s.dropped = s.waiting[over:], s.dropped+over
	}
	s.lock.Unlock()
	select {
	case s.more <- struct{}{}:
	default:
	}
}

func (s *server) look(context.Context, int) {}

// send sends what is waiting whenever there is something, and again after a while where that failed, until the end.
func (s *server) send(ctx context.Context) {
	defer close(s.done)
	var again <-chan time.Time
	for last := false; ; {
		if s.flush(ctx) != nil {
			again = time.After(tryAgain)
		} else {
			again = nil
		}
		if last {
			return
		}
		select {
		case <-s.more:
		case <-again:
		case <-s.quit:
			last = true
		}
	}
}

// flush sends what is waiting.
func (s *server) flush(ctx context.Context) error {
	s.lock.Lock()
	batch := s.waiting
	s.waiting, s.sending = nil, len(batch)
	s.lock.Unlock()
	if len(batch) == 0 {
		return nil
	}
	err := s.run.Log(ctx, nil, batch)
	s.lock.Lock()
	defer s.lock.Unlock()
	s.sending = 0
	if s.failed = err; err != nil {
		s.waiting = append(batch, s.waiting...)
	}
	return err
}

func (s *server) end(ctx context.Context, result *recipe.Result, err error) error {
	close(s.quit)
	ctx, cancel := context.WithTimeout(ctx, lastWait)
	defer cancel()
	select {
	case <-s.done:
	case <-ctx.Done():
	}
	s.lock.Lock()
	lost, why := len(s.waiting)+s.sending+s.dropped, cmp.Or(s.failed, ctx.Err())
	s.lock.Unlock()
	var failed error
	switch {
	case why != nil: // nobody is there to be told the end
		return fmt.Errorf("%d numbers were not sent: %w", lost, why)
	case lost > 0:
		failed = fmt.Errorf("%d numbers were not sent while the server did not answer", lost)
	}
	status := mlflow.Failed
	switch {
	case err == nil:
		status = mlflow.Finished
	case errors.Is(err, train.ErrInterrupted), errors.Is(err, context.Canceled):
		status = mlflow.Killed
	}
	if result != nil && result.Path != "" {
		if up := s.run.Upload(ctx, result.Path); up != nil {
			failed = errors.Join(failed, fmt.Errorf("%s was not sent: %w", result.Path, up))
		}
	}
	return errors.Join(failed, s.run.End(ctx, status, time.Now()))
}
