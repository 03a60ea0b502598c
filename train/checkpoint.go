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

// setting is one thing that the result of a run follows from, in words. Where a
// checkpoint does not speak of it, it was made before there was a choice, and
// has what it is by default.
type setting struct{ name, value, byDefault string }

// preparation is the name of the setting that is kept as JSON.
const preparation = "preparation of pictures"

// settings are all of them. (The version of the kernels counts too: the
// portable ones round otherwise than AVX-512, AVX2 and NEON, which agree. A run
// may go on with others, but ends in other last bits.)
func (r *Run) settings() []setting {
	corruption := noSetting
	if r.Corruption != nil {
		corruption = r.Corruption.String()
	}
	rows := sha256.New()
	for _, part := range [][]int{r.Split.Train, r.Split.Test} {
		fmt.Fprintln(rows, part)
	}
	average, mirror := noSetting, noSetting
	if r.Average > 0 {
		average = fmt.Sprint(r.Average)
	}
	if r.Mirror {
		mirror = "half of the pictures"
	}
	all := []setting{
		{name: "warm-up", value: warmupInWords(r.Warmup), byDefault: noSetting},
		{name: "mirroring", value: mirror, byDefault: noSetting},
		{name: "average of weights", value: average, byDefault: noSetting},
	}
	for _, s := range [][2]string{
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
	} {
		all = append(all, setting{name: s[0], value: s[1]})
	}
	return all
}

const noSetting = "none"

// difference says in what a checkpoint's settings differ from the run's, or
// nothing.
func (l *loop) difference(text string) string {
	var there map[string]string
	if err := json.Unmarshal([]byte(text), &there); err != nil {
		return "it does not say of what run"
	}
	for _, s := range l.settings {
		v, ok := there[s.name]
		if !ok {
			v = s.byDefault
		}
		if v != s.value {
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
	for _, s := range l.step.State() {
		p.Steps = s.Steps
	}
	for _, m := range l.memory() {
		f.Tensors = append(f.Tensors, safetensors.FromFloats(m.tensor, []int{len(m.values)}, m.values))
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

// memory is an array that a run goes on from, besides the weights.
type memory struct {
	tensor   string // its name in the checkpoint
	values   []float32
	positive bool // none is below zero
}

// memory is all there is.
func (l *loop) memory() []memory {
	var all []memory
	for i, s := range l.step.State() {
		name := l.nets[i].Name
		all = append(all,
			memory{tensor: "optimizer/" + name + "/m", values: s.M},
			memory{tensor: "optimizer/" + name + "/u", values: s.U, positive: true})
		if l.average != nil {
			all = append(all, memory{tensor: "average/" + name, values: l.average.values[i]})
		}
	}
	return all
}

// read finds the array in a checkpoint.
func (m memory) read(f *safetensors.File) ([]float32, error) {
	v, err := f.Floats(m.tensor, len(m.values))
	if err != nil {
		return nil, err
	}
	for k, x := range v {
		if x-x != 0 || m.positive && x < 0 { // x-x is not 0 for NaN and infinities
			return nil, f.Errorf("tensor %q, value %d: %g is not the memory of a run", m.tensor, k, x)
		}
	}
	return v, nil
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
	memory := l.memory()
	arrays := make([][]float32, len(memory))
	for i, m := range memory {
		if arrays[i], err = m.read(f); err != nil {
			return err
		}
	}
	for i, m := range memory {
		copy(m.values, arrays[i])
	}
	for _, s := range l.step.State() {
		s.Steps = p.Steps
	}
	for i, n := range m.Networks() {
		copy(l.nets[i].Weights(), n.Weights())
		l.nets[i].Pack()
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
