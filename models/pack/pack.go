package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"likeness/autoencoder"
	"likeness/detect"
	"likeness/finder"
	"likeness/internal/atomicfile"
	"likeness/latent"
	"likeness/models"
	"likeness/safetensors"
)

// packAll packs every model that is in a folder and returns the size of the files it wrote. It removes those of models
// that are not there any more.
func packAll(from, to string, out io.Writer) (int64, error) {
	if err := os.MkdirAll(to, 0o777); err != nil {
		return 0, err
	}
	fingerprints := map[string]string{} // of the models before: after
	var total int64
	for _, name := range models.Names() {
		target := filepath.Join(to, name+".safetensors")
		file, err := safetensors.Open(filepath.Join(from, name+".safetensors"))
		if errors.Is(err, fs.ErrNotExist) {
			if err := errors.Join(remove(target), remove(filepath.Join(to, name+".md"))); err != nil {
				return 0, err
			}
			continue
		} else if err != nil {
			return 0, err
		}
		before := file.Metadata["fingerprint"]
		packed, facts, err := pack(name, file, fingerprints)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
		fingerprints[before] = packed.Metadata["fingerprint"]
		var b bytes.Buffer
		if err := packed.Write(&b); err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
		if err := write(target, b.Bytes()); err != nil {
			return 0, err
		}
		card, err := cardOf(name, append(facts, fmt.Sprintf("- %.2f MB, numbers of 16 bits", float64(b.Len())/1e6)))
		if err != nil {
			return 0, err
		}
		if err := write(filepath.Join(to, name+".md"), []byte(card)); err != nil {
			return 0, err
		}
		fmt.Fprintf(out, "%s: %.2f MB\n", name, float64(b.Len())/1e6)
		total += int64(b.Len() + len(card))
	}
	if total > models.MostBytes {
		return total, fmt.Errorf("the models have %d bytes, all together may have %d", total, models.MostBytes)
	}
	return total, nil
}

func write(path string, data []byte) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// remove removes a file that may be there.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// A kind of file knows the name, by its contents, of what is in a file, and what its card says of it.
var kinds = map[string]func(*safetensors.File) (fingerprint string, facts []string, err error){
	autoencoder.Format: func(f *safetensors.File) (string, []string, error) {
		m, err := autoencoder.FromFile(f)
		if err != nil {
			return "", nil, err
		}
		facts := []string{fmt.Sprintf("- architecture %s, pictures of %dx%d of %s", m.Arch, m.Prep.W, m.Prep.H, m.Prep.Words())}
		if m.Code > 0 {
			facts = append(facts, fmt.Sprintf("- a code of %d numbers", m.Code))
		}
		if t := m.Training; t != nil {
			facts = append(facts, fitted(t.Data, t.Split, t.NTrain), fmt.Sprintf("- %d epochs, seed %d", len(t.History), t.Seed))
		}
		return m.Fingerprint(), facts, nil
	},
	finder.Format: func(f *safetensors.File) (string, []string, error) {
		found, err := finder.FromFile(f)
		if err != nil {
			return "", nil, err
		}
		facts := []string{"- space " + found.Space.Name()}
		if t := found.Training; t != nil {
			facts = append(facts, fitted(t.Data, t.Split, t.NTrain))
		}
		return found.Fingerprint(), facts, nil
	},
	detect.Format: func(f *safetensors.File) (string, []string, error) {
		d, err := detect.FromFile(f)
		if err != nil {
			return "", nil, err
		}
		return d.Fingerprint(), nil, nil
	},
	latent.Format: func(f *safetensors.File) (string, []string, error) {
		a, err := latent.FromFile(f)
		if err != nil {
			return "", nil, err
		}
		var names []string
		for _, d := range a.Directions {
			names = append(names, d.Name)
		}
		return "", []string{fitted(a.Story.Data, a.Story.Split, a.Story.NTrain), "- directions of " + strings.Join(names, ", ")}, nil
	},
}

// fitted says what a model was fitted to.
func fitted(data, split string, n int) string {
	text := fmt.Sprintf("- fitted to %d pictures of %s", n, data)
	if split != "" {
		text += ", the training part of the split " + split
	}
	return text
}

// pack returns a file with its numbers rounded to 16 bits. fingerprints are those of models that were packed before, by
// what they were before.
func pack(name string, file *safetensors.File, fingerprints map[string]string) (*safetensors.File, []string, error) {
	kind := kinds[file.Metadata["format"]]
	if kind == nil {
		return nil, nil, fmt.Errorf("the format %q is none of %q", file.Metadata["format"], slices.Sorted(maps.Keys(kinds)))
	}
	packed := &safetensors.File{Metadata: maps.Clone(file.Metadata)}
	for _, t := range file.Tensors {
		packed.Tensors = append(packed.Tensors, t.Halved())
	}
	if model, ok := packed.Metadata["model"]; ok { // an atlas is tied to its model
		if packed.Metadata["model"] = fingerprints[model]; fingerprints[model] == "" {
			return nil, nil, fmt.Errorf("it is the atlas of the model %s, which is not among those packed", model)
		}
	}
	// The rounded numbers are another model: it is opened to be named, and to see that it can be.
	_, named := packed.Metadata["fingerprint"]
	delete(packed.Metadata, "fingerprint")
	fingerprint, facts, err := kind(packed)
	if err != nil {
		return nil, nil, err
	}
	if named {
		packed.Metadata["fingerprint"] = fingerprint
		facts = append(facts, "- fingerprint "+fingerprint)
	}
	return packed, facts, nil
}
