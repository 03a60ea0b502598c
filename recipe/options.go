package recipe

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/faces"
	"likeness/hyper"
	"likeness/pix"
	"likeness/progress"
)

// Options say what a Job trains, on which pictures, and where to. Recipe.Options has the
// defaults.
type Options struct {
	Data  dataset.Name      `json:"data"` // no source: drawn faces
	Split dataset.SplitPlan `json:"split"`
	Prep  pix.Prep          `json:"prep"` // W and H are the model's size

	Arch       string `json:"architecture"`
	Code       int    `json:"code"`   // 0: a denoiser without a code
	Epochs     int    `json:"epochs"` // how many, or at most how many with EarlyStop
	Corruption string `json:"corruption,omitempty"`
	hyper.Parameters
	// Optional names parameters, "jitter" or "correct", that the job does without, with a
	// remark, where they cannot be had. Others fail then.
	Optional []string `json:"optional,omitempty"`

	// EarlyStop and Best choose on Split.HeldOut of the training pictures; where that is 0,
	// on the share of Split.Validation, or on a tenth.
	Best       bool    `json:"best,omitempty"`        // keep the best epoch's weights
	TimeBudget float64 `json:"time_budget,omitempty"` // seconds for as many epochs as fit; 0: Epochs
	Seeds      int     `json:"seeds,omitempty"`       // train with so many seeds from Seed on; 0: 1

	Out string `json:"out"` // path of the model file
	// Resume goes on from the checkpoint of an interrupted job, Restart removes it, and
	// lets the model replace what is at Out. Without either both are left alone.
	Resume  bool `json:"resume,omitempty"`
	Restart bool `json:"restart,omitempty"`

	Threads int  `json:"threads,omitempty"` // 0: as the context says
	Examine bool `json:"examine,omitempty"` // look for twins and the like among the pictures

	// Framer finds the faces in pictures that are not LFW's, of which the largest is learned from; see faces.Options.
	Framer faces.Framer `json:"-"`

	Progress progress.Func `json:"-"` // of reading pictures and of FindRate

	memory int64 // for the surroundings of jitter, in bytes; 0: largestSurroundings
}

// Options returns options with the recipe's values: drawn faces, the tutorial's split, and
// pictures of 32x32 pixels.
func (r Recipe) Options() Options {
	o := Options{
		Data: dataset.Name{Source: "drawn"}, Split: dataset.DefaultSplit(), Prep: pix.Prep{W: 32, H: 32, Auto: true},
		Arch: r.Arch, Code: r.Code, Epochs: r.Epochs, Parameters: r.WithDefaults(),
		Optional: []string{"jitter", "correct"}, Seeds: 1, Out: r.Name + ".safetensors",
	}
	o.Seed = 42
	if r.Corruption != nil {
		o.Corruption = r.Corruption.String()
	}
	return o
}

// recipe returns what the options say of the model, for the seed with the given place.
func (o *Options) recipe(place int) (Recipe, error) {
	r := Recipe{Arch: o.Arch, Code: o.Code, Epochs: o.Epochs, Parameters: o.Parameters}
	r.Seed += uint64(place)
	if o.Corruption == "" {
		return r, nil
	}
	var err error
	if r.Corruption, err = pix.ParseCorruption(o.Corruption); err != nil {
		return r, &hyper.ValueError{Name: "corruption", Value: o.Corruption, Expected: "such as gaussian(sigma=0.1)"}
	}
	return r, nil
}

// fill replaces zero values by what they mean.
func (o *Options) fill() {
	o.Data.Source, o.Seeds = cmp.Or(o.Data.Source, "drawn"), cmp.Or(o.Seeds, 1)
	o.Parameters = o.WithDefaults()
	if o.Split == (dataset.SplitPlan{}) {
		o.Split = dataset.DefaultSplit()
	}
	if (o.EarlyStop > 0 || o.Best) && o.Split.HeldOut == 0 {
		o.Split.HeldOut, o.Split.Validation = cmp.Or(o.Split.Validation, 0.1), 0
	}
}

// Check returns an error for options that no job can have: a *hyper.ValueError for a
// value, or an *OptionsError for what does not go together. It reads no file.
func (o Options) Check() error {
	_, err := o.check()
	return err
}

// check is Check, and returns the untrained model of the first seed.
func (o *Options) check() (*autoencoder.Model, error) {
	o.fill()
	switch {
	case o.Epochs < 1 && o.TimeBudget == 0:
		return nil, &hyper.ValueError{Name: "epochs", Value: o.Epochs, Expected: "at least 1"}
	case o.Threads < 0:
		return nil, &hyper.ValueError{Name: "threads", Value: o.Threads, Expected: "0, for all, or more"}
	case o.Seeds < 1 || o.Seeds > 1000:
		return nil, &hyper.ValueError{Name: "seeds", Value: o.Seeds, Expected: "at least 1, and at most 1000"}
	case !(o.TimeBudget >= 0 && o.TimeBudget <= 1e9):
		return nil, &hyper.ValueError{Name: "time_budget", Value: o.TimeBudget, Expected: "a number of seconds, or 0"}
	case o.Resume && o.Restart:
		return nil, optionsError("resume goes on and restart starts over: choose one of them")
	case o.Out == "":
		return nil, &hyper.ValueError{Name: "out", Value: `""`, Expected: "the path of the model file"}
	}
	for _, name := range o.Optional {
		if name != "jitter" && name != "correct" {
			return nil, &hyper.ValueError{Name: "optional", Value: name, Expected: "jitter or correct"}
		}
	}
	if err := o.Parameters.Check(); err != nil {
		return nil, err
	}
	if err := o.Split.Check(); err != nil {
		return nil, &OptionsError{"", err}
	}
	r, err := o.recipe(0)
	if err != nil {
		return nil, err
	}
	m, err := r.Model(o.Prep)
	switch {
	case err != nil:
		return nil, &OptionsError{"", err}
	case m.Decoder == nil && r.Corruption == nil:
		return nil, optionsError("a model without a code needs a corruption to learn from")
	case o.Weigh > 0 && m.Level == 0:
		return nil, optionsError("pictures can be weighed by their noise only for a denoiser that is given its level: architecture %s, no code, and noise alone", autoencoder.Residual)
	}
	if o.Correct > 0 {
		err := m.MayCorrect()
		if err == nil && r.Corruption != nil {
			err = errors.New("a denoiser's codes cannot be corrected")
		}
		if err != nil && !o.optional("correct") {
			return nil, &OptionsError{"correct", fmt.Errorf("correct %d: %w", o.Correct, err)}
		}
		if err != nil {
			o.Correct = 0
		}
	}
	return m, nil
}

func (o *Options) optional(name string) bool { return slices.Contains(o.Optional, name) }

// budget returns the time for one seed.
func (o *Options) budget() time.Duration {
	return time.Duration(o.TimeBudget*float64(time.Second)) / time.Duration(o.Seeds)
}

// Checkpoint returns the file that the run of the seed with the given place, from 0, is
// saved to until the model is.
func (o *Options) Checkpoint(place int) string {
	if o.Seeds > 1 {
		return fmt.Sprintf("%s.seed-%d%s", o.Out, o.Seed+uint64(place), checkpointSuffix)
	}
	return o.Out + checkpointSuffix
}

// OptionsError is an error about options that do not go together. Name is the JSON key of
// the option that its text begins with; empty: the text is about several.
type OptionsError struct {
	Name string
	err  error
}

func (e *OptionsError) Error() string { return e.err.Error() }
func (e *OptionsError) Unwrap() error { return e.err }

func optionsError(format string, args ...any) error {
	return &OptionsError{"", fmt.Errorf(format, args...)}
}
