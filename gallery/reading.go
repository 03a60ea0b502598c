package gallery

import (
	"context"
	"slices"
	"time"

	"likeness/dataset"
	"likeness/faces"
	"likeness/finder"
	"likeness/parallel"
	"likeness/search"
)

// Reading says which pictures are read, and how.
type Reading struct {
	Name dataset.Name `json:"name"`
	// Own says that these are the pictures that the embedder was fitted to, and must be; nobody has named them.
	Own bool `json:"own,omitempty"`
	// Options are those of faces.Load; their Prep is the embedder's, or has its size.
	Options faces.Options `json:"-"`
}

// A reader reads the pictures of a source, or of a shard of one, and encodes them piece by piece: it holds codes, and the
// pictures of one piece.
type reader struct {
	embedder Embedder
	shard    faces.Shard
	src      faces.Source
	load     faces.Options
	most     int // rows of a piece

	known map[string]*record // files that need not be read again, by name
	have  func(search.Hash) bool
	// piece takes what was read, and the hashes of what was encoded, while more is to come; nil: nobody does.
	piece  func(read []record, encoded []search.Hash) error
	gather func(faces.Scanned) int
	label  func(file string) (string, bool)

	listed  faces.Listed
	codes   map[search.Hash][]float32 // full ones
	records []record

	pending []int // records that were read but not yet encoded
	rows    int   // in them
	since   time.Time
	counts  readCounts
}

// readCounts say what a reader did.
type readCounts struct {
	files   int // of the shard
	encoded int // pictures
	known   int // of which it was known what they hold
}

// What ends a piece. The codes do not depend on it.
const (
	pieceRows  = 512
	pieceFiles = 4096
	pieceTime  = 10 * time.Second
)

// fullSpace is a space whose codes have all that any space could want: those of the mirror images, too.
const fullSpace = "whitened-mirror"

// read reads and encodes everything.
func (r *reader) read(ctx context.Context) error {
	ctx = parallel.WithThreads(ctx, r.load.Threads)
	if r.codes == nil {
		r.codes = map[search.Hash][]float32{}
	}
	r.since = time.Now()
	for _, k := range r.known {
		for i, row := range k.Rows {
			if i < len(k.codes) && k.codes[i] != nil {
				r.codes[row.Hash] = k.codes[i]
			}
		}
	}
	for name, k := range r.known { // also of other files
		if slices.ContainsFunc(k.Rows, func(row faces.Row) bool { return r.codes[row.Hash] == nil && (r.have == nil || !r.have(row.Hash)) }) {
			delete(r.known, name)
		}
	}
	scan := faces.Scanning{Shard: r.shard, Known: func(name, stamp string) bool {
		k := r.known[name]
		return k != nil && k.Stamp == stamp
	}}
	var err error
	r.listed, err = faces.Scan(ctx, r.src, r.load, scan, func(s faces.Scanned) error { return r.take(ctx, s) })
	if err != nil {
		return err
	}
	return r.flush(ctx, true)
}

// take takes in the next file of the shard.
func (r *reader) take(ctx context.Context, s faces.Scanned) error {
	r.counts.files++
	one := record{Scanned: s}
	if s.Passed {
		one = *r.known[s.Name]
		one.Place = s.Place
		r.counts.known++
	}
	if r.label != nil {
		one.label, one.labelled = r.label(s.Name)
	}
	kept := r.gather(one.Scanned)
	if one.dropped = kept == 0 && len(one.Rows) > 0; one.dropped {
		one.Rows, one.codes = nil, nil
	}
	if !s.Passed {
		r.pending, r.rows = append(r.pending, len(r.records)), r.rows+len(one.Rows)
	}
	r.records = append(r.records, one)
	if r.rows >= r.most || len(r.pending) >= pieceFiles || len(r.pending) > 0 && time.Since(r.since) > pieceTime {
		return r.flush(ctx, false)
	}
	return nil
}

// flush encodes the pictures of a piece, each once, and lets go of them. last says that no other will follow.
func (r *reader) flush(ctx context.Context, last bool) error {
	prep := r.embedder.Prep()
	set := &faces.Set{W: prep.W, H: prep.H, Prep: r.load.Prep, Source: r.src.Name()}
	var hashes []search.Hash
	asked := map[search.Hash]bool{}
	for _, i := range r.pending {
		for k := range r.records[i].Rows {
			row := &r.records[i].Rows[k]
			if _, done := r.codes[row.Hash]; !done && !asked[row.Hash] && (r.have == nil || !r.have(row.Hash)) {
				set.Pix, hashes = append(set.Pix, row.Pix...), append(hashes, row.Hash)
				asked[row.Hash] = true
			}
			row.Pix = nil
		}
	}
	if len(hashes) > 0 {
		set.IDs = make([]string, len(hashes))
		c, err := r.embedder.Codes(ctx, set, set.Rows(), fullSpace, nil)
		if err != nil {
			return err
		}
		r.counts.encoded += len(hashes)
		for i, h := range hashes {
			r.codes[h] = c.Values[i*c.Dim : (i+1)*c.Dim : (i+1)*c.Dim]
		}
	}
	if r.piece != nil && len(r.pending) > 0 && !last {
		var read []record
		for _, i := range r.pending {
			read = append(read, r.records[i])
		}
		if err := r.piece(read, hashes); err != nil {
			return err
		}
	}
	r.pending, r.rows, r.since = r.pending[:0], 0, time.Now()
	return nil
}

// layoutOf returns how codes are laid out.
func layoutOf(ctx context.Context, e Embedder, space string) (finder.Codes, error) {
	prep := e.Prep()
	return e.Codes(ctx, &faces.Set{W: prep.W, H: prep.H}, nil, space, nil)
}
