package detect_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"likeness/detect"
	"likeness/faces/drawn"
	"likeness/models"
	"likeness/pix"
)

// The detector that comes with the program finds a drawn face in a larger picture.
func Example() {
	file, err := models.Open(models.Detector)
	if err != nil {
		log.Fatal(err)
	}
	d, err := detect.FromFile(file)
	if err != nil {
		log.Fatal(err)
	}
	person := drawn.People(drawn.Options{People: 1, PerPerson: 1})[0]
	shot := person.Shot(1)
	portrait := pix.FromImage(drawn.Draw(&person, &shot))
	photo := pix.New(800, 500)
	for y := range portrait.H {
		copy(photo.Pix[((200+y)*photo.W+450)*3:][:portrait.W*3], portrait.Pix[y*portrait.W*3:])
	}
	found, err := d.Find(context.Background(), photo)
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range found {
		eye, truth := f.Landmarks[detect.LeftEye], drawn.Landmarks(&person, &shot)[detect.LeftEye]
		off := math.Hypot(eye.X-450-truth[0], eye.Y-200-truth[1])
		fmt.Printf("a face, the eye on its left where it was drawn: %v\n", off < 5)
	}
	// Output: a face, the eye on its left where it was drawn: true
}
