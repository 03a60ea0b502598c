package faces

import (
	"context"
	"fmt"

	"likeness/pix"
)

// Gatherer makes a Set of what Scan has found in a source, or in all shards of one, in the order of the source. It decides
// all that depends on several files: which of them are the same, what ids and people the pictures have.
type Gatherer struct {
	b     *builder
	empty bool // a set without a picture is none too few
}

// NewGatherer returns a gatherer for a source that is at hand. It keeps up to so many bytes of pictures, none for 0; a set
// with more has none, see Set.Pix.
func NewGatherer(ctx context.Context, src Source, opt Options, most int) (*Gatherer, error) {
	opt, err := opt.Resolve()
	if err != nil {
		return nil, err
	}
	table, err := attributesOf(ctx, src, opt.Attributes)
	if err != nil {
		return nil, err
	}
	opt.Progress, opt.Limit = nil, 0
	b := newBuilder(src, opt, nil)
	b.anyFolder = table != nil
	if b.most = most; most == 0 {
		b.pictureless = true
	} else if table != nil {
		b.table, b.set.Attributes = table, &Attributes{Names: table.Names}
	}
	return &Gatherer{b, false}, nil
}

// About is what a Gatherer has to know of a source that is not at hand.
type About struct {
	Name      string   `json:"name"`                 // in errors
	Kind      string   `json:"kind"`                 // Source.Kind
	Names     string   `json:"names,omitempty"`      // Options.Names
	AnyFolder bool     `json:"any_folder,omitempty"` // attributes go with the source, see Identify
	Detector  string   `json:"detector,omitempty"`   // Framer.Fingerprint
	Prep      pix.Prep `json:"prep"`
	// Given reports that the source, or a file, says who the pictures show; what it says is in Labels.
	Given  bool              `json:"given,omitempty"`
	Labels map[string]string `json:"-"` // by the names of files, those that have one
}

// AboutSource returns what a Gatherer has to know of a source, and a function that returns the label of a file, nil where
// nothing is Given.
func AboutSource(ctx context.Context, src Source, opt Options) (a About, label func(file string) (string, bool), err error) {
	if opt, err = opt.Resolve(); err != nil {
		return a, nil, err
	}
	table, err := attributesOf(ctx, src, opt.Attributes)
	if err != nil {
		return a, nil, err
	}
	a = About{Name: src.Name(), Kind: src.Kind(), Names: opt.Names, AnyFolder: table != nil, Prep: opt.Prep, Labels: map[string]string{}}
	if opt.Framer != nil {
		a.Detector = opt.Framer.Fingerprint()
	}
	label, err = given(src, opt.Names)
	a.Given = label != nil
	return a, label, err
}

// Gather returns a gatherer for a source that is not at hand, of whose pictures only the hashes are known. The files that it
// gets are those of a part of the source, or, with whole, all of them.
func (a About) Gather(whole bool) *Gatherer {
	b := newBuilder(elsewhere{a}, Options{Prep: a.Prep}, nil)
	b.pictureless, b.anyFolder, b.detector = true, a.AnyFolder, a.Detector
	b.people = func(files []string) ([]string, Naming, error) {
		if !a.Given {
			return namePeople(elsewhere{a}, files, a.Names, a.AnyFolder)
		}
		naming, must := Naming{By: a.Names, Nameless: []NamelessFolder{}}, a.Names
		if !whole {
			must = ""
		}
		return labelled(func(f string) (string, bool) { who, ok := a.Labels[f]; return who, ok }, files, naming, must)
	}
	return &Gatherer{b, !whole}
}

// elsewhere is a source that is not at hand.
type elsewhere struct{ about About }

func (s elsewhere) Name() string                                { return s.about.Name }
func (s elsewhere) Kind() string                                { return s.about.Kind }
func (s elsewhere) Fingerprint(context.Context) (string, error) { return "", nil }
func (s elsewhere) Walk(context.Context, func(string) bool, func(File) error) error {
	return fmt.Errorf("%s is not at hand", s.about.Name)
}

// Add takes in the next file, and returns how many of its rows become rows of the set: none where another file came before it
// that is the same.
func (g *Gatherer) Add(s Scanned) int {
	before := g.b.set.Len()
	g.b.add(s.File, prepared{rows: s.Rows, reason: s.Reason})
	return g.b.set.Len() - before
}

// Len returns how many rows there are so far.
func (g *Gatherer) Len() int { return g.b.set.Len() }

// Set returns the set. One of a whole source without a row is an error.
func (g *Gatherer) Set() (*Set, error) {
	b := g.b
	if b.set.Len() == 0 && g.empty {
		b.set.Source, b.set.Digest = b.src.Name(), b.set.digest()
		return b.set, nil
	}
	s, err := b.finish()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.src.Name(), err)
	}
	s.Source = b.src.Name()
	return s, nil
}
