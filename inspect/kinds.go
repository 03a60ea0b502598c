package inspect

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"path/filepath"
	"strings"
	"time"

	"likeness/hdf5"
	"likeness/pix"
	"likeness/report"
)

// kinds are all formats, the surest first.
var kinds = []kind{
	{"HDF5", func(head []byte, _ string) bool { return hdf5.Recognise(head) }, describeHDF5},
	{"npy", begins("\x93NUMPY"), describeArrays},
	{"zip", begins("PK\x03\x04"), describeZip},
	{"zip", begins("PK\x05\x06"), describeZip},
	{"Parquet", begins("PAR1"), describeTable},
	{"TensorBoard events", isEvents, describeEvents},
	{"safetensors", isSafetensors, describeSafetensors},
	{"pickle", isPickle, recognised("a Python pickle", "A pickle is a program: it is recognised and never run. Save numbers as .npz, or weights as .safetensors.", "Python", "pickle, joblib or torch.load, only where its author is trusted")},
	{"picture", func(head []byte, _ string) bool { return pix.Supported(head[:min(len(head), 512)]) == nil }, describePicture},
	{"report", func(_ []byte, path string) bool { made, err := report.Made(path); return err == nil && made }, recognised("a report of likeness", "", "likeness", "likeness serve, or any browser")},
	{"gzip", begins("\x1f\x8b"), describeArchive},
	{"tar", func(head []byte, _ string) bool { return len(head) >= 262 && string(head[257:262]) == "ustar" }, describeArchive},
	{"TensorFlow Lite", func(head []byte, _ string) bool { return len(head) >= 8 && string(head[4:8]) == "TFL3" }, recognised("a TensorFlow Lite model", "Convert it to ONNX, such as by tf2onnx.", "tflite-runtime", "Interpreter(model_path=...)")},
	{"GGUF", begins("GGUF"), recognised("a GGUF model", "", "llama.cpp", "llama-cli -m FILE")},
	{"Arrow", begins("ARROW1"), recognised("an Arrow (Feather) table", "Write it as Parquet.", "pyarrow", "pyarrow.feather.read_table")},
	{"faiss index", isFaiss, recognised("an index of faiss", "Its vectors come out by reconstruct_n, and as .npy into 'likeness index --codes'.", "faiss", "faiss.read_index")},
	{"SQLite", begins("SQLite format 3\x00"), recognised("an SQLite database", "", "SQLite", "sqlite3 FILE")},
	{"MATLAB", begins("MATLAB 5.0 MAT-file"), recognised("a MATLAB file", "", "SciPy", "scipy.io.loadmat")},
	{"7z", begins("7z\xbc\xaf\x27\x1c"), recognised("a 7z archive", "Unpack it.", "7z", "7z x FILE")},
	{"xz", begins("\xfd7zXZ\x00"), recognised("a file compressed by xz", "Unpack it.", "xz", "xz -d FILE")},
	{"bzip2", begins("BZh"), recognised("a file compressed by bzip2", "Unpack it.", "bzip2", "bzip2 -d FILE")},
	{"Zstandard", begins("\x28\xb5\x2f\xfd"), recognised("a file compressed by Zstandard", "Unpack it.", "zstd", "zstd -d FILE")},
	{"PDF", begins("%PDF-"), recognised("a PDF document", "", "any PDF reader", "")},
	{"training log", isTrainingLog, recognised("a log of a training of likeness", "", "any JSON reader", "one object to a line")},
	{"JSON", isJSON, recognised("a JSON text", "", "any JSON reader", "")},
	{"ONNX", isONNX, describeONNX},
	{"text", isText, describeText},
}

// begins recognises a format by its first bytes.
func begins(magic string) func([]byte, string) bool {
	return func(head []byte, _ string) bool { return bytes.HasPrefix(head, []byte(magic)) }
}

// recognised describes a format that is not read here.
func recognised(what, advice, who, how string) func(context.Context, *File) error {
	return func(_ context.Context, f *File) error {
		f.What = what
		if advice != "" {
			f.fact("advice", "%s", advice)
		}
		f.opens(who, how)
		return nil
	}
}

// isSafetensors recognises the length of a header, and the brace that it begins with.
func isSafetensors(head []byte, _ string) bool {
	return len(head) > 8 && head[8] == '{' && binary.LittleEndian.Uint64(head) < 1<<40
}

// isEvents recognises a record of 8 + 4 + n + 4 bytes that begins with a time.
func isEvents(head []byte, path string) bool {
	if len(head) < 24 {
		return false
	}
	n := binary.LittleEndian.Uint64(head)
	return n > 8 && n < 1<<20 && head[12] == 0x09 && (strings.Contains(filepath.Base(path), "tfevents") || bytes.Contains(head[:min(len(head), int(12+min(n, 4000)))], []byte("brain.Event:")))
}

func isPickle(head []byte, _ string) bool {
	return len(head) > 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5
}

// isFaiss recognises faiss's four letters before the dimension of an index.
func isFaiss(head []byte, _ string) bool {
	if len(head) < 8 {
		return false
	}
	switch string(head[:4]) {
	case "IxFI", "IxF2", "IxFl", "IHNf", "IHNp", "IHNs", "IwFl", "IwPQ", "IwSq", "IxPq", "IxPT", "IxSQ", "IxMp", "IxM2", "IBxF":
		return true
	}
	return false
}

func isTrainingLog(head []byte, _ string) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	var first struct {
		Time  time.Time
		Event string
	}
	return json.Unmarshal(line, &first) == nil && first.Event != "" && !first.Time.IsZero()
}

func isJSON(head []byte, path string) bool {
	text := bytes.TrimLeft(head, " \t\r\n\ufeff")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[') && (strings.EqualFold(filepath.Ext(path), ".json") || json.Valid(bytes.TrimSpace(head)))
}

// isONNX recognises a file by its ending, or the version of the format that its message begins with and the name of the
// program behind it.
func isONNX(head []byte, path string) bool {
	if strings.EqualFold(filepath.Ext(path), ".onnx") && !isText(head, path) {
		return true
	}
	return len(head) > 4 && head[0] == 0x08 && head[1] > 0 && head[1] < 20 && (head[2] == 0x12 || head[2] == 0x3a)
}

// isText recognises text: no bytes that texts do not have.
func isText(head []byte, _ string) bool {
	for _, b := range head {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' {
			return false
		}
	}
	return true
}
