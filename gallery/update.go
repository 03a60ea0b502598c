package gallery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"likeness/dataset"
	"likeness/faces"
	"likeness/finder"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
	"likeness/safetensors"
	"likeness/search"
)

// UpdateOptions say how an index file is brought up to date. The zero value indexes all
// pictures of the set, keeps the space and the kind of an index that is there, and
// removes what is no longer among the pictures. An index of other sets is added to: the ids of a
// second folder's pictures begin with its name and two slashes.
type UpdateOptions struct {
	// Space is the name of the space; "" keeps that of the index, or takes the
	// embedder's own or its default.
	Space string `json:"space,omitempty"`
	// Kind is the kind of index; "" keeps that of the index, exact for a new one of
	// up to a million pictures.
	Kind string `json:"kind,omitempty"`
	// Keep keeps the entries of pictures that are no longer in the set. Those of other
	// sets that the index holds always stay.
	Keep bool `json:"keep,omitempty"`
	// Prune removes the entries of pictures whose folder is not there any more. Without it
	// they stay: it may lie on a disk that is not connected.
	Prune bool `json:"prune,omitempty"`
	// Alone refuses to add the set to an index of other sets, with ErrOtherSet, as suits an index that nobody named.
	Alone bool `json:"alone,omitempty"`
	// Fresh replaces an index that is there, also a broken one, but no other file.
	Fresh bool `json:"fresh,omitempty"`
	// Shard, where set, makes the part of an index of one of several shards of the pictures; see UpdateFrom and Merge.
	Shard faces.Shard `json:"shard,omitzero"`
	// Piece is how many pictures UpdateFrom holds at a time, and encodes together; 0: 512. The result does not depend on it.
	Piece int `json:"piece,omitempty"`
	// Rows are the pictures to index; nil means all.
	Rows []int `json:"-"`
	// Faces says which faces of a picture the set has as rows; the index keeps it.
	Faces faces.Wanted `json:"faces,omitempty"`
	// Split, where set, restricts what a space is fitted to, to its training part.
	Split *faces.Split `json:"-"`
	// ModelFile is where the embedder lies; the index keeps it relative to itself.
	ModelFile string        `json:"model_file,omitempty"`
	Threads   int           `json:"threads,omitempty"` // 0: as ctx says, see package parallel
	Progress  progress.Func `json:"-"`
	// Waiting, if not nil, is called once with the owner of the file's lock when
	// writing has to wait long for it.
	Waiting func(owner string) `json:"-"`
}

// Changes say what an update did.
type Changes struct {
	Index   string `json:"index"`
	Data    string `json:"data"`
	Entries int    `json:"entries"`
	Code    int    `json:"code"` // numbers in a code
	Space   string `json:"space"`
	Kind    string `json:"kind"`
	// Recall is the share of the 5 true neighbours that a kind other than exact
	// finds.
	Recall *float64 `json:"recall,omitempty"`
	Dated  int      `json:"dated"` // pictures of which it is known when they were taken
	// FileDated counts the new pictures that do not say when they were taken, so that it is when their files were changed.
	FileDated int  `json:"file_dated"`
	Written   bool `json:"written"` // false: nothing had changed

	Unchanged int `json:"unchanged"`
	Added     int `json:"added"`
	Changed   int `json:"changed"`  // another picture with the same id
	Renamed   int `json:"renamed"`  // the same picture with another id
	Removed   int `json:"removed"`  // no longer among the pictures
	Kept      int `json:"kept"`     // of other sets, or no longer among the pictures, and kept
	Lost      int `json:"lost"`     // their folder is not there; kept
	Unread    int `json:"unread"`   // could not be read this time, and kept as they were
	Encoded   int `json:"encoded"`  // pictures that had to be encoded, each once
	Repeated  int `json:"repeated"` // pictures that are there under another id as well
	// Resumed counts the files of which a run that was stopped had found out what they hold.
	Resumed int `json:"resumed,omitempty"`
	// Shard says what a shard has of all files; nil: the index is of all.
	Shard *ShardChanges `json:"shard,omitempty"`
	// Parts is how many parts of an index were joined.
	Parts int            `json:"parts,omitempty"`
	Notes progress.Notes `json:"notes,omitempty"`
	// Pictureless counts codes from elsewhere whose ids are no pictures of the data set that they were said to be of.
	Pictureless int `json:"pictureless,omitempty"`
}

// ShardChanges say what a part of an index has.
type ShardChanges struct {
	faces.Shard
	Files  int `json:"files"`  // of the shard
	Listed int `json:"listed"` // of all shards
	Known  int `json:"known"`  // of the shard's files, those of which an earlier run had found out what they hold
}

// ErrNotUpdatable means that a file cannot be brought up to date: it is no index, one of
// another embedder or preparation, or in a space whose codes cannot be kept. Fresh
// replaces it.
var ErrNotUpdatable = errors.New("the index cannot be brought up to date")

// ErrOtherSet means that an index holds other sets, and UpdateOptions.Alone was asked for.
var ErrOtherSet = errors.New("the index is of another data set")

// notUpdatable marks an error as ErrNotUpdatable.
type notUpdatable struct{ error }

func (e notUpdatable) Unwrap() error        { return e.error }
func (notUpdatable) Is(target error) bool   { return target == ErrNotUpdatable }
func cannotUpdate(f string, a ...any) error { return notUpdatable{fmt.Errorf(f, a...)} }

// Update brings an index file up to date with a set, or makes it. The set was prepared by
// embedder.Prep, or with another crop of the same size, which the index keeps. It encodes only pictures that are new to the index, which it knows by what
// they show, not by their names. Other updates of the file at the same time are merged;
// it is locked only while it is written.
func Update(ctx context.Context, path string, embedder Embedder, set *faces.Set, opt UpdateOptions) (*Changes, error) {
	ctx = parallel.WithThreads(ctx, opt.Threads)
	u, err := newUpdate(path, embedder, set, opt)
	if err != nil {
		return nil, err
	}
	if len(u.opt.Rows) == 0 {
		return nil, fmt.Errorf("%s: no pictures to index", set.Source)
	}
	return u.run(ctx)
}

// newUpdate checks the options and prepares a run.
func newUpdate(path string, embedder Embedder, set *faces.Set, opt UpdateOptions) (*update, error) {
	if opt.Rows == nil {
		opt.Rows = set.Rows()
	}
	if opt.Fresh {
		if err := safetensors.CheckReplace(path, search.Format); err != nil {
			return nil, err
		}
	}
	prepared := set.Prep
	if want := embedder.Prep(); set.W != want.W || set.H != want.H {
		return nil, fmt.Errorf("%s: pictures of %dx%d of %s, the model takes %dx%d of %s", set.Source, set.W, set.H, prepared.Words(), want.W, want.H, want.Words())
	} else if prepared == (pix.Prep{}) {
		prepared = want
	}
	named := *set
	if named.People = namesOf(set); named.Digest == "" {
		named.Digest = named.ComputeDigest()
	}
	prep, err := json.Marshal(prepared)
	if err != nil {
		return nil, err
	}
	if opt.ModelFile != "" && exists(opt.ModelFile) { // not one that comes with the program
		// Where nothing can be remembered, the model has to be named when it lies elsewhere.
		_ = dataset.PlacesOf(faces.Options{}).Remember(embedder.Fingerprint(), dataset.Name{Source: opt.ModelFile})
	}
	u := &update{
		path: path, embedder: embedder, set: &named, opt: opt, space: opt.Space,
		about: search.About{
			Model: embedder.Fingerprint(), Arch: embedder.Arch(), Prep: string(prep),
			ModelFile: pathBeside(path, opt.ModelFile),
			Faces:     string(opt.Faces), Detector: set.Detector,
			Encoder: specOf(embedder),
		},
	}
	u.askDates = func(ctx context.Context, ids []string) (map[string]faces.Date, error) {
		return takenOf(ctx, u.set, ids)
	}
	return u, nil
}

// update is one run of Update.
type update struct {
	path     string
	embedder Embedder
	set      *faces.Set
	opt      UpdateOptions
	about    search.About
	space    string // its name, "" for the embedder's own

	hashes []search.Hash             // of the rows' prepared pictures
	known  map[search.Hash][]float32 // codes
	codes  finder.Codes              // how they are laid out; no values
	taken  map[string]time.Time      // by id
	dated  map[string]faces.Date     // of them, those that were asked for
	// askDates returns when pictures were taken, by id.
	askDates func(ctx context.Context, ids []string) (map[string]faces.Date, error)
	// encoded are the codes of a set without pictures, with those of the mirror images where the embedder has them; nil:
	// the set has its pictures.
	encoded map[search.Hash][]float32
	changes Changes

	elsewhere bool     // the pictures are not where their name says
	parents   []string // what parentsOfPeople returns; nil until it is asked
}

func (u *update) run(ctx context.Context) (*Changes, error) {
	old, err := u.openOld()
	if err != nil {
		return nil, err
	}
	if old != nil {
		defer old.Close()
	}
	u.settle(old)
	if err := u.encode(ctx, old); err != nil {
		return nil, err
	}
	if u.opt.Fresh {
		f, err := u.merge(ctx, nil)
		if err != nil {
			return nil, err
		}
		u.changes.Written = true
		return u.finish(f), f.Save(u.path)
	}
	var c *Changes
	err = search.Update(ctx, u.path, u.opt.Waiting, func(now *search.File) (*search.File, error) {
		if now != nil { // another update may have written it
			if err := u.check(now); err != nil {
				return nil, err
			}
		}
		made, err := u.merge(ctx, now)
		if err != nil {
			return nil, err
		}
		if u.changes.Written = made != nil; made != nil {
			c = u.finish(made)
		} else {
			c = u.finish(now)
		}
		return made, nil
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// openOld opens the index that is there and is to be changed; nil where there is none.
func (u *update) openOld() (*search.File, error) {
	if _, err := os.Stat(u.path); errors.Is(err, fs.ErrNotExist) || u.opt.Fresh {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	old, err := search.OpenFile(u.path)
	if err != nil {
		return nil, notUpdatable{err}
	}
	if err := u.check(old); err != nil {
		return nil, errors.Join(err, old.Close())
	}
	return old, nil
}

// check returns an error when an index that is there cannot be brought up to date.
func (u *update) check(old *search.File) error {
	if parts, at := u.join(old); u.opt.Alone && at == len(partsOf(old)) {
		return fmt.Errorf("%s is of %s: %w", u.path, parts[0].Data, ErrOtherSet)
	}
	if old.Part != nil {
		return cannotUpdate("%s: %s", u.path, partWords(old))
	}
	if old.About.Arch == archCodes {
		return cannotUpdate("%s was made of codes from elsewhere", u.path)
	}
	if err := old.CheckModel(u.about.Model); err != nil {
		return cannotUpdate("%s: %w", u.path, err)
	}
	if old.About.Prep != u.about.Prep {
		return cannotUpdate("%s: its pictures were prepared as %s, not as %s", u.path, old.About.Prep, u.about.Prep)
	}
	return nil
}

// settle chooses the space where none was asked for.
func (u *update) settle(old *search.File) {
	switch {
	case u.space != "" || u.embedder.Space() != nil:
	case old != nil:
		u.space = old.Space.Name()
	default:
		var people []string
		for _, place := range u.training() {
			people = append(people, u.set.People[u.opt.Rows[place]])
		}
		u.space = u.embedder.DefaultSpace(people)
	}
}

// training returns the places among the rows that a space may be fitted to.
func (u *update) training() []int {
	if u.opt.Split == nil {
		return allRows(len(u.opt.Rows))
	}
	trained := map[int]bool{}
	for _, row := range u.opt.Split.Train {
		trained[row] = true
	}
	var places []int
	for place, row := range u.opt.Rows {
		if trained[row] {
			places = append(places, place)
		}
	}
	return places
}

// finish fills in what the changes say of the file.
func (u *update) finish(f *search.File) *Changes {
	u.changes.Index, u.changes.Data = u.path, u.set.Source
	u.changes.describe(f)
	return &u.changes
}

// describe fills in what is known of the file alone.
func (c *Changes) describe(f *search.File) {
	c.Entries, c.Code, c.Space, c.Kind = f.Entries.Len(), f.Entries.Dim, f.Space.Name(), f.Kind()
	c.Dated = 0
	for _, t := range f.Entries.Taken {
		if !t.IsZero() {
			c.Dated++
		}
	}
	if f.Built != nil && c.Kind != search.KindExact {
		recall := f.Built.Recall
		c.Recall = &recall
	}
}
