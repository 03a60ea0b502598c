package main

import (
	"context"
	"fmt"
	"image"
	"io"
	"os"
	"runtime"
	"slices"
	"time"

	"likeness/detect"
	"likeness/detect/quality"
	"likeness/detect/scene"
	"likeness/faces/drawn"
	"likeness/pix"
)

// kind is a sort of photographs.
type kind struct {
	name string
	n    int
	get  func(i int) scene.Photograph
}

// The numbers of composed photographs begin here, far from those that a training uses.
const firstNumber = 7 << 52

// kinds lists what is counted.
func (b *bench) kinds() []kind {
	busy, n := scene.New(b.strangers, nil), b.photographs
	painted := scene.New(paint(), nil)
	compose := func(c *scene.Composer, people int, from uint64) func(int) scene.Photograph {
		return func(i int) scene.Photograph {
			plan := scene.Plan{W: 1200, H: 900, Smallest: detect.Smallest, Largest: 300}
			if people > 0 {
				plan.People = 1 + i%people
			}
			return c.Compose(from+uint64(i), plan)
		}
	}
	return []kind{
		{"LFW, 250x250", len(b.strangers), func(i int) scene.Photograph {
			p := b.strangers[i]
			return scene.Photograph{Image: p.Image, Faces: []detect.Face{p.Face}, Doubtful: []image.Rectangle{p.Image.Bounds()}}
		}},
		{"composed, 1200x900, one to four faces of 24 to 300 pixels", n, compose(busy, 4, firstNumber)},
		{"the same, plain backgrounds", n, func(i int) scene.Photograph { return b.plain(firstNumber + uint64(i)) }},
		{"the same of drawn faces", n, compose(painted, 4, firstNumber+1<<40)},
		{"composed, 1200x900, nobody", n, compose(busy, 0, firstNumber+2<<40)},
	}
}

// plain composes whole photographs of LFW, unchanged but for their size, on one colour.
func (b *bench) plain(number uint64) scene.Photograph {
	photo := scene.Photograph{Image: pix.New(1200, 900)}
	for i := range photo.Image.Pix {
		photo.Image.Pix[i] = byte(90 + number*37%100)
	}
	for k := range 1 + int(number%4) {
		p := b.strangers[(int(number%1e9)*7+k*31)%len(b.strangers)]
		side := 24 * (1 << (uint(number+uint64(k)) % 4)) // 24, 48, 96, 192
		grow := float64(side) / (float64(p.Image.W) / detect.FrameSide)
		w := int(float64(p.Image.W)*grow + 0.5)
		m := p.Image
		for m.W > 2*w {
			m = m.Resize(m.W/2, m.H/2)
		}
		m = m.Resize(w, w)
		x0, y0 := (k%2)*600+(600-w)/2, (k/2)*450+(450-w)/2
		for y := range w {
			copy(photo.Image.Pix[((y0+y)*1200+x0)*3:][:w*3], m.Pix[y*w*3:(y+1)*w*3])
		}
		f := p.Face
		for i, q := range f.Landmarks {
			s := float64(w) / float64(p.Image.W)
			f.Landmarks[i] = detect.Point{X: float64(x0) + (q.X+0.5)*s - 0.5, Y: float64(y0) + (q.Y+0.5)*s - 0.5}
		}
		f.Box()
		photo.Faces = append(photo.Faces, f)
		photo.Doubtful = append(photo.Doubtful, image.Rect(x0, y0, x0+w, y0+w))
	}
	return photo
}

// paint draws people whom no training has drawn.
func paint() (list []*scene.Portrait) {
	people := drawn.People(drawn.Options{People: 100, PerPerson: 1, Seed: 4711})
	for i := range people {
		shot := people[i].Shot(1)
		list = append(list, scene.Drawn(&people[i], &shot, drawn.Size))
	}
	return list
}

// count looks for the faces of one kind of photographs and writes a row of the table. The time is the median of one
// photograph's, on one thread.
func (b *bench) count(ctx context.Context, w io.Writer, k kind) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var c quality.Counts
	var took []time.Duration
	for i := range k.n {
		photo := k.get(i)
		began := time.Now()
		found, err := b.detector.Find(ctx, photo.Image)
		if err != nil {
			return err
		}
		took = append(took, time.Since(began))
		c.Add(found, photo.Faces, photo.Doubtful)
		for _, f := range found {
			if !slices.ContainsFunc(photo.Faces, func(g detect.Face) bool { return f.Overlap(g) >= quality.Overlap }) {
				b.boxes = append(b.boxes, photo.Image.Cut(pix.Frame{X: f.X, Y: f.Y, Side: 2 * f.Side}, boxSide))
			}
		}
	}
	slices.Sort(took)
	quiet, recall, marks := "", "", ""
	if c.Empty > 0 {
		quiet = fmt.Sprintf("%.3f", float64(c.Quiet)/float64(c.Empty))
	}
	if c.Faces > 0 {
		recall, marks = fmt.Sprintf("%.4f", c.Recall()), fmt.Sprintf("%.3f", c.LandmarkError())
	}
	fmt.Fprintf(w, "| %s | %d | %s | %.3f | %d | %s | %s | %.1f |\n", k.name, c.Faces, recall, c.FalsePerPhotograph(), c.Unknown, marks, quiet,
		float64(took[len(took)/2].Microseconds())/1000)
	return nil
}

// boxSide and boxColumns lay out the picture of boxes.
const (
	boxSide    = 96
	boxColumns = 16
)

// draw writes the boxes that lie on no known face as one picture, in the order of the table's rows.
func (b *bench) draw() error {
	if b.options.boxes == "" || len(b.boxes) == 0 {
		return nil
	}
	rows := (len(b.boxes) + boxColumns - 1) / boxColumns
	sheet := pix.New(boxColumns*(boxSide+2), rows*(boxSide+2))
	for i, m := range b.boxes {
		x0, y0 := i%boxColumns*(boxSide+2), i/boxColumns*(boxSide+2)
		for y := range boxSide {
			copy(sheet.Pix[((y0+y)*sheet.W+x0)*3:][:boxSide*3], m.Pix[y*boxSide*3:])
		}
	}
	f, err := os.Create(b.options.boxes)
	if err != nil {
		return err
	}
	defer f.Close()
	return sheet.WritePNG(f)
}
