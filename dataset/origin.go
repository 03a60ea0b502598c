package dataset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"likeness/faces"
	"likeness/pix"
)

// Origin says what something was fitted to, so that the same pictures can be found again. Models, finders and atlases
// keep it in their files, and so it holds no path of the machine but one below or beside the file.
type Origin struct {
	Data     string `json:"data"`           // Name.Public of the set; Name.String in older files
	Near     string `json:"near,omitempty"` // Name.Near of the set and the file, where there is one
	DataHash string `json:"data_hash"`      // faces.Set.Fingerprint; in an index faces.Set.Digest
	// Digest is faces.Set.Digest, which several machines can tell together; "" in older files, and in an index.
	Digest string `json:"digest,omitempty"`
	Split  string `json:"split"`   // SplitPlan.String, "" where it was fitted to everything
	NTrain int    `json:"n_train"` // pictures that were learned from
	NTest  int    `json:"n_test"`  // pictures that were only measured on

	named Name // the set as it was named here; in no file
}

// NewOrigin returns the origin of something that was fitted to the training part of a split of a set.
func NewOrigin(set *faces.Set, split faces.Split, plan string) Origin {
	o := OriginOf(set, len(split.Train), len(split.Test))
	o.Split = plan
	return o
}

// OriginOf returns the origin of something that was fitted to so many pictures of a set.
func OriginOf(set *faces.Set, train, test int) Origin {
	named := Parse(set.Source)
	return Origin{Data: named.Public().String(), DataHash: set.Fingerprint, Digest: set.Digest, NTrain: train, NTest: test, named: named}
}

// Equal reports whether two origins are those of the same fitting, wherever its pictures lie.
func (o Origin) Equal(p Origin) bool {
	o.Near, o.named, p.Near, p.named = "", Name{}, "", Name{}
	o.Digest, p.Digest = "", "" // which older files lack; DataHash says the same
	return o == p
}

// Away returns the origin of pictures that are not where their name says.
func (o Origin) Away() Origin {
	o.named = Name{}
	return o
}

// At returns the origin as a file at path keeps it.
func (o Origin) At(path string) Origin {
	if o.named == (Name{}) { // it came from a file
		return o
	}
	o.Near = ""
	if near, ok := o.named.Near(path); ok && (isPath(near.Source) || isPath(near.Attributes)) {
		o.Near = near.String()
	}
	return o
}

// Find returns the name that the pictures of an origin can be loaded by, from a file at path: where they lie near the
// file, where they were last seen on this machine, or where an older file says. attributes, if not empty, take the place
// of the origin's own. The error wraps ErrUnknown or ErrGone.
func (o *Origin) Find(path, attributes string, places Places) (Name, error) {
	if o == nil || o.Data == "" {
		return Name{}, fmt.Errorf("%s: %w", path, ErrUnknown)
	}
	kept := Parse(o.Data)
	var tried []Name
	if o.named != (Name{}) {
		tried = append(tried, o.named)
	}
	if o.Near != "" {
		tried = append(tried, Parse(o.Near).From(path))
	}
	if n, ok := places.Recall(o.DataHash); ok {
		tried = append(tried, n)
	}
	tried = append(tried, kept, kept.From(path))
	for _, n := range tried {
		n.Attributes = cmp.Or(attributes, n.Attributes)
		if n.there() {
			return n, nil
		}
	}
	return kept, fmt.Errorf("%s was fitted to %s: %w", path, kept.Source, ErrGone)
}

// there reports whether something is where the name says, whatever else is wrong with it.
func (n Name) there() bool {
	parts := []string{n.Source, n.Attributes}
	if isNamesFile(n.Names) {
		parts = append(parts, n.Names)
	}
	for _, part := range parts {
		if !isPath(part) {
			continue
		}
		if _, err := faces.Find(part); errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}

// Pictures are what a use-case works on with something that was fitted.
type Pictures struct {
	Set *faces.Set
	// Split is that of the fitting, and Plan its text; nil and "" where these are other pictures than those.
	Split *faces.Split
	Plan  string
}

// Errors of Load.
var (
	// ErrUnknown means that the origin names no data set, and neither did the caller.
	ErrUnknown = errors.New("it does not say what it was fitted to")
	// ErrGone means that the pictures are no longer where they were.
	ErrGone = errors.New("the pictures that it was fitted to are not there")
	// ErrChanged means that other pictures are there now.
	ErrChanged = errors.New("the pictures are not those that it was fitted to")
	// ErrUntold means that only all pictures at once could tell whether they are those.
	ErrUntold = errors.New("whether these are the pictures that it was fitted to can only be told where all of them are read at once")
)

// Load reads the pictures that asked names or, where its Source is empty, those of the origin, which may be nil, see
// Find. asked's attributes and names count in both cases. path is the file that the origin comes from; it stands in the errors,
// which wrap ErrUnknown, ErrGone and ErrChanged. They never change that the split is the one of the fitting.
func (o *Origin) Load(ctx context.Context, path string, asked Name, prep pix.Prep, opt faces.Options) (*Pictures, error) {
	opt.Prep = prep
	if asked.Source != "" {
		return o.load(ctx, path, asked, opt, true)
	}
	again, err := o.Find(path, asked.Attributes, PlacesOf(opt))
	if err != nil {
		return nil, err
	}
	again.Names = cmp.Or(asked.Names, again.Names)
	return o.load(ctx, path, again, opt, false)
}

func (o *Origin) load(ctx context.Context, path string, n Name, opt faces.Options, asked bool) (*Pictures, error) {
	set, err := Load(ctx, n, opt)
	if err != nil {
		return nil, err
	}
	return o.Of(path, set, asked)
}

// Of returns a set as the pictures of the fitting or, where asked says that somebody named it, as others. path is the file
// that the origin comes from. The error wraps ErrChanged, or ErrUntold where the set has no pictures, see faces.Set.Pix, and
// the origin was written before there were digests.
func (o *Origin) Of(path string, set *faces.Set, asked bool) (*Pictures, error) {
	p := &Pictures{Set: set}
	if o == nil || !set.Is(o.DataHash) && (o.Digest == "" || o.Digest != set.Digest) {
		if o != nil && set.Pix == nil && o.Digest == "" && o.mayBe(set) {
			return nil, fmt.Errorf("%s and %s: %w", path, set.Source, ErrUntold)
		}
		if !asked {
			return nil, fmt.Errorf("%s and %s: %w", path, set.Source, ErrChanged)
		}
		return p, nil
	}
	if o.Split == "" {
		return p, nil
	}
	plan, err := ParseSplit(o.Split)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	split, _, err := plan.Split(set)
	if err != nil {
		return nil, err
	}
	if len(split.Train) != o.NTrain || len(split.Test) != o.NTest {
		return nil, fmt.Errorf("%s: the split %q gives %d and %d pictures, but %d and %d were learned from and tested on",
			path, o.Split, len(split.Train), len(split.Test), o.NTrain, o.NTest)
	}
	p.Split, p.Plan = &split, o.Split
	return p, nil
}

// mayBe reports whether a set whose fingerprint is not known has as many pictures as that of the fitting.
func (o *Origin) mayBe(set *faces.Set) bool {
	plan, err := ParseSplit(o.Split)
	if o.Split == "" {
		return set.Len() == o.NTrain
	} else if err != nil {
		return true
	}
	split, _, err := plan.Split(set)
	return err == nil && len(split.Train) == o.NTrain && len(split.Test) == o.NTest
}
