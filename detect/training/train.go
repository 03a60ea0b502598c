package training

import (
	"context"
	"fmt"
	"hash/fnv"

	"likeness/align"
	"likeness/dataset"
	"likeness/detect"
	"likeness/detect/quality"
	"likeness/detect/scene"
	"likeness/faces"
	"likeness/faces/drawn"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
)

// Result is a trained detector and how well it does on people whom it has not learned from.
type Result struct {
	*detect.Training
	Recall        float64        `json:"recall"`             // share of the faces found in composed photographs
	False         float64        `json:"false_a_photograph"` // boxes without a face, for each photograph
	LandmarkError float64        `json:"landmark_error"`     // mean, in distances of the eyes
	Empty         float64        `json:"empty_found_empty"`  // share of the photographs without a face in which none is found
	Counts        quality.Counts `json:"counts"`
}

// photoHalf is the side of the photographs that are learned from, LFW's at half their size: the networks see no face larger.
const photoHalf = 125

// heldOut is how many people there are to one who is only measured on.
const heldOut = 12

// Train trains a detector on composed photographs. The pictures of o.Data must be framed as LFW's are, a face in the middle
// of each. No file tells where eyes, noses and mouths are: that is found out first. Neither chance nor the number of threads
// has a part in the result. It fails when ctx ends.
func Train(ctx context.Context, o Options) (*detect.Detector, *Result, error) {
	o = o.filled()
	if err := o.check(); err != nil {
		return nil, nil, err
	}
	ctx = parallel.WithThreads(ctx, o.Threads)
	set, err := dataset.Load(ctx, o.Data, faces.Options{Prep: pix.Prep{W: photoHalf, H: photoHalf}, Progress: o.Progress})
	if err != nil {
		return nil, nil, err
	}
	learned, measured, plan, err := o.divide(set)
	if err != nil {
		return nil, nil, err
	}
	if len(learned) < align.Fewest {
		return nil, nil, fmt.Errorf("%s: %d pictures to learn from, expected at least %d", set.Source, len(learned), align.Fewest)
	}
	rows := append(append([]int(nil), learned...), measured...)
	marked, _, err := MarkFaces(ctx, len(rows), func(i int) *pix.Image { return set.Image(rows[i]) }, o.Progress)
	if err != nil {
		return nil, nil, err
	}
	portraits := make([]*scene.Portrait, len(rows))
	alone := o.Data.IsDrawn()
	for i, row := range rows {
		portraits[i] = scene.NewPortrait(set.Image(row), marked[i], alone)
	}
	painted, empty := paint(o.Drawn, o.Seed+1, o.Progress)
	c := scene.New(append(portraits[:len(learned):len(learned)], painted...), empty)

	d := detect.New()
	origin := dataset.OriginOf(set, len(learned), len(measured))
	origin.Split = plan
	d.Training = &detect.Training{Origin: origin, Drawn: o.Drawn, ProposerSteps: o.ProposerSteps, RefinerSteps: o.RefinerSteps, Batch: batch, Seed: o.Seed}
	if err := trainProposer(ctx, c, d, o); err != nil {
		return nil, nil, err
	}
	if err := trainRefiner(ctx, c, d, o); err != nil {
		return nil, nil, err
	}
	held := portraits[len(learned):]
	if len(held) == 0 {
		held, _ = paint(100, o.Seed+2, nil)
	}
	counts, err := measure(ctx, d, scene.New(held, empty), o)
	if err != nil {
		return nil, nil, err
	}
	return d, &Result{
		Training: d.Training, Recall: counts.Recall(), False: counts.FalsePerPhotograph(), LandmarkError: counts.LandmarkError(),
		Empty: float64(counts.Quiet) / float64(max(1, counts.Empty)), Counts: counts,
	}, nil
}

// divide returns the rows that are learned from and those of the people who are only measured on, and the split's text.
func (o Options) divide(set *faces.Set) (learned, measured []int, plan string, err error) {
	rows := set.Rows()
	if o.Split != (dataset.SplitPlan{}) {
		split, _, err := o.Split.Split(set)
		if err != nil {
			return nil, nil, "", err
		}
		rows, plan = split.Train, o.Split.String()
	}
	for _, row := range rows {
		h := fnv.New32a()
		h.Write([]byte(set.People[row]))
		if set.People[row] != "" && h.Sum32()%heldOut == 0 {
			measured = append(measured, row)
		} else {
			learned = append(learned, row)
		}
	}
	return learned, measured, plan, nil
}

// paint draws portraits of invented people, whose landmarks are known, and of every fourth one's background alone.
func paint(n int, seed uint64, report progress.Func) (painted []*scene.Portrait, empty []*pix.Image) {
	people := drawn.People(drawn.Options{People: max(n, 1), PerPerson: 1, Seed: seed})
	for i := range n {
		shot := people[i].Shot(1)
		painted = append(painted, scene.Drawn(&people[i], &shot, photoHalf))
		if i%4 == 0 {
			empty = append(empty, pix.FromImage(drawn.DrawBackground(&shot)).Resize(photoHalf, photoHalf))
		}
		report.Report("Drawing faces", i+1, n)
	}
	return painted, empty
}

// measure looks for faces in composed photographs of 1200x900, every fifth of which shows none.
func measure(ctx context.Context, d *detect.Detector, c *scene.Composer, o Options) (quality.Counts, error) {
	photos := make([]scene.Photograph, o.Photographs)
	found := make([][]detect.Face, o.Photographs)
	errs := make([]error, o.Photographs)
	err := parallel.Each(ctx, len(photos), func(i int) {
		plan := scene.Plan{W: 1200, H: 900, Smallest: detect.Smallest, Largest: 300, People: i % 5}
		p := c.Compose(1<<50|uint64(i), plan)
		found[i], errs[i] = d.Find(ctx, p.Image)
		p.Image = nil
		photos[i] = p
	})
	var counts quality.Counts
	for i, p := range photos {
		if err == nil {
			err = errs[i]
		}
		if err == nil {
			counts.Add(found[i], p.Faces, p.Doubtful)
		}
	}
	return counts, err
}
