package engine

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"time"

	"likeness/search"
)

// Rows are entries with all that a collection keeps of them. The codes are points; those of a list are left out.
type Rows struct {
	search.Entries
	// Hashes are those of what was encoded, N of them; nil: they are not known.
	Hashes []search.Hash
	// Frames are where in its picture each entry's face lies, N x search.FrameNumbers; nil: nobody looked.
	Frames []float32
	// Sources say which source each entry is of, as Part.Source has it; nil: none of any.
	Sources []string
}

// Mark is a digest of all that a collection keeps of an entry but its point and its source. (Processors of
// different kinds make points that differ in the last bits; what was encoded is in the mark by its
// hash.)
type Mark [16]byte

// String returns the mark in hexadecimal digits.
func (m Mark) String() string { return hex.EncodeToString(m[:]) }

// ParseMark reads what String returns.
func ParseMark(text string) (Mark, error) {
	var m Mark
	if b, err := hex.DecodeString(text); err != nil || len(b) != len(m) {
		return m, fmt.Errorf("the mark %q, expected %d hexadecimal digits", text, 2*len(m))
	} else {
		copy(m[:], b)
	}
	return m, nil
}

// Mark returns the mark of row i.
func (r *Rows) Mark(i int) Mark {
	h := sha256.New()
	text := func(s string) {
		_ = binary.Write(h, binary.LittleEndian, uint64(len(s))) // a hash takes all
		h.Write([]byte(s))
	}
	number := func(bits uint64) { _ = binary.Write(h, binary.LittleEndian, bits) }
	text(r.IDs[i])
	if r.People != nil {
		text(r.People[i])
	} else {
		text("")
	}
	if r.Hashes != nil {
		h.Write(r.Hashes[i][:])
	} else { // the point stands for what was encoded
		for _, v := range r.Codes[i*r.Dim : (i+1)*r.Dim] {
			number(uint64(math.Float32bits(v)))
		}
	}
	if r.Taken != nil && !r.Taken[i].IsZero() {
		number(uint64(Moment(r.Taken[i])) + 1)
	} else {
		number(0)
	}
	for _, v := range r.Frame(i) {
		number(uint64(math.Float32bits(v)))
	}
	if r.Attributes != nil {
		for j, v := range r.Attributes.Row(i) {
			if v == v { // known
				number(uint64(j)<<32 | uint64(math.Float32bits(v)))
			}
		}
	}
	var m Mark
	copy(m[:], h.Sum(nil))
	return m
}

// Frame returns the frame of row i, nil where there is none.
func (r *Rows) Frame(i int) []float32 {
	if r.Frames == nil {
		return nil
	}
	f := r.Frames[i*search.FrameNumbers : (i+1)*search.FrameNumbers]
	for _, v := range f {
		if v != 0 {
			return f
		}
	}
	return nil
}

// Slice returns rows from up to to. It shares the lists of r.
func (r *Rows) Slice(from, to int) *Rows {
	part := &Rows{Entries: search.Entries{Dim: r.Dim, IDs: r.IDs[from:to], Codes: r.Codes[from*r.Dim : to*r.Dim]}}
	if r.People != nil {
		part.People = r.People[from:to]
	}
	if r.Taken != nil {
		part.Taken = r.Taken[from:to]
	}
	if a := r.Attributes; a != nil {
		part.Attributes = &search.Attributes{Names: a.Names, Values: a.Values[from*len(a.Names) : to*len(a.Names)]}
	}
	if r.Hashes != nil {
		part.Hashes = r.Hashes[from:to]
	}
	if r.Frames != nil {
		part.Frames = r.Frames[from*search.FrameNumbers : to*search.FrameNumbers]
	}
	if r.Sources != nil {
		part.Sources = r.Sources[from:to]
	}
	return part
}

// check returns an error that says what is wrong with the lists.
func (r *Rows) check() error {
	n := r.Len()
	switch {
	case r.Hashes != nil && len(r.Hashes) != n:
		return fmt.Errorf("%d hashes for %d ids", len(r.Hashes), n)
	case r.Frames != nil && len(r.Frames) != n*search.FrameNumbers:
		return fmt.Errorf("%d numbers of frames, expected %d x %d for %d ids", len(r.Frames), n, search.FrameNumbers, n)
	case r.Sources != nil && len(r.Sources) != n:
		return fmt.Errorf("%d sources for %d ids", len(r.Sources), n)
	}
	return r.Entries.Check()
}

// Moment returns a time as engines keep it, in microseconds since 1970. That of the zero time means
// nothing.
func Moment(t time.Time) int64 { return t.UnixMicro() }

// MomentFrom returns the first moment that is not before a bound: t >= bound exactly where Moment(t) >=
// MomentFrom(bound), for times of whole microseconds.
func MomentFrom(bound time.Time) int64 {
	m := bound.UnixMicro()
	if bound.Nanosecond()%1000 != 0 {
		m++
	}
	return m
}
