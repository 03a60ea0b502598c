package autoencoder

import (
	"context"
	"errors"
	"fmt"

	"likeness/faces"
	"likeness/pix"
	"likeness/progress"
)

// RestoreResult is the result of restoring the pictures of a listing.
type RestoreResult struct {
	Model   string       `json:"model"`            // path of the model, and
	Figure  string       `json:"figure,omitempty"` // of a figure; both the caller's to set
	Results []*Restored  `json:"results"`
	Skipped []faces.Skip `json:"skipped"` // files of folders without a usable picture
}

// RestoreListing restores the pictures of a listing one after the other and calls each
// for every result, such as to write it; each gets the picture's place in the listing.
// Pictures are dropped from the result then. RestoreOptions.Stream is set to the picture's
// place, and Progress counts pictures and the part of one that is done.
//
// A bad picture that was named by itself is an error before anything is restored; one of
// a folder is skipped. It also fails when none is usable, with an error of each, and when
// ctx ends; the result then has the pictures that were finished.
func (d *Denoiser) RestoreListing(ctx context.Context, list *faces.Listing, opt RestoreOptions, each func(place int, r *Restored) error) (*RestoreResult, error) {
	result := &RestoreResult{Results: []*Restored{}}
	for _, path := range list.Singles() {
		if err := ctx.Err(); err != nil {
			return result, err
		}
		if _, err := d.Open(path); err != nil {
			return result, err
		}
	}
	report := opt.Progress
	for i, p := range list.Pictures {
		opt.Progress = func(s progress.Step) { // parts of this picture
			report.Send(progress.Step{What: s.What, Done: int64(i), Total: int64(len(list.Pictures)), Part: float64(s.Done) / float64(max(s.Total, 1))})
		}
		opt.Progress.Report(denoising, 0, 1)
		if err := ctx.Err(); err != nil {
			return result, err
		}
		picture, err := d.Open(p.Path)
		if err != nil {
			if err = list.Skip(ctx, p, err); err != nil {
				return result, err
			}
			continue
		}
		found, err := d.framed(ctx, picture, opt)
		if err != nil {
			if errors.Is(err, faces.ErrNoFace) {
				err = &faces.NoFaceError{Name: p.Path}
			} else {
				err = fmt.Errorf("%s: %w", p.Path, err)
			}
			if err = list.Skip(ctx, p, err); err != nil {
				return result, err
			}
			continue
		}
		opt.Stream = uint64(i)
		r, err := d.Restore(ctx, picture, opt)
		switch {
		case ctx.Err() != nil:
			return result, ctx.Err()
		case err != nil:
			return result, fmt.Errorf("%s: %w", p.Path, err)
		}
		r.Image = p.Path
		if found != nil {
			r.Picture, r.Faces = onlyFaces(r.Noisy, r.Picture, found), len(found)
		}
		if err := each(i, r); err != nil {
			return result, err
		}
		r.Original, r.Noisy, r.Picture = nil, nil, nil
		result.Results = append(result.Results, r)
	}
	result.Skipped = list.Skips()
	if len(result.Results) == 0 {
		return result, list.NoneUsable()
	}
	return result, nil
}

// ReconstructResult is the result of reconstructing the pictures of a listing.
type ReconstructResult struct {
	Model   string           `json:"model"`  // path of the model, and
	Figure  string           `json:"figure"` // of a figure; both the caller's to set
	Refine  int              `json:"refine"` // steps
	Results []Reconstruction `json:"results"`
	Skipped []faces.Skip     `json:"skipped"` // files of folders without a usable picture
}

// ReconstructOptions say how pictures are reconstructed.
type ReconstructOptions struct {
	// Refine, above 0, refines the codes in so many steps before they are decoded, see
	// Model.Refine.
	Refine int `json:"refine,omitempty"`

	// Cutter cuts the face from each picture, the largest of several; without a Prep as the model asks for.
	Cutter faces.Cutter `json:"-"`

	Threads  int           `json:"threads,omitempty"` // 0: as ctx says, see package parallel
	Progress progress.Func `json:"-"`
}

// reconstructPiece is the number of pictures reconstructed at once, which bounds the
// memory.
const reconstructPiece = 64

// ReconstructListing reconstructs the pictures of a listing, see ReconstructImages, and
// calls each for every picture and its reconstruction. Pictures are dropped from the
// result then. Bad pictures are treated as by Denoiser.RestoreListing, but those named by
// themselves are found on the way.
func (m *Model) ReconstructListing(ctx context.Context, list *faces.Listing, opt ReconstructOptions, each func(picture *pix.Image, r Reconstruction) error) (*ReconstructResult, error) {
	result := &ReconstructResult{Refine: opt.Refine, Results: []Reconstruction{}}
	cutter := opt.Cutter.For(m.Prep)
	for first := 0; first < len(list.Pictures); first += reconstructPiece {
		opt.Progress.Report(reconstructing, first, len(list.Pictures))
		var pictures []*pix.Image
		var paths []string
		for _, p := range list.Pictures[first:min(first+reconstructPiece, len(list.Pictures))] {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			cut, err := cutter.OpenOne(ctx, p.Path)
			if err != nil {
				if err = list.Skip(ctx, p, err); err != nil {
					return nil, err
				}
				continue
			}
			pictures, paths = append(pictures, cut.Picture), append(paths, p.Path)
		}
		made, err := m.ReconstructImages(ctx, pictures, ReconstructOptions{Refine: opt.Refine, Threads: opt.Threads})
		if err != nil {
			return nil, err
		}
		for k, r := range made {
			r.Image = paths[k]
			if err := each(pictures[k], r); err != nil {
				return nil, err
			}
			r.Picture = nil
			result.Results = append(result.Results, r)
		}
	}
	result.Skipped = list.Skips()
	if len(result.Results) == 0 {
		return nil, list.NoneUsable()
	}
	return result, nil
}
