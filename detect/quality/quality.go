// Package quality measures how well faces are found in photographs whose faces are known.
package quality

import (
	"image"
	"math"

	"likeness/detect"
)

// Overlap is the least intersection over union of a face's box and one that was found for it.
const Overlap = 0.4

// Counts are what was found in a number of photographs. The zero value is ready to use.
type Counts struct {
	Photographs int `json:"photographs"`
	Faces       int `json:"faces"`
	Found       int `json:"found"`
	False       int `json:"false"` // boxes where no face is
	// Unknown are boxes in places where there may be somebody whom nobody has marked.
	Unknown int `json:"unknown"`
	Empty   int `json:"empty"` // photographs in which there is no face
	Quiet   int `json:"quiet"` // of these, those in which none was found

	distances float64
}

// Add compares the faces that were found in a photograph with those that are in it.
func (c *Counts) Add(found, faces []detect.Face, doubtful []image.Rectangle) {
	c.Photographs++
	c.Faces += len(faces)
	if len(faces) == 0 {
		c.Empty++
		if len(found) == 0 {
			c.Quiet++
		}
	}
	taken := make([]bool, len(found))
	for _, f := range faces {
		best, at := Overlap, -1
		for i, g := range found {
			if o := f.Overlap(g); !taken[i] && o >= best {
				best, at = o, i
			}
		}
		if at < 0 {
			continue
		}
		taken[at] = true
		c.Found++
		c.distances += Distance(found[at], f)
	}
	for i, g := range found {
		if taken[i] {
			continue
		}
		unknown := false
		for _, r := range doubtful {
			unknown = unknown || image.Pt(int(g.X), int(g.Y)).In(r)
		}
		if unknown {
			c.Unknown++
		} else {
			c.False++
		}
	}
}

// Distance returns the mean distance of a face's landmarks from the true ones, in distances of the true eyes.
func Distance(found, truth detect.Face) float64 {
	eyes := math.Hypot(truth.Landmarks[0].X-truth.Landmarks[1].X, truth.Landmarks[0].Y-truth.Landmarks[1].Y)
	sum := 0.0
	for i, p := range truth.Landmarks {
		sum += math.Hypot(p.X-found.Landmarks[i].X, p.Y-found.Landmarks[i].Y)
	}
	return sum / detect.NumLandmarks / eyes
}

// Recall is the share of the faces that were found.
func (c *Counts) Recall() float64 { return float64(c.Found) / float64(max(1, c.Faces)) }

// FalsePerPhotograph is the number of boxes without a face for each photograph.
func (c *Counts) FalsePerPhotograph() float64 {
	return float64(c.False) / float64(max(1, c.Photographs))
}

// LandmarkError is the mean distance of the landmarks of the faces that were found, in distances of the eyes.
func (c *Counts) LandmarkError() float64 { return c.distances / float64(max(1, c.Found)) }
