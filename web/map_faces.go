package web

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"

	"likeness/gallery"
	"likeness/pix"
)

const (
	mapFace     = 32 // pixels of a face on a sheet
	sheetAcross = 32 // faces in a line
	mostFaces   = 1024
	mapQuality  = 80
)

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
	var sheet []byte
	err = s.queue.do(ctx, func(ctx context.Context) error {
		ids := make([]string, len(members))
		for i, m := range members {
			ids[i] = m.ID
		}
		found, err := g.Pictures(ctx, ids, mapFace, nil)
		if err != nil {
			return err
		}
		sheet, err = sheetOf(members, found)
		return err
	})
	return sheet, err
}

// sheetOf draws members' pictures side by side.
func sheetOf(members []gallery.Member, found map[string]*pix.Image) ([]byte, error) {
	lines := (len(members) + sheetAcross - 1) / sheetAcross
	sheet := image.NewRGBA(image.Rect(0, 0, sheetAcross*mapFace, lines*mapFace))
	for i := range sheet.Pix {
		sheet.Pix[i] = 0x80
	}
	for i, member := range members {
		m := found[member.ID]
		if m == nil {
			continue
		}
		left, top := i%sheetAcross*mapFace+(mapFace-m.W)/2, i/sheetAcross*mapFace+(mapFace-m.H)/2
		for y := range min(m.H, mapFace) {
			for x := range min(m.W, mapFace) {
				to, from := sheet.PixOffset(left+x, top+y), 3*(y*m.W+x)
				copy(sheet.Pix[to:to+3], m.Pix[from:from+3])
			}
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, sheet, &jpeg.Options{Quality: mapQuality})
	return b.Bytes(), err
}
