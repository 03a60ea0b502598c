package card_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/exchange/card"
	"likeness/hyper"
	"likeness/pix"
)

// model returns a model with a story.
func model(t *testing.T, data string) *autoencoder.Model {
	t.Helper()
	m, err := autoencoder.New("conv", pix.Prep{W: 16, H: 16, Auto: true}, 8, 1)
	if err != nil {
		t.Fatal(err)
	}
	m.Training = &autoencoder.Training{
		Task: autoencoder.Reconstruct, Origin: dataset.Origin{Data: data, DataHash: "abc", Split: "random", NTrain: 90, NTest: 10},
		Parameters: hyper.Parameters{Rate: 0.008, Mirror: true, Seed: 7}.WithDefaults(),
		BestEpoch:  1, Ended: autoencoder.EndedByStop,
		History: []autoencoder.Epoch{{Epoch: 1, TestLoss: 0.0125}, {Epoch: 2, TestLoss: 0.5}},
	}
	return m
}

// front returns the front matter of a card, without its dashes.
func front(t *testing.T, text string) string {
	t.Helper()
	rest, ok := strings.CutPrefix(text, "---\n")
	front, _, ended := strings.Cut(rest, "\n---\n")
	if !ok || !ended {
		t.Fatalf("no front matter in %q", text)
	}
	return front
}

func TestCard(t *testing.T) {
	m := model(t, "lfw")
	text := string(card.Write(m, card.About{
		Name: "conv-8", Library: "onnx", License: "cc-by-4.0",
		Files: []card.File{{Name: "conv-8.onnx", What: "the model", Use: "run()", Code: "python"}}, Left: []string{"Something is left out."},
	}))
	for _, want := range []string{
		"\nlicense: cc-by-4.0\n", "\nlibrary_name: onnx\n", "\npipeline_tag: image-feature-extraction\n", "\ndatasets:\n- lfw\n", "value: 0.0125\n",
		"\n# conv-8\n", m.Fingerprint(), "| mirroring | half of the pictures |", "| learning rate | 0.008 |", "| pictures for training | 90 |",
		"the weights of epoch 1", "```python\nrun()\n```", "- Something is left out.", "Mean squared error on the test pictures, whose values span 1: 0.0125.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// A card names no data set that is not public where hubs look for one, no licence that nobody chose, and no error that was not measured.
func TestCardInventsNothing(t *testing.T) {
	private := model(t, "my photos")
	text := front(t, string(card.Write(private, card.About{Name: "m", Library: "likeness"})))
	for _, not := range []string{"my photos", "datasets", "license"} {
		if strings.Contains(text, not) {
			t.Errorf("%q in the front matter\n%s", not, text)
		}
	}
	if !strings.Contains(text, "pictures that are not published") {
		t.Errorf("no data set in the index of\n%s", text)
	}
	untrained := model(t, "")
	untrained.Training = nil
	all := string(card.Write(untrained, card.About{Name: "m", Library: "likeness"}))
	for _, not := range []string{"metrics", "model-index", "mean squared error", "learning rate"} {
		if strings.Contains(all, not) {
			t.Errorf("%q in the card of a model without a story\n%s", not, all)
		}
	}
}

// A score takes the place of what the file says.
func TestCardScore(t *testing.T) {
	mse := 0.25
	text := string(card.Write(model(t, "lfw"), card.About{Name: "m", Library: "likeness", Score: &card.Score{
		Data: "drawn:4x4", Split: "random", MSE: &mse, Errors: [][2]string{{"this model", "0.25"}, {"exact PCA", "0.5"}},
		Levels: [][]string{{"sigma", "this model"}, {"0.1", "0.2"}}, Verdict: "Worth it: 50 % less error than exact PCA.",
	}}))
	for _, want := range []string{
		"value: 0.25\n", "      name: \"faces drawn by likeness\"\n", "\nOn the test pictures of drawn:4x4 (random), ", "| exact PCA | 0.5 |\n",
		"\n| sigma | this model |\n|---|---|\n| 0.1 | 0.2 |\n", "\nWorth it: 50 % less error than exact PCA.\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "0.0125") {
		t.Error("the file's own error is there too")
	}
}

// A table stays one, whatever a data set is called.
func TestCardEscapes(t *testing.T) {
	text := string(card.Write(model(t, "a|b\n# <b>"), card.About{Name: "m", Library: "likeness"}))
	if !strings.Contains(text, `| data | a\|b # &lt;b> |`) {
		t.Error(text)
	}
}

// A foreign reader of YAML finds in front matters what was put there.
func TestForeignFrontMatter(t *testing.T) {
	if os.Getenv("LIKENESS_FOREIGN") == "" {
		t.Skip("set LIKENESS_FOREIGN=1 to read front matters with python3-yaml")
	}
	folder := t.TempDir()
	names := map[string]string{"plain": "mit", "no": "no", "quoted": `a "b": c # d`, "number": "12", "list": "- x"}
	for name, license := range names {
		text := card.Write(model(t, "lfw"), card.About{Name: license, Library: "onnx", License: license})
		if err := os.WriteFile(filepath.Join(folder, name+".md"), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, license := range names {
		out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c",
			"import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]).read().split('---\\n')[1])))", filepath.Join(folder, name+".md")).Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var read struct {
			License string   `json:"license"`
			Library string   `json:"library_name"`
			Task    string   `json:"pipeline_tag"`
			Tags    []string `json:"tags"`
			Index   []struct {
				Name    string `json:"name"`
				Results []struct {
					Task    struct{ Type string }
					Dataset struct{ Name, Type string }
					Metrics []struct {
						Type  string
						Value float64
					}
				}
			} `json:"model-index"`
		}
		if err := json.Unmarshal(out, &read); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		if read.License != license || read.Index[0].Name != license || read.Library != "onnx" || read.Index[0].Results[0].Metrics[0].Value != 0.0125 || read.Index[0].Results[0].Dataset.Type != "lfw" {
			t.Errorf("%s: %+v", name, read)
		}
	}
}
