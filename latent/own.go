package latent

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/parallel"
	"likeness/progress"
)

// Own names the user's own pictures and their attributes: a CSV file, two folders that
// differ in one attribute, or both.
type Own struct {
	// Tags is a CSV file as faces.ReadTags reads it, with the pictures' paths relative to
	// its folder.
	Tags string `json:"tags,omitempty"`
	// With is a folder of pictures with an attribute and Without one of pictures without
	// it; Name is the attribute's name, that of the folder With where it is empty.
	With    string `json:"with,omitempty"`
	Without string `json:"without,omitempty"`
	Name    string `json:"name,omitempty"`
	// Framer finds the face in each picture, the largest of several; see faces.Cutter.
	Framer faces.Framer `json:"-"`
}

// Check returns an error where one folder is named without the other, or a name without
// them.
func (o Own) Check() error {
	switch {
	case o.With != "" && o.Without == "":
		return fmt.Errorf("%s holds pictures with an attribute: expected a folder of pictures without it too", o.With)
	case o.With == "" && o.Without != "":
		return fmt.Errorf("%s holds pictures without an attribute: expected a folder of pictures with it too", o.Without)
	case o.With == "" && o.Name != "":
		return fmt.Errorf("the attribute %s: expected a folder of pictures with it and one of pictures without it", o.Name)
	}
	return nil
}

// Learned is the result of LearnOwn.
type Learned struct {
	Tried   int          // attributes
	LeftOut []LeftOut    // those of them without a direction
	Folders []*faces.Set // the pictures of the folders With and Without
}

// LearnOwn adds directions for the attributes of the user's own pictures, and the
// attributes without a direction to the atlas's Story. Every picture of a CSV file must
// be readable; folders may hold other files.
func (a *Atlas) LearnOwn(ctx context.Context, m *autoencoder.Model, own Own, report progress.Func) (*Learned, error) {
	if err := own.Check(); err != nil {
		return nil, err
	}
	out := &Learned{}
	if own.Tags != "" {
		codes, t, err := taggedCodes(ctx, m, own, report)
		if err != nil {
			return nil, err
		}
		if err := out.add(ctx, a, codes, t); err != nil {
			return nil, err
		}
	}
	if own.With != "" {
		codes, t, err := out.folderCodes(ctx, m, own, report)
		if err != nil {
			return nil, err
		}
		if err := out.add(ctx, a, codes, t); err != nil {
			return nil, err
		}
	}
	a.Story.LeftOut = append(a.Story.LeftOut, out.LeftOut...)
	return out, nil
}

func (l *Learned) add(ctx context.Context, a *Atlas, codes []float32, t Tagged) error {
	left, err := a.Learn(ctx, codes, t, FitOptions{})
	l.Tried, l.LeftOut = l.Tried+len(t.Names), append(l.LeftOut, left...)
	return err
}

// taggedCodes returns the codes of the pictures of a CSV file.
func taggedCodes(ctx context.Context, m *autoencoder.Model, own Own, report progress.Func) ([]float32, Tagged, error) {
	path, cutter := own.Tags, faces.Cutter{Prep: m.Prep, Framer: own.Framer}
	tags, err := faces.ReadTags(path)
	if err != nil {
		return nil, Tagged{}, err
	}
	n := m.Values()
	x := make([]float32, len(tags.Pictures)*n)
	failed := make([]error, len(tags.Pictures))
	var done counter
	ctx = parallel.WithMemory(ctx, 0)
	err = parallel.Each(ctx, len(tags.Pictures), func(i int) {
		cut, err := cutter.OpenOne(parallel.WithThreads(ctx, 1), tags.Path(path, i))
		if err != nil {
			failed[i] = fmt.Errorf("%s, line %d: %w", path, tags.Lines[i], err)
			return
		}
		cut.Picture.Floats(x[i*n : (i+1)*n])
		done.next(func(k int) { report.Report("Reading pictures", k, len(tags.Pictures)) })
	})
	if err := errors.Join(append(failed, err)...); err != nil {
		return nil, Tagged{}, err
	}
	codes, err := m.Encode(ctx, x)
	return codes, Tagged{Names: tags.Names, Values: tags.Values}, err
}

// folderCodes returns the codes of the pictures of two folders.
func (l *Learned) folderCodes(ctx context.Context, m *autoencoder.Model, own Own, report progress.Func) ([]float32, Tagged, error) {
	t := Tagged{Names: []string{own.Name}}
	if own.Name == "" {
		t.Names[0] = filepath.Base(filepath.Clean(own.With))
	}
	var codes []float32
	for i, folder := range []string{own.Without, own.With} {
		set, err := faces.Load(ctx, folder, faces.Options{Prep: m.Prep, Framer: own.Framer, Threads: parallel.Threads(ctx), Progress: report})
		if err != nil {
			return nil, t, err
		}
		l.Folders = append(l.Folders, set)
		for range set.Len() {
			t.Values = append(t.Values, float32(i))
		}
		some, err := Codes(ctx, m, set, set.Rows(), report)
		if err != nil {
			return nil, t, err
		}
		codes = append(codes, some...)
	}
	return codes, t, nil
}
