package faces

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"likeness/internal/regularfile"
)

// zipSource is the path of a zip archive. Its members come in the order of its directory.
type zipSource string

func (s zipSource) Name() string { return string(s) }

func (s zipSource) Kind() string { return "zip" }

func (s zipSource) Fingerprint(ctx context.Context) (string, error) { return hashFile(ctx, string(s)) }

func (s zipSource) Walk(ctx context.Context, want func(string) bool, visit func(File) error) error {
	place := ArchiveError{Path: string(s)}
	broken := func(err error) error {
		e := place
		e.Err = explain(err)
		return &e
	}
	f, err := regularfile.Open(string(s))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	archive, err := zip.NewReader(f, info.Size())
	if errors.Is(err, zip.ErrFormat) {
		return broken(fmt.Errorf("no directory at its end: it was cut short or is damaged (%w)", err))
	} else if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return broken(err)
	}
	if len(archive.File) > maxMembers {
		return broken(fmt.Errorf("more than %d members", maxMembers))
	}
	for _, z := range archive.File {
		if err := ctx.Err(); err != nil {
			return err
		}
		m, ok := zipMember(z, want)
		if ok && m.Skip == "" && !m.Unwanted {
			if m.Data, err = readZip(z); err != nil {
				return broken(fmt.Errorf("%s: %w", m.Name, explain(err)))
			}
		}
		place.Count++
		place.After = shorten(cleanName(z.Name))
		if ok {
			if err := visit(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// zipMember says what is to be done with a member; ok is false when it is passed over in silence.
func zipMember(z *zip.File, want func(string) bool) (m File, ok bool) {
	name := cleanName(z.Name)
	if strings.HasSuffix(z.Name, "/") || z.Mode().IsDir() || ignored(name) {
		return File{}, false
	}
	m = File{Name: shorten(name)}
	switch {
	case !z.Mode().IsRegular():
		m.Skip = "a link or a device, not a file"
	case z.Flags&1 != 0:
		m.Skip = "it is encrypted"
	default:
		m.Skip = skipReason(name, z.UncompressedSize64)
	}
	m.Unwanted = m.Skip == "" && !want(name)
	return m, true
}

// readZip reads a member whole; the reader of archive/zip checks the checksum when it comes to the end.
func readZip(z *zip.File) ([]byte, error) {
	r, err := z.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := readMember(r, int64(z.UncompressedSize64))
	if err != nil {
		return nil, err
	}
	switch n, err := r.Read(make([]byte, 1)); {
	case n > 0:
		return nil, errors.New("more bytes than its directory says")
	case err != nil && err != io.EOF:
		return nil, err
	}
	return data, nil
}
