package pix_test

import (
	"bytes"
	"fmt"
	"log"

	"likeness/pix"
)

func ExamplePrep() {
	photo := pix.New(250, 250) // a photograph of Labeled Faces in the Wild has this size
	prep := pix.Prep{W: 32, H: 32, Auto: true}
	face, err := prep.Apply(photo)
	if err != nil {
		log.Fatal(err)
	}
	x := make([]float32, 32*32*3)
	face.Floats(x)
	fmt.Println(face.W, face.H, x[0])
	// Output: 32 32 -0.5
}

func ExampleDecode() {
	_, err := pix.Decode(bytes.NewReader([]byte("Dear diary,")))
	fmt.Println(err)
	// Output: not a picture: want JPEG, PNG, WebP, GIF, HEIC or AVIF
}

func ExampleGrid() {
	faces := []*pix.Image{pix.New(32, 32), pix.New(32, 32), pix.New(32, 32)}
	sheet := pix.Grid(faces, 3, 2, 4)
	fmt.Println(sheet.W, sheet.H)
	// Output: 208 72
}
