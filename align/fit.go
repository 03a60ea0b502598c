package align

import (
	"context"
	"errors"
	"fmt"

	"likeness/parallel"
	"likeness/pca"
	"likeness/pix"
)

// Options of Fit. The zero value has what was measured best.
type Options struct {
	Side     int // of the pictures the search works on; 0: 96
	Pictures int // fit to at most so many, evenly spread; 0: 3,000
	// Progress, if set, is called during the work, from one goroutine.
	Progress func(done, total int)
}

// plan is the course of the fitting: rounds of moving pictures and fitting a
// subspace again, then on to a finer one.
var plan = []struct {
	rounds, components, steps int
	blur                      float64
}{
	{4, 8, 8, 0.0222},
	{3, 16, 5, 0.0167},
	{2, 32, 4, 0.0111},
	{2, 48, 4, 0.0111},
}

// Fewest is the least number of pictures that can be learned from.
const Fewest = 64

const (
	// fitSteps is how many steps a picture makes in a round.
	fitSteps = 3
	// perComponent is how many pictures it takes for each component: with too
	// few, a subspace explains crooked pictures as well as straight ones.
	perComponent = 16
)

// Fit learns to align from n pictures, which must be squares of one size; no
// names, no marked points. It fails when there are fewer than 64 or when ctx
// ends. Neither chance nor the number of processors has a part in the result.
func Fit(ctx context.Context, n int, picture func(i int) *pix.Image, opt Options) (*Aligner, error) {
	if n < Fewest {
		return nil, fmt.Errorf("%d pictures, expected at least %d to learn from", n, Fewest)
	}
	a := &Aligner{Side: opt.Side, Window: 32, Field: 0.61, Pull: 0.02, Pictures: opt.Pictures}
	if a.Side == 0 {
		a.Side = 96
	}
	if a.Pictures == 0 {
		a.Pictures = 3000
	}
	a.Pictures = min(a.Pictures, n)
	planes := make([]Plane, a.Pictures)
	err := parallel.Each(ctx, len(planes), func(i int) {
		m := picture(i * n / a.Pictures)
		if m.W != a.Side {
			m = m.Resize(a.Side, a.Side)
		}
		planes[i] = Grey(m).even()
	})
	if err != nil {
		return nil, err
	}
	total := 0
	for _, p := range plan {
		total += p.rounds
	}
	done := 0
	poses := make([]Pose, len(planes))
	for _, p := range plan {
		p.components = max(1, min(p.components, len(planes)/perComponent))
		blurred := make([]Plane, len(planes))
		if err := parallel.Each(ctx, len(planes), func(i int) { blurred[i] = planes[i].blur(p.blur * float64(a.Side)) }); err != nil {
			return nil, err
		}
		var stage Stage
		for range p.rounds {
			// The last round's subspace is the one that Find walks down in.
			stage = Stage{Blur: p.blur, Steps: fitSteps}
			if err := a.subspace(ctx, &stage, blurred, poses, p.components); err != nil {
				return nil, err
			}
			err := parallel.Each(ctx, len(planes), func(i int) {
				s := a.newSearch()
				s.stage, s.plane, s.codes = &stage, blurred[i], make([]float32, p.components)
				poses[i] = s.descend(poses[i])
			})
			if err != nil {
				return nil, err
			}
			centre(poses)
			done++
			if opt.Progress != nil {
				opt.Progress(done, total)
			}
		}
		stage.Steps = p.steps
		a.Stages = append(a.Stages, stage)
	}
	return a, nil
}

// subspace fits a stage to the windows of planes at their poses.
func (a *Aligner) subspace(ctx context.Context, stage *Stage, planes []Plane, poses []Pose, k int) error {
	windows := make([]float32, len(planes)*a.values())
	err := parallel.Each(ctx, len(planes), func(i int) {
		a.windowOf(windows[i*a.values():(i+1)*a.values()], planes[i], poses[i])
	})
	if err != nil {
		return err
	}
	m, err := pca.Measure(ctx, windows, a.values())
	if err != nil {
		return err
	}
	p, err := m.PCA(ctx, k)
	if err != nil {
		return err
	}
	if p.Variances[0] <= 0 {
		return errors.New("the pictures do not differ, so there is nothing to learn")
	}
	stage.Mean, stage.Components = p.Mean, p.Components
	return nil
}

// centre takes the mean off all poses: only where faces lie relative to one
// another is learned, and the usual place stays the middle.
func centre(poses []Pose) {
	var mean [poseParams]float64
	for _, p := range poses {
		for i, v := range p.numbers() {
			mean[i] += v / float64(len(poses))
		}
	}
	for i, p := range poses {
		v := p.numbers()
		for j := range v {
			v[j] -= mean[j]
		}
		poses[i] = poseOf(v)
	}
}

// FindAll is Find for n pictures, on all processors.
func (a *Aligner) FindAll(ctx context.Context, n int, picture func(i int) *pix.Image) ([]Found, error) {
	found := make([]Found, n)
	err := parallel.Each(ctx, n, func(i int) { found[i] = a.Find(picture(i)) })
	return found, err
}
