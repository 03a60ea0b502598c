// Command _gen writes the assembly of internal/kernel into the folder above:
//
//	cd internal/kernel/_gen && go run .
//
// The same source writes the AVX-512 and the AVX2 version of each kernel, so
// only gen.go and gemm.go know how the two differ. The kernels on bf16 have an
// AVX-512 version alone. NEON, which avo does not have, is in the files that
// begin with neon, and AMX in amx.go. Output depends on nothing but this source and the version of
// avo in go.mod.
package main

import (
	"log"
	"os"
	"path/filepath"
	"regexp"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

var upperRegister = regexp.MustCompile(`\b[XY](1[6-9]|2[0-9]|3[01])\b`)

func main() {
	log.SetFlags(0)
	for _, wide := range []bool{true, false} {
		write("gemm", wide, func(g *gen) {
			g.tailMasks()
			g.gemm()
		})
		if wide {
			write("bf16", wide, func(g *gen) {
				g.gemmBF16()
				g.toBF16()
				g.packBF16()
				g.packTransposedBF16()
				g.peakBF16()
			})
		}
		write("sparse", wide, (*gen).sparse)
		write("scatter", wide, (*gen).scatter)
		write("near", wide, (*gen).near)
		write("conv", wide, (*gen).convs)
		write("loops", wide, func(g *gen) {
			g.tailMasks()
			g.elementwise()
			g.rows()
			g.reductions()
			g.pools()
			g.transpose()
			g.copies()
			g.peak()
		})
	}
	writeAMX()
	writeNEON("gemm", (*neon).gemm)
	writeNEON("loops", (*neon).loops)
	writeNEON("sparse", (*neon).sparse)
	writeNEON("scatter", (*neon).scatter)
}

func write(name string, wide bool, emit func(*gen)) {
	g := newGen(build.NewContext(), wide)
	g.ConstraintExpr("!purego")
	emit(g)
	file, err := g.Result()
	if err != nil {
		log.Fatal(err)
	}
	if err := pass.Compile.Execute(file); err != nil {
		log.Fatal(err)
	}
	spell(file)
	cfg := printer.Config{Name: "internal/kernel/_gen", Pkg: "kernel"}
	for ext, p := range map[string]printer.Printer{".s": printer.NewGoAsm(cfg), ".go": printer.NewStubs(cfg)} {
		text, err := p.Print(file)
		if err != nil {
			log.Fatal(err)
		}
		// Given too few registers avo would go on to those of AVX-512.
		if !wide && upperRegister.Match(text) {
			log.Fatalf("%s: the AVX2 version uses a register above 15", name)
		}
		path := filepath.Join("..", name+"_"+g.suffixFile+"_amd64"+ext)
		if err := os.WriteFile(path, text, 0o666); err != nil {
			log.Fatal(err)
		}
	}
}
