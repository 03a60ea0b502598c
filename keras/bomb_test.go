package keras_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	"likeness/hdf5"
	"likeness/keras"
)

// maze returns an HDF5 file of so many levels, of which each has four ways to the next: few groups, and paths without end.
func maze(levels int) []byte {
	const head, room = 64, 128
	b := append([]byte("\x89HDF\r\n\x1a\n"), 2, 8, 8, 0)
	for _, v := range []uint64{0, 1<<64 - 1, uint64(head + (2*levels+1)*room), head} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	b = append(b, make([]byte, head-len(b))...)
	at := func(i int) uint64 { return uint64(head + i*room) }
	group := func(to uint64, names ...string) {
		var messages []byte
		for _, name := range names {
			link := append([]byte{1, 0, byte(len(name))}, name...)
			link = binary.LittleEndian.AppendUint64(link, to)
			messages = append(messages, 6, byte(len(link)), 0, 0)
			messages = append(messages, link...)
		}
		g := append(append([]byte("OHDR"), 2, 0, byte(len(messages))), messages...)
		b = append(append(b, g...), make([]byte, room-len(g))...)
	}
	for i := range levels {
		group(at(2*i+1), "layers")
		group(at(2*i+2), "a", "b", "c", "d")
	}
	group(at(2*levels), "none") // no weights
	return b
}

func TestMaze(t *testing.T) {
	if _, err := keras.Parse("maze.h5", maze(15)); err == nil || !strings.Contains(err.Error(), "more than 4096 layers") {
		t.Errorf("%v, expected more than 4096 layers", err)
	}
}

// An array that many layers name is not read for each of them.
func TestSameWeights(t *testing.T) {
	const side, layers = 512, 400
	root := &hdf5.Tree{}
	dense := `{"class_name":"Dense","config":{"name":"d","units":512,"use_bias":false,"activation":"linear"}}`
	root.String("model_config", `{"class_name":"Sequential","config":{"name":"s","build_input_shape":[null,512],"layers":[`+strings.Repeat(dense+",", layers)+dense+`]}}`)
	g := root.Group("model_weights/d")
	g.Strings("weight_names", []string{"kernel:0"})
	g.Floats("kernel:0", []int{side, side}, make([]float32, side*side))
	data, err := root.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = keras.Parse("same.h5", data)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "same.h5: /model_weights/d/kernel:0: this and the arrays before it have more bytes") {
		t.Errorf("%v, expected more bytes than the file has", err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 128<<20 {
		t.Errorf("%d bytes were taken for a file of %d", taken, len(data))
	}
}

// A size that no file has does not hide how far a member unpacks.
func TestArchiveLie(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "config.json", Method: zip.Store, CompressedSize64: 1 << 34, UncompressedSize64: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("{}")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := keras.Parse("lie.keras", b.Bytes()); err == nil || !strings.Contains(err.Error(), "config.json of 17179869184 bytes in a file of") {
		t.Errorf("%v", err)
	}
}
