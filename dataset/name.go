// Package dataset names sets of pictures as people do, and finds them again: by what was typed, or by what a model, a
// finder, an index or an atlas says it was made of. It is the one place that knows every source of pictures.
package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"likeness/faces"
	"likeness/faces/drawn"
	"likeness/pix"
)

// Name names a set of pictures. Its text is kept in models and indexes.
type Name struct {
	// Source is "drawn" for invented faces, "drawn:PEOPLExPICTURES" for so many of them, a NumPy file with
	// pictures (.npz or .npy), or what faces.Open takes: the name of a published data set, or the path of an archive or a folder. A folder called drawn is "./drawn".
	Source string `json:"source"`
	// Attributes is the path of an attribute file, "lfw-attributes", or "" for none but the source's own.
	Attributes string `json:"attributes,omitempty"`
	// Names says how the people are found, see faces.Options: "folders", "file", "none", the path of a CSV file, or "" to
	// choose by the folders.
	Names string `json:"names,omitempty"`
}

// The parts of a name are joined by words that read well in a sentence.
const (
	withAttributes = " with attributes "
	withNames      = " with names "
)

// String returns the name as one text; Parse reads it.
func (n Name) String() string {
	text := n.Source
	if n.Attributes != "" {
		text += withAttributes + n.Attributes
	}
	if n.Names != "" {
		text += withNames + n.Names
	}
	return text
}

// Parse reads what String returns.
func Parse(text string) Name {
	text, names, _ := strings.Cut(text, withNames)
	source, attributes, _ := strings.Cut(text, withAttributes)
	return Name{source, attributes, names}
}

// Drawn returns the name of drawn faces: so many people with so many pictures each.
func Drawn(people, perPerson int) Name {
	return Name{Source: fmt.Sprintf("drawn:%dx%d", people, perPerson)}
}

// IsDrawn reports whether the name is that of drawn faces, well written or not.
func (n Name) IsDrawn() bool { return n.Source == "drawn" || strings.HasPrefix(n.Source, "drawn:") }

// drawn returns how many people with how many pictures each are drawn; zeros stand for the usual numbers.
func (n Name) drawn() (opt drawn.Options, err error) {
	size, sized := strings.CutPrefix(n.Source, "drawn:")
	if !sized {
		return opt, nil
	}
	if got, err := fmt.Sscanf(size, "%dx%d", &opt.People, &opt.PerPerson); got != 2 || err != nil ||
		fmt.Sprintf("%dx%d", opt.People, opt.PerPerson) != size || opt.People < 1 || opt.PerPerson < 1 {
		return opt, &NameError{n.Source}
	}
	return opt, nil
}

// DrawnSize returns how many people with how many pictures each a name of drawn faces stands for; zeros for the usual
// numbers, and for a name that is not one, or is not well written.
func (n Name) DrawnSize() (people, perPerson int) {
	if !n.IsDrawn() {
		return 0, 0
	}
	opt, err := n.drawn()
	if err != nil {
		return 0, 0
	}
	return opt.People, opt.PerPerson
}

// NameError is a name of drawn faces that is not well written.
type NameError struct{ Source string }

func (e *NameError) Error() string {
	return e.Source + ": expected drawn:PEOPLExPICTURES, such as drawn:40x5"
}

// NamesError is a way to find people that there is not, and no file either.
type NamesError struct{ Names string }

func (e *NamesError) Error() string {
	return fmt.Sprintf("names by %q: expected %s, %s, %s or a CSV file", e.Names, faces.NamesFolders, faces.NamesFile, faces.NamesNone)
}

// Check reports what is wrong with a name before anything is read: a *NameError, a *NamesError, or an error that wraps
// fs.ErrNotExist where the pictures or the attribute file are not there.
func (n Name) Check() error {
	if isNamesFile(n.Names) {
		if _, err := faces.Find(n.Names); errors.Is(err, fs.ErrNotExist) {
			return &NamesError{n.Names}
		} else if err != nil {
			return err
		}
	}
	if n.Attributes != "" {
		if _, err := faces.Find(n.Attributes); err != nil {
			return err
		}
	}
	if n.IsDrawn() {
		_, err := n.drawn()
		return err
	}
	_, err := faces.Find(n.Source)
	return err
}

// Open returns the source of a name. Of opt, CacheDir, NoCache and Progress count.
func Open(n Name, opt faces.Options) (faces.Source, error) {
	switch {
	case isArrays(n.Source):
		path, err := faces.Find(n.Source)
		return &arraySource{n.Source, path}, err
	case !n.IsDrawn():
		return faces.Open(n.Source)
	}
	d, err := n.drawn()
	if err != nil {
		return nil, err
	}
	return newDrawnSource(n.Source, d, opt)
}

// Load reads the set of a name, prepared by opt.Prep; see faces.Load. The name's attributes and names take the place of
// those of opt. Set.Source is the name's text.
func Load(ctx context.Context, n Name, opt faces.Options) (*faces.Set, error) {
	sets, err := LoadAll(ctx, n, opt, opt.Prep)
	if err != nil {
		return nil, err
	}
	return sets[0], nil
}

// LoadAll is Load for several preparations of the same pictures, which are decoded once; see faces.LoadAll.
func LoadAll(ctx context.Context, n Name, opt faces.Options, preps ...pix.Prep) ([]*faces.Set, error) {
	src, opt, err := OpenFor(n, opt)
	if err != nil {
		return nil, err
	}
	sets, err := faces.LoadAll(ctx, src, opt, preps...)
	if err != nil {
		return nil, err
	}
	places := PlacesOf(opt)
	for _, s := range sets {
		s.Source = n.String()
		// What cannot be remembered has to be named when it is needed again, and the cache has said what is wrong there.
		_ = places.Remember(s.Fingerprint, n)
		_ = places.Remember(s.Digest, n)
	}
	return sets, nil
}

// OpenFor returns the source of a name and the options with which Load reads it: with the name's attributes and names.
func OpenFor(n Name, opt faces.Options) (faces.Source, faces.Options, error) {
	if n.Attributes != "" {
		opt.Attributes = n.Attributes
	}
	if n.Names != "" {
		opt.Names = n.Names
	}
	opt.Progress = opt.Progress.Serial() // faces are drawn while others are prepared
	src, err := Open(n, opt)
	if err != nil {
		return nil, opt, err
	}
	if _, cut := src.(*arraySource); cut {
		opt.Framer = nil
	}
	return src, opt, nil
}
