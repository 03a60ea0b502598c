// Pack makes the models that come with the program from model files that were trained, as 'make models' does: it rounds
// their numbers to 16 bits, names them anew, for they are other models then, and writes a card beside each.
//
//	go run ./models/pack FROM TO
//
// FROM is a folder with detector.safetensors, finder.safetensors and so on; what is missing there is left out. The files
// in TO follow from those in FROM alone, to the bit.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: pack FROM TO")
		os.Exit(2)
	}
	total, err := packAll(os.Args[1], os.Args[2], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
	fmt.Printf("%.2f MB in all\n", float64(total)/1e6)
}
