package web

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"sync"

	"likeness/parallel"
	"likeness/pix"
)

const (
	mapFace     = 32 // pixels of a face on a sheet
	sheetAcross = 32 // faces in a line
	mostFaces   = 1024
	mapQuality  = 80
	faceBytes   = 3 * mapFace * mapFace
	mostKept    = 64 << 20 // bytes of the faces of one index
)

// sheetFaces keeps the small faces of an index, where it has not too many: a sheet shows those that it is asked for, and
// an archive is read once for all of them.
type sheetFaces struct {
	lock    sync.Mutex
	pixels  []byte // faceBytes for each row; nil where there are too many
	have    []bool
	reading bool
}

func newSheetFaces(entries int) *sheetFaces {
	f := &sheetFaces{}
	if n := entries * faceBytes; n <= mostKept {
		f.pixels, f.have = make([]byte, n), make([]bool, entries)
	}
	return f
}

// put keeps the face of a row.
func (f *sheetFaces) put(row int, m *pix.Image) {
	if row >= len(f.have) {
		return
	}
	f.lock.Lock()
	defer f.lock.Unlock()
	draw(f.pixels[row*faceBytes:][:faceBytes], m)
	f.have[row] = true
}

// get copies the face of a row.
func (f *sheetFaces) get(dst []byte, row int) bool {
	f.lock.Lock()
	defer f.lock.Unlock()
	if row >= len(f.have) || !f.have[row] {
		return false
	}
	copy(dst, f.pixels[row*faceBytes:])
	return true
}

// begin reports whether the caller shall read all faces: the first who asks.
func (f *sheetFaces) begin() bool {
	f.lock.Lock()
	defer f.lock.Unlock()
	first := f.have != nil && !f.reading
	f.reading = true
	return first
}

// draw draws a picture, which is no larger than a face, into the middle of a grey one.
func draw(dst []byte, m *pix.Image) {
	for i := range dst {
		dst[i] = 0x80
	}
	if m == nil || m.W > mapFace || m.H > mapFace {
		return
	}
	left, top := (mapFace-m.W)/2, (mapFace-m.H)/2
	for y := range m.H {
		copy(dst[3*((top+y)*mapFace+left):], m.Pix[3*y*m.W:3*(y+1)*m.W])
	}
}

// mapFaces returns the faces of some rows on one sheet, line by line. One that cannot be read stays grey.
func (s *Server) mapFaces(ctx context.Context, index string, rows []int) ([]byte, error) {
	if len(rows) == 0 || len(rows) > mostFaces {
		return nil, bad(fmt.Sprintf("%d faces on a sheet, expected 1 to %d", len(rows), mostFaces))
	}
	g, release, err := s.work.Gallery(ctx, index)
	if err != nil {
		return nil, err
	}
	defer release()
	members, err := membersAt(g, rows)
	if err != nil {
		return nil, err
	}
	known, err := s.maps.of(ctx, index)
	if err != nil {
		return nil, err
	}
	kept := known.faces
	faces := make([]byte, len(rows)*faceBytes)
	var missing []string
	places := map[string]int{}
	for i, row := range rows {
		if !kept.get(faces[i*faceBytes:][:faceBytes], row) {
			missing = append(missing, members[i].ID)
			places[members[i].ID] = i
			draw(faces[i*faceBytes:][:faceBytes], nil)
		}
	}
	var sheet []byte
	err = s.queue.do(ctx, func(ctx context.Context) error {
		if len(missing) > 0 {
			found, err := g.Pictures(ctx, missing, mapFace, nil)
			if err != nil {
				return err
			}
			for id, m := range found {
				i := places[id]
				draw(faces[i*faceBytes:][:faceBytes], m)
				kept.put(rows[i], m)
			}
		}
		sheet, err = sheetOf(faces)
		return err
	})
	if len(missing) > 0 && g.InArchive() && kept.begin() {
		s.jobs.begin(func() { s.readFaces(index, kept) })
	}
	return sheet, err
}

// readFaces reads the faces of an archive once, for the sheets to come.
func (s *Server) readFaces(index string, kept *sheetFaces) {
	g, release, err := s.work.Gallery(s.ctx, index)
	if err != nil {
		return // whoever asks for a sheet is told
	}
	defer release()
	ctx := parallel.WithThreads(s.ctx, s.maps.threads)
	if err := s.guard(func() error { return g.AllPictures(ctx, mapFace, kept.put) }); err != nil && s.ctx.Err() == nil {
		s.log.Warn("the faces of a map could not all be read", "index", index, "error", err)
	}
}

// sheetOf puts faces side by side.
func sheetOf(faces []byte) ([]byte, error) {
	n := len(faces) / faceBytes
	sheet := image.NewRGBA(image.Rect(0, 0, sheetAcross*mapFace, (n+sheetAcross-1)/sheetAcross*mapFace))
	for i := range n {
		for y := range mapFace {
			to := sheet.PixOffset(i%sheetAcross*mapFace, i/sheetAcross*mapFace+y)
			from := faces[i*faceBytes+3*y*mapFace:]
			for x := range mapFace {
				copy(sheet.Pix[to+4*x:to+4*x+3], from[3*x:3*x+3])
				sheet.Pix[to+4*x+3] = 0xff
			}
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, sheet, &jpeg.Options{Quality: mapQuality})
	return b.Bytes(), err
}
