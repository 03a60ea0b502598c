package autoencoder_test

import (
	"context"
	"fmt"

	"likeness/autoencoder"
	"likeness/pix"
)

// A model knows the size of its pictures and of its codes.
func ExampleNew() {
	m, err := autoencoder.New("conv", pix.Prep{W: 32, H: 32, Auto: true}, 8, 42)
	if err != nil {
		fmt.Println(err)
		return
	}
	pictures := make([]float32, 2*m.Values()) // two gray ones
	ctx := context.Background()
	codes, err := m.Encode(ctx, pictures)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := m.Decode(ctx, codes)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(codes), "numbers,", len(again), "values")

	_, err = autoencoder.New("conv", pix.Prep{W: 45, H: 45}, 8, 42)
	fmt.Println(err)
	// Output:
	// 16 numbers, 6144 values
	// image size 45x45: the convolutional autoencoder needs sides divisible by 16, such as 48x48
}

// A denoiser restores pictures of any size and measures the result. One that is not
// trained leaves the noise alone.
func ExampleDenoiser() {
	model, err := autoencoder.New(autoencoder.Residual, pix.Prep{W: 32, H: 32}, 0, 42) // autoencoder.Open reads a trained one
	if err != nil {
		fmt.Println(err)
		return
	}
	denoiser, err := autoencoder.NewDenoiser(model)
	if err != nil {
		fmt.Println(err)
		return
	}
	gray := pix.New(100, 75)
	for i := range gray.Pix {
		gray.Pix[i] = 128
	}
	result, err := denoiser.Restore(context.Background(), gray, autoencoder.RestoreOptions{AddNoise: 0.1, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%dx%d, error %.3f before, %.3f after\n", result.Picture.W, result.Picture.H, *result.NoisyMSE, *result.DenoisedMSE)
	// Output: 100x75, error 0.010 before, 0.010 after
}
