package inspect_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"likeness/autoencoder"
	"likeness/embeddings"
	"likeness/inspect"
	"likeness/onnx"
	"likeness/pix"
	"likeness/safetensors"
	"likeness/tensorboard"
)

// zipOf returns a zip with empty members.
func zipOf(t testing.TB, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		if _, err := z.Create(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// samples are small files of the formats, by what a test calls them.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	read := func(path string) []byte {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	m, err := autoencoder.New("pca", pix.Prep{W: 8, H: 8, Auto: true}, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Save(filepath.Join(dir, "m.safetensors")); err != nil {
		t.Fatal(err)
	}
	table := func(format embeddings.Format) []byte {
		var b bytes.Buffer
		if err := (&embeddings.Table{IDs: []string{"a", "b"}, Dim: 2, Codes: []float32{1, 2, 3, 4}}).Write(&b, format); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	w, err := tensorboard.Create(filepath.Join(dir, "tb"), time.Unix(1, 0), false)
	if err != nil {
		t.Fatal(err)
	}
	w.Scalar(time.Unix(2, 0), 1, "loss", 1)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	other := safetensors.File{Metadata: map[string]string{"format": "pt"}, Tensors: []safetensors.Tensor{safetensors.FromFloats("w", []int{2}, []float32{1, 2})}}
	if err := other.Save(filepath.Join(dir, "pt.safetensors")); err != nil {
		t.Fatal(err)
	}
	newer := safetensors.File{Metadata: map[string]string{"format": "likeness model 9"}}
	if err := newer.Save(filepath.Join(dir, "newer.safetensors")); err != nil {
		t.Fatal(err)
	}
	graph := onnx.Model{IR: 8, Opsets: []onnx.Opset{{Version: 17}}, Producer: "somebody", Graph: onnx.Graph{
		Nodes:        []onnx.Node{{Op: "Add", Inputs: []string{"x", "w"}, Outputs: []string{"y"}}},
		Initializers: []onnx.Tensor{onnx.Floats("w", []int64{3}, []float32{1, 2, 3})},
		Inputs:       []onnx.Value{{Name: "x", Type: onnx.Float, Dims: []onnx.Dim{{Param: "N"}, {Size: 3}}}, {Name: "w", Type: onnx.Float, Dims: onnx.Fixed(3)}},
		Outputs:      []onnx.Value{{Name: "y", Type: onnx.Float}},
	}}
	var compressed bytes.Buffer
	z := gzip.NewWriter(&compressed)
	_, _ = z.Write([]byte("hello"))
	_ = z.Close()
	return map[string][]byte{
		"model": read(filepath.Join(dir, "m.safetensors")), "pt": read(filepath.Join(dir, "pt.safetensors")), "newer": read(filepath.Join(dir, "newer.safetensors")),
		"npz": table(embeddings.NPZ), "parquet": table(embeddings.Parquet), "csv": table(embeddings.CSV),
		"events": read(filepath.Join(dir, "tb", "events.out.tfevents.0000000001.likeness.0")),
		"onnx":   graph.Marshal(), "torch": zipOf(t, "archive/data.pkl", "archive/data/0"), "script": zipOf(t, "m/data.pkl", "m/code/__torch__.py"), "photos": zipOf(t, "a.jpg", "b.PNG", "c.txt"),
		"docs": zipOf(t, "mimetype"), "pickle": []byte("\x80\x04\x95\x00"), "png": read("../docs/images/likeness.png"), "tflite": []byte("\x1c\x00\x00\x00TFL3"),
		"gguf": []byte("GGUF\x03"), "faiss": []byte("IxF2\x80\x00\x00\x00"), "sqlite": []byte("SQLite format 3\x00"), "log": []byte(`{"time":"2024-01-01T00:00:00Z","event":"epoch"}` + "\n"),
		"json": []byte(`{"a": 1}`), "text": []byte("hello\nworld\n"), "empty": {}, "noise": {1, 2, 3, 0, 255}, "gzip": compressed.Bytes(),
	}
}

// Who opens Keras's weights and tensors without metadata is told as it works.
func TestInspectImports(t *testing.T) {
	bare := filepath.Join(t.TempDir(), "bare.safetensors")
	if err := (&safetensors.File{Tensors: []safetensors.Tensor{safetensors.FromFloats("w", []int{1}, []float32{2})}}).Save(bare); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		bare:                            "import FILE, where they are the state dict of an autoencoder",
		"../keras/testdata/encoder.h5":  "import ENCODER DECODER, where it is one of the two; import FILE, where it has both",
		"../keras/testdata/exercise.h5": "import FILE",
	} {
		f, err := inspect.Inspect(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(f.Opens, func(o inspect.Opener) bool { return o.How == want }) {
			t.Errorf("%s: %+v", path, f.Opens)
		}
	}
}

func TestInspect(t *testing.T) {
	files := samples(t)
	for _, c := range []struct {
		name, format, what string
		arrays             int
		opens              string // part of how something opens it
		fact               string
	}{
		{"model", "safetensors", "a model of likeness", 4, "summary FILE", "architecture=pca"},
		{"pt", "safetensors", "tensors of PyTorch", 1, "import FILE", "numbers=2 in 1 tensors"},
		{"newer", "safetensors", "a model of likeness, of a version that this program does not know", 0, "", "version=likeness model 9"},
		{"npz", "npz", "NumPy's arrays", 2, "index --codes FILE", ""},
		{"parquet", "Parquet", "a Parquet table", 4, "index --codes FILE", "rows=2"},
		{"csv", "CSV", "a table", 0, "index --codes FILE", "columns=3"},
		{"events", "TensorBoard events", "events for TensorBoard", 0, "tensorboard --logdir", "events=2"},
		{"onnx", "ONNX", "an ONNX model", 1, "index --encoder FILE", "input=x: float32 (N, 3)"},
		{"torch", "PyTorch", "a PyTorch file, with a pickle inside", 0, "torch.load", ""},
		{"script", "PyTorch", "a TorchScript program", 0, "torch.jit.load", ""},
		{"photos", "zip", "a zip archive of pictures", 0, "index FILE", "pictures=2, by their names"},
		{"docs", "zip", "a zip archive", 0, "unzip", "files=1"},
		{"pickle", "pickle", "a Python pickle", 0, "trusted", ""},
		{"png", "picture", "a picture", 0, "search FILE", "encoding=png"},
		{"tflite", "TensorFlow Lite", "a TensorFlow Lite model", 0, "Interpreter", ""},
		{"gguf", "GGUF", "a GGUF model", 0, "llama", ""},
		{"faiss", "faiss index", "an index of faiss", 0, "faiss.read_index", ""},
		{"sqlite", "SQLite", "an SQLite database", 0, "sqlite3", ""},
		{"log", "training log", "a log of a training of likeness", 0, "", ""},
		{"json", "JSON", "a JSON text", 0, "", ""},
		{"text", "text", "a text", 0, "", ""},
		{"empty", "empty", "an empty file", 0, "", ""},
		{"noise", "unknown", "nothing that this program knows", 0, "", ""},
		{"gzip", "gzip", "a file compressed by gzip", 0, "gzip -d", ""},
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, files[c.name], 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := inspect.Inspect(t.Context(), path)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if f.Format != c.format || f.What != c.what || f.Arrays != c.arrays || f.Problem != "" || f.Bytes != int64(len(files[c.name])) {
			t.Errorf("%s: %+v", c.name, f)
		}
		if !slices.ContainsFunc(f.Opens, func(o inspect.Opener) bool { return strings.Contains(o.How, c.opens) }) && c.opens != "" {
			t.Errorf("%s: opened by %v, expected %q", c.name, f.Opens, c.opens)
		}
		if !slices.ContainsFunc(f.Facts, func(x inspect.Fact) bool { return x.Name+"="+x.Value == c.fact }) && c.fact != "" {
			t.Errorf("%s: facts %v, expected %q", c.name, f.Facts, c.fact)
		}
	}
}

func TestHDF5(t *testing.T) {
	for path, what := range map[string]string{"../hdf5/testdata/kinds_latest.h5": "an HDF5 file", "../keras/testdata/encoder-2.15.h5": "Keras", "../keras/testdata/encoder.weights.h5": "Keras 3"} {
		f, err := inspect.Inspect(t.Context(), path)
		if err != nil || f.Format != "HDF5" || f.Arrays == 0 || f.Problem != "" || !strings.Contains(f.What, what) {
			t.Errorf("%s: %+v, %v", path, f, err)
		}
	}
}

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.jpg"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := inspect.Inspect(t.Context(), dir)
	if err != nil || f.Format != "folder" || f.Facts[0].Value != "1 here" {
		t.Errorf("%+v, %v", f, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "saved_model.pb"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := inspect.Inspect(t.Context(), dir); err != nil || f.What != "a TensorFlow SavedModel" {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := inspect.Inspect(t.Context(), filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// What is damaged is told, not hidden behind an error.
func TestDamaged(t *testing.T) {
	files := samples(t)
	hostile := slices.Clone(files["events"])
	binary.LittleEndian.PutUint64(hostile[24+16:], 1<<60)
	for name, data := range map[string][]byte{
		"model": files["model"][:len(files["model"])-5], "npz": files["npz"][:len(files["npz"])-30], "parquet": files["parquet"][:len(files["parquet"])-9],
		"events": files["events"][:len(files["events"])-3], "hostile events": hostile, "onnx": files["onnx"][:len(files["onnx"])-2],
		"gzip": []byte("\x1f\x8bxx"), "keras": zipOf(t, "config.json", "model.weights.h5"), "hdf5": []byte("\x89HDF\r\n\x1a\n\x00\x00"), "header": append(binary.LittleEndian.AppendUint64(nil, 1<<39), '{'),
	} {
		path := filepath.Join(t.TempDir(), "file.onnx")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := inspect.Inspect(t.Context(), path)
		if err != nil || f.Problem == "" {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}

func FuzzInspect(f *testing.F) {
	for _, data := range samples(f) {
		if len(data) < 1<<14 {
			f.Add(data)
		}
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := os.CreateTemp(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.Remove(file.Name())
		_, _ = file.Write(data)
		file.Close()
		got, err := inspect.Inspect(t.Context(), file.Name())
		if err != nil {
			t.Fatal(err)
		}
		if got.Format == "" || got.What == "" {
			t.Errorf("nothing is said of %q", data)
		}
	})
}

// A text of one endless line costs no memory.
func TestLongLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long.csv")
	if err := os.WriteFile(path, bytes.Repeat([]byte("a,"), 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 256<<20); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f, err := inspect.Inspect(t.Context(), path)
	runtime.ReadMemStats(&after)
	if err != nil || f.Format != "CSV" {
		t.Fatalf("%+v, %v", f, err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 16<<20 {
		t.Errorf("%d bytes were taken", taken)
	}
}

// kerasArchive returns a .keras file with the configuration of one of keras/testdata, changed.
func kerasArchive(t *testing.T, old, new string) []byte {
	t.Helper()
	from, err := zip.OpenReader("../keras/testdata/own-sequential.keras")
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range from.File {
		r, err := m.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if m.Name == "config.json" {
			changed := bytes.Replace(data, []byte(old), []byte(new), 1)
			if bytes.Equal(changed, data) {
				t.Fatalf("no %s in %s", old, data)
			}
			data = changed
		}
		w, err := z.Create(m.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A network that cannot be imported is a file in order, with arrays and a program that opens it.
func TestKerasOfOtherLayers(t *testing.T) {
	for _, c := range []struct {
		old, new, fact, problem string
	}{
		{`"Conv2D"`, `"Conv7D"`, "this kind of layer is not read", ""},
		{`{`, `[`, "", "config.json is not valid JSON"},
	} {
		path := filepath.Join(t.TempDir(), "m.keras")
		if err := os.WriteFile(path, kerasArchive(t, c.old, c.new), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := inspect.Inspect(t.Context(), path)
		if err != nil || f.What != "a Keras 3 model" || f.Problem != c.problem {
			t.Errorf("%+v, %v", f, err)
			continue
		}
		if c.problem != "" {
			continue
		}
		if f.Arrays == 0 || len(f.Opens) != 1 || f.Opens[0].Who != "Keras" || !slices.ContainsFunc(f.Facts, func(x inspect.Fact) bool {
			return x.Name == "import" && strings.Contains(x.Value, c.fact) && !strings.Contains(x.Value, path)
		}) {
			t.Errorf("%+v", f)
		}
	}
	f, err := inspect.Inspect(t.Context(), "../keras/testdata/own-sequential.keras")
	if err != nil || f.Arrays == 0 || f.Problem != "" {
		t.Errorf("%+v, %v", f, err)
	}
}

// A head alone makes no picture, and a name no network.
func TestNotWhatTheySeem(t *testing.T) {
	png := samples(t)["png"]
	for name, c := range map[string]struct {
		data          []byte
		what, problem string
	}{
		"x.jpg":     {[]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00"), "a picture", "it cannot be decoded: "},
		"cut.png":   {png[:len(png)/2], "a picture", "it cannot be decoded: "},
		"text.onnx": {[]byte("hello\n"), "a text", ""},
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := inspect.Inspect(t.Context(), path)
		if err != nil || f.What != c.what || !strings.HasPrefix(f.Problem, c.problem) || (c.problem == "") != (f.Problem == "") {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}

// A data set that is too large to be read has a shape all the same.
func TestLargeDataset(t *testing.T) {
	data, err := os.ReadFile("../hdf5/testdata/kinds_earliest.h5")
	if err != nil {
		t.Fatal(err)
	}
	shape := func(h, w uint64) []byte {
		return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, h), w)
	}
	large := bytes.ReplaceAll(data, shape(10, 10), shape(1<<20, 1<<20))
	if bytes.Equal(large, data) {
		t.Fatal("no array of 10x10")
	}
	path := filepath.Join(t.TempDir(), "large.h5")
	if err := os.WriteFile(path, large, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := inspect.Inspect(t.Context(), path)
	if err != nil || f.Problem != "" || !slices.ContainsFunc(f.Tensors, func(x inspect.Tensor) bool { return slices.Equal(x.Shape, []int{1 << 20, 1 << 20}) }) {
		t.Errorf("%+v, %v", f, err)
	}
}
