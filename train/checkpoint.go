package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

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

// progress is the loop's own part of a checkpoint. JSON keeps float64 exactly.
type progress struct {
	Epochs    int                 `json:"epochs,omitempty"` // chosen for a time budget
	Epoch     int                 `json:"epoch"`
	Done      int                 `json:"done"`
	LossSum   float64             `json:"loss_sum"`
	Steps     int                 `json:"steps"` // taken by the optimiser
	StepTime  float64             `json:"step_time"`
	TotalTime float64             `json:"total_time"`
	TailTime  float64             `json:"tail_time,omitempty"` // of measuring and saving after an epoch
	Ended     string              `json:"ended,omitempty"`
	History   []autoencoder.Epoch `json:"history"`
}

// ErrOtherRun is returned when the checkpoint belongs to a run with other settings.
var ErrOtherRun = errors.New("the checkpoint of another run")

// save writes the checkpoint, if one is wanted.
func (l *loop) save() error {
	if l.Checkpoint == "" {
		return nil
	}
	memory, err := l.memory()
	if err != nil {
		return err
	}
	if err := l.engine.Show(false); err != nil {
		return err
	}
	m := *l.Model
	m.Training = l.training()
	m.Training.BestEpoch = 0 // these are the last weights
	f, err := m.FileAt(l.Checkpoint)
	if err != nil {
		return fmt.Errorf("%s: %w", l.Checkpoint, err)
	}
	p := progress{
		Epoch: l.epoch, Done: l.done, LossSum: l.lossSum, StepTime: l.seconds,
		TotalTime: l.elapsed(), History: l.history, Ended: l.ended,
	}
	if l.TimeBudget > 0 {
		p.Epochs, p.TailTime = l.Epochs, l.tail
	}
	p.Steps = memory.Steps
	for _, m := range memory.Arrays {
		f.Tensors = append(f.Tensors, safetensors.FromFloats(m.Name, []int{len(m.Values)}, m.Values))
	}
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("%s: %w", l.Checkpoint, err)
	}
	settings := map[string]string{}
	for _, s := range l.settings {
		settings[s.Name] = s.Value
	}
	run, err := json.Marshal(settings)
	if err != nil {
		return fmt.Errorf("%s: %w", l.Checkpoint, err)
	}
	f.Metadata[progressEntry], f.Metadata[runEntry] = string(text), string(run)
	return f.Save(l.Checkpoint)
}

// memory returns what the run goes on from besides the weights: the engine's memory
// and the best weights.
func (l *loop) memory() (Memory, error) {
	m, err := l.engine.Memory()
	if err != nil {
		return m, err
	}
	m.Arrays = slices.Clip(m.Arrays)
	for i, values := range l.best {
		m.Arrays = append(m.Arrays, Array{Name: "best/" + l.nets[i].Name, Values: values})
	}
	return m, nil
}

// setMemory puts back what memory returned.
func (l *loop) setMemory(m Memory) error {
	own := len(m.Arrays) - len(l.best)
	for i, a := range m.Arrays[own:] {
		copy(l.best[i], a.Values)
	}
	m.Arrays = m.Arrays[:own]
	return l.engine.SetMemory(m)
}

// read returns the array as a checkpoint has it.
func (a Array) read(f *safetensors.File) (Array, error) {
	v, err := f.Floats(a.Name, len(a.Values))
	if err != nil {
		return a, err
	}
	for k, x := range v {
		if x-x != 0 || a.Positive && x < 0 { // x-x is not 0 for NaN and infinities
			return a, f.Errorf("tensor %q, value %d: %g is not the memory of a run", a.Name, k, x)
		}
	}
	a.Values = v
	return a, nil
}

// resume goes on from the checkpoint, if there is one, and reports whether there
// was.
func (l *loop) resume() (bool, error) {
	if l.Checkpoint == "" {
		return false, nil
	}
	f, err := safetensors.Open(l.Checkpoint)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := l.load(f); err != nil {
		return false, err
	}
	l.tell(Event{Resumed: true, EpochDone: l.finished()})
	return true, nil
}

// foreign returns in words how a checkpoint's settings differ from the run's; empty if
// they do not.
func (l *loop) foreign(text string) string {
	var there map[string]string
	if err := json.Unmarshal([]byte(text), &there); err != nil {
		return "it does not say which run made it"
	}
	return difference(there, l.settings)
}

// load takes everything from a checkpoint, or nothing.
func (l *loop) load(f *safetensors.File) error {
	if d := l.foreign(f.Metadata[runEntry]); d != "" {
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
	epochs := l.Epochs
	if l.TimeBudget > 0 {
		epochs = p.Epochs
	}
	if err := l.checkProgress(p, epochs); err != nil {
		return f.Errorf("metadata %s: %w", progressEntry, err)
	}
	memory, err := l.memory()
	if err != nil {
		return err
	}
	memory.Steps = p.Steps
	for i, a := range memory.Arrays {
		if memory.Arrays[i], err = a.read(f); err != nil {
			return err
		}
	}
	for i, n := range m.Networks() {
		copy(l.nets[i].Weights(), n.Weights())
		l.nets[i].Pack()
	}
	if err := errors.Join(l.engine.Take(), l.setMemory(memory)); err != nil {
		return err
	}
	l.epoch, l.done, l.lossSum, l.history = p.Epoch, p.Done, p.LossSum, p.History
	l.seconds, l.before = p.StepTime, p.TotalTime
	l.Epochs, l.tail, l.ended = epochs, p.TailTime, p.Ended
	return nil
}

// checkProgress returns an error for progress that this run cannot have made.
func (l *loop) checkProgress(p progress, epochs int) error {
	cut := p.Ended == autoencoder.EndedByTime || p.Ended == autoencoder.EndedByStop
	steps := p.Epoch*l.steps + p.Done
	switch {
	case l.TimeBudget > 0 && (epochs < 1 || epochs > mostEpochs):
		return fmt.Errorf("%d epochs are no choice for a time budget", epochs)
	case p.Epoch < 0 || p.Epoch > epochs || p.Done < 0 || p.Done >= l.steps || p.Epoch == epochs && p.Done > 0:
		return fmt.Errorf("epoch %d, step %d do not belong to a run of %d epochs of %d steps", p.Epoch, p.Done, epochs, l.steps)
	case p.Steps != steps && !(cut && p.Steps > 0 && p.Steps < steps):
		return fmt.Errorf("%d steps of the optimiser are not %d epochs of %d and %d more", p.Steps, p.Epoch, l.steps, p.Done)
	case len(p.History) != p.Epoch:
		return fmt.Errorf("a history of %d epochs is not one of %d", len(p.History), p.Epoch)
	case p.LossSum < 0 || p.StepTime < 0 || p.TotalTime < 0 || p.TailTime < 0:
		return errors.New("losses and times cannot be negative")
	case p.Ended != "" && p.Done > 0, p.Ended == autoencoder.EndedByTime && l.TimeBudget == 0, p.Ended == autoencoder.EndedEarly && l.EarlyStop == 0:
		return fmt.Errorf("a run cannot have ended so: %q", p.Ended)
	case p.Ended != "" && !cut && p.Ended != autoencoder.EndedEarly:
		return fmt.Errorf("a run cannot have ended so: %q", p.Ended)
	}
	for i, e := range p.History {
		if e.Epoch != i+1 {
			return fmt.Errorf("epoch %d stands in the place of epoch %d", e.Epoch, i+1)
		}
	}
	return nil
}

// Discard removes a checkpoint or a model, if there is one, whole or broken. Any other file stays and is an error.
func Discard(checkpoint string) error {
	if err := safetensors.CheckReplace(checkpoint, autoencoder.Format); err != nil {
		return err
	}
	if err := os.Remove(checkpoint); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
