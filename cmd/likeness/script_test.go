package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"likeness/faces"
	"likeness/safetensors"
)

// The commands that scripts have besides testscript's own.

// exits CODE COMMAND... runs a command that must exit with the code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	ts.Logf("[stdout]\n%s[stderr]\n%s", ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	if want := number(ts, args[0]); code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// json FILE KEY... checks that a file, such as stdout, is exactly one JSON
// object with these keys. KEY=VALUE checks the value as well; ! asks that the
// keys are missing.
func checkJSON(ts *testscript.TestScript, neg bool, args []string) {
	d := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	d.UseNumber()
	var object map[string]any
	ts.Check(d.Decode(&object))
	if d.More() {
		ts.Fatalf("%s: more than one JSON object", args[0])
	}
	for _, arg := range args[1:] {
		key, want, valued := strings.Cut(arg, "=")
		v, ok := object[key]
		if ok == neg {
			ts.Fatalf("%s: key %q is there: %v", args[0], key, ok)
		}
		if got := fmt.Sprint(v); valued && got != want {
			ts.Fatalf("%s: %s is %s, want %s", args[0], key, got, want)
		}
	}
}

// picture FILE WxH SEED writes a picture of coloured blobs, a PNG or JPEG by
// its extension. With the word "claims" behind, a PNG is written whose header
// claims the size, and nothing more; with "grain", a grey picture with the grain of a
// film; with "mirrored", "turned" (a quarter, clockwise) or "black", what that says. The
// seed 1-9 writes nine pictures and replaces the * in FILE by each of the seeds.
func makePicture(ts *testscript.TestScript, neg bool, args []string) {
	if first, last, many := strings.Cut(args[2], "-"); many {
		for seed := number(ts, first); seed <= number(ts, last); seed++ {
			one := slices.Clone(args)
			one[0], one[2] = strings.Replace(args[0], "*", strconv.Itoa(seed), 1), strconv.Itoa(seed)
			makePicture(ts, neg, one)
		}
		return
	}
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o777))
	w, h, _ := strings.Cut(args[1], "x")
	if len(args) > 3 && args[3] == "claims" {
		ts.Check(os.WriteFile(path, pngHeader(number(ts, w), number(ts, h)), 0o666))
		return
	}
	m := blobs(number(ts, w), number(ts, h), uint64(number(ts, args[2])))
	if len(args) > 3 && args[3] == "grain" {
		rng := rand.New(rand.NewPCG(5, 5))
		g := image.NewGray(m.Bounds())
		for i := range g.Pix {
			g.Pix[i] = uint8(128 + 25.5*rng.NormFloat64())
		}
		m = g
	}
	if len(args) > 3 && slices.Contains([]string{"mirrored", "turned", "black"}, args[3]) {
		m = moved(m, args[3])
	}
	var b bytes.Buffer
	if filepath.Ext(path) == ".png" {
		ts.Check(png.Encode(&b, m))
	} else {
		ts.Check(jpeg.Encode(&b, m, nil))
	}
	ts.Check(os.WriteFile(path, b.Bytes(), 0o666))
}

// blobs is a smooth picture that follows from the seed.
func blobs(w, h int, seed uint64) image.Image {
	rng := rand.New(rand.NewPCG(seed, 0))
	var at [3][2]float64
	for i := range at {
		at[i] = [2]float64{rng.Float64() * float64(w), rng.Float64() * float64(h)}
	}
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			var c [3]uint8
			for i, p := range at {
				dx, dy := (float64(x)-p[0])/float64(w), (float64(y)-p[1])/float64(h)
				c[i] = uint8(255 / (1 + 8*(dx*dx+dy*dy)))
			}
			m.Set(x, y, color.RGBA{c[0], c[1], c[2], 255})
		}
	}
	return m
}

// moved is a square picture mirrored, turned by a quarter, or black.
func moved(m image.Image, how string) image.Image {
	out := image.NewRGBA(m.Bounds())
	side := m.Bounds().Dx()
	for y := range side {
		for x := range side {
			switch how {
			case "mirrored":
				out.Set(x, y, m.At(side-1-x, y))
			case "turned":
				out.Set(x, y, m.At(y, side-1-x))
			default:
				out.Set(x, y, color.Black)
			}
		}
	}
	return out
}

// pngHeader is the beginning of a PNG of any size.
func pngHeader(w, h int) []byte {
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), uint32(w))
	header = binary.BigEndian.AppendUint32(header, uint32(h))
	header = append(header, 8, 2, 0, 0, 0)
	b := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), uint32(len(header)-4))
	b = append(b, header...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(header))
}

// archive FILE DIR packs a folder into a .tgz.
func makeArchive(ts *testscript.TestScript, neg bool, args []string) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	t := tar.NewWriter(z)
	ts.Check(t.AddFS(os.DirFS(ts.MkAbs(args[1]))))
	ts.Check(t.Close())
	ts.Check(z.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o666))
}

// cut FROM TO SHARE copies the first SHARE percent of a file.
func cutFile(ts *testscript.TestScript, neg bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b[:len(b)*number(ts, args[2])/100], 0o666))
}

// swap FROM TO OLD NEW copies a file with OLD replaced by NEW, as long.
func swapBytes(ts *testscript.TestScript, neg bool, args []string) {
	text, old, with := ts.ReadFile(args[0]), args[2], args[3]
	if len(old) != len(with) || !strings.Contains(text, old) {
		ts.Fatalf("%q is not in %s, or not as long as %q", old, args[0], with)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Replace(text, old, with, 1)), 0o666))
}

// table FILE DIR writes attributes for the pictures in a folder in the layout
// of lfw_attributes.txt.
func makeAttributes(ts *testscript.TestScript, neg bool, args []string) {
	b := []byte("# made for a test\n#\tperson\timagenum\tMale\tSmiling\n")
	root := ts.MkAbs(args[1])
	ts.Check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if person, n, ok := faces.ParseName(d.Name()); ok {
			b = fmt.Appendf(b, "%s\t%d\t0.5\t-1.25\n", strings.ReplaceAll(person, "_", " "), n)
		}
		return nil
	}))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o666))
}

// taken DAY FILE... sets the times of files.
func setTaken(ts *testscript.TestScript, neg bool, args []string) {
	day, err := time.ParseInLocation("2006-01-02", args[0], time.Local)
	ts.Check(err)
	for _, name := range args[1:] {
		ts.Check(os.Chtimes(ts.MkAbs(name), day, day.Add(23*time.Hour+59*time.Minute)))
	}
}

// spoil FILE TENSOR puts NaN into the first number of a tensor of a safetensors
// file.
func spoilNumber(ts *testscript.TestScript, neg bool, args []string) {
	f, err := safetensors.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	x, err := f.Tensor(args[1])
	ts.Check(err)
	binary.LittleEndian.PutUint32(x.Data, math.Float32bits(float32(math.NaN())))
	ts.Check(f.Save(ts.MkAbs(args[0])))
}

// image WxH FILE... checks that files hold pictures of that size whose pixels are
// not all of one colour. A side may be *, where it follows from what was found.
func checkImage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: image WxH FILE...")
	}
	for _, name := range args[1:] {
		m, _, err := image.Decode(strings.NewReader(ts.ReadFile(name)))
		if err != nil {
			ts.Fatalf("%s: %v", name, err)
		}
		size := fmt.Sprintf("%dx%d", m.Bounds().Dx(), m.Bounds().Dy())
		if ok, err := path.Match(args[0], size); err != nil || !ok {
			ts.Fatalf("%s: %s pixels, want %s", name, size, args[0])
		}
		if oneColour(m) {
			ts.Fatalf("%s: all pixels are of one colour", name)
		}
	}
}

// gif FRAMES FILE... checks that files hold animations of so many frames, that no
// frame is of one colour and that not all are alike.
func checkGIF(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: gif FRAMES FILE...")
	}
	for _, name := range args[1:] {
		all, err := gif.DecodeAll(strings.NewReader(ts.ReadFile(name)))
		if err != nil {
			ts.Fatalf("%s: %v", name, err)
		}
		if want := number(ts, args[0]); len(all.Image) != want {
			ts.Fatalf("%s: %d frames, want %d", name, len(all.Image), want)
		}
		moves := false
		for i, m := range all.Image {
			if oneColour(m) {
				ts.Fatalf("%s: frame %d is of one colour", name, i+1)
			}
			moves = moves || !bytes.Equal(m.Pix, all.Image[0].Pix)
		}
		if !moves {
			ts.Fatalf("%s: all frames are alike", name)
		}
	}
}

// oneColour reports whether all pixels of a picture are equal.
func oneColour(m image.Image) bool {
	b := m.Bounds()
	first := m.At(b.Min.X, b.Min.Y)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if m.At(x, y) != first {
				return false
			}
		}
	}
	return true
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
}
