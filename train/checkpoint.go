package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"likeness/autoencoder"
	"likeness/safetensors"
)

// A checkpoint is a model file with the optimiser's memory in further tensors
// and two further metadata entries: "run", what must be the same for a run to
// go on, and "progress", how far it came.
const (
	runEntry      = "run"
	progressEntry = "progress"
)

// progress is the loop's own part of a checkpoint. Numbers go through JSON,
// which keeps float64 exactly.
type progress struct {
	Epoch     int                 `json:"epoch"`
	Done      int                 `json:"done"`
	LossSum   float64             `json:"loss_sum"`
	Steps     int                 `json:"steps"` // taken by the optimiser
	StepTime  float64             `json:"step_time"`
	TotalTime float64             `json:"total_time"`
	History   []autoencoder.Epoch `json:"history"`
}

// identity is everything that the result of the run follows from.
func (r *Run) identity() string {
	corruption := ""
	if r.Corruption != nil {
		corruption = r.Corruption.String()
	}
	text, _ := json.Marshal(map[string]any{ // cannot fail: plain strings and numbers
		"architecture": r.Model.Arch, "code": r.Model.Code, "prep": r.Model.Prep,
		"data": r.Data.Fingerprint, "split": r.SplitName, "train": len(r.Split.Train), "test": len(r.Split.Test),
		"epochs": r.Epochs, "batch": r.Batch, "learning_rate": r.Rate, "schedule": r.Schedule, "seed": r.Seed,
		"corruption": corruption,
	})
	return string(text)
}

// save writes the checkpoint, if one is wanted.
func (l *loop) save() error {
	if l.Checkpoint == "" {
		return nil
	}
	f, err := l.Model.File()
	if err != nil {
		return fmt.Errorf("%s: %w", l.Checkpoint, err)
	}
	p := progress{
		Epoch: l.epoch, Done: l.done, LossSum: l.lossSum, StepTime: l.seconds,
		TotalTime: l.before + time.Since(l.started).Seconds(), History: l.history,
	}
	for i, s := range l.step.State() {
		p.Steps = s.Steps
		f.Tensors = append(f.Tensors,
			safetensors.FromFloats(tensorName(i, "m"), []int{len(s.M)}, s.M),
			safetensors.FromFloats(tensorName(i, "u"), []int{len(s.U)}, s.U))
	}
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("%s: %w", l.Checkpoint, err)
	}
	f.Metadata[progressEntry], f.Metadata[runEntry] = string(text), l.identity()
	return f.Save(l.Checkpoint)
}

func tensorName(network int, array string) string {
	return fmt.Sprintf("optimizer/%s/%s", []string{"encoder", "decoder"}[network], array)
}

// resume goes on from the checkpoint, if there is one.
func (l *loop) resume() error {
	if l.Checkpoint == "" {
		return nil
	}
	f, err := safetensors.Open(l.Checkpoint)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := l.load(f); err != nil {
		return err
	}
	l.tell(Event{Resumed: true})
	return nil
}

func (l *loop) load(f *safetensors.File) error {
	if got, want := f.Metadata[runEntry], l.identity(); got != want {
		return fmt.Errorf("%s is the checkpoint of another run and stays as it is: it has %s, this run %s; remove it or write elsewhere", l.Checkpoint, got, want)
	}
	m, err := autoencoder.FromFile(f)
	if err != nil {
		return err
	}
	var p progress
	if err := json.Unmarshal([]byte(f.Metadata[progressEntry]), &p); err != nil {
		return f.Errorf("metadata %s: %w", progressEntry, err)
	}
	if p.Epoch < 0 || p.Epoch > l.Epochs || p.Epoch != len(p.History) || p.Done < 0 || p.Done > l.steps {
		return f.Errorf("metadata %s: epoch %d, step %d do not belong to a run of %d epochs of %d steps", progressEntry, p.Epoch, p.Done, l.Epochs, l.steps)
	}
	for i, s := range l.step.State() {
		for array, dst := range map[string][]float32{"m": s.M, "u": s.U} {
			v, err := f.Floats(tensorName(i, array), len(dst))
			if err != nil {
				return err
			}
			copy(dst, v)
		}
		s.Steps = p.Steps
	}
	copy(l.Model.Encoder.Weights(), m.Encoder.Weights())
	copy(l.Model.Decoder.Weights(), m.Decoder.Weights())
	l.Model.Encoder.Pack()
	l.Model.Decoder.Pack()
	l.epoch, l.done, l.lossSum, l.history = p.Epoch, p.Done, p.LossSum, p.History
	l.seconds, l.before = p.StepTime, p.TotalTime
	return nil
}

// Discard removes a checkpoint; that there is none is no error.
func Discard(checkpoint string) error {
	if err := os.Remove(checkpoint); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
