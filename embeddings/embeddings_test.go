package embeddings_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"likeness/embeddings"
	"likeness/npy"
)

func small() *embeddings.Table {
	return &embeddings.Table{
		IDs: []string{"Ada/1.jpg", "b, \"c\"\n.jpg", "Zoë"}, People: []string{"Ada", "", "Zoë"},
		Taken: []time.Time{time.Date(2024, 2, 29, 12, 0, 1, 0, time.UTC), {}, {}},
		Dim:   2, Codes: []float32{1.0 / 3, -2, 3e-20, 4, 5, 6},
	}
}

func TestWriteRead(t *testing.T) {
	for _, ext := range []string{".npz", ".csv", ".parquet"} {
		for _, bare := range []bool{false, true} {
			want := small()
			if bare {
				want.People, want.Taken = nil, nil
			}
			path := filepath.Join(t.TempDir(), "codes"+ext)
			if err := want.WriteFile(path); err != nil {
				t.Fatal(err)
			}
			got, err := embeddings.Read(path, embeddings.ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			want.CodesFrom = map[string]string{".npz": "codes", ".csv": "c0 to c1", ".parquet": "code"}[ext]
			if bare && ext == ".parquet" { // has the columns in any case
				want.People, want.Taken = make([]string, 3), make([]time.Time, 3)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", ext, diff)
			}
		}
	}
	if err := small().WriteFile(filepath.Join(t.TempDir(), "codes.pkl")); err == nil || !strings.Contains(err.Error(), "as .npz, .csv or .parquet") {
		t.Errorf("a pickle is written: %v", err)
	}
}

// write writes a file and returns its path.
func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// npz returns a file of arrays, of float32 in two dimensions or of strings.
func npz(t *testing.T, arrays map[string]any) []byte {
	t.Helper()
	var b bytes.Buffer
	w := npy.NewWriter(&b)
	for _, name := range []string{"embeddings", "other", "X", "labels", "files", "flat"} {
		var err error
		switch v := arrays[name].(type) {
		case []string:
			err = w.Strings(name, v)
		case [][2]float32:
			var flat []float32
			for _, row := range v {
				flat = append(flat, row[:]...)
			}
			err = w.Floats(name, []int{len(v), 2}, flat)
		case []float32:
			err = w.Floats(name, []int{len(v)}, v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Files as other programs write them.
func TestReadForeignNames(t *testing.T) {
	ids := write(t, "ids.txt", []byte("\ufefffirst.jpg\r\nsecond one.jpg\n"))
	codes := [][2]float32{{1, 2}, {3, 4}}
	want := embeddings.Table{IDs: []string{"0", "1"}, Numbered: true, Dim: 2, Codes: []float32{1, 2, 3, 4}}
	called := want
	called.IDs, called.Numbered = []string{"a", "b"}, false
	given := called
	given.IDs = []string{"first.jpg", "second one.jpg"}
	people := called
	people.People = []string{"Ada", "Bo"}
	from := func(t embeddings.Table, codes string) embeddings.Table {
		t.CodesFrom = codes
		return t
	}
	keyed := want
	keyed.IDs, keyed.Numbered = []string{"7", "9"}, false
	dated := called
	dated.Taken = []time.Time{time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)}
	unused := people
	unused.Unused = []string{"size"}
	for _, c := range []struct {
		name string
		file []byte
		opt  embeddings.ReadOptions
		want embeddings.Table
	}{
		{"only array", npz(t, map[string]any{"other": codes}), embeddings.ReadOptions{}, from(want, "other")},
		{"ids beside", npz(t, map[string]any{"other": codes}), embeddings.ReadOptions{IDs: ids}, from(given, "other")},
		{"by names", npz(t, map[string]any{"embeddings": codes, "files": []string{"a", "b"}, "labels": []string{"Ada", "Bo"}}), embeddings.ReadOptions{}, from(people, "embeddings")},
		{"by shape", npz(t, map[string]any{"other": codes, "files": []string{"a", "b"}}), embeddings.ReadOptions{}, from(called, "other")},
		{"numbers alone", []byte("1,2\n3,4\n"), embeddings.ReadOptions{}, want},
		{"columns that pandas counts", []byte("0,1\n1,2\n3,4\n"), embeddings.ReadOptions{}, from(want, "0 to 1")},
		{"a column each", []byte("\ufefffile,e0,e1\na,1,2\nb,3,4\n"), embeddings.ReadOptions{}, from(called, "e0 to e1")},
		{"lists", []byte("path,Label,size,embedding\na,Ada,9,\"[1, 2]\"\nb,Bo,9,\"[3,4]\"\n"), embeddings.ReadOptions{}, from(unused, "embedding")},
		{"texts between", []byte("path,size,label,0,1\na,big,Ada,1,2\nb,small,Bo,3,4\n"), embeddings.ReadOptions{}, from(unused, "0 to 1")},
		{"dates", []byte("id,date,0,1\na,2020-01-02 03:04:05.5,1,2\nb,2021-01-01,3,4\n"), embeddings.ReadOptions{}, from(dated, "0 to 1")},
		{"pandas' index", []byte(",0,1\n7,1,2\n9,3,4\n"), embeddings.ReadOptions{}, from(keyed, "0 to 1")},
		{"a number beside", []byte("path,size,label ,dim_0,dim_1\na,9,Ada,1,2\nb,8,Bo,3,4\n"), embeddings.ReadOptions{}, from(unused, "dim_0 to dim_1")},
		{"semicolons", []byte("path;label;size;x0;x1\na;Ada;9;1,0;2\nb;Bo;9;3;4,0\n"), embeddings.ReadOptions{}, from(unused, "x0 to x1")},
		{"tabs, lists of NumPy", []byte("path\tlabel\tsize\tcode\na\tAda\t9\t[1. 2.]\nb\tBo\t9\t[3.\u00a04.]\n"), embeddings.ReadOptions{}, from(unused, "code")},
		{"one code", npz(t, map[string]any{"flat": []float32{1, 2}}), embeddings.ReadOptions{}, from(embeddings.Table{IDs: []string{"0"}, Numbered: true, Dim: 2, Codes: []float32{1, 2}}, "flat")},
	} {
		got, err := embeddings.Read(write(t, "codes", c.file), c.opt)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if diff := cmp.Diff(&c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestErrors(t *testing.T) {
	var good bytes.Buffer
	if err := small().Write(&good, embeddings.Parquet); err != nil {
		t.Fatal(err)
	}
	type nullable struct {
		Code []*float32 `parquet:"code,list"`
	}
	var nulls bytes.Buffer
	one := float32(1)
	if err := parquet.Write(&nulls, []nullable{{[]*float32{&one, nil}}, {[]*float32{nil, &one}}}); err != nil {
		t.Fatal(err)
	}
	ids := write(t, "ids.txt", []byte("one\n"))
	codes := [][2]float32{{1, 2}, {3, 4}}
	for _, c := range []struct {
		name string
		file []byte
		opt  embeddings.ReadOptions
		want string
	}{
		{"nothing", nil, embeddings.ReadOptions{}, "no table"},
		{"no titles, decimal commas", []byte("a.jpg;0,5;1\nb.jpg;0,25;1\n"), embeddings.ReadOptions{}, `line 1: "0,5" is no title: expected a line of titles`},
		{"no titles", []byte("a.jpg,0.5,1\nb.jpg,0.25,1\n"), embeddings.ReadOptions{}, `line 1: "0.5" is no title: expected a line of titles`},
		{"titles alone", []byte("id,c0\n"), embeddings.ReadOptions{}, "no entries"},
		{"twice", []byte("id,c0\na,1\na,2\n"), embeddings.ReadOptions{}, `entries 0 and 1 have the same id "a"`},
		{"not finite", []byte("id,c0\na,1\nb,NaN\n"), embeddings.ReadOptions{}, "the code of entry 1 (b) has NaN as number 0"},
		{"no number", []byte("id,c0\na,1\nb,x\n"), embeddings.ReadOptions{}, `line 3: column 2: "x" is no number`},
		{"other lengths", []byte("id,code\na,\"[1,2]\"\nb,\"[1]\"\n"), embeddings.ReadOptions{}, "line 3: a code of 1 numbers, those before it have 2"},
		{"a null in a list", []byte("id,code\na,\"[1,null]\"\n"), embeddings.ReadOptions{}, `line 2: column "code": element 1 is null`},
		{"a null in a list of Parquet", nulls.Bytes(), embeddings.ReadOptions{}, `entry 0: column "code" has no number`},
		{"no list", []byte("id,code\na,[1\n"), embeddings.ReadOptions{}, `line 2: column "code": "[1" is no list`},
		{"a printed list", []byte("id,code\na,[1 ... 2]\n"), embeddings.ReadOptions{}, "its middle left out"},
		{"UTF-16", []byte("\xff\xfei\x00d\x00"), embeddings.ReadOptions{}, "UTF-16"},
		{"a database", []byte("SQLite format 3\x00"), embeddings.ReadOptions{}, "expected a NumPy, Parquet or CSV file"},
		{"a text as codes", []byte("id,word,c0\na,b,1\n"), embeddings.ReadOptions{Codes: "word"}, `column "word" holds neither`},
		{"ragged", []byte("id,c0\na,1,2\n"), embeddings.ReadOptions{}, "wrong number of fields"},
		{"no codes", []byte("id,word\na,b\n"), embeddings.ReadOptions{}, "no column of numbers"},
		{"no column", []byte("id,word\na,b\n"), embeddings.ReadOptions{Codes: "c"}, `no column "c"`},
		{"no date", []byte("id,date,c0\na,soon,1\n"), embeddings.ReadOptions{}, `"soon" is no time`},
		{"no array", npz(t, map[string]any{"other": codes, "X": codes}), embeddings.ReadOptions{Codes: "c"}, `no array "c"`},
		{"unclear", npz(t, map[string]any{"files": []string{"a"}, "labels": []string{"a"}}), embeddings.ReadOptions{}, "which of them are the codes is not clear"},
		{"labels of others", npz(t, map[string]any{"embeddings": codes, "labels": []string{"a"}}), embeddings.ReadOptions{}, `array "labels" has the shape [1], expected one element for each of the 2 codes`},
		{"ids of others", npz(t, map[string]any{"other": codes}), embeddings.ReadOptions{IDs: ids}, "has 1 ids"},
		{"cut Parquet", good.Bytes()[:good.Len()-9], embeddings.ReadOptions{}, ""},
		{"no Parquet", []byte("PAR1 and nothing else"), embeddings.ReadOptions{}, ""},
		{"Parquet without it", good.Bytes(), embeddings.ReadOptions{Codes: "vector"}, `no column "vector"`},
		{"Parquet without lists", good.Bytes(), embeddings.ReadOptions{Codes: "person"}, "no list of numbers"},
	} {
		path := write(t, "codes", c.file)
		_, err := embeddings.Read(path, c.opt)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: want an error of the file that says %q, got %v", c.name, c.want, err)
		}
	}
	two := npz(t, map[string]any{"other": codes, "flat": []float32{1, 2}})
	if got, err := embeddings.Read(write(t, "codes", two), embeddings.ReadOptions{}); err != nil || !cmp.Equal(got.Unused, []string{"flat"}) {
		t.Errorf("an array that is not read: %v %v", got, err)
	}
}

// A few bytes do not become numbers without end.
func TestParquetBomb(t *testing.T) {
	if testing.Short() {
		t.Skip("packs 256 MiB")
	}
	type row struct {
		Code []float32 `parquet:"code,list,dict"`
	}
	var b bytes.Buffer
	w := parquet.NewGenericWriter[row](&b, parquet.Compression(&parquet.Zstd))
	for range 17 {
		if _, err := w.Write([]row{{make([]float32, 4096_000)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := write(t, "codes", b.Bytes())
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := embeddings.Read(path, embeddings.ReadOptions{})
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "it is a bomb") {
		t.Errorf("%d bytes: %v", b.Len(), err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 16<<20 {
		t.Errorf("%d bytes were taken for a file of %d", taken, b.Len())
	}
}

// Other programs read what is written, and theirs is read.
func TestForeignParquet(t *testing.T) {
	if os.Getenv("LIKENESS_FOREIGN") == "" {
		t.Skip("LIKENESS_FOREIGN is not set: hyparquet is not asked")
	}
	path := filepath.Join(t.TempDir(), "codes.parquet")
	if err := small().WriteFile(path); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "node", "testdata/parquet.mjs", "read", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if lines[0] != "id person taken code" || len(lines) != 4 {
		t.Fatalf("hyparquet reads\n%s", out)
	}
	for i, line := range lines[1:] {
		var row struct {
			ID     string
			Person *string
			Taken  *time.Time
			Code   []float32
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		want := small()
		if row.ID != want.IDs[i] || !cmp.Equal(row.Code, want.Codes[2*i:2*i+2]) || (row.Person == nil) != (i == 1) || i == 0 && !row.Taken.Equal(want.Taken[0]) || i > 0 && row.Taken != nil {
			t.Errorf("hyparquet reads %s", line)
		}
	}
	theirs := filepath.Join(t.TempDir(), "theirs.parquet")
	if out, err := exec.CommandContext(t.Context(), "node", "testdata/parquet.mjs", "write", theirs).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, err := embeddings.Read(theirs, embeddings.ReadOptions{})
	want := &embeddings.Table{IDs: []string{"a.jpg", "b.jpg"}, People: []string{"Ada", ""}, Taken: []time.Time{time.Date(2024, 2, 29, 12, 0, 1, 0, time.UTC), {}}, Dim: 2, Codes: []float32{1.5, 0.25, -2, 3}, CodesFrom: "embedding_0 to embedding_1"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func FuzzRead(f *testing.F) {
	for _, format := range []embeddings.Format{embeddings.NPZ, embeddings.CSV, embeddings.Parquet} {
		var b bytes.Buffer
		if err := small().Write(&b, format); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte("path,Label,size,embedding\na,Ada,9,\"[1, 2]\"\n"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := os.CreateTemp(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.Remove(file.Name())
		_, _ = file.Write(data)
		file.Close()
		table, err := embeddings.Read(file.Name(), embeddings.ReadOptions{})
		if err != nil {
			return
		}
		if err := table.Write(&bytes.Buffer{}, embeddings.CSV); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}

func TestCheckReplace(t *testing.T) {
	dir := t.TempDir()
	for _, format := range []embeddings.Format{embeddings.NPZ, embeddings.CSV, embeddings.Parquet} {
		path := filepath.Join(dir, "codes."+string(format))
		if err := embeddings.CheckReplace(path); err != nil {
			t.Errorf("nothing is there: %v", err)
		}
		if err := small().WriteFile(path); err != nil {
			t.Fatal(err)
		}
		if err := embeddings.CheckReplace(path); errors.Is(err, embeddings.ErrReplace) != (format == embeddings.CSV) || err != nil && format != embeddings.CSV {
			t.Errorf("a table of codes: %v", err)
		}
	}
	for name, data := range map[string][]byte{"a.npz": npz(t, map[string]any{"embeddings": [][2]float32{{1, 2}}}), "a.csv": []byte("name,phone\nAda,1\n"), "a.parquet": []byte("PAR1nothing")} {
		if err := embeddings.CheckReplace(write(t, name, data)); !errors.Is(err, embeddings.ErrReplace) {
			t.Errorf("%s would be replaced: %v", name, err)
		}
	}
}
