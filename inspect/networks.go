package inspect

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"likeness/autoencoder"
	"likeness/detect"
	"likeness/faces"
	"likeness/finder"
	"likeness/hdf5"
	"likeness/internal/regularfile"
	"likeness/keras"
	"likeness/latent"
	"likeness/onnx"
	"likeness/safetensors"
	"likeness/search"
)

// own are the formats of likeness's files: what they are, and which commands take them.
var own = map[string]struct {
	what     string
	commands []string
}{
	autoencoder.Format:   {"a model of likeness", []string{"summary FILE", "reconstruct, eval, index, morph, edit, sample FILE", "export FILE --format onnx|pytorch|keras|card"}},
	finder.Format:        {"a finder of likeness, which knows people", []string{"index FILE PICTURES", "same FILE PICTURE PICTURE", "summary FILE"}},
	search.Format:        {"an index of likeness", []string{"search FILE PICTURE", "dupes, cluster FILE", "export FILE --format projector"}},
	latent.Format:        {"an atlas of likeness: what is known of a model's codes", []string{"directions, edit and sample take it, beside its model"}},
	detect.Format:        {"a detector of faces of likeness", []string{"--detector FILE, with any command"}},
	"likeness space 1":   {"a space of likeness that has learned from judgements", []string{"search takes it, beside its index"}},
	"likeness picture 1": {"decoded pictures in likeness's cache", []string{"cache"}},
}

// describeSafetensors describes safetensors files.
func describeSafetensors(_ context.Context, f *File) error {
	f.What = "tensors"
	s, err := safetensors.Map(f.Path)
	if err != nil {
		return err
	}
	defer s.Close()
	for _, t := range s.Tensors {
		f.tensor(t.Name, string(t.DType), t.Shape)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Metadata)) {
		f.text(name, s.Metadata[name])
	}
	format := s.Metadata["format"]
	kind, known := own[format]
	newer := false
	if !known { // of another version, perhaps
		name, _, _ := strings.Cut(strings.TrimPrefix(format, "likeness "), " ")
		newer = strings.HasPrefix(format, "likeness ")
		for own, k := range own {
			if newer && strings.HasPrefix(own, "likeness "+name+" ") {
				kind = k
			}
		}
	}
	switch {
	case known:
		f.What = kind.what
		f.fact("version", "%s", format)
		f.likeness(kind.commands...)
		for _, name := range []string{"architecture", "code", "fingerprint", "space", "model", "source"} {
			if v := s.Metadata[name]; v != "" && len(v) < 200 {
				f.fact(name, "%s", v)
			}
		}
		var part struct{ Shard faces.Shard }
		if format == search.Format && json.Unmarshal([]byte(s.Metadata["part"]), &part) == nil && part.Shard.Of > 0 {
			f.What = "a part of an index of likeness: of one shard of the pictures"
			f.fact("shard", "%s", part.Shard)
			f.likeness("index --merge FILE...")
		}
		if s.Metadata["progress"] != "" {
			f.What = "a checkpoint of likeness: a training that can go on"
			f.likeness("train ... --resume")
		}
		f.opens("any reader of safetensors", "safetensors.numpy.load_file(FILE)")
	case newer:
		f.What = "a file of likeness of a kind or version that this program does not know"
		if kind.what != "" {
			f.What = kind.what + ", of a version that this program does not know"
		}
		f.fact("version", "%s", format)
	default:
		f.What = "tensors of another program"
		if format == "pt" {
			f.What = "tensors of PyTorch"
		}
		f.likeness("import FILE, where they are the state dict of an autoencoder")
		f.opens("any reader of safetensors", "safetensors.numpy.load_file(FILE)")
	}
	numbers := 0
	for _, t := range s.Tensors {
		n := 1
		for _, d := range t.Shape {
			n *= d
		}
		numbers += n
	}
	f.fact("numbers", "%d in %d tensors", numbers, len(s.Tensors))
	return nil
}

// describeONNX describes ONNX models.
func describeONNX(_ context.Context, f *File) error {
	f.What = "an ONNX model"
	m, err := onnx.Open(f.Path)
	if err != nil {
		return err
	}
	made := strings.TrimSpace(m.Producer + " " + m.ProducerVersion)
	if made != "" {
		f.fact("made by", "%s", made)
	}
	f.fact("format", "IR %d", m.IR)
	for _, o := range m.Opsets {
		domain := o.Domain
		if domain == "" {
			domain = "ai.onnx"
		}
		f.fact("operators", "%s %d", domain, o.Version)
	}
	weights := map[string]bool{}
	external, numbers := 0, 0
	for _, t := range m.Graph.Initializers {
		weights[t.Name] = true
		shape := make([]int, len(t.Dims))
		for i, d := range t.Dims {
			shape[i] = int(d)
		}
		f.tensor(t.Name, t.Type.String(), shape)
		if n, err := t.Size(); err == nil {
			numbers += n
		}
		if t.External {
			external++
		}
	}
	for _, v := range m.Graph.Inputs {
		if !weights[v.Name] { // files of old versions list weights as inputs, too
			f.fact("input", "%s", value(v))
		}
	}
	for _, v := range m.Graph.Outputs {
		f.fact("output", "%s", value(v))
	}
	count := map[string]int{}
	for _, n := range m.Graph.Nodes {
		count[n.Op]++
	}
	var ops []string
	for _, op := range slices.Sorted(maps.Keys(count)) {
		ops = append(ops, fmt.Sprintf("%s x%d", op, count[op]))
	}
	f.fact("nodes", "%d: %s", len(m.Graph.Nodes), strings.Join(ops, ", "))
	f.fact("weights", "%d in %d tensors", numbers, len(m.Graph.Initializers))
	for _, e := range m.Metadata {
		f.text(e.Key, e.Value)
	}
	f.likeness("index --encoder FILE PICTURES, where it turns a face into a code")
	f.opens("onnxruntime", "InferenceSession(FILE)")
	if external > 0 {
		return fmt.Errorf("the numbers of %d tensors lie in other files: save the model as one file", external)
	}
	return nil
}

// value is an input or output in words.
func value(v onnx.Value) string {
	if v.Type == 0 {
		return v.Name + ": no tensor"
	}
	if v.Dims == nil {
		return fmt.Sprintf("%s: %v of any shape", v.Name, v.Type)
	}
	var dims []string
	for _, d := range v.Dims {
		switch {
		case d.Param != "":
			dims = append(dims, d.Param)
		case d.Size > 0:
			dims = append(dims, fmt.Sprint(d.Size))
		default:
			dims = append(dims, "?")
		}
	}
	return fmt.Sprintf("%s: %v (%s)", v.Name, v.Type, strings.Join(dims, ", "))
}

// describeHDF5 describes HDF5 files, and among them Keras's.
func describeHDF5(_ context.Context, f *File) error {
	f.What = "an HDF5 file"
	f.opens("h5py", "h5py.File(FILE)")
	h, err := hdf5.Open(f.Path)
	if err != nil {
		return err
	}
	root, err := h.Root()
	if err != nil {
		return err
	}
	err = root.Walk(func(o hdf5.Object) error {
		if d, ok := o.(*hdf5.Dataset); ok {
			f.tensor(strings.TrimPrefix(d.Path(), "/"), d.Type().String(), d.Shape())
		}
		return nil
	})
	if attributes, failed := root.Attributes(); failed == nil {
		for _, a := range attributes {
			if s, err := a.String(); err == nil {
				f.text(a.Name, s)
			}
		}
	}
	if err != nil {
		return err
	}
	if m, failed := keras.Open(f.Path); failed == nil {
		f.keras(m)
	}
	return nil
}

// describeKeras describes .keras files, z is one. What is in order and has layers that are not known here is no problem of the
// file.
func describeKeras(f *File, z *zip.Reader) error {
	f.What = "a Keras 3 model"
	config, err := member(z, "config.json", mostConfig)
	if err != nil {
		return err
	}
	if !json.Valid(config) {
		return errors.New("config.json is not valid JSON")
	}
	about, err := member(z, "metadata.json", mostConfig)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	weights, err := member(z, "model.weights.h5", hdf5.LargestFile)
	if err != nil {
		return err
	}
	h, err := hdf5.Parse("model.weights.h5", weights)
	if err != nil {
		return err
	}
	root, err := h.Root()
	if err != nil {
		return err
	}
	if err := root.Walk(func(o hdf5.Object) error {
		if d, ok := o.(*hdf5.Dataset); ok {
			f.tensor(strings.TrimPrefix(d.Path(), "/"), d.Type().String(), d.Shape())
		}
		return nil
	}); err != nil {
		return err
	}
	m, err := keras.Open(f.Path)
	if err == nil {
		f.keras(m)
		return nil
	}
	var made struct {
		Version string `json:"keras_version"`
	}
	if json.Unmarshal(about, &made) == nil {
		f.fact("Keras", "%s", made.Version)
	}
	f.fact("import", "likeness cannot import it: %s", strings.TrimPrefix(err.Error(), f.Path+": "))
	f.opens("Keras", "keras.saving.load_model(FILE)")
	return nil
}

// Bounds of what is unpacked.
const (
	mostConfig   = 64 << 20 // bytes
	mostUnpacked = 100      // times the packed member
)

// member unpacks a member of a zip archive, of at most so many bytes.
func member(z *zip.Reader, name string, most uint64) ([]byte, error) {
	i := slices.IndexFunc(z.File, func(m *zip.File) bool { return m.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("it has no %s: %w", name, fs.ErrNotExist)
	}
	m := z.File[i]
	if size := m.UncompressedSize64; size > most || size/mostUnpacked > m.CompressedSize64+1<<10 {
		return nil, fmt.Errorf("%s: %d bytes that %d bytes unpack to are not read", name, size, m.CompressedSize64)
	}
	r, err := m.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(m.UncompressedSize64)+1))
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

func (f *File) keras(m *keras.Model) {
	f.What = m.Format
	f.fact("Keras", "%s", m.Version)
	f.fact("network", "%s", m.Name)
	if m.Declared() {
		f.fact("layers", "the file says them")
		if m.Input != nil {
			f.fact("input", "%v", m.Input)
		}
	} else {
		f.fact("layers", "the file says none: its weights are fitted to known networks by their shapes")
	}
	if m.Declared() && !m.Own {
		f.likeness("import FILE")
		f.opens("Keras", "keras.saving.load_model(FILE)")
		return
	}
	f.likeness("import ENCODER DECODER, where it is one of the two; import FILE, where it has both")
	f.opens("Keras", "model.load_weights(FILE), of a model that has the same layers")
}

// describeEvents counts the records of an event file.
func describeEvents(ctx context.Context, f *File) error {
	f.What = "events for TensorBoard"
	f.opens("TensorBoard", "tensorboard --logdir FOLDER")
	file, err := regularfile.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	r, records := bufio.NewReaderSize(file, 1<<16), 0
	for {
		var length [12]byte
		if _, err := io.ReadFull(r, length[:]); errors.Is(err, io.EOF) {
			f.fact("events", "%d", records)
			return nil
		} else if err != nil {
			return fmt.Errorf("event %d is cut short", records)
		}
		n := binary.LittleEndian.Uint64(length[:])
		if n > uint64(f.Bytes) {
			return fmt.Errorf("event %d of %d bytes is longer than the file", records, n)
		}
		if _, err := r.Discard(int(n) + 4); err != nil {
			return fmt.Errorf("event %d is cut short", records)
		}
		if records++; records%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
}
