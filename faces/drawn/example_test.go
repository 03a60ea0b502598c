package drawn_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"

	"likeness/faces/drawn"
)

// A contact sheet: two photographs each of three people.
func ExampleDraw() {
	sheet := image.NewRGBA(image.Rect(0, 0, 3*drawn.Size, 2*drawn.Size))
	people := drawn.People(drawn.Options{People: 3})
	for i := range people {
		for row := range 2 {
			shot := people[i].Shot(row + 1)
			cell := image.Rect(0, 0, drawn.Size, drawn.Size).Add(image.Pt(i*drawn.Size, row*drawn.Size))
			draw.Draw(sheet, cell, drawn.Draw(&people[i], &shot), image.Point{}, draw.Src)
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, sheet); err != nil {
		fmt.Println(err)
	}
	fmt.Println(sheet.Bounds().Size(), file.Len() > 100_000)
	// Output: (750,500) true
}

func ExampleWriteArchive() {
	var archive bytes.Buffer
	opt := drawn.Options{People: 2, PerPerson: 1}
	if err := drawn.WriteArchive(context.Background(), &archive, opt); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	fmt.Println(archive.Len()%512, archive.Len() > 10_000)
	// Output: 0 true
}
