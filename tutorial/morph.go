package tutorial

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"path/filepath"
	"time"

	"likeness/autoencoder"
	"likeness/internal/atomicfile"
	"likeness/latent"
	"likeness/pix"
	"likeness/report"
)

const (
	morphSteps = 7 // the tutorial's
	morphPairs = 5
	smooth     = 13 // steps of the animation; more make a heavier page, hardly a smoother walk

	frameTime = 120 * time.Millisecond // of the animation
)

// morph is the chapter of walks between two codes.
func (b *book) morph(ctx context.Context) error {
	m, err := b.convModel(ctx)
	if err != nil {
		return err
	}
	codes, err := m.Encode(ctx, b.test)
	if err != nil {
		return err
	}
	code := func(i int) []float32 { return codes[i*m.Code : (i+1)*m.Code] }
	rng := rand.New(rand.NewPCG(b.Seed, 0))
	var strips, walks []report.Morph
	for range min(morphPairs, len(b.split.Test)/2) {
		pair := rng.Perm(len(b.split.Test))
		i, j := pair[0], pair[1]
		for _, s := range []struct {
			steps int
			into  *[]report.Morph
		}{{morphSteps, &strips}, {smooth, &walks}} {
			walk, err := b.walk(ctx, m, code(i), code(j), s.steps)
			if err != nil {
				return err
			}
			walk.A, walk.B = b.picture(b.test, i), b.picture(b.test, j)
			walk.From, walk.To = b.Data.People[b.split.Test[i]], b.Data.People[b.split.Test[j]]
			*s.into = append(*s.into, walk)
		}
	}
	if len(strips) == 0 {
		return nil // fewer than two test pictures
	}
	strip, err := b.figure("morph", "Decoded mixtures (1 − a)·code₁ + a·code₂ of two test pictures’ codes; the photographs stand at both ends.",
		"rows of faces that turn into other faces", report.MorphStrip(strips))
	if err != nil {
		return err
	}
	var animation bytes.Buffer
	if err := pix.WriteGIF(&animation, report.MorphFrames(walks), frameTime); err != nil {
		return err
	}
	path := filepath.Join(b.Out, "figures", "morph.gif")
	if err := pix.CheckReplace(path); err != nil {
		return err
	}
	if err := atomicfile.Write(path, func(w io.Writer) error { _, err := w.Write(animation.Bytes()); return err }); err != nil {
		return err
	}
	b.add(report.Chapter{ID: "morph", Title: "Morphing", Body: []report.Block{
		report.Paragraph("Between two codes lie others. Decoding the points on the straight line between them turns one face into the other, and most of what lies between looks like a face as well."),
		strip,
		report.Figure{GIF: animation.Bytes(), Caption: "The same walks, there and back.", Alt: "faces turning into other faces and back"},
	}})
	return nil
}

// walk decodes the steps between two codes.
func (b *book) walk(ctx context.Context, m *autoencoder.Model, from, to []float32, steps int) (report.Morph, error) {
	var walk report.Morph
	codes, err := latent.Morph(from, to, steps)
	if err != nil {
		return walk, err
	}
	for _, c := range codes {
		x, err := m.Decode(ctx, c)
		if err != nil {
			return walk, err
		}
		walk.Frames = append(walk.Frames, pix.FromFloats(x, b.Data.W, b.Data.H))
	}
	walk.Alphas, err = latent.Weights(steps)
	return walk, err
}
