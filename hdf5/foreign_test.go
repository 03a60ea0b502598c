package hdf5_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// foreignFlag is the environment variable that has files exchanged with Debian's
// python3-h5py and with npm's h5wasm, which is looked for in the folder
// LIKENESS_NODE_MODULES.
const foreignFlag = "LIKENESS_FOREIGN"

// foreign returns a folder, and runs a program of testdata with it.
func foreign(t *testing.T) (folder string, run func(program ...string)) {
	t.Helper()
	if os.Getenv(foreignFlag) == "" {
		t.Skipf("set %s=1 to exchange files with h5py and h5wasm", foreignFlag)
	}
	return t.TempDir(), func(program ...string) {
		t.Helper()
		cmd := exec.Command(program[0], program[1:]...)
		cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", program, err, out)
		}
	}
}

const python = "/usr/bin/python3"

// Files of h5py, of the oldest and the newest format, with 300 groups in one.
func TestForeignRead(t *testing.T) {
	folder, run := foreign(t)
	run(python, "testdata/make.py", folder, "300")
	paths, err := filepath.Glob(filepath.Join(folder, "*.h5"))
	if err != nil || len(paths) != 7 {
		t.Fatalf("%q, %v", paths, err)
	}
	for _, path := range paths {
		compare(t, path)
	}
}

// Files of h5wasm, whose HDF5 2.0 writes the newer format by default.
func TestForeignReadWasm(t *testing.T) {
	folder, run := foreign(t)
	path := filepath.Join(folder, "wasm.h5")
	run("node", "testdata/h5wasm.mjs", "make", path)
	compare(t, path)
}

// Files of ours are read by both, and h5py can change them.
func TestForeignWrite(t *testing.T) {
	folder, run := foreign(t)
	path := filepath.Join(folder, "tree.h5")
	data, err := written().Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	run(python, "testdata/describe.py", path)
	compare(t, path)
	run("node", "testdata/h5wasm.mjs", "describe", path)
	compare(t, path)
	run(python, "testdata/grow.py", path)
	compare(t, path)
}
