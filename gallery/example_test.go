package gallery_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/pix"
	"likeness/search"
)

// A folder, an archive or drawn faces become an index, which is opened, searched and
// shown. A trained model or a finder would take the place of the untrained one here.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "gallery")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	m, err := autoencoder.New("pca", pix.Prep{W: 16, H: 16, Auto: true}, 8, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	model, index := filepath.Join(dir, "pca.safetensors"), filepath.Join(dir, "index.safetensors")
	if err := m.Save(model); err != nil {
		fmt.Println(err)
		return
	}

	// Index: a second run would encode only what is new.
	embedder, err := gallery.OpenEmbedder(model)
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := dataset.Load(ctx, dataset.Drawn(10, 3), faces.Options{Prep: embedder.Prep(), NoCache: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	changes, err := gallery.Update(ctx, index, embedder, set, gallery.UpdateOptions{ModelFile: model})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(changes.Added, "pictures added,", changes.Encoded, "encoded")

	// Open it once, and search.
	g, err := gallery.Open(ctx, index, gallery.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer g.Close()
	found, err := g.Search(ctx, gallery.Query{
		IDs: set.IDs[:1], K: 30,
		Where: search.Where{People: []string{set.People[0]}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(found.Results), "other pictures of", found.Person)

	// One picture, read by its id.
	thumb, err := g.Picture(ctx, found.Results[0].ID, 64)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("a thumbnail of %dx%d\n", thumb.W, thumb.H)
	// Output:
	// 30 pictures added, 30 encoded
	// 2 other pictures of Agnieszka Modrehavska
	// a thumbnail of 64x64
}

// Conditions are data: a form or a flag becomes a Where.
func ExampleGallery_Search_conditions() {
	condition, err := search.ParseCondition("Smiling>0.5")
	if err != nil {
		fmt.Println(err)
		return
	}
	first, end, err := search.ParseDay("2019-05")
	if err != nil {
		fmt.Println(err)
		return
	}
	q := gallery.Query{IDs: []string{"2019/party/ada"}, K: 5, Where: search.Where{
		Folders: []string{"2019"}, From: first, To: end, Attributes: []search.Condition{condition},
	}}
	fmt.Println(q.Where.Attributes[0], q.Where.To.Format("2006-01-02"))
	// Output: Smiling>0.5 2019-06-01
}
