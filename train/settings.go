package train

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/pix"
)

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
	rows := sha256.New()
	for _, part := range [][]int{r.Split.Train, r.Split.Test} {
		fmt.Fprintln(rows, part)
	}
	if len(r.Validation) > 0 {
		fmt.Fprintln(rows, r.Validation)
	}
	return append(settingsOf(r.Model, r.outset(), r.Epochs, r.Best),
		setting{name: "choice of rows", value: hex.EncodeToString(rows.Sum(nil)[:8])},
		setting{name: "model to begin with", value: r.Model.Fingerprint()})
}

// settingsOf are those that a model and its story tell, finished or about to begin;
// epochs are those it was to take, best whether the best weights were to be kept.
func settingsOf(m *autoencoder.Model, t *autoencoder.Training, epochs int, best bool) []setting {
	takes := fmt.Sprint(epochs)
	if t.TimeBudget > 0 {
		takes = fmt.Sprintf("as many as fit into %v", time.Duration(math.Round(t.TimeBudget*float64(time.Second))))
	}
	return []setting{
		{name: "architecture", value: m.Arch},
		{name: "code size", value: fmt.Sprint(m.Code)},
		{name: preparation, value: asJSON(m.Prep)},
		{name: "data", value: t.DataHash},
		{name: "split", value: t.Split},
		{name: "number of validation pictures", value: fmt.Sprint(t.NValidation), byDefault: "0"},
		{name: "number of training pictures", value: fmt.Sprint(t.NTrain)},
		{name: "number of test pictures", value: fmt.Sprint(t.NTest)},
		{name: "number of epochs", value: takes},
		{name: "batch size", value: fmt.Sprint(t.Batch)},
		{name: "optimizer", value: t.Optimizer, byDefault: string(Adamax)},
		{name: "learning rate", value: fmt.Sprint(t.Rate)},
		{name: "schedule", value: t.Schedule},
		{name: "warm-up", value: warmupInWords(t.Warmup), byDefault: noSetting},
		{name: "mirroring", value: inWords(t.Mirror, "half of the pictures"), byDefault: noSetting},
		{name: "jitter", value: inWords(t.Jitter > 0, t.Jitter), byDefault: noSetting},
		{name: "average of weights", value: inWords(t.Average > 0, t.Average), byDefault: noSetting},
		{name: "weight decay", value: inWords(t.Decay > 0, t.Decay), byDefault: noSetting},
		{name: "weighing by noise", value: inWords(t.Weigh > 0, t.Weigh), byDefault: noSetting},
		{name: "correction of codes", value: inWords(t.Correct > 0, fmt.Sprintf("in %d steps", t.Correct)), byDefault: noSetting},
		{name: "precision", value: cmp.Or(t.Precision, string(nn.Float32))},
		{name: "seed", value: fmt.Sprint(t.Seed)},
		{name: "corruption", value: cmp.Or(t.Corruption, noSetting)},
		{name: "early stop", value: inWords(t.EarlyStop > 0, fmt.Sprintf("after %d epochs without a better one", t.EarlyStop)), byDefault: noSetting},
		{name: "choice of weights", value: inWords(best, "the best"), byDefault: noSetting},
	}
}

const noSetting = "none"

// inWords is a setting that may not be there.
func inWords(there bool, value any) string {
	if !there {
		return noSetting
	}
	return fmt.Sprint(value)
}

// CheckFinished returns an error that says in what a finished model differs from
// what the run would make. It goes by all that the model's story tells, which is
// every setting but the very rows of the split, of which it has the number and the
// name, and the weights that it began with. Jitter.Data need not be there.
func (r *Run) CheckFinished(m *autoencoder.Model) error {
	t := m.Training
	if t == nil {
		return errors.New("it does not say how it was trained")
	}
	run := *r
	run.fill()
	there := map[string]string{}
	for _, s := range settingsOf(m, t, cmp.Or(t.Planned, len(t.History)), t.BestEpoch > 0) {
		there[s.name] = s.value
	}
	if d := difference(there, settingsOf(run.Model, run.outset(), run.Epochs, run.Best)); d != "" {
		return errors.New(d)
	}
	return nil
}

// difference says in what the settings that are there differ from those wanted, or
// nothing.
func difference(there map[string]string, want []setting) string {
	for _, s := range want {
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
