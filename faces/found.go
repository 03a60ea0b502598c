package faces

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"likeness/pix"
)

// foundNumbers is how many numbers a Found has in files.
const foundNumbers = 5

// numbers returns them.
func (f Found) numbers() [foundNumbers]float64 {
	return [...]float64{f.Frame.X, f.Frame.Y, f.Frame.Side, f.Frame.Turn, f.Score}
}

// writeFound returns the bits of the faces' numbers, for a file that keeps them exactly.
func writeFound(all []Found) []int64 {
	bits := make([]int64, 0, len(all)*foundNumbers)
	for _, f := range all {
		bits = append(bits, f.Bits()...)
	}
	return bits
}

// Bits returns the bits of a face's five numbers, for a file that keeps them exactly; marks are not among them.
func (f Found) Bits() []int64 {
	var bits []int64
	for _, v := range f.numbers() {
		bits = append(bits, int64(math.Float64bits(v)))
	}
	return bits
}

// FoundFrom is the inverse of Bits.
func FoundFrom(bits []int64) Found { return readFound(bits)[0] }

// readFound is the inverse of writeFound.
func readFound(bits []int64) []Found {
	all := make([]Found, len(bits)/foundNumbers)
	for i := range all {
		var v [foundNumbers]float64
		for k := range v {
			v[k] = math.Float64frombits(uint64(bits[i*foundNumbers+k]))
		}
		all[i] = Found{Frame: pix.Frame{X: v[0], Y: v[1], Side: v[2], Turn: v[3]}, Score: v[4]}
	}
	return all
}

// FaceID returns the id of the nth face, from 1, of a picture that has several.
func FaceID(id string, n int) string { return fmt.Sprintf("%s#%d", id, n) }

// SplitFaceID takes FaceID apart: the id of the picture and the number of the face, 0 where the id has none.
func SplitFaceID(id string) (picture string, n int) {
	at := strings.LastIndexByte(id, '#')
	if at < 0 {
		return id, 0
	}
	n, err := strconv.Atoi(id[at+1:])
	if err != nil || n < 1 || FaceID(id[:at], n) != id {
		return id, 0
	}
	return id[:at], n
}

// Cut cuts the same part from a picture's file that a set shows of it: the face where one was found, LFW's crop from LFW's
// pictures, else the largest centred square. name is the picture's id or path.
func (f Found) Cut(name string, data []byte, p pix.Prep) (*pix.Image, error) {
	photo, err := pix.DecodePhoto(data)
	switch {
	case err != nil:
		return nil, err
	case !p.FollowsFace() || f == (Found{}) && isLFW(name, true, photo):
		return p.Of(photo)
	case f == (Found{}):
		return p.Squared().Of(photo)
	}
	return f.apply(p, photo.Image())
}
