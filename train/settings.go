package train

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

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
	corruption := noSetting
	if r.Corruption != nil {
		corruption = r.Corruption.String()
	}
	rows := sha256.New()
	for _, part := range [][]int{r.Split.Train, r.Split.Test} {
		fmt.Fprintln(rows, part)
	}
	if len(r.Validation) > 0 {
		fmt.Fprintln(rows, r.Validation)
	}
	average, decay, mirror, early, best := noSetting, noSetting, noSetting, noSetting, noSetting
	if r.Average > 0 {
		average = fmt.Sprint(r.Average)
	}
	if r.Decay > 0 {
		decay = fmt.Sprint(r.Decay)
	}
	jitter := noSetting
	if r.Jitter != nil {
		jitter = fmt.Sprint(r.Jitter.Amount)
	}
	if r.Mirror {
		mirror = "half of the pictures"
	}
	if r.EarlyStop > 0 {
		early = fmt.Sprintf("after %d epochs without a better one", r.EarlyStop)
	}
	if r.Best {
		best = "the best"
	}
	epochs := fmt.Sprint(r.Epochs)
	if r.TimeBudget > 0 {
		epochs = fmt.Sprintf("as many as fit into %v", r.TimeBudget)
	}
	all := []setting{
		{name: "warm-up", value: warmupInWords(r.Warmup), byDefault: noSetting},
		{name: "mirroring", value: mirror, byDefault: noSetting},
		{name: "jitter", value: jitter, byDefault: noSetting},
		{name: "average of weights", value: average, byDefault: noSetting},
		{name: "weight decay", value: decay, byDefault: noSetting},
		{name: "number of validation pictures", value: fmt.Sprint(len(r.Validation)), byDefault: "0"},
		{name: "early stop", value: early, byDefault: noSetting},
		{name: "choice of weights", value: best, byDefault: noSetting},
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
		{"number of epochs", epochs},
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
