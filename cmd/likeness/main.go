// Likeness trains autoencoders on pictures of faces and puts their codes to
// work: search by likeness, denoising, morphs.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
