package kernel

import (
	"errors"
	"fmt"
	"os"
)

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
var running, unavailable = chosen(os.Getenv("LIKENESS_SIMD"), best())

// Unavailable says why the version that LIKENESS_SIMD names does not run, and the best one does in its place; nil where
// all is as it should be. A program asks it before it works.
func Unavailable() error { return unavailable }

// chosen is choose for a program's start, where a wrong word is no reason to end without a message.
func chosen(name string, best version) (v version, err error) {
	defer func() {
		if failed := recover(); failed != nil {
			v, err = best, errors.New(fmt.Sprint(failed))
		}
	}()
	return choose(name, best), nil
}

// SIMD names the version that runs: "avx512", "avx2", "neon" or "none". It is
// the best this machine and this build can do, unless the environment variable
// LIKENESS_SIMD names another. AMX reports its tiles for bf16, which come on top of
// AVX-512: LIKENESS_SIMD=amx insists on them, avx512 does without.
func SIMD() string { return running.String() }

// tiles is the name of AVX-512 with AMX's tiles for bf16, which is the best where
// there are some.
const tiles = "amx"

// untiled is set where LIKENESS_SIMD asks for AVX-512 and no more.
var untiled = os.Getenv("LIKENESS_SIMD") == avx512.String()

// choose panics rather than fall back: who asks for a version wants to know.
func choose(name string, best version) version {
	switch {
	case name == "":
		return best
	case name == tiles && !tilesGranted():
		panic("kernel: LIKENESS_SIMD=" + name + ": this machine, system or build has no tiles of bf16")
	case name == tiles:
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
	panic("kernel: LIKENESS_SIMD=" + name + ": want amx, avx512, avx2, neon or none")
}

// within says whether v runs on a machine whose best is best.
func within(v, best version) bool {
	return v == none || v == best || v == avx2 && best == avx512
}
