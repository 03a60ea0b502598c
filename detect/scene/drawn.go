package scene

import (
	"likeness/detect"
	"likeness/faces/drawn"
	"likeness/pix"
)

// Drawn returns the portrait of an invented person in one photograph, side pixels wide, whose landmarks are known exactly.
func Drawn(p *drawn.Person, shot *drawn.Shot, side int) *Portrait {
	var f detect.Face
	scale := float64(side) / drawn.Size
	for k, q := range drawn.Landmarks(p, shot) {
		f.Landmarks[k] = detect.Point{X: (q[0]+0.5)*scale - 0.5, Y: (q[1]+0.5)*scale - 0.5}
	}
	f.Box()
	return NewPortrait(pix.FromImage(drawn.Draw(p, shot)).Resize(side, side), f, true)
}
