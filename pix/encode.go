package pix

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/png"
	"io"
	"time"
)

// WritePNG writes the picture as an 8-bit RGB PNG. It bears a mark, see Made.
func (m *Image) WritePNG(w io.Writer) error {
	return png.Encode(&marker{w: w, before: pngHeader}, m.RGBA())
}

// WriteGIF writes the frames as a GIF that loops forever, each shown for delay (rounded to
// hundredths of a second, 0.02 s at least: players slow down faster ones). All frames
// share one palette of at most 256 colours, so that nothing flickers. Up to 256 colours
// are kept exactly, more are dithered (Floyd-Steinberg). No frames, frames of unequal
// size and sides above 65,535 are errors. It bears a mark, see Made.
func WriteGIF(w io.Writer, frames []*Image, delay time.Duration) error {
	if len(frames) == 0 {
		return errors.New("a GIF of no frames")
	}
	first := frames[0]
	if first.W > 0xffff || first.H > 0xffff {
		return fmt.Errorf("%dx%d is too large for a GIF, a side can be 65535 at most", first.W, first.H)
	}
	for i, m := range frames {
		if m.W != first.W || m.H != first.H {
			return fmt.Errorf("GIF frame %d is %dx%d, the first is %dx%d", i+1, m.W, m.H, first.W, first.H)
		}
	}
	p := makePalette(frames, 256)
	ticks := int(min(max(delay.Round(10*time.Millisecond)/(10*time.Millisecond), 2), 0xffff))
	out := &gif.GIF{Config: image.Config{ColorModel: p.model(), Width: first.W, Height: first.H}}
	for _, m := range frames {
		out.Image = append(out.Image, p.dither(m))
		out.Delay = append(out.Delay, ticks)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, out); err != nil {
		return err
	}
	_, err := w.Write(markGIF(b.Bytes()))
	return err
}
