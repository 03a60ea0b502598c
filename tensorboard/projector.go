package tensorboard

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"likeness/internal/atomicfile"
)

// The bounds of the Embedding Projector: it shows the first 100,000 points, and takes a sprite of at most 8192 pixels on a
// side.
const (
	MostPoints = 100_000
	MostSprite = 8192
)

// Projector is a table of points for the Embedding Projector, of TensorBoard or at projector.tensorflow.org.
type Projector struct {
	Name    string // of the tensor
	Dim     int
	Values  []float32 // N x Dim
	Titles  []string  // of the columns of metadata
	Rows    [][]string
	Picture func(i int) image.Image // of point i, nil for none; nil: no point has one
	Side    int                     // pixels of a picture in the sprite, at most; 0: 64
}

// ProjectorFiles says what WriteProjector wrote.
type ProjectorFiles struct {
	Files   []string `json:"files"`
	Points  int      `json:"points"`
	LeftOut int      `json:"left_out"`       // points beyond MostPoints
	Side    int      `json:"side,omitempty"` // of a picture in the sprite
}

// ErrNotOurs means that a file in the folder is not replaced.
var ErrNotOurs = errors.New("the folder is there and holds no embedding of this program: choose another")

// The names of the files.
const (
	vectorsFile  = "vectors.tsv"
	metadataFile = "metadata.tsv"
	spriteFile   = "sprite.png"
	configFile   = "projector_config.pbtxt"
)

// configStart begins the configuration that this package writes.
const configStart = "# Written by likeness.\n"

// CheckProjector returns an error that wraps ErrNotOurs where a folder holds anything but an embedding that was written
// there before.
func CheckProjector(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	} else if err != nil {
		return err
	}
	config, err := os.ReadFile(filepath.Join(dir, configFile))
	if err != nil || !strings.HasPrefix(string(config), configStart) {
		return fmt.Errorf("%s: %w", dir, ErrNotOurs)
	}
	return nil
}

// WriteProjector writes a folder that `tensorboard --logdir` opens, and whose files projector.tensorflow.org loads: the
// vectors and what is known of them as tab-separated values, and the pictures in one sprite, each as large as fits.
func WriteProjector(dir string, p Projector) (*ProjectorFiles, error) {
	n := len(p.Rows)
	if p.Dim < 1 || len(p.Values) != n*p.Dim {
		panic("tensorboard: not as many values as points")
	}
	if err := CheckProjector(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	shown := min(n, MostPoints)
	out := &ProjectorFiles{Points: shown, LeftOut: n - shown}
	put := func(name string, fill func(w io.Writer) error) error {
		out.Files = append(out.Files, name)
		return atomicfile.Write(filepath.Join(dir, name), fill)
	}
	config := configStart + fmt.Sprintf("embeddings {\n  tensor_name: %q\n  tensor_shape: %d\n  tensor_shape: %d\n  tensor_path: %q\n  metadata_path: %q\n", p.Name, shown, p.Dim, vectorsFile, metadataFile)
	if p.Picture != nil {
		sprite, side := p.sprite(shown)
		out.Side = side
		if err := put(spriteFile, func(w io.Writer) error { return png.Encode(w, sprite) }); err != nil {
			return nil, err
		}
		config += fmt.Sprintf("  sprite {\n    image_path: %q\n    single_image_dim: %d\n    single_image_dim: %d\n  }\n", spriteFile, side, side)
	}
	config += "}\n"
	err := put(vectorsFile, func(w io.Writer) error {
		var line bytes.Buffer
		for i := range shown {
			line.Reset()
			for j, v := range p.Values[i*p.Dim : (i+1)*p.Dim] {
				if j > 0 {
					line.WriteByte('\t')
				}
				line.WriteString(strconv.FormatFloat(float64(v), 'g', -1, 32))
			}
			line.WriteByte('\n')
			if _, err := w.Write(line.Bytes()); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = put(metadataFile, func(w io.Writer) error {
			var lines bytes.Buffer
			if len(p.Titles) > 1 { // of one column the projector wants no title
				lines.WriteString(tabbed(p.Titles))
			}
			for _, row := range p.Rows[:shown] {
				lines.WriteString(tabbed(row))
			}
			_, err := w.Write(lines.Bytes())
			return err
		})
	}
	if err == nil {
		err = put(configFile, func(w io.Writer) error { _, err := io.WriteString(w, config); return err })
	}
	return out, err
}

// tabbed returns a line of fields, which hold neither tabs nor ends of lines.
func tabbed(fields []string) string {
	clean := make([]string, len(fields))
	for i, f := range fields {
		clean[i] = strings.Map(func(r rune) rune {
			if r == '\t' || r == '\n' || r == '\r' {
				return ' '
			}
			return r
		}, f)
	}
	return strings.Join(clean, "\t") + "\n"
}

// SpriteSide returns how many pixels wide and high a picture of n is in the sprite, at most the given number; 0: 64.
func SpriteSide(n, most int) int {
	if most == 0 {
		most = 64
	}
	return max(1, min(most, MostSprite/across(n)))
}

// across returns how many pictures of n lie beside each other.
func across(n int) int {
	k := 1
	for k*k < n {
		k++
	}
	return k
}

// sprite puts the pictures of n points into a square, row by row.
func (p *Projector) sprite(n int) (m image.Image, side int) {
	across := across(n)
	side = SpriteSide(n, p.Side)
	sprite := image.NewNRGBA(image.Rect(0, 0, across*side, across*side))
	for i := range n {
		m := p.Picture(i)
		if m == nil {
			continue
		}
		b := m.Bounds()
		longer := max(b.Dx(), b.Dy(), 1)
		w, h := max(1, side*b.Dx()/longer), max(1, side*b.Dy()/longer) // as wide for its height as the picture, in the middle of its cell
		x, y := i%across*side+(side-w)/2, i/across*side+(side-h)/2
		if b.Dx() == w && b.Dy() == h {
			draw.Draw(sprite, image.Rect(x, y, x+w, y+h), m, b.Min, draw.Src)
			continue
		}
		for r := range h { // nearest: whoever wants better gives pictures of the right size
			for c := range w {
				sprite.Set(x+c, y+r, m.At(b.Min.X+c*b.Dx()/w, b.Min.Y+r*b.Dy()/h))
			}
		}
	}
	return sprite, side
}
