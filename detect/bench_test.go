package detect_test

import (
	"context"
	"testing"

	"likeness/detect"
	"likeness/detect/scene"
	"likeness/faces/drawn"
	"likeness/models"
	"likeness/pix"
)

// BenchmarkFind looks for faces in photographs of 1200x900 with up to three drawn faces of 24 to 300 pixels.
func BenchmarkFind(b *testing.B) {
	file, err := models.Open(models.Detector)
	if err != nil {
		b.Fatal(err)
	}
	d, err := detect.FromFile(file)
	if err != nil {
		b.Fatal(err)
	}
	var portraits []*scene.Portrait
	people := drawn.People(drawn.Options{People: 20, PerPerson: 1, Seed: 99})
	for i := range people {
		shot := people[i].Shot(1)
		portraits = append(portraits, scene.Drawn(&people[i], &shot, drawn.Size))
	}
	c := scene.New(portraits, nil)
	var photos []*pix.Image
	for n := range uint64(10) {
		photos = append(photos, c.Compose(n, scene.Plan{W: 1200, H: 900, Smallest: detect.Smallest, Largest: 300, People: 3}).Image)
	}
	n := 0
	for b.Loop() {
		if _, err := d.Find(context.Background(), photos[n%len(photos)]); err != nil {
			b.Fatal(err)
		}
		n++
	}
}
