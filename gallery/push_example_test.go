package gallery_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"likeness/embeddings"
	"likeness/gallery"
	"likeness/search/engine/enginetest"
)

// An index goes to an engine, which is searched as the file is. gallery.OpenEngine opens an engine by its
// location, such as weaviate://127.0.0.1:8080/faces; one in memory takes its place here.
func ExampleGallery_Push() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "push")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	index := filepath.Join(dir, "index.safetensors")
	codes := &embeddings.Table{Dim: 2, Codes: []float32{0, 0, 3, 4, 1, 0}, IDs: []string{"ada.jpg", "grace.jpg", "ada-2.jpg"}, People: []string{"Ada", "Grace", "Ada"}}
	if _, err := gallery.UpdateCodes(ctx, index, codes, "codes", gallery.CodesOptions{Space: "euclidean"}); err != nil {
		fmt.Println(err)
		return
	}
	file, err := gallery.Open(ctx, index, gallery.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()

	e := enginetest.NewMemory("faces")
	pushed, err := file.Push(ctx, e, gallery.PushOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pushed.Added, "added, published:", pushed.Published)

	collection, err := gallery.OpenCollection(ctx, e, gallery.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer collection.Close()
	found, err := collection.Search(ctx, gallery.Query{IDs: []string{"ada.jpg"}, K: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, hit := range found.Results {
		fmt.Println(hit.Rank, hit.ID, hit.Person, hit.Distance)
	}
	// Output:
	// 3 added, published: true
	// 1 ada-2.jpg Ada 1
	// 2 grace.jpg Grace 5
}
