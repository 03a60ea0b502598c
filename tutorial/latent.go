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

// editAttributes are shown where they are known; else those with the highest AUC.
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
	coder := latent.NewCoder(l.Model, l.Data) // the survey and both judges need the same codes
	a, err := latent.Survey(ctx, coder, l.Split.Train, l.Split.Test, latent.SurveyOptions{
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
		if r.Judged, err = judge.Edits(ctx, coder, l.Split, l.Progress); err != nil {
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
		r.Samples, err = judge.Samples(ctx, coder, l.Split, judge.AtlasSources(a, 1, l.Seed))
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
	faces := l.faces(l.Split.Test[:2])
	strips := make([][]report.Edit, len(faces)) // of each face
	for _, d := range chosen {
		e, err := latent.NewEditor(l.Model, a, latent.EditOptions{Wants: []latent.Want{{Name: d.Name, Strength: 1.5 * d.Gap}}, Steps: editSteps, Both: true})
		if err != nil {
			return nil, err
		}
		r, err := e.Edit(ctx, faces...)
		if err != nil {
			return nil, err
		}
		for i, face := range r.Images {
			strip := report.Edit{Name: d.Name, Picture: faces[i].Picture}
			for _, f := range face.Frames {
				caption := strings.Replace(fmt.Sprintf("%+.1f", f.Share*r.Changes[0].By), "-", "−", 1)
				if f.Share == 0 {
					caption = "as it is"
				}
				if f.IsFar {
					caption += ", far"
				}
				strip.Frames, strip.Captions, strip.Far = append(strip.Frames, f.Picture), append(strip.Captions, caption), append(strip.Far, f.IsFar)
			}
			strips[i] = append(strips[i], strip)
		}
	}
	return report.EditStrip(slices.Concat(strips...)), nil
}

// faces are the pictures of some rows, named by their people.
func (l *Latent) faces(rows []int) []latent.Face {
	var list []latent.Face
	for _, row := range rows {
		list = append(list, latent.Face{Name: l.Data.People[row], Picture: l.Data.Image(row)})
	}
	return list
}

// paths draws the straight and the likely way between the two test faces that
// lie farthest apart in direction, of the first few.
func (l *Latent) paths(ctx context.Context, a *latent.Atlas) (*pix.Image, error) {
	from, to, least := 0, 1, 2.0
	few := l.Split.Test[:min(len(l.Split.Test), 12)]
	codes, err := l.Model.Encode(ctx, l.Data.AllFloats(few))
	if err != nil {
		return nil, err
	}
	white := slices.Collect(slices.Chunk(a.Whitening.White(codes), a.Whitening.Width()))
	for i := range few {
		for j := range i {
			if c := latent.Cosine(white[i], white[j]); c < least {
				from, to, least = j, i, c
			}
		}
	}
	ends := l.faces([]int{few[from], few[to]})
	var both []report.Path
	for _, path := range []string{latent.PathLine, latent.PathLikely} {
		r, err := latent.MorphFaces(ctx, l.Model, a, ends, latent.MorphOptions{Steps: pathSteps, Path: path})
		if err != nil {
			return nil, err
		}
		p := report.Path{Name: map[string]string{latent.PathLine: "straight", latent.PathLikely: "likely"}[path]}
		for _, f := range r.Frames {
			p.Frames, p.Distances, p.Far = append(p.Frames, f.Picture), append(p.Distances, *f.Distance), append(p.Far, f.Place == latent.PlaceFar)
		}
		both = append(both, p)
	}
	return report.Paths(ends[0].Picture, ends[1].Picture, ends[0].Name, ends[1].Name, both), nil
}

// newFaces draws new faces beside test faces and their reconstructions.
func (l *Latent) newFaces(ctx context.Context, a *latent.Atlas) (*pix.Image, error) {
	n := min(sampleCount, len(l.Split.Test))
	var photographs, reconstructed []*pix.Image
	for _, f := range l.faces(l.Split.Test[:n]) {
		photographs = append(photographs, f.Picture)
	}
	again, err := l.Model.ReconstructImages(ctx, photographs, autoencoder.ReconstructOptions{})
	if err != nil {
		return nil, err
	}
	for _, r := range again {
		reconstructed = append(reconstructed, r.Picture)
	}
	made, err := latent.Sample(ctx, l.Model, a, latent.SampleOptions{Number: n, Spread: 1, Seed: l.Seed})
	if err != nil {
		return nil, err
	}
	return report.Gatherings([]report.Gathering{
		{Name: "Test faces", Pictures: photographs},
		{Name: "Their reconstructions", Pictures: reconstructed},
		{Name: "New faces", Pictures: made.Pictures},
	}, sampleCols), nil
}
