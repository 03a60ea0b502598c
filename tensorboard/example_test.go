package tensorboard_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"likeness/tensorboard"
)

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	w, err := tensorboard.Create(filepath.Join(dir, "run"), time.Now(), false)
	if err != nil {
		log.Fatal(err)
	}
	for epoch, loss := range []float64{0.03, 0.02, 0.015} {
		w.Scalar(time.Now(), epoch+1, "loss", loss)
	}
	fmt.Println(w.Close())
	// Output: <nil>
}
