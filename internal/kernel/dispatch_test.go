package kernel

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

func TestPeakFMA(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		if p := PeakFMA(time.Millisecond); !(p > 0.01 && p < 10000) {
			t.Errorf("%g GFLOP/s", p)
		}
	})
}

func TestPeakBF16(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		if p := PeakBF16(time.Millisecond); !(p > 0.01 && p < 20000) {
			t.Errorf("%g GFLOP/s", p)
		}
	})
}

// TestBF16 checks that only the widest version is ever said to be fast.
func TestBF16(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		if BF16() && running != avx512 {
			t.Error("BF16 is true")
		}
	})
}

// TestChoice starts this test program anew under each value of LIKENESS_SIMD.
func TestChoice(t *testing.T) {
	if os.Getenv("KERNEL_TEST_CHILD") != "" {
		if err := Unavailable(); err != nil {
			fmt.Println("error:", err)
		}
		fmt.Println("runs " + SIMD())
		return
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "none", "neon", "avx2", "avx512", "amx", "sse"} {
		cmd := exec.Command(program, "-test.run=^TestChoice$")
		cmd.Env = append(os.Environ(), "KERNEL_TEST_CHILD=1", "LIKENESS_SIMD="+name)
		throughEmulator(t, cmd)
		out, err := cmd.CombinedOutput()
		want := "runs " + name + "\n"
		switch {
		case name == "":
			want = "runs " + best().String() + "\n"
		case name == "amx" && tilesGranted():
			want = "runs avx512\n"
		case name == "amx":
			want = "error: kernel: LIKENESS_SIMD=amx: this machine, system or build has no tiles of bf16\n"
		case name == "sse":
			want = "error: kernel: LIKENESS_SIMD=sse: want amx, avx512, avx2, neon or none\n"
		case name == "neon" && best() != neon, name == "avx2" && best() < avx2, name == "avx512" && best() < avx512:
			want = "error: kernel: LIKENESS_SIMD=" + name + ": this machine or build has no more than " + best().String() + "\n"
		}
		if len(out) < len(want) || string(out[:len(want)]) != want {
			t.Errorf("LIKENESS_SIMD=%q: %v, %q; want it to start %q", name, err, out, want)
		}
	}
}

// throughEmulator has cmd started by the program that TEST_EMULATOR names, if it
// names one: a system that does not know which emulator runs programs for another
// processor cannot start this one by itself.
func throughEmulator(t *testing.T, cmd *exec.Cmd) {
	emulator := os.Getenv("TEST_EMULATOR")
	if emulator == "" {
		return
	}
	path, err := exec.LookPath(emulator)
	if err != nil {
		t.Fatal("TEST_EMULATOR: ", err)
	}
	cmd.Path, cmd.Args = path, append([]string{emulator}, cmd.Args...)
}
