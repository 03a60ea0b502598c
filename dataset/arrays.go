package dataset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"likeness/faces"
	"likeness/internal/regularfile"
	"likeness/npy"
)

// arraySource is a NumPy file with pictures: an array (N, H, W, 3), (N, H, W, 1), (N, H, W) or (N, 3, H, W), or two, such as
// x_train and x_test, and beside each, where there are such, an array with a label and one with an id for each picture.
// The pictures are taken whole: whoever made an array has cut them.
type arraySource struct{ name, path string }

// isArrays reports whether a path is that of NumPy's arrays.
func isArrays(source string) bool {
	p, err := faces.Find(source)
	if err != nil {
		return false
	}
	head, err := regularfile.Head(p, 8)
	return err == nil && npy.Is(head) && (strings.EqualFold(filepath.Ext(p), ".npz") || !strings.HasPrefix(string(head), "PK"))
}

func (s *arraySource) Name() string { return s.name }

func (s *arraySource) Kind() string { return "arrays" }

func (s *arraySource) Fingerprint(ctx context.Context) (string, error) {
	return faces.HashFile(ctx, s.path)
}

// Labels returns the labels of all pictures; see faces.Labelled.
func (s *arraySource) Labels() (map[string]string, error) {
	f, err := npy.Open(s.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	found, err := arrays(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	labels := map[string]string{}
	for _, a := range found {
		for i, label := range a.labels {
			labels[a.file(i, len(found) > 1)] = label
		}
	}
	return labels, nil
}

// The names that arrays of pictures, labels and ids have, the latter two with the ending of their pictures' array.
var (
	pictureArrays = []string{"x_train", "x_test", "x_val", "images", "pictures", "faces", "data", "x"}
	labelArrays   = []string{"labels", "label", "people", "person", "y", "target", "targets", "identity"}
	idArrays      = []string{"ids", "id", "names", "name", "files", "filenames", "paths", "path"}
)

// pictureArray is one array of pictures.
type pictureArray struct {
	name        string
	n, h, w     int
	channels    int
	first       bool // channels come before rows
	kind        npy.Type
	scale, move float64 // of a value to 0 to 255
	labels, ids []string
}

// arrays finds the arrays of pictures of a file.
func arrays(f *npy.File) ([]*pictureArray, error) {
	var found []*pictureArray
	named := func(known []string) string {
		for _, k := range known {
			for _, name := range f.Names() {
				if strings.EqualFold(name, k) {
					return name
				}
			}
		}
		return ""
	}
	var reasons []string
	add := func(name string) error {
		h, err := f.Header(name)
		if err != nil {
			return err
		}
		a, why := asPictures(name, h)
		if a == nil {
			reasons = append(reasons, why)
			return nil
		}
		_, part, _ := strings.Cut(name, "_") // of x_train: train
		ofSeveral := part != "" && slices.ContainsFunc(pictureArrays, func(known string) bool { return strings.EqualFold(known, name) })
		texts := func(known []string) ([]string, error) {
			suffixed := known
			if ofSeveral {
				suffixed = nil
				for _, k := range known {
					suffixed = append(suffixed, k+"_"+part)
				}
			}
			other := named(suffixed)
			if other == "" {
				return nil, nil
			}
			labels, err := f.Array(other)
			if err != nil {
				return nil, err
			}
			if labels.Elements() != a.n {
				return nil, fmt.Errorf("array %q has %d elements, %q has %d pictures", other, labels.Elements(), name, a.n)
			}
			return labels.Strings()
		}
		if a.labels, err = texts(labelArrays); err != nil {
			return err
		}
		if a.ids, err = texts(idArrays); err != nil {
			return err
		}
		found = append(found, a)
		return nil
	}
	for _, known := range pictureArrays {
		// Arrays for training and for testing belong together; of others the first counts.
		if name := named([]string{known}); name != "" && (len(found) == 0 || strings.HasPrefix(known, "x_")) {
			if err := add(name); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range f.Names() {
		if len(found) == 0 {
			if err := add(name); err != nil {
				return nil, err
			}
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no array of pictures, which has the shape (N, H, W, 3): %s", strings.Join(slices.Compact(reasons), "; "))
	}
	return found, nil
}

// asPictures returns an array as one of pictures, or why it is none.
func asPictures(name string, h npy.Header) (*pictureArray, string) {
	a := &pictureArray{name: name, kind: h.Type, channels: 1}
	shape := h.Shape
	switch {
	case !strings.ContainsRune("fiu", rune(h.Type.Kind)):
		return nil, fmt.Sprintf("%q holds %v", name, h.Type)
	case h.Fortran:
		return nil, fmt.Sprintf("%q lies column by column: save it with numpy.ascontiguousarray", name)
	case len(shape) == 3 && shape[2] == 3: // one picture: no other is three pixels wide
		a.n, a.h, a.w, a.channels = 1, shape[0], shape[1], 3
	case len(shape) == 3:
		a.n, a.h, a.w = shape[0], shape[1], shape[2]
	case len(shape) == 4 && (shape[3] == 3 || shape[3] == 1):
		a.n, a.h, a.w, a.channels = shape[0], shape[1], shape[2], shape[3]
	case len(shape) == 4 && (shape[1] == 3 || shape[1] == 1):
		a.n, a.channels, a.h, a.w, a.first = shape[0], shape[1], shape[2], shape[3], true
	default:
		return nil, fmt.Sprintf("%q has the shape %v", name, shape)
	}
	const mostSide = 1 << 13
	if a.n == 0 || a.h < 2 || a.w < 2 || a.h > mostSide || a.w > mostSide {
		return nil, fmt.Sprintf("%q has the shape %v", name, shape)
	}
	return a, ""
}

// each reads the pictures one after the other, as numbers. skip says of which pictures the numbers are not needed.
func (a *pictureArray) each(ctx context.Context, f *npy.File, skip func(i int) bool, visit func(i int, values []float64) error) error {
	r, _, err := f.Elements(a.name)
	if err != nil {
		return err
	}
	defer r.Close()
	read, err := a.kind.Float()
	if err != nil {
		return err
	}
	size := a.h * a.w * a.channels
	line, values := make([]byte, size*a.kind.Size), make([]float64, size)
	for i := range a.n {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := io.ReadFull(r, line); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("array %q, picture %d: %w", a.name, i, err)
		}
		if skip(i) {
			if err := visit(i, nil); err != nil {
				return err
			}
			continue
		}
		for j := range values {
			values[j] = read(line[j*a.kind.Size:])
		}
		if err := visit(i, values); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, r); err != nil { // where the checksum is compared
		return fmt.Errorf("array %q: %w", a.name, err)
	}
	return nil
}

// measure finds out between which values black and white lie: bytes are taken as they are, other numbers from 0 to 1, -0.5
// to 0.5 or -1 to 1 where all of the array lie there, else from 0 to 255. Arrays of one file that have numbers of one type are
// looked at together: the darkest pictures of a test are no reason to take its numbers for others than those of the training.
func measure(ctx context.Context, f *npy.File, found []*pictureArray) error {
	type bounds struct{ low, high float64 }
	of := map[npy.Type]bounds{}
	for _, a := range found {
		if a.bytes() {
			continue
		}
		b, ok := of[a.kind]
		if !ok {
			b = bounds{math.Inf(1), math.Inf(-1)}
		}
		err := a.each(ctx, f, func(int) bool { return false }, func(i int, values []float64) error {
			for j, v := range values {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("array %q, picture %d: value %d is %g", a.name, i, j, v)
				}
				b = bounds{min(b.low, v), max(b.high, v)}
			}
			return nil
		})
		if err != nil {
			return err
		}
		of[a.kind] = b
	}
	for _, a := range found {
		if err := a.rescale(of[a.kind].low, of[a.kind].high); err != nil {
			return err
		}
	}
	return nil
}

// bytes reports whether the numbers are bytes.
func (a *pictureArray) bytes() bool { return a.kind.Kind == 'u' && a.kind.Size == 1 }

// rescale sets how numbers between two others become those from 0 to 255.
func (a *pictureArray) rescale(low, high float64) error {
	a.scale, a.move = 1, 0
	const eps = 1e-6
	switch {
	case a.bytes():
	case low >= -eps && high <= 1+eps && a.kind.Kind == 'f':
		a.scale = 255
	case low < 0 && low >= -0.5-eps && high <= 0.5+eps:
		a.scale, a.move = 255, 127.5
	case low < 0 && low >= -1-eps && high <= 1+eps:
		a.scale, a.move = 127.5, 127.5
	case low >= -eps && high <= 255+eps:
	default:
		return fmt.Errorf("array %q has values from %g to %g, expected 0 to 1, -0.5 to 0.5, -1 to 1 or 0 to 255", a.name, low, high)
	}
	return nil
}

// file returns the name that a picture goes by: its id, or else its label and its number.
func (a *pictureArray) file(i int, several bool) string {
	if a.ids != nil {
		name := a.ids[i]
		switch strings.ToLower(path.Ext(name)) {
		case ".png", ".jpg", ".jpeg", ".webp", ".gif":
		default:
			name += ".png"
		}
		return name
	}
	name := fmt.Sprintf("%06d.png", i)
	if several {
		name = a.name + "/" + name
	}
	return name
}

// Walk hands out each picture as a PNG file.
func (s *arraySource) Walk(ctx context.Context, want func(string) bool, visit func(faces.File) error) error {
	f, err := npy.Open(s.path)
	if err != nil {
		return err
	}
	defer f.Close()
	found, err := arrays(f)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	names := map[string]bool{}
	for _, a := range found {
		for i := range a.n {
			name := a.file(i, len(found) > 1)
			if !filepath.IsLocal(name) || path.Clean(name) != name || names[name] {
				return fmt.Errorf("%s: picture %d is called %q: expected a relative path that no other has", s.name, i, name)
			}
			names[name] = true
		}
	}
	measured := false
	for _, a := range found {
		wanted := func(i int) bool { return want(a.file(i, len(found) > 1)) }
		err := a.each(ctx, f, func(i int) bool { return !wanted(i) }, func(i int, values []float64) error {
			file := faces.File{Name: a.file(i, len(found) > 1), Unwanted: values == nil}
			if values != nil {
				if !measured {
					if err := measure(ctx, f, found); err != nil {
						return fmt.Errorf("%s: %w", s.name, err)
					}
					measured = true
				}
				var err error
				if file.Data, err = a.png(values); err != nil {
					return err
				}
			}
			return visit(file)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// png returns a picture as a file.
func (a *pictureArray) png(values []float64) ([]byte, error) {
	m := image.NewNRGBA(image.Rect(0, 0, a.w, a.h))
	for p := range a.h * a.w {
		for c := range 3 {
			channel := min(c, a.channels-1)
			at := p*a.channels + channel
			if a.first {
				at = channel*a.h*a.w + p
			}
			m.Pix[4*p+c] = uint8(min(255, max(0, math.Round(values[at]*a.scale+a.move))))
		}
		m.Pix[4*p+3] = 255
	}
	var b bytes.Buffer
	fast := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := fast.Encode(&b, m); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
