package train

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"likeness/autoencoder"
	"likeness/pix"
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

// setting is one thing that the result of a run follows from, in words.
type setting struct{ name, value string }

// preparation is the name of the setting that is kept as JSON.
const preparation = "preparation of pictures"

// settings are all of them. (The version of the kernels counts too: the
// portable ones round otherwise than AVX-512, AVX2 and NEON, which agree. A run
// may go on with others, but ends in other last bits.)
func (r *Run) settings() []setting {
	corruption := "none"
	if r.Corruption != nil {
		corruption = r.Corruption.String()
	}
	rows := sha256.New()
	for _, part := range [][]int{r.Split.Train, r.Split.Test} {
		fmt.Fprintln(rows, part)
	}
	return []setting{
		{"architecture", r.Model.Arch},
		{"code size", fmt.Sprint(r.Model.Code)},
		{preparation, asJSON(r.Model.Prep)},
		{"data", r.Data.Fingerprint},
		{"split", r.SplitName},
		{"number of training pictures", fmt.Sprint(len(r.Split.Train))},
		{"number of test pictures", fmt.Sprint(len(r.Split.Test))},
		{"choice of rows", hex.EncodeToString(rows.Sum(nil)[:8])},
		{"number of epochs", fmt.Sprint(r.Epochs)},
		{"batch size", fmt.Sprint(r.Batch)},
		{"learning rate", fmt.Sprint(r.Rate)},
		{"schedule", string(r.Schedule)},
		{"precision", string(r.Precision)},
		{"seed", fmt.Sprint(r.Seed)},
		{"corruption", corruption},
		{"model to begin with", r.Model.Fingerprint()},
	}
}

// difference says in what a checkpoint's settings differ from the run's, or
// nothing.
func (l *loop) difference(text string) string {
	var there map[string]string
	if err := json.Unmarshal([]byte(text), &there); err != nil {
		return "it does not say of what run"
	}
	for _, s := range l.settings {
		if v := there[s.name]; v != s.value {
			if s.name == preparation {
				return fmt.Sprintf("its %s is %s and not %s", s.name, prepInWords(v), prepInWords(s.value))
			}
			return fmt.Sprintf("its %s is %s and not %s", s.name, v, s.value)
		}
	}
	return ""
}

// asJSON writes a plain struct, which cannot fail.
func asJSON(v pix.Prep) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// prepInWords says what a checkpoint keeps of a preparation.
func prepInWords(text string) string {
	var p pix.Prep
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return text
	}
	switch {
	case p.Auto && p.Wide:
		return fmt.Sprintf("%dx%d, automatic wide crop", p.W, p.H)
	case p.Auto:
		return fmt.Sprintf("%dx%d, automatic crop", p.W, p.H)
	case p.DX == 0 && p.DY == 0:
		return fmt.Sprintf("%dx%d, no crop", p.W, p.H)
	}
	return fmt.Sprintf("%dx%d, a crop of %d,%d pixels", p.W, p.H, p.DX, p.DY)
}

// ErrOtherRun is that a checkpoint belongs to a run with other settings.
var ErrOtherRun = errors.New("the checkpoint of another run")

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
	settings := map[string]string{}
	for _, s := range l.settings {
		settings[s.name] = s.value
	}
	run, err := json.Marshal(settings)
	if err != nil {
		return fmt.Errorf("%s: %w", l.Checkpoint, err)
	}
	f.Metadata[progressEntry], f.Metadata[runEntry] = string(text), string(run)
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

// load takes everything out of a checkpoint, or nothing.
func (l *loop) load(f *safetensors.File) error {
	if d := l.difference(f.Metadata[runEntry]); d != "" {
		return fmt.Errorf("%s is %w and stays as it is: %s; remove it or write elsewhere", l.Checkpoint, ErrOtherRun, d)
	}
	m, err := autoencoder.FromFile(f)
	if err != nil {
		return err
	}
	var p progress
	if err := json.Unmarshal([]byte(f.Metadata[progressEntry]), &p); err != nil {
		return f.Errorf("metadata %s: %w", progressEntry, err)
	}
	if err := l.checkProgress(p); err != nil {
		return f.Errorf("metadata %s: %w", progressEntry, err)
	}
	var arrays [][]float32
	for i, s := range l.step.State() {
		for _, name := range []string{"m", "u"} {
			v, err := f.Floats(tensorName(i, name), len(s.M))
			if err != nil {
				return err
			}
			for k, x := range v {
				if x-x != 0 || name == "u" && x < 0 { // x-x is not 0 for NaN and infinities
					return f.Errorf("tensor %q, value %d: %g is not the memory of an optimiser", tensorName(i, name), k, x)
				}
			}
			arrays = append(arrays, v)
		}
	}
	for i, s := range l.step.State() {
		copy(s.M, arrays[2*i])
		copy(s.U, arrays[2*i+1])
		s.Steps = p.Steps
	}
	for i, n := range l.Model.Networks() {
		copy(n.Weights(), m.Networks()[i].Weights())
		n.Pack()
	}
	l.epoch, l.done, l.lossSum, l.history = p.Epoch, p.Done, p.LossSum, p.History
	l.seconds, l.before = p.StepTime, p.TotalTime
	return nil
}

// checkProgress finds progress that this run cannot have made.
func (l *loop) checkProgress(p progress) error {
	switch {
	case p.Epoch < 0 || p.Epoch > l.Epochs || p.Done < 0 || p.Done >= l.steps || p.Epoch == l.Epochs && p.Done > 0:
		return fmt.Errorf("epoch %d, step %d do not belong to a run of %d epochs of %d steps", p.Epoch, p.Done, l.Epochs, l.steps)
	case p.Steps != p.Epoch*l.steps+p.Done:
		return fmt.Errorf("%d steps of the optimiser are not %d epochs of %d and %d more", p.Steps, p.Epoch, l.steps, p.Done)
	case len(p.History) != p.Epoch:
		return fmt.Errorf("a history of %d epochs is not one of %d", len(p.History), p.Epoch)
	case p.LossSum < 0 || p.StepTime < 0 || p.TotalTime < 0:
		return errors.New("losses and times cannot be negative")
	}
	for i, e := range p.History {
		if e.Epoch != i+1 {
			return fmt.Errorf("epoch %d stands in the place of epoch %d", e.Epoch, i+1)
		}
	}
	return nil
}

// Discard removes a checkpoint or a model; that there is none is no error.
func Discard(checkpoint string) error {
	if err := os.Remove(checkpoint); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
