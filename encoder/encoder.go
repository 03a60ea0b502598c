// Package encoder takes encoders of other programs, ONNX files that turn a picture of a face into
// a code, and says how pictures are prepared for them.
package encoder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"likeness/internal/regularfile"
	"likeness/onnx"
	"likeness/onnx/runtime"
	"likeness/pix"
	"likeness/progress"
)

// Arch is what an encoder has in place of an architecture.
const Arch = "onnx"

// mostBytes bounds the files that are read.
const mostBytes = 2 << 30

// longest bounds a code.
const longest = 1 << 16

// Encoder is a network with its preparation. It is only read once it is open, by any number of
// goroutines.
type Encoder struct {
	Spec
	// Guessed says in words what of the preparation nobody has said, "" for nothing.
	Guessed string
	// Notes are remarks on the network: which of its outputs was taken, and what seems to be no encoder.
	Notes progress.Notes

	net *runtime.Network
	dim int
}

// Is reports whether a file is an encoder by its name.
func Is(path string) bool { return strings.HasSuffix(strings.ToLower(path), ".onnx") }

// Open opens an ONNX file with the preparation that is wished for, of which it guesses what is left
// out, and checks it by pictures.
func Open(path string, wish Wish) (*Encoder, error) {
	model, hash, err := read(path)
	if err != nil {
		return nil, err
	}
	e := &Encoder{}
	if e.Spec, e.Guessed, err = guess(model, wish); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	e.File = hash
	return e.compile(path, model)
}

// OpenAs opens an ONNX file with the preparation that an index keeps, which Text has made. The file
// must be the very one.
func OpenAs(path, text string) (*Encoder, error) {
	e := &Encoder{}
	if err := json.Unmarshal([]byte(text), &e.Spec); err != nil {
		return nil, fmt.Errorf("the preparation for an encoder: %w", err)
	}
	model, hash, err := read(path)
	if err != nil {
		return nil, err
	}
	if hash != e.File {
		return nil, fmt.Errorf("%s is another file than the encoder that was used: its SHA-256 is %s, not %s", path, hash, e.File)
	}
	return e.compile(path, model)
}

// HashFile returns the SHA-256 of a file.
func HashFile(path string) (string, error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(f, mostBytes)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func read(path string) (*onnx.Model, string, error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, mostBytes))
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	sum := sha256.Sum256(data)
	m, err := onnx.Parse(path, data)
	return m, hex.EncodeToString(sum[:]), err
}

// compile makes the network ready and checks that it fits the preparation.
func (e *Encoder) compile(path string, model *onnx.Model) (*Encoder, error) {
	err := e.Spec.check()
	if err == nil {
		e.net, err = runtime.Compile(model, runtime.Options{Height: e.H, Width: e.W, Output: e.Output})
	}
	if err == nil {
		err = e.checkShape()
	}
	if err == nil {
		err = e.try()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	e.remark(path, model)
	return e, nil
}

// remark says what is doubtful of a network that runs.
func (e *Encoder) remark(path string, model *onnx.Model) {
	if outs := model.Graph.Outputs; len(outs) > 1 && e.Output == "" {
		var others []string
		for _, o := range outs[1:] {
			others = append(others, strconv.Quote(o.Name))
		}
		e.Notes.Add("%s has %d outputs: the first, %q, is taken for the code, not %s", path, len(outs), outs[0].Name, strings.Join(others, " or "))
	}
	if e.dim >= 3*e.W*e.H {
		e.Notes.Warn("%s gives %d numbers for a picture of %d: it seems to be a whole autoencoder, not the encoder alone", path, e.dim, 3*e.W*e.H)
	}
}

// checkShape compares the network with the preparation.
func (e *Encoder) checkShape() error {
	in, want := e.net.Input(), []int{3, e.H, e.W}
	if e.Layout == NHWC {
		want = []int{e.H, e.W, 3}
	}
	for i, d := range want {
		if len(in) != 3 || in[i] != d {
			return fmt.Errorf("the network takes pictures of %v, the preparation makes %v (%s)", in, want, e.Layout)
		}
	}
	e.dim = 1
	for _, d := range e.net.Output() {
		if e.dim *= d; e.dim > longest {
			return fmt.Errorf("the network gives %v numbers for a picture: more than %d are no code", e.net.Output(), longest)
		}
	}
	if e.dim < 2 {
		return errors.New("the network gives one number for a picture, which is no code")
	}
	return nil
}

// errAlike means that the network does not look at its pictures.
var errAlike = errors.New("the network gives the same code for two different pictures: the mean and the scale may be wrong, or it is no encoder")

// try encodes two pictures: what an encoder says of them differs, and is finite.
func (e *Encoder) try() error {
	n := e.H * e.W * 3
	x := make([]float32, 2*n)
	for i := range n {
		y, q, c := i/3/e.W, i/3%e.W, i%3
		u, v := float64(y)/float64(e.H), float64(q)/float64(e.W)
		x[i] = float32(math.Round(127.5+100*math.Sin(7*u+3*v+float64(c)))/255 - 0.5)
		x[n+i] = float32(math.Round(127.5+120*math.Cos(4*v*float64(c+1)-9*u*u))/255 - 0.5)
	}
	codes, err := e.Encode(context.Background(), x)
	if err != nil {
		return err
	}
	length, off := 0.0, 0.0
	for i, v := range codes[:e.dim] {
		w := codes[e.dim+i]
		length, off = max(length, math.Abs(float64(v)), math.Abs(float64(w))), max(off, math.Abs(float64(v-w)))
	}
	if !(off > 1e-6*length) {
		return errAlike
	}
	return nil
}

// CodeLength returns how many numbers a code has.
func (e *Encoder) CodeLength() int { return e.dim }

// Preparation is how pictures are cut for it.
func (e *Encoder) Preparation() pix.Prep { return e.Spec.Prep() }

// Piece returns how many pictures are encoded at a time.
func (e *Encoder) Piece() int { return 64 }

// Encode returns the codes of pictures, (N, H, W, 3) of byte/255 - 0.5 as models take them. Codes
// that are not finite are an error.
func (e *Encoder) Encode(ctx context.Context, x []float32) ([]float32, error) {
	codes, err := e.net.Run(ctx, e.prepare(x))
	if err != nil {
		return nil, err
	}
	for i, v := range codes {
		if v-v != 0 {
			return nil, fmt.Errorf("the network gives %v as number %d of a code", v, i%e.dim)
		}
	}
	return codes, nil
}

// prepare turns models' numbers into those that the network takes.
func (e *Encoder) prepare(x []float32) []float32 {
	out := make([]float32, len(x))
	n, pixels := e.H*e.W*3, e.H*e.W
	for c := range 3 {
		var values [256]float32
		for v := range values {
			values[v] = (float32(v) - e.Mean[c]) / e.Scale[c]
		}
		to := c
		if e.Channels == BGR {
			to = 2 - c
		}
		for first := 0; first < len(x); first += n {
			from := x[first+c : first+n]
			for p := range pixels {
				v := values[byte((from[3*p]+0.5)*255+0.5)]
				if e.Layout == NHWC {
					out[first+3*p+to] = v
				} else {
					out[first+to*pixels+p] = v
				}
			}
		}
	}
	return out
}
