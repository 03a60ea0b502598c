package training

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"likeness/dataset"
	"likeness/detect"
	"likeness/faces"
	"likeness/faces/drawn"
	"likeness/pix"
)

// A short training gives the same detector on any number of threads, and it can be written and read.
func TestTrainRepeats(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	o := Options{Data: dataset.Drawn(90, 1), Drawn: 8, ProposerSteps: 2, RefinerSteps: 2, Photographs: 3, Seed: 1}
	var weights [][]float32
	for _, threads := range []int{1, 3} {
		o.Threads = threads
		d, r, err := Train(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		weights = append(weights, slices.Concat(d.Proposer.Weights(), d.Refiner.Weights()))
		if r.Counts.Photographs != 3 || r.NTrain+r.NTest != 90 || r.NTest == 0 {
			t.Errorf("%+v", r)
		}
		path := filepath.Join(t.TempDir(), "d.safetensors")
		if err := d.Save(path); err != nil {
			t.Fatal(err)
		}
		if got, err := detect.Open(path); err != nil || got.Fingerprint() != d.Fingerprint() {
			t.Errorf("reading it again: %v", err)
		}
	}
	if !slices.Equal(weights[0], weights[1]) {
		t.Error("the weights depend on the number of threads")
	}
}

func TestTrainErrors(t *testing.T) {
	for _, o := range []Options{{}, {Data: dataset.Drawn(5, 2)}, {Data: dataset.Drawn(80, 1), RefinerSteps: -1}, {Data: dataset.Name{Source: filepath.Join(t.TempDir(), "none")}}} {
		if _, _, err := Train(context.Background(), o); err == nil {
			t.Errorf("%+v is trained", o)
		}
	}
}

// Of drawn faces it is known where eyes, noses and mouths are: they are found without that knowledge.
func TestMarkFaces(t *testing.T) {
	opt := drawn.Options{People: 250, PerPerson: 1, Seed: 3}
	set, err := dataset.Load(context.Background(), dataset.Drawn(opt.People, 1), faces.Options{Prep: pix.Prep{W: photoHalf, H: photoHalf}})
	if err != nil {
		t.Fatal(err)
	}
	marked, unexplained, err := MarkFaces(context.Background(), set.Len(), set.Image, nil)
	if err != nil {
		t.Fatal(err)
	}
	people := drawn.People(drawn.Options{People: opt.People, PerPerson: 1}.Filled())
	truth := map[string][5][2]float64{}
	for i := range people {
		shot := people[i].Shot(1)
		truth[drawn.ID(people[i].Name, 1)] = drawn.Landmarks(&people[i], &shot)
	}
	// The places in the mean face were marked on photographs: drawn faces have theirs elsewhere by as much in every picture.
	var mean [detect.NumLandmarks]detect.Point
	off := make([][detect.NumLandmarks]detect.Point, set.Len())
	for i, f := range marked {
		p, ok := truth[set.IDs[i]]
		if !ok {
			t.Fatalf("no such person: %s", set.IDs[i])
		}
		for k, q := range f.Landmarks {
			off[i][k] = detect.Point{X: q.X - ((p[k][0]+0.5)/2 - 0.5), Y: q.Y - ((p[k][1]+0.5)/2 - 0.5)}
			mean[k].X += off[i][k].X / float64(set.Len())
			mean[k].Y += off[i][k].Y / float64(set.Len())
		}
		if unexplained[i] < 0 || unexplained[i] > 1 {
			t.Errorf("%s: %g unexplained", set.IDs[i], unexplained[i])
		}
	}
	sum := 0.0
	for i := range off {
		for k := range mean {
			sum += math.Hypot(off[i][k].X-mean[k].X, off[i][k].Y-mean[k].Y)
		}
	}
	const eyes = 19.0 // pixels apart, about
	if d := sum / float64(len(off)*len(mean)) / eyes; d > 0.11 {
		t.Errorf("landmarks are %.3f eye distances off on average", d)
	}
}

// Slopes of the losses against differences.
func TestSlopes(t *testing.T) {
	const h = 1e-6
	for _, v := range []float64{-3, -0.4, 0.01, 0.9, 5} {
		for _, is := range []bool{true, false} {
			a, _ := focal(v-h, is)
			b, _ := focal(v+h, is)
			if _, d := focal(v, is); math.Abs(d-(b-a)/(2*h)) > 1e-5 {
				t.Errorf("focal(%g, %v): slope %g, by differences %g", v, is, d, (b-a)/(2*h))
			}
		}
		a, _ := smooth(v - h)
		b, _ := smooth(v + h)
		if _, d := smooth(v); math.Abs(d-(b-a)/(2*h)) > 1e-5 {
			t.Errorf("smooth(%g): slope %g, by differences %g", v, d, (b-a)/(2*h))
		}
	}
}
