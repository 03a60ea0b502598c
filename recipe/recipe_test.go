package recipe

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/hyper"
	"likeness/pix"
)

// The shipped recipes: the tutorial's models and what goes beyond, as RESULTS.md
// describes them. The program's defaults follow them.
func TestRecipes(t *testing.T) {
	cosine := func(p hyper.Parameters) hyper.Parameters {
		p.Schedule = hyper.Cosine
		return p
	}
	want := []Recipe{
		{Name: "pca", Title: "PCA autoencoder", Arch: "pca", Code: 32, Epochs: 15, Parameters: cosine(hyper.Parameters{Rate: 0.004})},
		{Name: "conv", Title: "Convolutional autoencoder", Arch: "conv", Code: 32, Epochs: 25, Parameters: cosine(hyper.Parameters{Rate: 0.008})},
		{Name: "denoise", Title: "Denoising autoencoder", Arch: "conv", Code: 512, Epochs: 25, Parameters: cosine(hyper.Parameters{Rate: 0.004}), Corruption: pix.Gaussian{Sigma: 0.1}},
		{Name: "occlusion", Title: "Occlusion", Arch: "conv", Code: 512, Epochs: 15, Parameters: cosine(hyper.Parameters{Rate: 0.004}), Corruption: pix.Occlusion{Count: 1, Size: 12}},
		{Name: "residual", Title: "Residual autoencoder", Arch: "residual", Code: 32, Epochs: 60,
			Parameters: cosine(hyper.Parameters{Rate: 0.008, Warmup: 300, Mirror: true, Average: 0.999, Decay: 0.05, Correct: 3, Jitter: 1})},
		{Name: "denoiser", Title: "A denoiser without a bottleneck", Arch: "residual", Epochs: 100,
			Parameters: cosine(hyper.Parameters{Batch: 16, Optimizer: hyper.Muon, Rate: 0.004, Warmup: 0.02, Mirror: true, Decay: 0.05, Weigh: 0.5, Jitter: 1}),
			Corruption: pix.Noise{Min: 0.02, Max: 0.55, Middle: true}},
	}
	if diff := cmp.Diff(want, All()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, r := range want {
		if got, ok := Named(r.Name); !ok || got != r {
			t.Errorf("%s: %+v, %v", r.Name, got, ok)
		}
	}
	if _, ok := Named("conf"); ok {
		t.Error("there is a recipe named conf")
	}
}

// A recipe makes the model that it says, with what its corruption asks for.
func TestModel(t *testing.T) {
	prep := pix.Prep{W: 32, H: 32, Auto: true}
	for _, r := range All() {
		m, err := r.Model(prep)
		if err != nil {
			t.Fatal(err)
		}
		if m.Arch != r.Arch || m.Code != r.Code || m.Prep != prep || m.Mirror != (r.Name == "denoiser") || (m.Level > 0) != (r.Name == "denoiser") {
			t.Errorf("%s: architecture %s, code %d, mirror %v, level %g", r.Name, m.Arch, m.Code, m.Mirror, m.Level)
		}
	}
	r, _ := Named("denoiser")
	r.Corruption, r.Mirror = pix.Sequence{r.Corruption, pix.Occlusion{Count: 1}}, false
	if m, err := r.Model(prep); err != nil || m.Level != 0 || m.Mirror {
		t.Errorf("with rectangles: level %g, mirror %v, error %v", m.Level, m.Mirror, err)
	}
	r, _ = Named("conv")
	if _, err := r.Model(pix.Prep{W: 33, H: 33}); err == nil {
		t.Error("a model for pictures of 33x33")
	}
}
