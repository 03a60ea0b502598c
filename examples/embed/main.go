// Embed shows likeness as a library: it trains a model, searches a folder of pictures and
// changes a face, with printed progress.
//
//	go run . FOLDER
package main

import (
	"context"
	"fmt"
	"image/png"
	"log"
	"os"

	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/latent"
	"likeness/progress"
	"likeness/recipe"
	"likeness/train"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("expected a folder of pictures")
	}
	if err := embed(context.Background(), os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func embed(ctx context.Context, folder string) error {
	show := func(s progress.Step) { fmt.Printf("%s: %d of %d\n", s.What, s.Done, s.Total) }

	// Train a convolutional autoencoder on drawn faces.
	conv, _ := recipe.Named("conv")
	options := conv.Options()
	options.Data, options.Epochs, options.Out, options.Progress = dataset.Drawn(100, 4), 3, "faces.safetensors", show
	job, err := recipe.Prepare(ctx, options)
	if err != nil {
		return err
	}
	trained, err := job.Run(ctx, func(_ uint64, e train.Event) {
		if e.EpochDone {
			fmt.Printf("epoch %d of %d: error %.4f on the test pictures\n", e.Epoch, e.Epochs, e.TestLoss)
		}
	})
	if err != nil {
		return err
	}

	// Index the folder, and search it for what is most like its first picture.
	embedder, err := gallery.NewModel(trained.Model)
	if err != nil {
		return err
	}
	pictures, err := dataset.Load(ctx, dataset.Name{Source: folder}, faces.Options{Prep: embedder.Prep(), Progress: show})
	if err != nil {
		return err
	}
	if _, err := gallery.Update(ctx, "faces.index.safetensors", embedder, pictures, gallery.UpdateOptions{ModelFile: trained.Path}); err != nil {
		return err
	}
	g, err := gallery.Open(ctx, "faces.index.safetensors", gallery.Options{})
	if err != nil {
		return err
	}
	defer g.Close()
	found, err := g.Search(ctx, gallery.Query{IDs: pictures.IDs[:1], K: 3})
	if err != nil {
		return err
	}
	for _, hit := range found.Results {
		fmt.Printf("%d. %s at distance %.3f\n", hit.Rank, hit.ID, hit.Distance)
	}

	// Make the first face smile.
	atlas, err := latent.OpenOrFit(ctx, trained.Model, latent.Source{Model: trained.Path, Only: []string{"Smiling"}})
	if err != nil {
		return err
	}
	editor, err := latent.NewEditor(trained.Model, atlas.Atlas, latent.EditOptions{Wants: []latent.Want{{Name: "Smiling"}}, Steps: 2})
	if err != nil {
		return err
	}
	edited, err := editor.Edit(ctx, latent.Face{Name: pictures.IDs[0], Picture: pictures.Image(0)})
	if err != nil {
		return err
	}
	file, err := os.Create("smile.png")
	if err != nil {
		return err
	}
	defer file.Close()
	return png.Encode(file, edited.Images[0].Frames[1].Picture)
}
