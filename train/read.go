package train

import (
	"encoding/json"
	"fmt"

	"likeness/autoencoder"
	"likeness/hyper"
	"likeness/safetensors"
)

// Checkpoint is what a checkpoint says to others than the run that goes on from it.
type Checkpoint struct {
	// Model has the weights of the last step, and a Training as far as it came.
	Model       *autoencoder.Model
	Epochs      int // that the run takes; 0 where a time budget has not chosen yet
	Epoch       int // complete ones
	Done, Steps int // steps of the epoch under way, and of a whole one
	Best        bool
	Complete    bool    // nothing is left to do but to save the model
	Loss        float64 // mean over the steps of the epoch under way; 0 before the first
}

// OpenCheckpoint reads a checkpoint. A model that is none, or the checkpoint of an older version that does not
// say what it was trained on, is an error.
func OpenCheckpoint(path string) (*Checkpoint, error) {
	f, err := safetensors.Open(path)
	if err != nil {
		return nil, err
	}
	return ReadCheckpoint(f)
}

// ReadCheckpoint is OpenCheckpoint for a file that is open already.
func ReadCheckpoint(f *safetensors.File) (*Checkpoint, error) {
	m, err := autoencoder.FromFile(f)
	if err != nil {
		return nil, err
	}
	var p progress
	var settings map[string]string
	if err := json.Unmarshal([]byte(f.Metadata[progressEntry]), &p); err != nil {
		return nil, f.Errorf("not a checkpoint: metadata %s: %w", progressEntry, err)
	}
	if err := json.Unmarshal([]byte(f.Metadata[runEntry]), &settings); err != nil {
		return nil, f.Errorf("not a checkpoint: metadata %s: %w", runEntry, err)
	}
	t := m.Training
	if t == nil {
		return nil, f.Errorf("the checkpoint does not say what it was trained on: it is of an older version")
	}
	c := &Checkpoint{Model: m, Epochs: p.Epochs, Epoch: p.Epoch, Done: p.Done, Best: settings[choiceSetting] != hyper.None}
	if t.TimeBudget == 0 {
		if _, err := fmt.Sscan(settings[epochsSetting], &c.Epochs); err != nil {
			return nil, f.Errorf("metadata %s: %q is no number of epochs", runEntry, settings[epochsSetting])
		}
	}
	if t.Batch < 1 || t.NTrain < 1 {
		return nil, f.Errorf("metadata training: %d pictures in batches of %d", t.NTrain, t.Batch)
	}
	c.Steps = (t.NTrain-1)/t.Batch + 1
	if p.Done < 0 || p.Done >= c.Steps || c.Epochs < 0 || p.Epoch < 0 || p.Epoch > mostEpochs || len(t.History) != p.Epoch {
		return nil, f.Errorf("metadata %s: epoch %d of %d and step %d of %d, with a history of %d", progressEntry, p.Epoch, c.Epochs, p.Done, c.Steps, len(t.History))
	}
	c.Complete = p.Ended != "" || p.Epoch >= c.Epochs && c.Epochs > 0
	if seen := min(p.Done*t.Batch, t.NTrain); seen > 0 {
		c.Loss = p.LossSum / float64(seen)
	}
	return c, nil
}
