package gallery

import (
	"context"
	"image"
	"path/filepath"
	"strings"

	"likeness/pix"
	"likeness/progress"
	"likeness/tensorboard"
)

// ProjectorOptions say what is written for the Embedding Projector.
type ProjectorOptions struct {
	// Out is the folder to write; it must be one of ours, or not there.
	Out string `json:"out"`
	// Pictures puts the members' pictures into a sprite.
	Pictures bool          `json:"pictures"`
	Progress progress.Func `json:"-"`
}

// Projection says what was written for the Embedding Projector.
type Projection struct {
	Index string `json:"index"`
	Out   string `json:"out"`
	*tensorboard.ProjectorFiles
	// Pictureless counts members whose picture could not be read.
	Pictureless int `json:"pictureless"`
}

// Projector writes the points of the members in their space, with ids, people and times, for the Embedding Projector of
// TensorBoard or at projector.tensorflow.org, which shows the first 100,000.
func (g *Gallery) Projector(ctx context.Context, opt ProjectorOptions) (*Projection, error) {
	if err := tensorboard.CheckProjector(opt.Out); err != nil {
		return nil, err
	}
	done, err := g.use()
	if err != nil {
		return nil, err
	}
	defer done()
	ctx = g.context(ctx)
	e := &g.file.Entries
	shown := min(e.Len(), tensorboard.MostPoints)
	points, err := g.file.Space.Points(ctx, e.Codes[:shown*e.Dim], e.Dim)
	if err != nil {
		return nil, err
	}
	p := tensorboard.Projector{
		Name: strings.TrimSuffix(filepath.Base(g.path), ".safetensors"), Dim: len(points) / shown, Values: points, Titles: []string{"id", "person", "taken"},
	}
	out := &Projection{Index: g.path, Out: opt.Out}
	for row := range shown {
		m := g.member(row)
		p.Rows = append(p.Rows, []string{m.ID, m.Person, m.Taken})
	}
	if opt.Pictures {
		side := tensorboard.SpriteSide(shown, 0)
		found := make([]image.Image, shown)
		read := 0
		err := g.pictures.read(ctx, e.IDs[:shown], side, func(id string, m *pix.Image) {
			found[g.rows()[id]] = m
			read++
			opt.Progress.Report("Reading pictures", read, shown)
		}, func(string, error) {})
		if err != nil {
			return nil, err
		}
		out.Pictureless = shown - read
		p.Picture = func(i int) image.Image { return found[i] }
		if read == 0 {
			p.Picture = nil
		}
	}
	if out.ProjectorFiles, err = tensorboard.WriteProjector(opt.Out, p); err != nil {
		return nil, err
	}
	out.LeftOut = e.Len() - shown
	return out, nil
}
