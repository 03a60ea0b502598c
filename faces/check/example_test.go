package check_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"likeness/faces"
	"likeness/faces/check"
	"likeness/faces/drawn"
	"likeness/pix"
)

// A folder with a picture that is there twice and a file that is none.
func ExampleSource() {
	folder, err := os.MkdirTemp("", "portraits")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	people := drawn.People(drawn.Options{People: 1})
	shot := people[0].Shot(1)
	for _, name := range []string{"me.png", "again.png"} {
		f, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := pix.FromImage(drawn.Draw(&people[0], &shot)).WritePNG(f); err != nil {
			fmt.Println(err)
		}
		f.Close()
	}
	if err := os.WriteFile(filepath.Join(folder, "notes.jpg"), []byte("not a picture"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	r, err := check.Source(context.Background(), folder, faces.Options{Prep: pix.Prep{W: 32, H: 32, Auto: true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Pictures, r.Duplicates, len(r.Skipped))
	// Output: 2 [[again.png me.png]] 1
}
