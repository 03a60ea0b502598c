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
	Judge bool
	// Progress may be nil.
	Progress func(what string, done, total int)
}

// LatentResults are the numbers and figures of a Latent.
type LatentResults struct {
	Model      string             `json:"model"` // fingerprint
	Atlas      string             `json:"atlas"` // path of the file
	Directions []latent.Direction `json:"directions"`
	AUC        float64            `json:"auc"`              // mean over directions with held-out AUC; 0: none
	Judged     []latent.Verdict   `json:"judged,omitempty"` // nil: not asked for, or no attributes
	Samples    []judge.Judged     `json:"samples"`          // nil: too few test pictures
	Components int                `json:"components"`       // of the mixture
	Reach      latent.Reach       `json:"distances"`

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
		if d.Held != nil {
			r.AUC += d.Held.AUC
			measured++
		}
	}
	r.AUC /= float64(max(measured, 1))
	mixture := fmt.Sprintf("new, a mixture of %d", a.Mixture.Len())
	if len(l.Split.Test)/2 > judge.Neighbours {
		r.Samples, err = judge.Samples(ctx, l.Model, l.Data, l.Split, []judge.Source{
			{Name: "new, one gaussian", Codes: func(n int) []float32 {
				return a.Whitening.Draw(latent.Gaussian(a.Whitening.Width()), n, 1, l.Seed)
			}},
			{Name: mixture, Codes: func(n int) []float32 { return a.Whitening.Draw(a.Mixture, n, 1, l.Seed) }},
		})
		if err != nil {
			return nil, err
		}
	}
	if r.Edits, err = l.edits(a); err != nil {
		return nil, err
	}
	if r.Paths, err = l.paths(a); err != nil {
		return nil, err
	}
	r.NewFaces = l.newFaces(a)
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
func (l *Latent) code(row int) []float32 { return l.Model.Encode(l.Data.AllFloats([]int{row})) }

func (l *Latent) paint(codes ...[]float32) []*pix.Image {
	var out []*pix.Image
	for _, c := range codes {
		out = append(out, pix.FromFloats(l.Model.Decode(c), l.Data.W, l.Data.H))
	}
	return out
}

// edits draws two test faces, each along some attributes from less to more.
func (l *Latent) edits(a *latent.Atlas) (*pix.Image, error) {
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
		for _, d := range chosen {
			by := 1.5 * d.Gap
			step, err := a.Step([]latent.Change{{Name: d.Name, By: by}}, nil)
			if err != nil {
				return nil, err
			}
			codes := a.Walk(l.code(row), step, shares)
			e := report.Edit{Name: d.Name, Picture: l.Data.Image(row), Frames: l.paint(codes...)}
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
func (l *Latent) paths(a *latent.Atlas) (*pix.Image, error) {
	from, to, least := 0, 1, 2.0
	few := l.Split.Test[:min(len(l.Split.Test), 12)]
	var white [][]float32
	for _, row := range few {
		white = append(white, a.Whitening.White(l.code(row)))
	}
	for i := range few {
		for j := range i {
			if c := latent.Cosine(white[i], white[j]); c < least {
				from, to, least = j, i, c
			}
		}
	}
	ends := [][]float32{l.code(few[from]), l.code(few[to])}
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
		p := report.Path{Name: []string{"straight", "likely"}[i], Frames: l.paint(codes...)}
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
func (l *Latent) newFaces(a *latent.Atlas) *pix.Image {
	n := min(sampleCount, len(l.Split.Test))
	var photographs, painted, drawn []*pix.Image
	for _, row := range l.Split.Test[:n] {
		photographs = append(photographs, l.Data.Image(row))
		painted = append(painted, l.paint(l.code(row))...)
	}
	codes := a.Whitening.Draw(a.Mixture, n, 1, l.Seed)
	for i := range n {
		drawn = append(drawn, l.paint(codes[i*l.Model.Code:(i+1)*l.Model.Code])...)
	}
	return report.Gatherings([]report.Gathering{
		{Name: "Test faces", Pictures: photographs},
		{Name: "Their reconstructions", Pictures: painted},
		{Name: "New faces", Pictures: drawn},
	}, sampleCols)
}
