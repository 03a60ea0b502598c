package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"likeness/faces"
	"likeness/pix"
)

// Origin says what something was fitted to, so that the same pictures can be found again. Models, finders and atlases
// keep it in their files.
type Origin struct {
	Data     string `json:"data"`      // Name.String of the set
	DataHash string `json:"data_hash"` // faces.Set.Fingerprint
	Split    string `json:"split"`     // SplitPlan.String, "" where it was fitted to everything
	NTrain   int    `json:"n_train"`   // pictures that were learned from
	NTest    int    `json:"n_test"`    // pictures that were only measured on
}

// NewOrigin returns the origin of something that was fitted to the training part of a split of a set.
func NewOrigin(set *faces.Set, split faces.Split, plan string) Origin {
	return Origin{Data: set.Source, DataHash: set.Fingerprint, Split: plan, NTrain: len(split.Train), NTest: len(split.Test)}
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
)

// Load reads the pictures that asked names or, where its Source is empty, those of the origin, which may be nil. asked's
// attributes count in both cases. path is the file that the origin comes from; it stands in the errors, which wrap
// ErrUnknown, ErrGone and ErrChanged. They never change that the split is the one of the fitting.
func (o *Origin) Load(ctx context.Context, path string, asked Name, prep pix.Prep, opt faces.Options) (*Pictures, error) {
	opt.Prep = prep
	if asked.Source != "" {
		return o.load(ctx, path, asked, opt, true)
	}
	if o == nil || o.Data == "" {
		return nil, fmt.Errorf("%s: %w", path, ErrUnknown)
	}
	again := Parse(o.Data)
	if asked.Attributes != "" {
		again.Attributes = asked.Attributes
	}
	if !again.IsDrawn() {
		if _, err := faces.Find(again.Source); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s was fitted to %s: %w", path, again.Source, ErrGone)
		}
	}
	return o.load(ctx, path, again, opt, false)
}

func (o *Origin) load(ctx context.Context, path string, n Name, opt faces.Options, asked bool) (*Pictures, error) {
	set, err := Load(ctx, n, opt)
	if err != nil {
		return nil, err
	}
	p := &Pictures{Set: set}
	if o == nil || o.DataHash != set.Fingerprint {
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
