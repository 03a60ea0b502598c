package copies_test

import (
	"context"
	"fmt"

	"likeness/faces/copies"
	"likeness/faces/drawn"
	"likeness/pix"
)

// Of three pictures, the last is the first one made smaller and darker.
func ExampleFind() {
	people := drawn.People(drawn.Options{People: 2})
	var pictures []*pix.Image
	for i := range people {
		shot := people[i].Shot(1)
		pictures = append(pictures, pix.FromImage(drawn.Draw(&people[i], &shot)))
	}
	saved := pictures[0].Resize(100, 100)
	for i, v := range saved.Pix {
		saved.Pix[i] = v - v/5
	}
	var thumbs []*copies.Thumb
	for _, m := range append(pictures, saved) {
		thumbs = append(thumbs, copies.NewThumb(m))
	}
	pairs, err := copies.Find(context.Background(), thumbs, copies.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range pairs {
		fmt.Println(p.A, p.B, p.Distance < 0.05)
	}
	// Output: 0 2 true
}
