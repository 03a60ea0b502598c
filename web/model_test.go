package web

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/recipe"
)

// The model that comes with the program is described in a folder without anything.
func TestModelPage(t *testing.T) {
	a := play(t, nil)
	m, _ := conv(t)
	if task := a.done("/api/model/score", map[string]any{"model": "conv"}); task.State != TaskFailed || !strings.Contains(task.Error, "lfw.tgz") {
		t.Errorf("measuring on pictures that are not there: %+v", task)
	}
	var facts ModelFacts
	a.get("/api/model?model=conv", &facts)
	info := m.Info("conv")
	if facts.Params != info.Params || facts.Fingerprint != info.Fingerprint || len(facts.Encoder) != len(info.Encoder) || facts.Training == nil || len(facts.Training.History) != 25 {
		t.Errorf("facts %+v", facts)
	}
	if !facts.Atlas || !strings.Contains(facts.Card, "convolutional autoencoder") || facts.Checkpoint || facts.Score != nil {
		t.Errorf("atlas %v, card %q, score %v", facts.Atlas, facts.Card, facts.Score)
	}
	if !slices.ContainsFunc(facts.Can, func(c Ability) bool { return c.Line == "likeness edit conv me.jpg --more Smiling" }) {
		t.Errorf("it can %+v", facts.Can)
	}
	var filters, made []autoencoder.Tiles
	a.get("/api/model/filters?model=conv", &filters)
	a.get("/api/model/activations?model=conv&drawn=2", &made)
	drawn, err := drawnFace(m.Prep, 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(filters) != 8 || !slices.Equal(made[0].Pix, drawn.Pix) {
		t.Errorf("%d layers with filters; the picture is not the drawn face", len(filters))
	}
	for _, l := range facts.Encoder {
		if l.Kind != "Flatten" && !slices.ContainsFunc(made, func(t autoencoder.Tiles) bool { return t.Network == "encoder" && t.Layer == l.Name }) {
			t.Errorf("nothing shows what %s makes", l.Name)
		}
	}
	a.get("/api/model/activations?model=denoiser", &made)
	a.get("/api/model?model=denoiser", &facts)
	if facts.Decoder != nil || facts.Can[0].Line != "likeness denoise denoiser old.jpg" {
		t.Errorf("a denoiser has the decoder %v and can %v", facts.Decoder, facts.Can)
	}
	for _, name := range []string{"finder", "detector"} {
		a.get("/api/model?model="+name, &facts)
		if string(facts.Kind) != name || facts.Card == "" || facts.Encoder != nil || len(facts.Can) == 0 {
			t.Errorf("%s: %+v", name, facts)
		}
	}
	for path, want := range map[string]int{
		"/api/model?model=nobody": http.StatusNotFound, "/api/model?model=../conv": http.StatusNotFound,
		"/api/model/activations?model=conv&upload=none": http.StatusNotFound,
	} {
		if status, body := a.ask("GET", path, nil); status != want {
			t.Errorf("%s: status %d, want %d: %s", path, status, want, body)
		}
	}
}

// A model of drawn faces is measured as the verb eval measures it, once, and its atlas is fitted beside it.
func TestOwnModel(t *testing.T) {
	var file string
	a := play(t, func(folder string) {
		file = filepath.Join(folder, "own.safetensors")
		r, ok := recipe.Named("pca")
		if !ok {
			t.Fatal("no recipe for pca")
		}
		o := r.Options()
		o.Data, o.Epochs, o.Code, o.Out = dataset.Drawn(12, 4), 2, 4, file
		job, err := recipe.Prepare(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := job.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	})
	for range 2 { // measured, and remembered
		if task := a.done("/api/model/score", map[string]any{"model": "own.safetensors"}); task.State != TaskDone || task.Result == nil {
			t.Fatalf("measuring: %+v", task)
		}
	}
	m, err := autoencoder.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	var facts ModelFacts
	a.get("/api/model?model=own.safetensors", &facts)
	if facts.Score == nil || facts.Score.TestMSE == nil || facts.Score.Baselines.PCA == nil || facts.Verdict == "" || facts.Fingerprint != m.Fingerprint() || facts.Atlas {
		t.Errorf("facts %+v", facts)
	}
	var ground Playground
	if a.get("/api/play?model=own.safetensors", &ground); ground.Known {
		t.Error("what its numbers do is known before anybody looked")
	}
	if task := a.done("/api/play/atlas", map[string]any{"model": "own.safetensors"}); task.State != TaskDone {
		t.Fatalf("fitting an atlas: %+v", task)
	}
	a.get("/api/play?model=own.safetensors", &ground)
	if !ground.Known || ground.Code != 4 || len(ground.Axes) == 0 || ground.Components == 0 {
		t.Errorf("the playground is %+v", ground)
	}
	a.get("/api/model?model=own.safetensors", &facts)
	if !facts.Atlas {
		t.Error("the atlas is not known")
	}
}
