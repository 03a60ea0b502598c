package gallery

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"likeness/gallery/journal"
	"likeness/internal/lockfile"
	"likeness/progress"
	"likeness/safetensors"
	"likeness/search"
)

// journalOf returns where the journal of a run lies, what it has found so far: beside the index, for each source another one,
// so that several runs may add to one index at the same time.
func journalOf(index, place string) string { return index + "." + place[:8] + ".partial" }

// journalHeader says what a journal belongs to. What other work has found is of no use to this one.
type journalHeader struct {
	Part    partAbout `json:"part"`
	Model   string    `json:"model"`
	Encoder string    `json:"encoder,omitempty"`
	Faces   string    `json:"faces,omitempty"`
	Place   string    `json:"place"` // a hash of where the pictures lie
}

// UnfinishedError says that reading pictures was stopped, and what is kept of it.
type UnfinishedError struct {
	Err     error
	Journal string // where it is kept
	Files   int    // that need not be read again
}

func (e *UnfinishedError) Error() string {
	return fmt.Sprintf("%v; what %d files hold is kept in %s", e.Err, e.Files, e.Journal)
}

func (e *UnfinishedError) Unwrap() error { return e.Err }

// keepJournal makes the reader go on from the journal beside an index, where there is one, and keep one while it reads more
// than one piece. done ends that: the journal is removed when nothing went wrong.
func (r *reader) keepJournal(ctx context.Context, path string, about partAbout, opt UpdateOptions) (notes progress.Notes, done func(error) error, err error) {
	place, err := filepath.Abs(r.src.Name())
	if err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256([]byte(place)) // the file may be given away
	place = hex.EncodeToString(sum[:16])
	path = journalOf(path, place)
	lock, err := lockfile.Acquire(ctx, path, opt.Waiting)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, lock.Release())
		}
	}()
	header, err := json.Marshal(journalHeader{Part: about, Model: r.embedder.Fingerprint(), Encoder: specOf(r.embedder), Faces: string(opt.Faces),
		Place: place})
	if err != nil {
		return nil, nil, err
	}
	var j *journal.Journal
	open := func() (err error) {
		var state journal.State
		j, state, err = journal.Open(path, header, func(payload []byte) error { return r.replay(payload, about.Code) })
		if state.Other {
			notes.Warn("%s was that of other pictures, another model or other options, and was begun anew", path)
		}
		return err
	}
	if exists(path) {
		if err := open(); err != nil {
			return nil, nil, err
		}
	}
	kept := 0
	r.piece = func(read []record, encoded []search.Hash) error {
		if j == nil {
			if err := open(); err != nil {
				return err
			}
		}
		payload, err := r.payload(read, encoded, about.Code)
		if err != nil {
			return err
		}
		kept += len(read)
		return j.Append(payload)
	}
	return notes, func(err error) error {
		switch {
		case j == nil:
		case err == nil:
			err = j.Remove()
		default:
			err = errors.Join(&UnfinishedError{err, path, r.counts.known + kept}, j.Close())
		}
		return errors.Join(err, lock.Release())
	}, nil
}

// The tensors of a record of a journal beside the columns.
const (
	journalCodes  = "codes" // (C, code): what was encoded
	journalHashes = "coded" // (C, 16): of which pictures
	journalFormat = "likeness journal of an index 1"
)

// payload returns a record of a journal.
func (r *reader) payload(read []record, encoded []search.Hash, code int) ([]byte, error) {
	f := &safetensors.File{Metadata: map[string]string{"format": journalFormat}, Tensors: columns("", read)}
	var codes []float32
	var hashes []byte
	for _, h := range encoded {
		codes, hashes = append(codes, r.codes[h]...), append(hashes, h[:]...)
	}
	f.Tensors = append(f.Tensors, safetensors.FromFloats(journalCodes, []int{len(encoded), code}, codes),
		safetensors.FromBytes(journalHashes, []int{len(encoded), len(search.Hash{})}, hashes))
	var b bytes.Buffer
	err := f.Write(&b)
	return b.Bytes(), err
}

// replay takes in a record of a journal.
func (r *reader) replay(payload []byte, code int) error {
	records, hashes, codes, err := readPayload(payload, code)
	if err != nil {
		return err
	}
	if r.codes == nil {
		r.codes = map[search.Hash][]float32{}
	}
	for i, h := range hashes {
		r.codes[h] = codes[i*code : (i+1)*code : (i+1)*code]
	}
	r.remember(records)
	return nil
}

// readPayload reverses payload.
func readPayload(payload []byte, code int) (records []record, hashes []search.Hash, codes []float32, err error) {
	f, err := safetensors.Parse("a record", payload)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := f.Expect("record of a journal", journalFormat); err != nil {
		return nil, nil, nil, err
	}
	if records, err = readColumns(f, ""); err != nil {
		return nil, nil, nil, err
	}
	if codes, err = f.Floats(journalCodes, -1, code); err != nil {
		return nil, nil, nil, err
	}
	for _, v := range codes {
		if v-v != 0 {
			return nil, nil, nil, f.Errorf("tensor %q has %v, expected finite numbers", journalCodes, v)
		}
	}
	b, err := f.Bytes(journalHashes, len(codes)/code, len(search.Hash{}))
	if err != nil {
		return nil, nil, nil, err
	}
	for i := 0; i < len(b); i += len(search.Hash{}) {
		hashes = append(hashes, search.Hash(b[i:]))
	}
	return records, hashes, codes, nil
}
