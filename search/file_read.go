package search

import (
	"context"

	"likeness/safetensors"
)

// Open reads an index that Save wrote into memory and returns its exact index. Errors
// name path and say what was expected: a file cut short, one of another kind or a newer
// version, codes that are not finite, lists of different lengths, an unknown space.
func Open(ctx context.Context, path string) (*Exact, error) {
	file, err := safetensors.Open(path)
	if err != nil {
		return nil, err
	}
	f, err := fromFile(file)
	if err != nil {
		return nil, err
	}
	return f.Exact(ctx)
}

// OpenFile opens an index file; codes and the index's own tensors stay in the
// file where the system maps files into memory, see safetensors.Map. Everything but
// Built has been checked. Call Close when done. Errors are those of Open.
func OpenFile(path string) (*File, error) {
	file, err := safetensors.Map(path)
	if err != nil {
		return nil, err
	}
	f, err := fromFile(file)
	if err != nil {
		_ = file.Close() // the other error says more
		return nil, err
	}
	return f, nil
}

// Close unmaps what OpenFile mapped. Codes, Built and every index made of f must not be
// used afterwards; ids, people, times and hashes may.
func (f *File) Close() error {
	if f.file == nil {
		return nil
	}
	f.Entries.Codes, f.Built, f.Space, f.Layouts, f.Part = nil, nil, nil, nil, nil
	return f.file.Close()
}

// fromFile reverses tensors.
func fromFile(file *safetensors.File) (*File, error) {
	if err := file.Expect("index", Format); err != nil {
		return nil, err
	}
	f := &File{file: file}
	for _, m := range []struct {
		key   string
		value *string
	}{
		{"model", &f.About.Model},
		{"architecture", &f.About.Arch},
		{"prep", &f.About.Prep},
		{"source", &f.About.Source},
		{"model_file", &f.About.ModelFile},
	} {
		var err error
		if *m.value, err = file.Meta(m.key); err != nil {
			return nil, err
		}
	}
	f.About.Origin = file.Metadata[originName]
	f.About.Faces, f.About.Detector = file.Metadata[facesName], file.Metadata[detectorName]
	f.About.Encoder = file.Metadata[encoderName]
	if err := f.readEntries(); err != nil {
		return nil, err
	}
	if err := f.Entries.Check(); err != nil {
		return nil, file.Errorf("%w", err)
	}
	var err error
	if f.Space, err = SpaceFrom(file, f.Entries.Dim); err != nil {
		return nil, err
	}
	if f.Layouts, err = readLayouts(file, f.Entries.Len()); err != nil {
		return nil, err
	}
	f.Part = readPart(file)
	f.Built, err = readBuilt(file)
	return f, err
}

// readEntries reads the lists, which are of one length, and the codes, one for
// each entry.
func (f *File) readEntries() error {
	codes, err := f.file.Tensor(codesName)
	if err != nil {
		return err
	}
	if len(codes.Shape) != 2 {
		return f.file.Errorf("tensor %q has shape %v, expected [codes numbers]", codesName, codes.Shape)
	}
	n := codes.Shape[0]
	e := Entries{Dim: codes.Shape[1]}
	if e.Codes, err = f.file.Floats(codesName); err != nil {
		return err
	}
	if has(f.file, rowsName) {
		rows, err := f.file.Ints(rowsName, -1)
		if err != nil {
			return err
		}
		if err := checkRows(rows, n); err != nil {
			return f.file.Errorf("tensor %q: %w", rowsName, err)
		}
		if e.Dim < 1 || !spreadable(len(rows), e.Dim, n) {
			return f.file.Errorf("tensor %q makes %d entries of %d codes of %d numbers: too many", rowsName, len(rows), n, e.Dim)
		}
		n = len(rows)
		e.Codes = spread(e.Codes, e.Dim, rows)
	}
	if e.IDs, err = f.file.Strings(idsName, n); err != nil {
		return err
	}
	if e.People, err = f.file.Strings(peopleName, n); err != nil {
		return err
	}
	f.Entries = e
	if has(f.file, takenName) {
		seconds, err := f.file.Ints(takenName, n)
		if err != nil {
			return err
		}
		f.Entries.Taken = toTimes(seconds)
	}
	if has(f.file, framesName) {
		if f.Frames, err = f.file.Floats(framesName, n, FrameNumbers); err != nil {
			return err
		}
		if i := notFinite(f.Frames); i >= 0 {
			return f.file.Errorf("tensor %q has %v for entry %d, expected finite numbers", framesName, f.Frames[i], i/FrameNumbers)
		}
	}
	if !has(f.file, hashesName) {
		return nil
	}
	b, err := f.file.Bytes(hashesName, n, len(Hash{}))
	if err != nil {
		return err
	}
	f.Hashes = make([]Hash, n)
	for i := range f.Hashes {
		f.Hashes[i] = Hash(b[i*len(Hash{}):])
	}
	return nil
}

// has reports whether a file has a tensor.
func has(f *safetensors.File, name string) bool {
	_, err := f.Tensor(name)
	return err == nil
}
