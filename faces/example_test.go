package faces_test

import (
	"context"
	"fmt"
	"log"

	"likeness/dataset"
	"likeness/faces"
)

// Drawn faces need no download.
func ExampleLoad() {
	set, err := dataset.Load(context.Background(), dataset.Drawn(3, 2), faces.Options{NoCache: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(set.Len(), "pictures of", set.W, "x", set.H)
	split, err := faces.RandomSplit(set.Len(), 0.3, 42)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(split.Train), "to train on,", len(split.Test), "to test")
	fmt.Println(len(set.AllFloats(split.Test)), "numbers")
	// Output:
	// 6 pictures of 32 x 32
	// 4 to train on, 2 to test
	// 6144 numbers
}

func ExampleRandomSplit() {
	split, err := faces.RandomSplit(13143, 0.1, 42)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(split.Test[:5], len(split.Train))
	// Output: [6170 8108 2447 3132 6778] 11828
}

func ExampleParseName() {
	fmt.Println(faces.ParseName("lfw/Aaron_Eckhart/Aaron_Eckhart_0001.jpg"))
	// Output: Aaron_Eckhart 1 true
}
