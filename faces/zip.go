package faces

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"

	"likeness/internal/regularfile"

	"golang.org/x/text/encoding/charmap"
)

// zipSource is the path of a zip archive. Its members come in the order of its directory.
type zipSource string

func (s zipSource) Name() string { return string(s) }

func (s zipSource) Kind() string { return "zip" }

func (s zipSource) Fingerprint(ctx context.Context) (string, error) { return HashFile(ctx, string(s)) }

func (s zipSource) Walk(ctx context.Context, want func(string) bool, visit func(File) error) error {
	return s.pick(ctx, none, want, visit)
}

func (s zipSource) pick(ctx context.Context, pass func(File) bool, want func(string) bool, visit func(File) error) error {
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
		m, ok := zipMember(z)
		if ok && pass(File{Name: m.Name}) {
			m = File{Name: m.Name, Passed: true}
		}
		if ok && m.Skip == "" && !m.Passed {
			if err := takeZip(&m, z, want); err != nil {
				if _, disk := errors.AsType[*fs.PathError](err); disk {
					return broken(err)
				}
				m.Data, m.Skip = nil, badMember(z, err)
			}
		}
		place.Count++
		place.After = shorten(cleanName(zipName(z)))
		if ok {
			if err := visit(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// zipMember says what is to be done with a member; ok is false when it is passed over in silence.
func zipMember(z *zip.File) (m File, ok bool) {
	name := cleanName(zipName(z))
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
	return m, true
}

// takeZip reads a member whole, if it is wanted; the reader of archive/zip checks the checksum when it comes to the end.
func takeZip(m *File, z *zip.File, want func(string) bool) error {
	r, err := z.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	if err := m.take(r, z.UncompressedSize64, want); err != nil || m.Data == nil {
		return err
	}
	switch n, err := r.Read(make([]byte, 1)); {
	case n > 0:
		return errors.New("more bytes than the archive's directory says")
	case err != nil && err != io.EOF:
		return err
	}
	return nil
}

// badMember says why a member cannot be read while the others can.
func badMember(z *zip.File, err error) string {
	switch {
	case errors.Is(err, zip.ErrAlgorithm):
		how := fmt.Sprintf("by method %d of zip", z.Method)
		if name := zipMethods[z.Method]; name != "" {
			how = "with " + name
		}
		return "compressed " + how + ", which is not read"
	case errors.Is(err, zip.ErrChecksum):
		return "damaged in the archive: the contents do not match their checksum"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "damaged in the archive: the contents end too early"
	}
	return fmt.Sprintf("damaged in the archive: %v", err)
}

// zipMethods names the ways of compression that are not read.
var zipMethods = map[uint16]string{9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}

// zipName returns a member's name. Older programs write names in code page 437, that of DOS, some with a second one in
// UTF-8 beside it. Names that are UTF-8 are taken for that, whatever is said of them.
func zipName(z *zip.File) string {
	if !z.NonUTF8 || utf8.ValidString(z.Name) {
		return z.Name
	}
	if name, ok := unicodePath(z); ok {
		return name
	}
	name, err := charmap.CodePage437.NewDecoder().String(z.Name)
	if err != nil { // it has a character for every byte
		return z.Name
	}
	return name
}

// unicodePath returns the name in the field of Info-ZIP's Unicode path, which holds a version, the checksum of the name
// that it belongs to, and the name.
func unicodePath(z *zip.File) (name string, ok bool) {
	const unicodePathID, fixed = 0x7075, 5
	for rest := z.Extra; len(rest) >= 4; {
		id, size := binary.LittleEndian.Uint16(rest), int(binary.LittleEndian.Uint16(rest[2:]))
		if rest = rest[4:]; size > len(rest) {
			return "", false
		}
		if f := rest[:size]; id == unicodePathID && size > fixed && f[0] == 1 &&
			binary.LittleEndian.Uint32(f[1:]) == crc32.ChecksumIEEE([]byte(z.Name)) && utf8.Valid(f[fixed:]) {
			return string(f[fixed:]), true
		}
		rest = rest[size:]
	}
	return "", false
}
