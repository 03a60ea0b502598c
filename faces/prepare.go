package faces

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"

	"likeness/pix"
)

// prepared is what a worker makes of a picture: its rows, or why there are none.
type prepared struct {
	rows   []Row
	reason string
	err    error // that ends the reading
}

// Row is a prepared picture, and the face that it shows.
type Row struct {
	Pix   []byte   // H x W x 3; nil where only its hash is known
	Hash  [16]byte // HashPix of Pix
	Found Found
}

// HashPix names a prepared picture by what it shows: the first half of the SHA-256 of its bytes.
func HashPix(pix []byte) [16]byte {
	sum := sha256.Sum256(pix)
	return [16]byte(sum[:])
}

// rowOf returns the row of a prepared picture.
func rowOf(m *pix.Image, f Found) Row {
	return Row{Pix: m.Pix, Hash: HashPix(m.Pix), Found: f.unmarked()}
}

// preparer prepares the pictures of a source.
type preparer struct {
	ctx       context.Context
	opt       Options // all but Prep
	preps     []pix.Prep
	anyFolder bool // of Identify
}

// prepare decodes a picture once, looks for faces at most once, and prepares it in each way.
func (w *preparer) prepare(m File) []prepared {
	all := make([]prepared, len(w.preps))
	fail := func(i int, err error) {
		if all[i].reason = err.Error(); w.ctx.Err() != nil {
			all[i].err = w.ctx.Err()
		}
	}
	photo, err := pix.DecodePhoto(m.Data)
	if err != nil {
		for i := range all {
			fail(i, err)
		}
		return all
	}
	lfw := isLFW(m.Name, w.anyFolder, photo)
	whole := func(i int, p pix.Prep) {
		picture, err := p.Of(photo)
		if err != nil {
			fail(i, err)
			return
		}
		all[i].rows = []Row{rowOf(picture, Found{})}
	}
	var follow []int // preparations of a found face
	for i, p := range w.preps {
		switch {
		case lfw && p.FollowsFace() && p.Template != "" && w.opt.Framer != nil && w.opt.Faces != None:
			if all[i] = w.inLFW(photo, p); all[i].rows == nil && all[i].err == nil {
				whole(i, p)
			}
		case !p.FollowsFace() || lfw:
			whole(i, p)
		case w.opt.Framer == nil || w.opt.Faces == None:
			whole(i, p.Squared())
		default:
			follow = append(follow, i)
		}
	}
	if len(follow) == 0 {
		return all
	}
	found, err := w.opt.Framer.Frames(oneThread(w.ctx), photo.Image())
	for _, i := range follow {
		switch {
		case err != nil: // of the framer, not of the picture
			all[i].err = fmt.Errorf("%s: %w", m.Name, err)
		case len(found) == 0:
			all[i].reason = noFace
		}
		for _, f := range arrange(found, w.opt.Faces) {
			picture, err := f.apply(w.preps[i], photo.Image())
			if err != nil {
				all[i].rows, all[i].reason = nil, err.Error()
				break
			}
			all[i].rows = append(all[i].rows, rowOf(picture, f))
		}
	}
	return all
}

// inLFW prepares a picture of LFW by the landmarks of the face in its middle. There are no rows where none is found there:
// then the template lies where LFW has its faces. Such a row says nothing of where the face was found, as those of other
// preparations.
func (w *preparer) inLFW(photo *pix.Photo, p pix.Prep) prepared {
	found, err := w.opt.Framer.Frames(oneThread(w.ctx), photo.Image())
	if err != nil {
		return prepared{err: err}
	}
	width, height := photo.Size()
	middle := pix.LFWFrame(width, height)
	best, off := Found{}, middle.Side/4
	for _, f := range found {
		if d := math.Hypot(f.Frame.X-middle.X, f.Frame.Y-middle.Y); d < off {
			best, off = f, d
		}
	}
	if best == (Found{}) {
		return prepared{}
	}
	picture, err := best.apply(p, photo.Image())
	if err != nil {
		return prepared{}
	}
	return prepared{rows: []Row{rowOf(picture, Found{})}}
}

// isLFW is the one place that decides which pictures are LFW's, so that LFW's own crop is right for them: those in its
// layout, .../Aaron_Eckhart/Aaron_Eckhart_0001.jpg, of its size. The published archives are made of them, as are the
// drawn faces and unpacked copies; with attributes the folder does not matter (see Identify).
func isLFW(name string, anyFolder bool, photo *pix.Photo) bool {
	return pix.IsLFWSize(photo.Size()) && Identify(name, anyFolder).ID != ""
}
