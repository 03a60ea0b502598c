package workspace

import (
	"encoding/json"
	"strings"

	"likeness/autoencoder"
	"likeness/detect"
	"likeness/finder"
	"likeness/latent"
	"likeness/report"
	"likeness/safetensors"
	"likeness/search"
)

// Kind is what a thing is.
type Kind string

// The kinds of things in a workspace.
const (
	Index      Kind = "index"
	ModelFile  Kind = "model"
	Checkpoint Kind = "checkpoint" // of a training that was interrupted or is under way
	FinderFile Kind = "finder"
	Atlas      Kind = "atlas"
	Detector   Kind = "detector"
	Report     Kind = "report"
	Pictures   Kind = "pictures"   // a folder
	Archive    Kind = "archive"    // of pictures, perhaps: nobody has looked inside
	Collection Kind = "collection" // of an engine: no file of the folder, but named when it was opened
)

// kinds are all kinds in the order that Files has.
var kinds = []Kind{Checkpoint, Index, Collection, ModelFile, FinderFile, Atlas, Report, Pictures, Archive, Detector}

// Facts are what a file says of itself, as far as its kind has it.
type Facts struct {
	Fingerprint string `json:"fingerprint,omitempty"`
	// Model is the fingerprint of the model that an index or an atlas is of.
	Model        string `json:"model,omitempty"`
	Architecture string `json:"architecture,omitempty"`
	Task         string `json:"task,omitempty"` // of a model: reconstruct or denoise
	Code         int    `json:"code,omitempty"` // numbers in a code
	Width        int    `json:"width,omitempty"`
	Height       int    `json:"height,omitempty"`
	Epochs       int    `json:"epochs,omitempty"`
	Data         string `json:"data,omitempty"`  // what it was made of, in its public name
	Count        int    `json:"count,omitempty"` // entries of an index, pictures of a folder
	Space        string `json:"space,omitempty"`
}

// look returns what a file is; ok is false where it is nothing that belongs into a workspace. A file that says it is of a
// kind and cannot be read is returned with its Problem.
func look(path, name string) (f File, ok bool) {
	lower := strings.ToLower(name)
	switch {
	case strings.HasSuffix(lower, ".html"):
		made, err := report.Made(path)
		return File{Kind: Report}, err == nil && made
	case strings.HasSuffix(lower, ".tgz"), strings.HasSuffix(lower, ".tar"), strings.HasSuffix(lower, ".tar.gz"), strings.HasSuffix(lower, ".zip"):
		return File{Kind: Archive}, true
	}
	file, err := safetensors.Map(path)
	if err != nil {
		if gone(err) {
			return File{}, false
		}
		f = File{Kind: ModelFile, Problem: strings.ReplaceAll(err.Error(), path, name)}
		if strings.Contains(lower, ".index.") {
			f.Kind = Index
		}
		return f, true
	}
	f.Kind, f.Facts = describe(file)
	if err := file.Close(); err != nil {
		f.Problem = err.Error()
	}
	return f, f.Kind != ""
}

// formats are the kinds by the metadata entry "format".
var formats = map[string]Kind{
	autoencoder.Format: ModelFile,
	finder.Format:      FinderFile,
	search.Format:      Index,
	latent.Format:      Atlas,
	detect.Format:      Detector,
}

// describe returns a file's kind and what its metadata say; "" for a file of none.
func describe(f *safetensors.File) (Kind, Facts) {
	m := f.Metadata
	facts := Facts{Fingerprint: m["fingerprint"], Model: m["model"], Architecture: m["architecture"], Space: m["space"]}
	var prep struct{ W, H int }
	var training struct {
		Task    string     `json:"task"`
		Data    string     `json:"data"`
		History []struct{} `json:"history"`
	}
	var code int
	// What a file does not say, or says wrongly, stays empty here: whoever opens it reports that.
	for key, to := range map[string]any{"prep": &prep, "training": &training, "code": &code} {
		_ = json.Unmarshal([]byte(m[key]), to)
	}
	kind := formats[m["format"]]
	if m["progress"] != "" && kind == ModelFile {
		kind = Checkpoint
		_ = json.Unmarshal([]byte(m["progress"]), &training)
	}
	facts.Width, facts.Height, facts.Code = prep.W, prep.H, code
	facts.Task, facts.Data, facts.Epochs = training.Task, training.Data, len(training.History)
	if kind == Index {
		facts.Count = search.CountEntries(f)
		facts.Data = m["source"]
	}
	return kind, facts
}
