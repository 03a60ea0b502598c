package tutorial

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/internal/atomicfile"
	"likeness/latent"
	"likeness/latent/judge"
	"likeness/pix"
	"likeness/progress"
	"likeness/report"
)

// Latent says how to explore the codes of one model: edits along attributes,
// morphs that stay likely, new faces.
type Latent struct {
	Model *autoencoder.Model
	Data  *faces.Set // with attributes for the edits
	Split faces.Split
	Out   string // folder for the atlas, and for figures in its folder "figures"
	Seed  uint64
	// Judge lets a classifier of pixels judge the edits, which takes about a minute
	// on LFW; the atlas keeps its verdicts.
	Judge    bool
	Progress progress.Func
}

// LatentResults are the numbers and figures of a Latent.
type LatentResults struct {
	Model      string                 `json:"model"` // fingerprint
	Atlas      string                 `json:"atlas"` // path of the file
	Directions []latent.Direction     `json:"directions"`
	AUC        float64                `json:"auc"`              // mean over directions with held-out AUC; 0: none
	Judged     []latent.Verdict       `json:"judged,omitempty"` // nil: not asked for, or no attributes
	Samples    []latent.SampleQuality `json:"samples"`          // nil: too few test pictures
	Components int                    `json:"components"`       // of the mixture
	Reach      latent.Reach           `json:"distances"`

	Edits    *pix.Image `json:"-"` // strips of test faces; nil without attributes
	Paths    *pix.Image `json:"-"` // a likely morph beside the straight one
	NewFaces *pix.Image `json:"-"` // samples beside real faces
}

// editAttributes are shown where they are known; else the best told ones.
var editAttributes = []string{"Smiling", "Eyeglasses", "Male", "Senior"}

const (
	editSteps   = 7
	pathSteps   = 9
	sampleCols  = 6
	sampleCount = 36
)

// Do makes the atlas, the numbers and the figures.
func (l *Latent) Do(ctx context.Context) (*LatentResults, error) {
	if len(l.Split.Test) < 2 {
		return nil, errors.New("at least two test pictures are needed")
	}
	a, err := latent.Survey(ctx, l.Model, l.Data, l.Split.Train, l.Split.Test, latent.SurveyOptions{
		Mixture: &latent.MixtureOptions{Seed: l.Seed}, Progress: l.Progress,
	})
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(l.Out, "figures"), 0o755); err != nil {
		return nil, err
	}
	r := &LatentResults{
		Model: a.Model, Atlas: filepath.Join(l.Out, "atlas.safetensors"), Directions: a.Directions,
		Components: a.Mixture.Len(), Reach: a.Reach,
	}
	if l.Judge && l.Data.Attributes != nil {
		if r.Judged, err = judge.Edits(ctx, l.Model, l.Data, l.Split, l.Progress); err != nil {
			return nil, err
		}
		a.Judge(r.Judged)
	}
	if err := a.Save(r.Atlas); err != nil {
		return nil, err
	}
	measured := 0
	for _, d := range a.Directions {
		if d.HeldOut != nil {
			r.AUC += d.HeldOut.AUC
			measured++
		}
	}
	r.AUC /= float64(max(measured, 1))
	if len(l.Split.Test)/2 > judge.Neighbours {
		r.Samples, err = judge.Samples(ctx, l.Model, l.Data, l.Split, judge.AtlasSources(a, 1, l.Seed))
		if err != nil {
			return nil, err
		}
	}
	if r.Edits, err = l.edits(ctx, a); err != nil {
		return nil, err
	}
	if r.Paths, err = l.paths(ctx, a); err != nil {
		return nil, err
	}
	if r.NewFaces, err = l.newFaces(ctx, a); err != nil {
		return nil, err
	}
	for name, figure := range map[string]*pix.Image{"edits": r.Edits, "likely": r.Paths, "samples": r.NewFaces} {
		if figure == nil {
			continue
		}
		err := atomicfile.Write(filepath.Join(l.Out, "figures", name+".png"), func(w io.Writer) error { return figure.WritePNG(w) })
		if err != nil {
			return nil, err
		}
	}
	return r, nil
}

// code is that of a picture.
func (l *Latent) code(ctx context.Context, row int) ([]float32, error) {
	return l.Model.Encode(ctx, l.Data.AllFloats([]int{row}))
}

func (l *Latent) paint(ctx context.Context, codes ...[]float32) ([]*pix.Image, error) {
	var out []*pix.Image
	for _, c := range codes {
		x, err := l.Model.Decode(ctx, c)
		if err != nil {
			return nil, err
		}
		out = append(out, pix.FromFloats(x, l.Data.W, l.Data.H))
	}
	return out, nil
}

// edits draws two test faces, each along some attributes from less to more.
func (l *Latent) edits(ctx context.Context, a *latent.Atlas) (*pix.Image, error) {
	var chosen []*latent.Direction
	for _, name := range editAttributes {
		if d, err := a.Direction(name); err == nil {
			chosen = append(chosen, d)
		}
	}
	if len(chosen) == 0 {
		for i := range a.Directions {
			chosen = append(chosen, &a.Directions[i])
		}
		slices.SortStableFunc(chosen, func(x, y *latent.Direction) int { return cmp.Compare(y.CrossAUC, x.CrossAUC) })
		chosen = chosen[:min(len(chosen), len(editAttributes))]
	}
	if len(chosen) == 0 {
		return nil, nil
	}
	shares := make([]float64, editSteps)
	for i := range shares {
		shares[i] = 2*float64(i)/(editSteps-1) - 1
	}
	var strips []report.Edit
	for _, row := range l.Split.Test[:2] {
		code, err := l.code(ctx, row)
		if err != nil {
			return nil, err
		}
		for _, d := range chosen {
			by := 1.5 * d.Gap
			step, err := a.Step([]latent.Change{{Direction: d, By: by}}, nil)
			if err != nil {
				return nil, err
			}
			codes := a.Walk(code, step, shares)
			frames, err := l.paint(ctx, codes...)
			if err != nil {
				return nil, err
			}
			e := report.Edit{Name: d.Name, Picture: l.Data.Image(row), Frames: frames}
			for i, s := range shares {
				e.Captions = append(e.Captions, strings.Replace(fmt.Sprintf("%+.1f", s*by), "-", "−", 1))
				if i == editSteps/2 {
					e.Captions[i] = "as it is"
				}
				e.Far = append(e.Far, a.Place(codes[i], d).Far())
				if e.Far[i] {
					e.Captions[i] += ", far"
				}
			}
			strips = append(strips, e)
		}
	}
	return report.EditStrip(strips), nil
}

// paths draws the straight and the likely way between the two test faces that
// lie farthest apart in direction, of the first few.
func (l *Latent) paths(ctx context.Context, a *latent.Atlas) (*pix.Image, error) {
	from, to, least := 0, 1, 2.0
	few := l.Split.Test[:min(len(l.Split.Test), 12)]
	var own, white [][]float32
	for _, row := range few {
		code, err := l.code(ctx, row)
		if err != nil {
			return nil, err
		}
		own, white = append(own, code), append(white, a.Whitening.White(code))
	}
	for i := range few {
		for j := range i {
			if c := latent.Cosine(white[i], white[j]); c < least {
				from, to, least = j, i, c
			}
		}
	}
	ends := [][]float32{own[from], own[to]}
	straight, err := latent.MorphMany(ends, pathSteps)
	if err != nil {
		return nil, err
	}
	likely, err := a.Whitening.Likely(ends, pathSteps)
	if err != nil {
		return nil, err
	}
	var both []report.Path
	for i, codes := range [][][]float32{straight, likely} {
		frames, err := l.paint(ctx, codes...)
		if err != nil {
			return nil, err
		}
		p := report.Path{Name: []string{"straight", "likely"}[i], Frames: frames}
		for _, c := range codes {
			d := a.Whitening.Distance(c)
			p.Distances, p.Far = append(p.Distances, d), append(p.Far, a.Place(c).Far())
		}
		both = append(both, p)
	}
	people := l.Data.People
	return report.Paths(l.Data.Image(few[from]), l.Data.Image(few[to]), people[few[from]], people[few[to]], both), nil
}

// newFaces draws new faces beside test faces and their reconstructions.
func (l *Latent) newFaces(ctx context.Context, a *latent.Atlas) (*pix.Image, error) {
	n := min(sampleCount, len(l.Split.Test))
	var photographs, painted, drawn []*pix.Image
	for _, row := range l.Split.Test[:n] {
		photographs = append(photographs, l.Data.Image(row))
		code, err := l.code(ctx, row)
		if err != nil {
			return nil, err
		}
		again, err := l.paint(ctx, code)
		if err != nil {
			return nil, err
		}
		painted = append(painted, again...)
	}
	codes := a.Whitening.Draw(a.Mixture, n, 1, l.Seed)
	for i := range n {
		made, err := l.paint(ctx, codes[i*l.Model.Code:(i+1)*l.Model.Code])
		if err != nil {
			return nil, err
		}
		drawn = append(drawn, made...)
	}
	return report.Gatherings([]report.Gathering{
		{Name: "Test faces", Pictures: photographs},
		{Name: "Their reconstructions", Pictures: painted},
		{Name: "New faces", Pictures: drawn},
	}, sampleCols), nil
}
