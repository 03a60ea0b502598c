package web

import (
	"fmt"

	"likeness/dataset"
	"likeness/recipe"
)

// Bounds of what a page may ask for in the background. Beyond them the memory of a usual machine does not suffice, and where it
// ends all that the server does ends with it. The program in a terminal has no such bounds.
const (
	mostSide    = 512       // pixels
	mostWeights = 1 << 28   // of a layer from all pixels to a code
	mostInBatch = 1 << 26   // pixels
	mostDrawn   = 1_000_000 // pictures
	mostPixels  = 2 << 30   // of all drawn pictures
	mostEpochs  = 1_000_000

	mostDrawnPixels = 64 * 64 // of a drawn face that is indexed
)

// checkTraining refuses a training that is too large to be asked for by a page.
func checkTraining(o recipe.Options) error {
	w, h := o.Prep.W, o.Prep.H
	switch {
	case w < 1 || h < 1 || w > mostSide || h > mostSide:
		return bad(fmt.Sprintf("size %dx%d: expected 1x1 to %dx%d pixels", w, h, mostSide, mostSide))
	case o.Code < 0 || o.Code > mostWeights/(w*h*3):
		return bad(fmt.Sprintf("code %d: expected at most %d for pictures of %dx%d pixels", o.Code, mostWeights/(w*h*3), w, h))
	case o.Batch > mostInBatch/(w*h):
		return bad(fmt.Sprintf("batch %d: expected at most %d for pictures of %dx%d pixels", o.Batch, mostInBatch/(w*h), w, h))
	case o.Epochs > mostEpochs:
		return bad(fmt.Sprintf("epochs %d: expected at most %d", o.Epochs, mostEpochs))
	}
	return checkDrawn(o.Data, w*h)
}

// checkDrawn refuses more drawn faces than a page may ask for, of so many pixels each.
func checkDrawn(data dataset.Name, pixels int) error {
	people, perPerson := data.DrawnSize()
	most := min(mostDrawn, mostPixels/pixels)
	if people > most || perPerson > most || people*perPerson > most {
		return bad(fmt.Sprintf("%s: expected at most %d drawn faces of this size", data.Source, most))
	}
	return nil
}
