// Package tensorboard writes the files that TensorBoard shows: events of a run (scalars,
// pictures, histograms), and embeddings for its projector.
//
// An event file is a list of records, each with its length and two checksums, as TensorFlow's
// tensorflow/core/lib/io/record_writer.h has them; a record is a protocol buffer, Event of
// tensorflow/core/util/event.proto.
package tensorboard

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Writer writes events to a file. Its methods must not be called at the same time.
type Writer struct {
	f   *os.File
	err error // the first
}

// prefix begins the names of event files.
const prefix = "events.out.tfevents."

// ErrExists means that a folder holds the file of another run.
var ErrExists = errors.New("it holds the events of another run: choose another folder")

// Create begins an event file in a folder of its own, which it makes. A folder with events in it
// is an error that wraps ErrExists, unless more is set: then the events follow those.
func Create(dir string, now time.Time, more bool) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	there := 0
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			there++
		}
	}
	if there > 0 && !more {
		return nil, fmt.Errorf("%s: %w", dir, ErrExists)
	}
	// TensorBoard reads the files of a folder in the order of their names. They end in the host's name elsewhere.
	var f *os.File
	for n := there; ; n++ {
		path := filepath.Join(dir, fmt.Sprintf("%s%010d.likeness.%d", prefix, now.Unix(), n))
		f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, os.ErrExist) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	w := &Writer{f: f}
	var e []byte
	e = double(e, 1, seconds(now))
	e = protowire.AppendString(protowire.AppendTag(e, 3, protowire.BytesType), "brain.Event:2")
	w.record(e)
	if w.err != nil {
		return nil, w.Discard()
	}
	return w, nil
}

// Close closes the file and returns the first error of writing it.
func (w *Writer) Close() error {
	err := w.f.Close()
	if w.err != nil {
		return w.err
	}
	return err
}

// Discard closes the file and takes it away.
func (w *Writer) Discard() error { return errors.Join(w.Close(), os.Remove(w.f.Name())) }

// Err returns the first error of writing.
func (w *Writer) Err() error { return w.err }

// castagnoli is the polynomial of the checksums.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is a masked CRC-32C: a checksum over data that holds checksums is a weak one, so
// they are rotated and moved.
func checksum(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// record writes one record.
func (w *Writer) record(event []byte) {
	if w.err != nil {
		return
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(event)))
	b = binary.LittleEndian.AppendUint32(b, checksum(b))
	b = append(b, event...)
	b = binary.LittleEndian.AppendUint32(b, checksum(event))
	_, w.err = w.f.Write(b)
}

func seconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e9 }

func double(b []byte, field protowire.Number, v float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), math.Float64bits(v))
}

func integer(b []byte, field protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v))
}

func message(b []byte, field protowire.Number, m []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), m)
}

// value writes an event with one value of a summary.
func (w *Writer) value(now time.Time, step int, tag string, value []byte) {
	v := message(nil, 1, []byte(tag))
	v = append(v, value...)
	e := double(nil, 1, seconds(now))
	e = integer(e, 2, int64(step))
	e = message(e, 5, message(nil, 1, v))
	w.record(e)
}

// Scalar writes a number.
func (w *Writer) Scalar(now time.Time, step int, tag string, v float64) {
	w.value(now, step, tag, protowire.AppendFixed32(protowire.AppendTag(nil, 2, protowire.Fixed32Type), math.Float32bits(float32(v))))
}

// Image writes a picture.
func (w *Writer) Image(now time.Time, step int, tag string, m image.Image) {
	var data bytes.Buffer
	if err := png.Encode(&data, m); err != nil {
		w.err = errors.Join(w.err, err)
		return
	}
	size := m.Bounds().Size()
	i := integer(nil, 1, int64(size.Y))
	i = integer(i, 2, int64(size.X))
	i = integer(i, 3, 3) // RGB
	i = message(i, 4, data.Bytes())
	w.value(now, step, tag, message(nil, 4, i))
}

// histogramBuckets is how many buckets a histogram has.
const histogramBuckets = 30

// Histogram writes how numbers are distributed, in thirty buckets between the least and the
// greatest. Numbers that are not finite are left out.
func (w *Writer) Histogram(now time.Time, step int, tag string, values []float32) {
	var finite []float64
	for _, v := range values {
		if f := float64(v); !math.IsNaN(f) && !math.IsInf(f, 0) {
			finite = append(finite, f)
		}
	}
	if len(finite) == 0 {
		return
	}
	low, high := slices.Min(finite), slices.Max(finite)
	width := (high - low) / histogramBuckets
	if width == 0 {
		width = 1
	}
	counts := make([]float64, histogramBuckets)
	sum, squares := 0.0, 0.0
	for _, v := range finite {
		counts[min(int((v-low)/width), histogramBuckets-1)]++
		sum, squares = sum+v, squares+v*v
	}
	h := double(nil, 1, low)
	h = double(h, 2, high)
	h = double(h, 3, float64(len(finite)))
	h = double(h, 4, sum)
	h = double(h, 5, squares)
	var limits, bars []byte
	for i, n := range counts {
		limits = protowire.AppendFixed64(limits, math.Float64bits(low+float64(i+1)*width))
		bars = protowire.AppendFixed64(bars, math.Float64bits(n))
	}
	h = message(message(h, 6, limits), 7, bars)
	w.value(now, step, tag, message(nil, 5, h))
}
