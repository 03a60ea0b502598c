package runtime

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"likeness/onnx"
)

// foreign skips a test that needs other programs unless they are asked for; then they must be
// there.
func foreign(t *testing.T) {
	t.Helper()
	if os.Getenv("LIKENESS_FOREIGN") == "" {
		t.Skip("runs other programs: LIKENESS_FOREIGN=1 and LIKENESS_NODE_MODULES=.../node_modules, with Debian's python3-torch")
	}
}

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// job is one network on one input, as testdata/run.mjs reads it.
type job struct {
	Model  string `json:"model"`
	Input  string `json:"input"`
	Dims   []int  `json:"dims"`
	Type   string `json:"type"`
	Output string `json:"output"`
}

// onnxruntime runs jobs in a folder and returns the answers.
func onnxruntime(t *testing.T, folder string, jobs []job) [][]float32 {
	t.Helper()
	list, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "jobs.json"), list, 0o644); err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/run.mjs")
	if err != nil {
		t.Fatal(err)
	}
	command(t, "node", script, folder)
	all := make([][]float32, len(jobs))
	for i, j := range jobs {
		data, err := os.ReadFile(filepath.Join(folder, j.Output))
		if err != nil {
			t.Fatal(err)
		}
		all[i] = make([]float32, len(data)/4)
		if err := binary.Read(bytes.NewReader(data), binary.LittleEndian, all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestForeignFamilies: random networks of the usual families give what onnxruntime gives.
func TestForeignFamilies(t *testing.T) {
	foreign(t)
	folder := t.TempDir()
	command(t, "/usr/bin/python3", "testdata/families.py", folder)
	files, err := filepath.Glob(filepath.Join(folder, "*.onnx"))
	if err != nil || len(files) < 12 {
		t.Fatalf("%d networks, %v", len(files), err)
	}
	compareAll(t, folder, files, 1e-4)
}

// compareAll runs networks here and there, alone and in batches, and compares.
func compareAll(t *testing.T, folder string, files []string, bound float64) {
	t.Helper()
	var jobs []job
	var ours [][]float32
	for _, file := range files {
		m, err := onnx.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		net, err := Compile(m, Options{})
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		for _, batch := range []int{1, 8} {
			r := rand.New(rand.NewPCG(uint64(batch), 5))
			x := make([]float32, batch*product(net.Input()))
			for i := range x {
				x[i] = float32(r.NormFloat64())
			}
			name := fmt.Sprintf("%s.%d", filepath.Base(file), batch)
			var b bytes.Buffer
			if err := binary.Write(&b, binary.LittleEndian, x); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, name+".in"), b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			y, err := net.Run(t.Context(), x)
			if err != nil {
				t.Fatal(err)
			}
			ours = append(ours, y)
			jobs = append(jobs, job{filepath.Base(file), name + ".in", append([]int{batch}, net.Input()...), "float32", name + ".out"})
		}
	}
	for i, theirs := range onnxruntime(t, folder, jobs) {
		off := difference(ours[i], theirs)
		t.Logf("%-34s %5d numbers, %.2g off", jobs[i].Output, len(theirs), off)
		if !(off <= bound) {
			t.Errorf("%s: %.3g of the largest number off, want %g", jobs[i].Output, off, bound)
		}
	}
}

// difference is the largest difference in parts of the largest number.
func difference(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	off, most := 0.0, 0.0
	for i := range a {
		d := math.Abs(float64(a[i]) - float64(b[i]))
		if !(d <= off) {
			off = d
		}
		most = max(most, math.Abs(float64(b[i])))
	}
	return off / most
}
