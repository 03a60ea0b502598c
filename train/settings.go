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
	"likeness/hyper"
	"likeness/pix"
)

// preparation is the name of the setting that is kept as JSON.
const preparation = "preparation of pictures"

// The names of settings that a checkpoint is read for, see OpenCheckpoint.
const (
	epochsSetting = "number of epochs"
	choiceSetting = "choice of weights"
)

// settings returns everything that the result of the run follows from. (The version of the kernels counts too: the
// portable ones round otherwise than AVX-512, AVX2 and NEON, which agree. A run
// may go on with others, but ends in other last bits.)
func (r *Run) settings() []hyper.Setting {
	rows := sha256.New()
	for _, part := range [][]int{r.Split.Train, r.Split.Test} {
		fmt.Fprintln(rows, part)
	}
	if len(r.Validation) > 0 {
		fmt.Fprintln(rows, r.Validation)
	}
	return append(settingsOf(r.Model, r.outset(), r.Epochs, r.Best),
		hyper.Setting{Name: "choice of rows", Value: hex.EncodeToString(rows.Sum(nil)[:8])},
		hyper.Setting{Name: "model to begin with", Value: r.Model.Fingerprint()})
}

// settingsOf returns the settings that a model and its training have, finished or about
// to begin; epochs are those it was to take, best whether the best weights were to be kept.
func settingsOf(m *autoencoder.Model, t *autoencoder.Training, epochs int, best bool) []hyper.Setting {
	takes := fmt.Sprint(epochs)
	if t.TimeBudget > 0 {
		takes = fmt.Sprintf("as many as fit into %v", time.Duration(math.Round(t.TimeBudget*float64(time.Second))))
	}
	choice := hyper.None
	if best {
		choice = "the best"
	}
	about := []hyper.Setting{
		{Name: "architecture", Value: m.Arch},
		{Name: "code size", Value: fmt.Sprint(m.Code)},
		{Name: preparation, Value: asJSON(m.Prep)},
		{Name: "data", Value: t.DataHash},
		{Name: "split", Value: t.Split},
		{Name: "number of validation pictures", Value: fmt.Sprint(t.NValidation), Default: "0"},
		{Name: "number of training pictures", Value: fmt.Sprint(t.NTrain)},
		{Name: "number of test pictures", Value: fmt.Sprint(t.NTest)},
		{Name: epochsSetting, Value: takes},
		{Name: "corruption", Value: cmp.Or(t.Corruption, hyper.None)},
		{Name: choiceSetting, Value: choice, Default: hyper.None},
	}
	return append(about, t.Parameters.Settings()...)
}

// CheckFinished returns an error that says in what a finished model differs from
// what the run would make. It compares all that the model's file says, which is
// every setting but the very rows of the split, of which it has the number and the
// name, and the weights that it began with. Around need not be there.
func (r *Run) CheckFinished(m *autoencoder.Model) error {
	t := m.Training
	if t == nil {
		return errors.New("it does not say how it was trained")
	}
	run := *r
	run.fill()
	there := map[string]string{}
	for _, s := range settingsOf(m, t, cmp.Or(t.Planned, len(t.History)), t.BestEpoch > 0) {
		there[s.Name] = s.Value
	}
	if d := difference(there, settingsOf(run.Model, run.outset(), run.Epochs, run.Best)); d != "" {
		return errors.New(d)
	}
	return nil
}

// difference returns in words the first setting that is not the one wanted; empty if
// there is none.
func difference(there map[string]string, want []hyper.Setting) string {
	for _, s := range want {
		v, ok := there[s.Name]
		if !ok {
			v = s.Default
		}
		if v != s.Value {
			if s.Name == preparation {
				return fmt.Sprintf("its %s is %s and not %s", s.Name, prepInWords(v), prepInWords(s.Value))
			}
			return fmt.Sprintf("its %s is %s and not %s", s.Name, v, s.Value)
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

// prepInWords returns in words what a checkpoint keeps of a preparation.
func prepInWords(text string) string {
	var p pix.Prep
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return text
	}
	return fmt.Sprintf("%dx%d of %s", p.W, p.H, p.Words())
}
