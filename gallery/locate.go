package gallery

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"likeness/dataset"
	"likeness/encoder"
	"likeness/faces"
	"likeness/models"
	"likeness/search"
)

// ErrNoModel means that the model or finder of an index is not where it was, nor beside
// the index.
var ErrNoModel = errors.New("not to be found")

// openEmbedder opens what made the index.
func (g *Gallery) openEmbedder() (Embedder, error) {
	about := g.file.About
	if about.Arch == archCodes {
		return nil, fmt.Errorf("%s: %w", g.path, ErrCodesAlone)
	}
	path := g.opt.Model
	if path == "" {
		if path = modelPath(g.path, about); path == "" {
			return nil, fmt.Errorf("the model of %s, %s, is %w", g.path, about.Model, ErrNoModel)
		}
	}
	var e Embedder
	var err error
	if about.Encoder != "" {
		var made *encoder.Encoder
		if made, err = encoder.OpenAs(path, about.Encoder); err == nil {
			e = NewEncoder(made)
		}
	} else {
		e, err = OpenEmbedder(path)
	}
	if err != nil {
		return nil, err
	}
	if err := g.file.CheckModel(e.Fingerprint()); err != nil {
		return nil, fmt.Errorf("%s and %s: %w", g.path, path, err)
	}
	return e, nil
}

// modelPath looks for what made an index: where it was, beside the index, where this machine saw it last, and among
// what comes with the program. "" means that it is nowhere.
func modelPath(index string, about search.About) string {
	if path := pathFrom(index, about.ModelFile); path != "" && exists(path) {
		return path
	}
	if path := modelBeside(index, about); path != "" {
		return path
	}
	if seen, ok := dataset.PlacesOf(faces.Options{}).Recall(about.Model); ok && exists(seen.Source) {
		return seen.Source
	}
	return builtIn(about.Model)
}

// builtIn returns the name of the model that comes with the program and has a fingerprint; ""
// means that none has.
func builtIn(fingerprint string) string {
	for _, name := range []string{models.Finder, models.Conv, models.Residual} {
		if !models.Has(name) || !models.Is(name) {
			continue
		}
		if _, found, err := Identify(name); err == nil && found == fingerprint {
			return name
		}
	}
	return ""
}

// modelBeside looks for the model with a fingerprint beside an index and in a folder
// "models" there. It reads no more of the files than their metadata. "" means that
// there is none.
func modelBeside(index string, about search.About) string {
	folder := filepath.Dir(index)
	if about.Encoder != "" {
		return encoderBeside(folder, about.Encoder)
	}
	for _, pattern := range []string{"*.safetensors", filepath.Join("models", "*.safetensors")} {
		files, _ := filepath.Glob(filepath.Join(folder, pattern)) // a folder whose name is no pattern finds nothing
		for _, f := range files {
			if _, found, err := Identify(f); err == nil && found == about.Model {
				return f
			}
		}
	}
	return ""
}

// encoderBeside looks likewise for the file of an encoder.
func encoderBeside(folder, text string) string {
	var spec encoder.Spec
	if json.Unmarshal([]byte(text), &spec) != nil {
		return ""
	}
	for _, pattern := range []string{"*.onnx", filepath.Join("models", "*.onnx")} {
		files, _ := filepath.Glob(filepath.Join(folder, pattern))
		for _, f := range files {
			if hash, err := encoder.HashFile(f); err == nil && hash == spec.File {
				return f
			}
		}
	}
	return ""
}

// pathBeside returns the path of a model as an index keeps it: as seen from the index's
// folder where it lies below it or beside it, so that both can move together, and its
// name alone where it lies elsewhere, for that is nobody else's business.
func pathBeside(index, model string) string {
	if model == "" || models.Is(model) { // one that comes with the program lies nowhere
		return model
	}
	if near, ok := dataset.PathNear(index, model); ok {
		return near
	}
	return filepath.Base(model)
}

// pathFrom reverses pathBeside, and takes the absolute paths of older files.
func pathFrom(index, model string) string {
	model = filepath.FromSlash(model)
	if model == "" || filepath.IsAbs(model) {
		return model
	}
	return filepath.Join(filepath.Dir(index), model)
}
