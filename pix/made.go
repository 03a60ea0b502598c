package pix

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"likeness/internal/regularfile"
)

// What WritePNG and WriteGIF write bears a mark: a tEXt chunk 'Software' in a PNG, a comment in a GIF. By it a program that
// is about to replace a file knows one that was made from one that is somebody's own.

const madeBy = "likeness"

// MadeHead is how many bytes of the beginning of a file Made needs.
const MadeHead = 1024

// Made reports whether a PNG or GIF was written by this package, by the first bytes of the file.
func Made(head []byte) bool {
	switch {
	case bytes.HasPrefix(head, []byte("\x89PNG")):
		return len(head) >= pngHeader && bytes.HasPrefix(head[pngHeader:], pngMark)
	case bytes.HasPrefix(head, []byte("GIF8")):
		at := gifHeader(head)
		return at <= len(head) && bytes.HasPrefix(head[at:], gifMark)
	}
	return false
}

// CheckReplace returns an error unless a picture may be written to path: nothing is there, or an empty file, or a picture
// that bears the mark. Pictures of somebody's own are never replaced.
func CheckReplace(path string) error {
	head, err := regularfile.Head(path, MadeHead)
	if err != nil {
		return err
	}
	if len(head) > 0 && !Made(head) {
		return fmt.Errorf("%s is there, was not made by this program and is not replaced", path)
	}
	return nil
}

// pngHeader is the length of a PNG's signature and its first chunk, IHDR.
const pngHeader = 8 + 12 + 13

// pngMark is the chunk behind them.
var pngMark = func() []byte {
	text := "Software\x00" + madeBy
	b := binary.BigEndian.AppendUint32(nil, uint32(len(text)))
	b = append(b, "tEXt"+text...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}()

// gifMark is a comment extension.
var gifMark = []byte("\x21\xfe" + string(rune(len(madeBy))) + madeBy + "\x00")

// gifHeader returns the length of a GIF's header with its colour table.
func gifHeader(b []byte) int {
	const fixed = 13
	if len(b) < fixed || b[10]&0x80 == 0 {
		return fixed
	}
	return fixed + 3<<(b[10]&7+1)
}

// markGIF puts the mark into a whole GIF.
func markGIF(b []byte) []byte { return slices.Insert(b, gifHeader(b), gifMark...) }

// marker passes on what is written and puts the mark of a PNG behind the first bytes.
type marker struct {
	w      io.Writer
	before int // bytes still to come before it; below 0 once it is written
}

func (m *marker) Write(p []byte) (int, error) {
	if m.before < 0 || len(p) < m.before {
		m.before -= min(len(p), max(m.before, 0))
		return m.w.Write(p)
	}
	n, err := m.w.Write(p[:m.before])
	if err != nil {
		return n, err
	}
	if _, err := m.w.Write(pngMark); err != nil {
		return n, err
	}
	m.before = -1
	rest, err := m.w.Write(p[n:])
	return n + rest, err
}
