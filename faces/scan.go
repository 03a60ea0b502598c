package faces

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"path/filepath"

	"likeness/parallel"
	"likeness/pix"
)

// Scanning says which files of a source Scan reads.
type Scanning struct {
	Shard Shard
	// Known, if not nil, reports whether what a file holds is known already, by its name and its File.Stamp.
	// It is called beside visit.
	Known func(name, stamp string) bool
}

// Scanned is what Scan makes of one file of a shard.
type Scanned struct {
	File          // without its Data; Passed where it was known
	Place  int    // of the file among all that the source has, from 0
	Reason string // why nothing could be prepared although the file was read
	Rows   []Row  // what was prepared
}

// Listed says what files a source has: two listings with the same Hash have the same names in the same order.
type Listed struct {
	Files int    `json:"files"`
	Hash  string `json:"hash"`
}

// Scan reads and prepares the files of a shard as Load does, on as many threads, and calls visit for each in the source's
// order. Nothing is kept, so that memory does not grow with the number of pictures. Files of other shards are not opened;
// an archive is read through. What visit returns ends the scan.
func Scan(ctx context.Context, src Source, opt Options, scan Scanning, visit func(Scanned) error) (Listed, error) {
	ctx = parallel.WithThreads(ctx, opt.Threads)
	opt, err := opt.Resolve()
	if err != nil {
		return Listed{}, err
	}
	table, err := attributesOf(ctx, src, opt.Attributes)
	if err != nil {
		return Listed{}, err
	}
	b := builder{table: table}
	mine := func(name string) bool { return scan.Shard.Has(name, table != nil) }
	from := picked{src, func(f File) bool {
		return !mine(f.Name) || scan.Known != nil && scan.Known(f.Name, f.Stamp)
	}}
	names, listed, looked := sha256.New(), Listed{}, 0
	what := "Reading " + path.Base(filepath.ToSlash(src.Name()))
	err = Process(ctx, from, b.want, (&preparer{ctx, opt, []pix.Prep{opt.Prep}, table != nil}).prepare,
		func(m File, p []prepared) error {
			names.Write(append([]byte(m.Name), 0))
			s := Scanned{File: m, Place: listed.Files}
			listed.Files++
			if !mine(m.Name) {
				return nil
			}
			if m.Skip == "" && !m.Unwanted {
				looked++
				opt.Progress.Report(what, looked, 0)
			}
			if p != nil {
				if p[0].err != nil {
					return p[0].err
				}
				s.Reason, s.Rows = p[0].reason, p[0].rows
			}
			s.Data = nil
			return visit(s)
		})
	listed.Hash = hex.EncodeToString(names.Sum(nil)[:16])
	return listed, err
}
