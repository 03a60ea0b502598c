package train_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"likeness/autoencoder"
	"likeness/pix"
	"likeness/train"
)

// meter spoils pictures as Noise does and remembers what that comes to: for each
// its level, and its squared error in units of that.
type meter struct {
	pix.Noise
	levels, errors []float64
}

func (m *meter) Corrupt(x []float32, w, h int, rng *rand.Rand) {
	clean := slices.Clone(x)
	m.Noise.Corrupt(x, w, h, rng)
	level, sum := max(pix.NoiseLevel(x, w, h), 0.01), 0.0
	for i, v := range x {
		d := float64(v-clean[i]) / level
		sum += d * d
	}
	m.levels, m.errors = append(m.levels, level), append(m.errors, sum/float64(len(x)))
}

// weighing is a run of an untrained denoiser, which leaves pictures as they are.
func weighing(t *testing.T, power float64) *train.Run {
	t.Helper()
	r := run(t)
	m, err := autoencoder.New(autoencoder.Residual, r.Model.Prep, 0, 3)
	if err != nil {
		t.Fatal(err)
	}
	m.Level = autoencoder.UnitNoise
	r.Model, r.Corruption, r.Weigh, r.Epochs = m, pix.Noise{Min: 0.02, Max: 0.5}, power, 1
	return r
}

// The loss has every picture's error as often as its noise says.
func TestWeighedLoss(t *testing.T) {
	for _, power := range []float64{0, 0.9, 2} {
		r, m := weighing(t, power), &meter{Noise: pix.Noise{Min: 0.02, Max: 0.5}}
		r.Corruption, r.Rate = m, 1e-30
		story, err := r.Do(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		n, want := len(r.Split.Train), 0.0
		for i := len(r.Split.Test); i < len(m.levels); i++ { // the test pictures are spoilt first
			want += math.Pow(m.levels[i]/0.1, power) * m.errors[i] * autoencoder.UnitNoise * autoencoder.UnitNoise / float64(n)
		}
		if got := story.History[0].Loss; len(m.levels) != n+len(r.Split.Test) || math.Abs(got-want) > 1e-3*want {
			t.Errorf("power %g: the loss is %g, want %g", power, got, want)
		}
		if story.Weigh != power {
			t.Errorf("the story has the power %g, not %g", story.Weigh, power)
		}
	}
}

// What has no level of noise cannot be weighed by it.
func TestWeighNeedsLevels(t *testing.T) {
	for name, change := range map[string]func(*train.Run){
		"no level":         func(r *train.Run) { r.Model.Level = 0 },
		"no noise":         func(r *train.Run) { r.Corruption = nil },
		"a negative power": func(r *train.Run) { r.Weigh = -1 },
		"NaN":              func(r *train.Run) { r.Weigh = math.NaN() },
		"a power above 2":  func(r *train.Run) { r.Weigh = 2.5 },
	} {
		r := weighing(t, 1)
		change(r)
		if _, err := r.Do(context.Background()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
