package judge

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/latent"
	"likeness/pix"
	"likeness/progress"
)

// mostEdits bounds the faces that are edited for an attribute and a way.
const mostEdits = 150

// Edits fits directions to one half of the training people and a classifier of
// pictures to the other half, edits test faces, and lets the classifier judge. Faces
// are judged as the decoder paints them, before and after. It fails when the set has no
// attributes.
func Edits(ctx context.Context, coder *latent.Coder, split faces.Split, report progress.Func) ([]latent.Verdict, error) {
	data := coder.Data
	if data.Attributes == nil {
		return nil, fmt.Errorf("%s has no attributes to judge edits by", data.Source)
	}
	mine, other := halves(data.People, split.Train)
	a, err := latent.Survey(ctx, coder, mine, split.Test, latent.SurveyOptions{Progress: report})
	if err != nil {
		return nil, err
	}
	report.Report("Fitting the judge", 0, 0)
	known := latent.Tagged{Names: data.Attributes.Names, Values: data.Attributes.Values, Groups: data.People}
	described, err := Describe(ctx, len(other), func(i int) *pix.Image { return data.Image(other[i]) })
	if err != nil {
		return nil, err
	}
	c, err := Fit(ctx, described, known.Rows(other))
	if err != nil {
		return nil, err
	}
	if described, err = Describe(ctx, len(split.Test), func(i int) *pix.Image { return data.Image(split.Test[i]) }); err != nil {
		return nil, err
	}
	c.Measure(ctx, described, known.Rows(split.Test))
	e := &edits{ctx: ctx, coder: coder, m: coder.Model, data: data, known: known, atlas: a, judge: c}
	if e.codes, err = coder.Codes(ctx, split.Test, nil); err != nil {
		return nil, err
	}
	if e.before, err = e.look(e.codes); err != nil {
		return nil, err
	}
	if err := e.draw(other); err != nil {
		return nil, err
	}
	var out []latent.Verdict
	for i := range a.Directions {
		report.Report("Judging edits", i, len(a.Directions))
		v, err := e.verdict(&a.Directions[i], split.Test, uint64(i))
		if err != nil {
			return nil, err
		}
		if v != nil {
			out = append(out, *v)
		}
	}
	return out, nil
}

// halves divides rows in two. Where people are known, nobody is in both halves.
func halves(people []string, rows []int) (a, b []int) {
	list := make([]string, len(rows))
	named := true
	for i, r := range rows {
		list[i] = people[r]
		named = named && list[i] != ""
	}
	split, err := faces.PersonSplit(list, 0.5, 1)
	if !named || err != nil { // nobody known, or one person with most of the pictures
		if split, err = faces.RandomSplit(len(rows), 0.5, 1); err != nil {
			return rows, rows
		}
	}
	for _, i := range split.Train {
		a = append(a, rows[i])
	}
	for _, i := range split.Test {
		b = append(b, rows[i])
	}
	return a, b
}

// edits judges one attribute after the other.
type edits struct {
	ctx    context.Context
	coder  *latent.Coder
	m      *autoencoder.Model
	data   *faces.Set
	known  latent.Tagged
	atlas  *latent.Atlas
	judge  *Classifier
	codes  []float32 // of the test pictures
	before []float64 // the judge's scores of them, decoded
	middle []float64 // between the judge's scores of decoded faces with and without
}

// look returns the judge's scores of decoded codes.
func (e *edits) look(codes []float32) ([]float64, error) {
	d := e.m.Code
	var out []float64
	const batch = 512
	for first := 0; first < len(codes); first += batch * d {
		painted, err := e.m.Decode(e.ctx, codes[first:min(first+batch*d, len(codes))])
		if err != nil {
			return nil, err
		}
		n := e.m.Values()
		described, err := Describe(e.ctx, len(painted)/n, func(i int) *pix.Image {
			return pix.FromFloats(painted[i*n:(i+1)*n], e.m.Prep.W, e.m.Prep.H)
		})
		if err != nil {
			return nil, err
		}
		out = append(out, e.judge.scores(e.ctx, described)...)
	}
	return out, nil
}

// draw finds the judge's thresholds: halfway between the mean scores of decoded faces
// with and without an attribute, since decoded faces are smoother than those that the
// judge was fitted to.
func (e *edits) draw(rows []int) error {
	codes, err := e.coder.Codes(e.ctx, rows, nil)
	if err != nil {
		return err
	}
	scores, err := e.look(codes)
	if err != nil {
		return err
	}
	n := len(e.judge.Attributes)
	e.middle = make([]float64, n)
	for i := range e.middle {
		var sum, count [2]float64
		for k, r := range rows {
			switch v := e.value(r, e.judge.Attributes[i].Name); {
			case v > 0:
				sum[1], count[1] = sum[1]+scores[k*n+i], count[1]+1
			case v <= 0:
				sum[0], count[0] = sum[0]+scores[k*n+i], count[0]+1
			}
		}
		e.middle[i] = (sum[0]/count[0] + sum[1]/count[1]) / 2
	}
	return nil
}

// value returns the value of an attribute of a picture.
func (e *edits) value(row int, name string) float32 {
	return e.known.Values[row*len(e.known.Names)+slices.Index(e.known.Names, name)]
}

// verdict edits the test faces along one direction. It returns nil when the judge does
// not know the attribute or there is no face to edit.
func (e *edits) verdict(d *latent.Direction, test []int, seed uint64) (*latent.Verdict, error) {
	n := len(e.judge.Attributes)
	at := slices.IndexFunc(e.judge.Attributes, func(j latent.Direction) bool { return j.Name == d.Name })
	if at < 0 || e.judge.Attributes[at].HeldOut == nil {
		return nil, nil
	}
	step, err := e.atlas.Step([]latent.Change{{Direction: d, By: d.Gap}}, nil)
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(seed, 2))
	var rows []int // places in test
	var way []float64
	var edited, random []float32
	var taken [2]int
	for k, r := range test {
		share, kind := 1.0, 0
		switch v := e.value(r, d.Name); {
		case math.IsNaN(float64(v)):
			continue
		case v > 0:
			share, kind = -1, 1
		}
		if taken[kind]++; taken[kind] > mostEdits {
			continue
		}
		code := e.codes[k*e.m.Code : (k+1)*e.m.Code]
		rows, way = append(rows, k), append(way, share)
		edited = append(edited, e.atlas.Walk(code, step, []float64{share})[0]...)
		random = append(random, e.atlas.Walk(code, anywhere(rng, len(step.White), step.Length), []float64{1})[0]...)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	after, err := e.look(edited)
	if err != nil {
		return nil, err
	}
	lost, err := e.look(random)
	if err != nil {
		return nil, err
	}
	v := &latent.Verdict{Name: d.Name, AUC: e.judge.Attributes[at].HeldOut.AUC, Edits: len(rows)}
	if d.HeldOut != nil {
		v.DirectionAUC = d.HeldOut.AUC
	}
	moved := make([]float64, n)
	var flips, luck float64
	for i, k := range rows {
		was := way[i] * (e.before[k*n+at] - e.middle[at]) // below 0: on the other side
		is := way[i] * (after[i*n+at] - e.middle[at])
		by := way[i] * (lost[i*n+at] - e.middle[at])
		v.RightWay += one(is > was)
		v.RandomWay += one(by > was)
		if was < 0 {
			v.Wrong++
			flips += one(is > 0)
			luck += one(by > 0)
		}
		for j := range moved {
			moved[j] += way[i] * (after[i*n+j] - e.before[k*n+j]) / float64(len(rows))
		}
	}
	v.RightWay /= float64(len(rows))
	v.RandomWay /= float64(len(rows))
	if v.Wrong > 0 {
		v.Flipped, v.RandomFlipped = flips/float64(v.Wrong), luck/float64(v.Wrong)
	}
	for j, by := range moved {
		if j == at {
			v.By = by
			continue
		}
		v.SideEffects = append(v.SideEffects, latent.SideEffect{Name: e.judge.Attributes[j].Name, By: by})
	}
	latent.SortSideEffects(v.SideEffects)
	v.SideEffects = v.SideEffects[:min(len(v.SideEffects), 10)]
	return v, nil
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// anywhere returns a step of the given length in a random direction.
func anywhere(rng *rand.Rand, width int, length float64) *latent.Step {
	s := &latent.Step{White: make([]float32, width), Length: length}
	x, sum := make([]float64, width), 0.0
	for i := range x {
		x[i] = rng.NormFloat64()
		sum += x[i] * x[i]
	}
	for i, v := range x {
		s.White[i] = float32(v / math.Sqrt(sum) * length)
	}
	return s
}
