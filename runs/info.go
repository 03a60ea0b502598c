package runs

import (
	"slices"
	"time"

	"likeness/autoencoder"
	"likeness/hyper"
	"likeness/pix"
	"likeness/progress"
	"likeness/recipe"
)

// State says what is going on in a run.
type State string

// The states of a run.
const (
	Waiting   State = "waiting"   // for other runs
	Preparing State = "preparing" // reads its pictures
	Training  State = "training"
	Pausing   State = "pausing"   // is being saved
	Paused    State = "paused"    // can go on, from its checkpoint if there is one
	Stopping  State = "stopping"  // is ending with what it has learned
	Elsewhere State = "elsewhere" // another process trains it
	Done      State = "done"      // its model is there
	Cancelled State = "cancelled" // before it had learned anything
	Failed    State = "failed"
)

// active reports whether a run is under way here.
func (s State) active() bool {
	return slices.Contains([]State{Waiting, Preparing, Training, Pausing, Stopping}, s)
}

// Action is what can be done with a run.
type Action string

// The actions.
const (
	Pause  Action = "pause"
	Resume Action = "resume"
	Stop   Action = "stop" // and keep what it has learned
)

// Info is what is known of a run, besides its epochs, steps and faces.
type Info struct {
	ID    string   `json:"id"` // the name of its model's file in the folder
	State State    `json:"state"`
	Can   []Action `json:"can"`
	Error string   `json:"error,omitempty"` // of a run that failed, or why its faces cannot be shown
	// Notes are remarks on the pictures, the settings and the baselines.
	Notes progress.Notes `json:"notes,omitempty"`

	// Options are those that a run was started with here.
	Options *recipe.Options `json:"options,omitempty"`

	Arch       string   `json:"architecture"`
	Code       int      `json:"code"`
	Prep       pix.Prep `json:"prep"`
	Corruption string   `json:"corruption,omitempty"`
	Data       string   `json:"data"`
	hyper.Parameters
	Epochs int     `json:"epochs"` // that it takes; 0: not known yet
	Budget float64 `json:"time_budget,omitempty"`

	NTrain    int `json:"n_train,omitempty"`
	NMeasured int `json:"n_measured,omitempty"`
	// Validation: epochs are measured on held-out training pictures, not on test pictures.
	Validation bool `json:"validation,omitempty"`
	// NoiseUnits: the loss is in units of the noise, and does not compare with other errors.
	NoiseUnits bool `json:"noise_units,omitempty"`

	EpochsDone int     `json:"epochs_done"`
	Measured   float64 `json:"measured,omitempty"` // error after the last epoch
	// Part is the share of the epoch under way that a checkpoint has.
	Part    float64 `json:"part,omitempty"`
	Seconds float64 `json:"seconds,omitempty"` // of training, in all sittings
	Ended   string  `json:"ended,omitempty"`   // why before the last epoch

	Model      bool      `json:"model"`      // there is a finished model
	Checkpoint bool      `json:"checkpoint"` // there is a checkpoint
	Changed    time.Time `json:"changed"`    // of a run of the folder: when its file was written
}

// about fills in what a model says of itself.
func (i *Info) about(m *autoencoder.Model) {
	i.Arch, i.Code, i.Prep, i.NoiseUnits = m.Arch, m.Code, m.Prep, m.Level != 0
}

// story fills in what a training says.
func (i *Info) story(t *autoencoder.Training) {
	i.Corruption, i.Data, i.Parameters, i.Budget = t.Corruption, t.Data, t.Parameters, t.TimeBudget
	i.NTrain, i.NMeasured, i.Validation = t.NTrain, t.NTest, t.NValidation > 0
	if i.Validation {
		i.NMeasured = t.NValidation
	}
	i.Seconds, i.Ended = t.Seconds, t.Ended
	i.epochs(t.History)
}

// epochs fills in how far a history came.
func (i *Info) epochs(history []autoencoder.Epoch) {
	i.EpochsDone, i.Measured = len(history), 0
	if n := len(history); n > 0 {
		i.Measured = history[n-1].TestLoss + history[n-1].ValidationLoss
	}
}

// settle sets what can be done.
func (i *Info) settle(fixed bool) {
	i.Can = []Action{}
	switch i.State {
	case Waiting, Preparing, Training:
		i.Can = append(i.Can, Pause, Stop)
	case Paused:
		i.Can = append(i.Can, Resume, Stop)
	}
	if fixed {
		i.Can = []Action{}
	}
}
