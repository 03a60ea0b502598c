package pix

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"strings"

	"golang.org/x/image/webp"

	"likeness/internal/regularfile"
)

// Limits of input. A picture's size is checked in its header before memory is allocated
// for its pixels.
const (
	MaxPixels    = 250_000_000 // 250 megapixels
	MaxFileBytes = 256 << 20   // 256 MiB
)

// Open reads a picture from a regular file, as [Decode] does. Errors name path.
func Open(path string) (*Image, error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := Decode(f)
	if err != nil {
		// An error in reading (a folder, say) names the path already.
		if _, ok := errors.AsType[*os.PathError](err); ok {
			return nil, err
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Decode reads a JPEG, PNG, WebP, GIF (its first frame), HEIC or AVIF (its still picture),
// turns it upright by its EXIF orientation, or by what a HEIC or AVIF file says itself, and draws transparent pixels on white. Data after the picture's
// end are ignored. A truncated picture, or one larger than [MaxPixels] or
// [MaxFileBytes], is an error. So are files that the underlying decoders do not support:
// animated WebP, and the rare progressive JPEGs with both restart markers and subsampled
// chroma (image/jpeg of Go 1.26).
func Decode(r io.Reader) (*Image, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFileBytes+1))
	if err != nil {
		return nil, err
	}
	return decode(data, MaxPixels)
}

// Turned reports whether a file's EXIF asks for rotation or mirroring, which Decode does.
func Turned(data []byte) bool {
	f := formatOf(data)
	return f != nil && orientation(f.name, data) != 1
}

// Examine decodes the file data as [Decode] does, without the conversion to RGB, which
// cannot fail, and returns the size of the upright picture.
func Examine(data []byte) (w, h int, err error) {
	p, err := open(data, MaxPixels)
	if err != nil {
		return 0, 0, err
	}
	w, h = p.size()
	return w, h, nil
}

// picture is a decoded picture that may not be RGB yet.
type picture interface {
	size() (w, h int)
	// rgb converts the w x h rectangle at (x0, y0), which must lie inside. The
	// whole of an Image is the Image itself.
	rgb(x0, y0, w, h int) *Image
}

func whole(p picture) *Image {
	w, h := p.size()
	return p.rgb(0, 0, w, h)
}

// Memory returns about how many bytes the decoding of a file takes at most, by the size in
// its header: its planes, their conversion to RGB and a rotated copy. It is 0 for a file that
// is not decoded.
func Memory(data []byte) int64 {
	f := formatOf(data)
	if f == nil {
		return 0
	}
	cfg, err := f.config(bytes.NewReader(data))
	if err != nil || cfg.Width < 1 || cfg.Height < 1 || int64(cfg.Width) > MaxPixels/int64(cfg.Height) {
		return 0
	}
	perPixel := f.memory
	if f.name == "JPEG" && progressive(data) {
		perPixel = progressiveMemory
	}
	return int64(cfg.Width) * int64(cfg.Height) * perPixel
}

// progressiveMemory is the memory of a JPEG in several scans, whose coefficients are kept
// until the last of them.
const progressiveMemory = 18

// A format recognises a file by its first bytes.
type format struct {
	name    string
	memory  int64 // bytes a pixel takes at most while it is decoded, converted and turned
	is      func(data []byte) bool
	config  func(io.Reader) (image.Config, error)
	decode  func(data []byte, cfg image.Config) (picture, error)
	minimum func(data []byte, cfg image.Config) int // fewest bytes that can hold such a picture
}

var formats = []format{
	{"JPEG", 9, prefixed("\xff\xd8"), jpeg.DecodeConfig, decodeJPEG, minJPEG},
	{"PNG", 14, prefixed("\x89PNG\r\n\x1a\n"), png.DecodeConfig, decodePNG, minPNG},
	{"GIF", 8, prefixed("GIF8"), gif.DecodeConfig, decodeGIF, nil},
	{"WebP", 14, isWebP, webp.DecodeConfig, decodeWebP, nil},
	{"HEIF", 60, isHEIF, configHEIF, decodeHEIF, nil},
}

func prefixed(magic string) func([]byte) bool {
	return func(data []byte) bool { return bytes.HasPrefix(data, []byte(magic)) }
}

func isWebP(data []byte) bool {
	return len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
}

// formatOf returns the format of a file by its first bytes, nil for one that is not read.
func formatOf(data []byte) *format {
	for i := range formats {
		if formats[i].is(data) {
			return &formats[i]
		}
	}
	return nil
}

// sniffed is how many bytes of a file tell its format.
const sniffed = 512

// DecodeAtMost decodes a file of at most so many pixels, and no more than Decode takes. One whose header says more is refused
// before any memory is taken for it.
func DecodeAtMost(data []byte, pixels int64) (*Image, error) {
	return decode(data, min(pixels, MaxPixels))
}

func decode(data []byte, maxPixels int64) (*Image, error) {
	p, err := open(data, maxPixels)
	if err != nil {
		return nil, err
	}
	return whole(p), nil
}

// open decodes a file; the picture is upright.
func open(data []byte, maxPixels int64) (picture, error) {
	switch {
	case len(data) == 0:
		return nil, errors.New("file is empty (zero bytes)")
	case len(data) > MaxFileBytes:
		return nil, fmt.Errorf("file is larger than %d MiB", MaxFileBytes>>20)
	}
	f := formatOf(data)
	if f == nil {
		return nil, errKind(data)
	}
	p, err := f.read(data, maxPixels)
	if err != nil {
		if ranOut(err) {
			err = errCut
		}
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	if turn := orientation(f.name, data); turn != 1 {
		p = turned{p, turn}
	}
	return p, nil
}

var errCut = errors.New("the file is cut short")

// ranOut reports whether a decoder ran out of bytes. Some decoders wrap io's error, some
// print it, some have an error of their own.
func ranOut(err error) bool {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return true
	}
	for _, words := range []string{io.ErrUnexpectedEOF.Error(), "not enough pixel data", "not enough image data"} {
		if strings.HasSuffix(err.Error(), words) {
			return true
		}
	}
	return false
}

func (f *format) read(data []byte, maxPixels int64) (picture, error) {
	cfg, err := f.config(bytes.NewReader(data))
	if err != nil && f.name == "JPEG" {
		if how := unusualJPEG(data); how != "" {
			return nil, errors.New(how)
		}
	}
	if err != nil {
		return nil, err
	}
	if cfg.Width < 1 || cfg.Height < 1 {
		return nil, fmt.Errorf("header says %dx%d: no pixels", cfg.Width, cfg.Height)
	}
	// Divided, so that no product overflows.
	if int64(cfg.Width) > maxPixels/int64(cfg.Height) {
		return nil, fmt.Errorf("header says %dx%d: more than %s", cfg.Width, cfg.Height, megapixels(maxPixels))
	}
	if f.minimum != nil && f.minimum(data, cfg) > len(data) {
		return nil, fmt.Errorf("header says %dx%d, which %d bytes cannot hold: %w", cfg.Width, cfg.Height, len(data), errCut)
	}
	return f.decode(data, cfg)
}

func megapixels(n int64) string {
	if n%1_000_000 == 0 {
		return fmt.Sprintf("%d megapixels", n/1_000_000)
	}
	return fmt.Sprintf("%d pixels", n)
}

func decodeJPEG(data []byte, _ image.Config) (picture, error) {
	src, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if src, ok := src.(*image.YCbCr); ok {
		return yCbCr{src}, nil
	}
	return FromImage(src), nil
}

// minJPEG: each block of 8x8 takes a Huffman code, one bit at least.
func minJPEG(_ []byte, cfg image.Config) int {
	return cfg.Width * cfg.Height / (64 * 8)
}

func decodePNG(data []byte, _ image.Config) (picture, error) {
	src, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return FromImage(src), nil
}

// minPNG: deflate makes at most 1032 bytes out of one.
func minPNG(data []byte, cfg image.Config) int {
	// Signature, length and name of the IHDR chunk, width and height come first;
	// png.DecodeConfig has checked them.
	const depthAt, colourAt = 24, 25
	channels := map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[data[colourAt]]
	return cfg.Height * (cfg.Width * channels * int(data[depthAt]) / 8) / 1032
}

// decodeGIF draws the first frame on a white screen, as viewers do.
func decodeGIF(data []byte, cfg image.Config) (picture, error) {
	src, err := gif.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	frame, ok := src.(*image.Paletted)
	if !ok {
		return FromImage(src), nil
	}
	screen := image.Rect(0, 0, cfg.Width, cfg.Height)
	if !frame.Rect.In(screen) {
		return nil, fmt.Errorf("first frame %v lies outside the screen of %dx%d", frame.Rect, cfg.Width, cfg.Height)
	}
	dst := New(cfg.Width, cfg.Height)
	for i := range dst.Pix {
		dst.Pix[i] = 255
	}
	drawPaletted(dst, frame, frame.Rect.Min.X, frame.Rect.Min.Y)
	return dst, nil
}

func decodeWebP(data []byte, _ image.Config) (picture, error) {
	if animated(data) {
		return nil, errors.New("animated pictures of this kind are not read")
	}
	if promised := 8 + int64(binary.LittleEndian.Uint32(data[4:])); promised > int64(len(data)) {
		return nil, fmt.Errorf("header promises %d bytes, there are %d: %w", promised, len(data), errCut)
	}
	src, err := webp.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return fromWebP(src), nil
}

// animated looks at the flags of the VP8X chunk, which comes first if at all.
func animated(data []byte) bool {
	const flagsAt, animationBit = 20, 1 << 1
	return len(data) > flagsAt && string(data[12:16]) == "VP8X" && data[flagsAt]&animationBit != 0
}
