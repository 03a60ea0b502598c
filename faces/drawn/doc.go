// Package drawn invents people and paints photographs of them.
//
// It is the data set that needs no download: every person has a fixed identity
// (skin, bones, eyes, hair, habits, a name nobody bears), every photograph of
// that person has its own light, pose, expression, clothes and background. The
// pictures are 250x250 with the face where Labeled Faces in the Wild has it,
// so the same archive reader, crop and resize apply, and because the painter
// knows what it painted, the attributes are true.
//
// # Determinism
//
// The same [Options] give the same bytes whatever the number of threads: each
// photograph depends only on the seed, the person's index and the photograph's
// number, never on its neighbours. A person does not change either when more
// people are asked for. Parameters are equal on every machine up to the last
// bits of a float64. Pixels are equal on machines of one architecture;
// compilers that fuse x*y+z into one rounding (arm64, ppc64le, s390x) may
// differ from amd64 by one level in a few pixels.
package drawn

import "likeness/progress"

// Version names the look of the pictures. It is raised whenever the same
// options begin to give other pictures or other attributes, so that caches made
// from older ones are not taken for new ones.
const Version = 2

// Size is the width and the height of every picture in pixels.
const Size = 250

// Options says how much to draw. The zero value means 1,000 people with
// four photographs each, seed 42.
type Options struct {
	People    int    // number of people; 0 means 1,000
	PerPerson int    // photographs of each; 0 means 4
	Seed      uint64 // another seed, other people; 0 means 42

	// Progress receives the number of photographs painted.
	Progress progress.Func
}

// Filled returns the options with the defaults in place of zeros.
func (o Options) Filled() Options {
	if o.People <= 0 {
		o.People = 1000
	}
	if o.PerPerson <= 0 {
		o.PerPerson = 4
	}
	if o.Seed == 0 {
		o.Seed = 42
	}
	return o
}
