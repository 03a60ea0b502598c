package embeddings_test

import (
	"bytes"
	"fmt"

	"likeness/embeddings"
)

func ExampleTable_Write() {
	t := &embeddings.Table{IDs: []string{"ada.jpg", "bo.jpg"}, People: []string{"Ada", "Bo"}, Dim: 3, Codes: []float32{1, 0.5, -2, 0, 1, 1}}
	var b bytes.Buffer
	if err := t.Write(&b, embeddings.CSV); err != nil {
		panic(err)
	}
	fmt.Print(b.String())
	// Output:
	// id,person,c0,c1,c2
	// ada.jpg,Ada,1,0.5,-2
	// bo.jpg,Bo,0,1,1
}
