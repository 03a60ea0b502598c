package latent_test

import (
	"context"
	"fmt"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/faces"
	"likeness/latent"
	"likeness/pix"
)

func ExampleMorph() {
	codes, err := latent.Morph([]float32{0, 8}, []float32{4, 0}, 5)
	if err != nil {
		fmt.Println(err)
		return
	}
	weights, err := latent.Weights(5)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, a := range weights {
		fmt.Printf("a=%.2f %v\n", a, codes[i])
	}
	// Output:
	// a=0.00 [0 8]
	// a=0.25 [1 6]
	// a=0.50 [2 4]
	// a=0.75 [3 2]
	// a=1.00 [4 0]
}

// Directions are found in codes about which something is known, and change what
// they stand for.
func ExampleAtlas() {
	ctx := context.Background()
	var codes, smiles []float32 // of 200 faces, every other one with a smile
	for i := range 200 {
		smile := float32(i % 2)
		codes = append(codes, float32(i%7), float32(i%5)+3*smile)
		smiles = append(smiles, smile)
	}
	w, err := latent.Whiten(ctx, codes, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	a := &latent.Atlas{Whitening: w}
	if _, err := a.Learn(ctx, codes, latent.Tagged{Names: []string{"Smiling"}, Values: smiles}, latent.FitOptions{}); err != nil {
		fmt.Println(err)
		return
	}
	changes, err := a.Resolve([]latent.Want{{Name: "Smiling", Strength: 1}})
	if err != nil {
		fmt.Println(err)
		return
	}
	step, err := a.Step(changes, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	code := []float32{3, 2}
	more := a.Walk(code, step, []float64{1})[0]
	fmt.Printf("%.1f of a code is the smile's, it went from %.1f to %.1f\n", more[0]-code[0], code[1], more[1])
	_, err = a.Direction("Smilling")
	fmt.Println(err)
	// Output:
	// 0.0 of a code is the smile's, it went from 2.0 to 4.1
	// no attribute is called "Smilling": did you mean Smiling?
}

// New codes are drawn from where codes lie.
func ExampleFitMixture() {
	ctx := context.Background()
	var codes []float32 // two crowds
	for i := range 100 {
		codes = append(codes, float32(i%10)/10, 0, 8+float32(i%10)/10, 1)
	}
	m, err := latent.FitMixture(ctx, codes, 2, latent.MixtureOptions{Components: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	x := m.Sample(1000, 1, 42)
	between := 0
	for i := 0; i < len(x); i += 2 {
		if x[i] > 3 && x[i] < 6 {
			between++
		}
	}
	fmt.Printf("weights %.1f, %d of 1000 lie between the crowds\n", m.Weights, between)
	// Output: weights [0.5 0.5], 0 of 1000 lie between the crowds
}

// A face with more of a smile, by directions that are fitted to drawn faces on the way.
func ExampleEditor() {
	ctx := context.Background()
	data, err := dataset.Load(ctx, dataset.Drawn(60, 2), faces.Options{NoCache: true, Prep: pix.Prep{W: 16, H: 16, Auto: true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := autoencoder.New("pca", data.Prep, 8, 42) // autoencoder.Open reads a trained one
	if err != nil {
		fmt.Println(err)
		return
	}
	atlas, err := latent.OpenOrFit(ctx, model, latent.Source{Only: []string{"Smiling"}, Pictures: func(context.Context) (*dataset.Pictures, error) {
		return &dataset.Pictures{Set: data}, nil
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	editor, err := latent.NewEditor(model, atlas.Atlas, latent.EditOptions{Wants: []latent.Want{{Name: "smiling", Strength: 1.5}}, Steps: 5})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := editor.Edit(ctx, latent.Face{Name: "me", Picture: data.Image(0)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, face := range result.Images {
		fmt.Printf("%s: %d frames, %s %+.1f\n", face.Image, len(face.Frames), face.Scores[0].Name, face.Scores[0].After-face.Scores[0].Before)
	}
	// Output: me: 5 frames, Smiling +1.5
}

// A desk plays with the faces of a model: here of the one that comes with the program.
func ExampleDesk() {
	ctx := context.Background()
	m, err := autoencoder.Open("conv")
	if err != nil {
		fmt.Println(err)
		return
	}
	atlas, err := latent.OpenOrFit(ctx, m, latent.Source{Model: "conv", Optional: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	desk, err := latent.NewDesk(ctx, m, atlas.Atlas)
	if err != nil {
		fmt.Println(err)
		return
	}
	somebody := desk.Draw(1, 0.9, 1)[0]
	smiling, err := desk.Show(ctx, somebody, latent.Move{Wants: []latent.Want{{Name: "Smiling", Strength: 1.5}}, Hold: []string{"Male"}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("a face of %dx%d pixels at %.1f from the mean; it takes along %s\n",
		smiling.Picture.W, smiling.Picture.H, smiling.Distance, smiling.TakesAlong[0].Name)
	// Output: a face of 32x32 pixels at 5.5 from the mean; it takes along Frowning
}
