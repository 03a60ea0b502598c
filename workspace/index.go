package workspace

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/models"
	"likeness/parallel"
	"likeness/progress"
)

// IndexSuffix ends the names of indexes.
const IndexSuffix = ".index.safetensors"

// IndexOptions say what is indexed. The zero value of a field is what the program's verb takes without its flag.
type IndexOptions struct {
	// Pictures is a folder or an archive of the workspace, or drawn faces such as "drawn:40x5".
	Pictures string `json:"pictures"`
	// Model is the finder or the model with codes; where it is empty the encoder from elsewhere that made the index before, or
	// the finder that comes with the program.
	Model string `json:"model,omitempty"`
	// Out is the index's file name; that of Pictures where it is empty.
	Out string `json:"out,omitempty"`
	// Faces says which faces of a picture become entries; all of them where it is empty.
	Faces faces.Wanted `json:"faces,omitempty"`

	Progress progress.Func `json:"-"`
}

// Indexed says what an index has become.
type Indexed struct {
	*gallery.Changes
	Skipped  []faces.Skip `json:"skipped"`  // files without a usable picture
	Faceless []string     `json:"faceless"` // files in which no face was found
}

// IndexPictures describes the faces of some pictures, and makes an index of them or brings theirs up to date.
func (w *Workspace) IndexPictures(ctx context.Context, opt IndexOptions) (*Indexed, error) {
	ctx = parallel.WithThreads(ctx, w.opt.Threads)
	data := dataset.Parse(opt.Pictures)
	if !data.IsDrawn() {
		path, err := w.Path(opt.Pictures, Pictures, Archive)
		if err != nil {
			return nil, err
		}
		data = dataset.Name{Source: path}
	}
	name := opt.Out
	if name == "" {
		name = IndexName(opt.Pictures, w.Name())
	}
	out, err := w.indexPath(name)
	if err != nil {
		return nil, err
	}
	e, model, err := w.embedder(opt.Model, out)
	if err != nil {
		return nil, err
	}
	if data.Names, err = gallery.NamesIn(out, faces.Options{}); err != nil {
		return nil, err
	}
	wanted := cmp.Or(opt.Faces, faces.All)
	set, err := dataset.Load(ctx, data, faces.Options{Prep: e.Prep(), Faces: wanted, Framer: w.opt.Framer, Progress: opt.Progress})
	if err != nil {
		return nil, err
	}
	changes, err := gallery.Update(ctx, out, e, set, gallery.UpdateOptions{Faces: wanted, ModelFile: model, Progress: opt.Progress})
	if err != nil {
		return nil, err
	}
	w.Refresh()
	r := &Indexed{Changes: changes, Skipped: []faces.Skip{}, Faceless: []string{}}
	r.Index, r.Data = name, opt.Pictures
	for _, s := range set.Skipped {
		if s.NoFace() {
			r.Faceless = append(r.Faceless, s.Name)
		} else {
			r.Skipped = append(r.Skipped, s)
		}
	}
	return r, nil
}

// embedder opens what is to make an index: what is named, the encoder from elsewhere that made the index before, or the
// finder that comes with the program.
func (w *Workspace) embedder(name, index string) (e gallery.Embedder, path string, err error) {
	if name == "" {
		if e, path, err = gallery.EncoderOf(index); e != nil || err != nil {
			return e, path, err
		}
	}
	if path, err = w.Path(cmp.Or(name, models.Finder), FinderFile, ModelFile); err != nil {
		return nil, "", err
	}
	e, err = gallery.OpenEmbedder(path)
	return e, path, err
}

// IndexName returns what an index of some pictures is called: after them, or after the folder that is open where they lie in
// it directly.
func IndexName(pictures, folder string) string {
	name := strings.NewReplacer(":", "-", "/", "-").Replace(pictures)
	if pictures == "." {
		name = folder
	}
	for _, ending := range []string{".tgz", ".tar.gz", ".tar", ".zip"} {
		name = strings.TrimSuffix(name, ending)
	}
	return name + IndexSuffix
}

// indexPath returns where an index of a name is or will be.
func (w *Workspace) indexPath(name string) (string, error) {
	if f, ok := w.File(name); ok {
		if f.Kind != Index {
			return "", fmt.Errorf("%s is a %s and is not replaced by an index", name, f.Kind)
		}
		return f.path, nil
	}
	if _, err := w.NewPath(name, IndexSuffix); err != nil {
		return "", err
	}
	return filepath.Join(w.folder, name), nil
}
