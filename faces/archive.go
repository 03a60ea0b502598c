package faces

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"likeness/internal/regularfile"
)

// ArchiveError says where an archive is broken.
type ArchiveError struct {
	Path  string // the archive
	After string // the last whole member, "" when there is none
	Count int    // the number of whole members, folders and files
	Err   error
}

func (e *ArchiveError) Error() string {
	if e.Count == 0 {
		return fmt.Sprintf("%s: broken before the first member: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("%s: broken after member %d, %s: %v", e.Path, e.Count, e.After, e.Err)
}

func (e *ArchiveError) Unwrap() error { return e.Err }

// openArchive distinguishes the formats by the first bytes; the name is only used to say what was expected.
func openArchive(path string) (Source, error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return &tarSource{path: path, gzip: true, open: opener(path)}, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return zipSource(path), nil
	case looksLikeTar(head):
		return &tarSource{path: path, open: opener(path)}, nil
	case len(head) == 512 && len(bytes.Trim(head, "\x00")) == 0 && strings.HasSuffix(strings.ToLower(path), ".tar"):
		return nil, fmt.Errorf("%s is an empty archive", path) // zeros end a tar
	}
	return nil, fmt.Errorf("%s is not an archive that can be read%s: expected .tar, .tar.gz, .tgz or .zip, or a folder",
		path, guess(path, head))
}

// looksLikeTar reports whether head is a tar header whose checksum holds; the oldest tars have no other mark.
func looksLikeTar(head []byte) bool {
	if len(head) < 512 {
		return false
	}
	_, err := tar.NewReader(bytes.NewReader(head)).Next()
	return err == nil
}

// guess names what a file is instead of an archive, as far as that helps.
func guess(path string, head []byte) string {
	for _, g := range []struct{ magic, text string }{
		{"\xfd7zXZ\x00", " (it is compressed with xz; unpack it first)"},
		{"BZh", " (it is compressed with bzip2; unpack it first)"},
		{"\x28\xb5\x2f\xfd", " (it is compressed with zstd; unpack it first)"},
		{"7z\xbc\xaf", " (it is a 7z archive; unpack it first)"},
		{"Rar!", " (it is a RAR archive; unpack it first)"},
		{"\xff\xd8\xff", " (it is a JPEG; give the folder it lies in)"},
		{"\x89PNG", " (it is a PNG; give the folder it lies in)"},
		{"<", " (it looks like a web page, perhaps a failed download)"},
	} {
		if bytes.HasPrefix(head, []byte(g.magic)) {
			return g.text
		}
	}
	for _, ext := range []string{".tar", ".gz", ".tgz", ".zip"} {
		if strings.HasSuffix(strings.ToLower(path), ext) {
			return " although its name ends in " + ext
		}
	}
	return ""
}

func opener(path string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return regularfile.Open(path) }
}

// tarSource reads a tar from the front to the back, so it may also come from a pipe.
type tarSource struct {
	path string // names it in errors
	gzip bool
	open func() (io.ReadCloser, error)
}

func (s *tarSource) Name() string { return s.path }

func (s *tarSource) Kind() string {
	if s.gzip {
		return "tar+gzip"
	}
	return "tar"
}

func (s *tarSource) Fingerprint(ctx context.Context) (string, error) { return HashFile(ctx, s.path) }

func (s *tarSource) Walk(ctx context.Context, want func(string) bool, visit func(File) error) error {
	return s.pick(ctx, none, want, visit)
}

func (s *tarSource) pick(ctx context.Context, pass func(File) bool, want func(string) bool, visit func(File) error) error {
	f, err := s.open()
	if err != nil {
		return err
	}
	defer f.Close()
	place := ArchiveError{Path: s.path}
	broken := func(err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		e := place
		e.Err = explain(err)
		return &e
	}

	var stream io.Reader = bufio.NewReaderSize(cancelReader{ctx, f}, 1<<20)
	if s.gzip {
		z, err := gzip.NewReader(stream)
		if err != nil {
			return broken(err)
		}
		stream = z
	}
	tail := &tailReader{r: stream}
	archive := tar.NewReader(tail)
	for {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		// Odd paths are no danger, for no member is written to disk, and cleanName makes them plain.
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return broken(err)
		}
		if place.Count >= maxMembers {
			return broken(fmt.Errorf("more than %d members", maxMembers))
		}
		// The header of a member is no proof that the member is there, so it is counted once it has been read.
		m, ok := tarMember(h)
		if ok && pass(File{Name: m.Name}) {
			m = File{Name: m.Name, Passed: true}
		}
		if ok && m.Skip == "" && !m.Passed {
			if err := m.take(archive, uint64(h.Size), want); err != nil {
				return broken(err)
			}
		}
		if _, err := io.Copy(io.Discard, archive); err != nil {
			return broken(err)
		}
		place.Count++
		place.After = shorten(cleanName(h.Name))
		if ok {
			if err := visit(m); err != nil {
				return err
			}
		}
	}
	// Reading to the end of the stream is what makes gzip check its checksum. Bytes after a whole stream, with which some
	// programs fill up the last block, are nobody's loss.
	if _, err := io.Copy(io.Discard, tail); err != nil && !(errors.Is(err, gzip.ErrHeader) && tail.marked()) {
		return broken(err)
	}
	if !s.gzip && !tail.marked() {
		return broken(errors.New("the archive ends without the mark that ends a tar: it was cut short"))
	}
	return nil
}

// tarMember says what is to be done with a member; ok is false when it is passed over in silence.
func tarMember(h *tar.Header) (m File, ok bool) {
	name := cleanName(h.Name)
	if h.Typeflag == tar.TypeDir || h.Typeflag == tar.TypeXGlobalHeader || ignored(name) {
		return File{}, false
	}
	m = File{Name: shorten(name)}
	switch {
	case h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse:
		m.Skip = "a link or a device, not a file"
	default:
		m.Skip = skipReason(name, uint64(h.Size))
	}
	return m, true
}

// explain words errors that say too little to somebody who does not know the formats.
func explain(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the file ends too early, it was cut short (%w)", err)
	case errors.Is(err, gzip.ErrChecksum):
		return fmt.Errorf("the contents do not match their checksum (%w)", err)
	case errors.Is(err, tar.ErrHeader):
		return fmt.Errorf("no tar header where one should be (%w)", err)
	}
	return err
}

// tailReader remembers whether the last whole block that went through it was all zeros, which is how a tar ends.
type tailReader struct {
	r     io.Reader
	zeros int64 // zeros in a row at the end
}

func (t *tailReader) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	rest := len(bytes.TrimRight(p[:n], "\x00"))
	if rest > 0 {
		t.zeros = 0
	}
	t.zeros += int64(n - rest)
	return n, err
}

func (t *tailReader) marked() bool { return t.zeros >= 512 }

// HashFile returns the SHA-256 of a file, which is the fingerprint of a source that is one. Processors hash faster than disks read, so no sample stands in for the whole.
func HashFile(ctx context.Context, path string) (string, error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(h, cancelReader{ctx, struct{ io.Reader }{f}}, make([]byte, 1<<20)); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
