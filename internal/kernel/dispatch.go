package kernel

import "os"

// version says which of the versions runs.
type version int

const (
	none version = iota
	neon
	avx2
	avx512
)

func (v version) String() string { return [...]string{"none", "neon", "avx2", "avx512"}[v] }

// running is chosen once, at start-up; only tests change it.
var running = choose(os.Getenv("LIKENESS_SIMD"), best())

// SIMD names the version that runs: "avx512", "avx2", "neon" or "none". It is
// the best this machine and this build can do, unless the environment variable
// LIKENESS_SIMD names another.
func SIMD() string { return running.String() }

// choose panics rather than fall back: who asks for a version wants to know.
func choose(name string, best version) version {
	if name == "" {
		return best
	}
	for v := none; v <= avx512; v++ {
		if v.String() == name {
			if !within(v, best) {
				panic("kernel: LIKENESS_SIMD=" + name + ": this machine or build has no more than " + best.String())
			}
			return v
		}
	}
	panic("kernel: LIKENESS_SIMD=" + name + ": want avx512, avx2, neon or none")
}

// within says whether v runs on a machine whose best is best.
func within(v, best version) bool {
	return v == none || v == best || v == avx2 && best == avx512
}
