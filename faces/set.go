// Package faces reads pictures of faces from a [Source], such as a folder of photographs or an archive of Labeled Faces
// in the Wild (LFW), into a [Set] of equally sized pictures with names and attributes. It splits sets into training and
// test rows, lists and reads single pictures, and downloads the published archives. Package dataset names sources.
//
// Only [Download] opens a network connection.
package faces

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"path"
	"slices"
	"strings"

	"likeness/pix"
)

// Set holds N prepared pictures of one size and what is known about each. Row i of every list is about picture i.
type Set struct {
	W, H int
	// Pix holds the pictures one after the other: N x H x W x 3 bytes, RGB. It is nil in a set that a Gatherer has made
	// without them.
	Pix []byte
	// Hashes are those of the pictures, see HashPix, where Pix is nil.
	Hashes [][16]byte
	// IDs name the pictures, each once: "Aaron_Eckhart_0001" in LFW's layout, else the path inside the source. Where a file has given several pictures, its id
	// is followed by "#1", "#2", and so on.
	IDs []string
	// Files are the paths, inside the source, of the files that the pictures come from; ReadFiles reads them.
	Files []string
	// Found are the faces that the pictures show, in their files, with zeros for pictures of LFW, whose faces are where
	// LFW puts them. It is nil where no face was looked for.
	Found []Found
	// Detector is the fingerprint of the Framer that found the faces; "" where Found is nil.
	Detector string
	// People are the names as people write them, with spaces where the source has underscores ("Aaron Eckhart"), "" where
	// no name is known.
	People []string
	// Naming says how the names were found.
	Naming Naming
	// Numbers are the number of the picture among those of its person, 0 where the name holds none.
	Numbers []int
	// Attributes is nil when no attribute file was given.
	Attributes *Attributes

	// Skipped are the files that hold no usable picture, in the source's order.
	Skipped []Skip
	// Unreadable are those of the Skipped that could not be read this time, for want of permission, say, or by an error of
	// the disk, and folders whose contents could not be listed. What they hold is not known; see MayHold. Such a set is
	// not cached.
	Unreadable []Skip
	// Unlisted are the pictures left out because the attribute file does not list them, by id.
	Unlisted []string
	// Missing are the rows of the attribute file whose picture the source lacks, by id, in the file's order. It is empty
	// when Options.Limit ended the reading early.
	Missing []string
	// Warnings report what went wrong without harm to the set, such as a cache that could not be written.
	Warnings []string

	// Source is what was loaded, as it was named.
	Source string
	// Fingerprint is a hash of the set's pictures, names and attributes: two sets with the same fingerprint hold the
	// same data, wherever it came from.
	Fingerprint string
	// Digest is a hash of the hashes of the set's pictures and of their names, which needs no picture: so several machines
	// that read a part of the pictures each can tell it of all.
	Digest string
	// Prep is how each photograph was prepared.
	Prep pix.Prep
}

// Attributes are numbers about the pictures of a set, such as LFW's "Smiling".
type Attributes struct {
	Names []string
	// Values is N x len(Names), row by row.
	Values []float32
}

// Skip names a file that was passed over, and says why.
type Skip struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Column returns the column with the given name, or -1.
func (a *Attributes) Column(name string) int {
	if a == nil {
		return -1
	}
	return slices.Index(a.Names, name)
}

// MayHold reports whether the picture with an id, as a set has it, may be one that could not be read.
func (s *Set) MayHold(id string) bool {
	id, _ = SplitFaceID(id)
	person, _, numbered := ParseName(id)
	for _, u := range s.Unreadable {
		if slices.Contains(idsOf(u.Name), id) || strings.HasPrefix(id, u.Name+"/") {
			return true
		}
		// An id of LFW's has no path: it may lie in the person's folder, or anywhere below a folder that was not listed.
		if numbered && !strings.Contains(id, "/") && (path.Base(u.Name) == person || !isPicture(u.Name)) {
			return true
		}
	}
	return false
}

// Is reports whether a set with a fingerprint or a digest is this one, with ids as they are now or as earlier versions gave them.
func (s *Set) Is(fingerprint string) bool {
	if fingerprint == s.Fingerprint || fingerprint == s.Digest {
		return fingerprint != ""
	}
	if s.Pix == nil { // the fingerprint is not known
		return false
	}
	before := *s
	before.IDs = ShortNames(s.IDs)
	return !slices.Equal(before.IDs, s.IDs) && before.fingerprint() == fingerprint
}

// Row returns the attributes of picture i; the slice is part of a.
func (a *Attributes) Row(i int) []float32 {
	n := len(a.Names)
	return a.Values[i*n : (i+1)*n : (i+1)*n]
}

// Len returns the number of pictures.
func (s *Set) Len() int { return len(s.IDs) }

// Rows returns all rows, 0 to Len()-1.
func (s *Set) Rows() []int {
	rows := make([]int, s.Len())
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// Index returns the row of the picture with the given id, or -1. It looks at every id: for many, make a map.
func (s *Set) Index(id string) int { return slices.Index(s.IDs, id) }

// Image returns picture i. It shares the set's memory: treat it as read-only.
func (s *Set) Image(i int) *pix.Image {
	n := s.pixels()
	return &pix.Image{W: s.W, H: s.H, Pix: s.Pix[i*n : (i+1)*n : (i+1)*n]}
}

// Floats writes picture i to dst, which must hold H*W*3 numbers: x/255 - 0.5, (H, W, 3).
func (s *Set) Floats(dst []float32, i int) { s.Image(i).Floats(dst) }

// AllFloats returns the pictures of the rows idx as (len(idx), H, W, 3), x/255 - 0.5.
func (s *Set) AllFloats(idx []int) []float32 {
	n := s.pixels()
	out := make([]float32, len(idx)*n)
	for k, i := range idx {
		s.Floats(out[k*n:(k+1)*n], i)
	}
	return out
}

// pixels returns the bytes of one picture.
func (s *Set) pixels() int { return s.W * s.H * 3 }

// fingerprint computes what Fingerprint holds. Every list is preceded by its length and every string by its own, so
// that no two different sets feed the hash the same bytes.
func (s *Set) fingerprint() string {
	h := sha256.New()
	var b []byte // not yet in h
	flush := func() { h.Write(b); b = b[:0] }
	number := func(v int) { b = binary.LittleEndian.AppendUint64(b, uint64(v)) }
	text := func(v string) { number(len(v)); b = append(b, v...) }
	number(s.W)
	number(s.H)
	number(s.Len())
	for i := range s.IDs {
		text(s.IDs[i])
		text(s.People[i])
		number(s.Numbers[i])
		if s.Found != nil { // absent from sets of LFW, whose fingerprints stay
			for _, v := range s.Found[i].numbers() {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
			}
		}
		flush()
	}
	if a := s.Attributes; a != nil {
		number(len(a.Names))
		for _, name := range a.Names {
			text(name)
		}
		for i, v := range a.Values {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			if i%4096 == 0 {
				flush()
			}
		}
	}
	flush()
	h.Write(s.Pix)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// digest computes what Digest holds, in the way of fingerprint.
func (s *Set) digest() string {
	h := sha256.New()
	var b []byte
	number := func(v int) { b = binary.LittleEndian.AppendUint64(b, uint64(v)) }
	text := func(v string) { number(len(v)); b = append(b, v...) }
	number(s.W)
	number(s.H)
	number(s.Len())
	for i := range s.IDs {
		text(s.IDs[i])
		text(s.People[i])
		if s.Numbers != nil { // of sets that somebody has put together
			number(s.Numbers[i])
		}
		if s.Found != nil {
			for _, v := range s.Found[i].numbers() {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
			}
		}
		hash := s.Hash(i)
		b = append(b, hash[:]...)
		h.Write(b)
		b = b[:0]
	}
	return hex.EncodeToString(h.Sum(nil)[:20])
}

// ComputeDigest returns what Digest holds, for a set that somebody has put together.
func (s *Set) ComputeDigest() string { return s.digest() }

// Hash returns HashPix of picture i.
func (s *Set) Hash(i int) [16]byte {
	if s.Hashes != nil {
		return s.Hashes[i]
	}
	return HashPix(s.Image(i).Pix)
}
