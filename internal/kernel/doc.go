// Package kernel holds the float32 loops that the networks and the search spend
// their time in. Every function works on plain slices, the destination first,
// and its doc comment ends in the loop that defines it.
//
// On amd64 the loops have AVX-512 and AVX2 versions and on arm64 NEON ones, in
// generated assembly (see _gen); everywhere else, and with the build tag purego,
// the portable versions in portable.go run. The same call gives the same bits
// each time on the same version. Between versions only BlockGemm, ELU,
// AddBiasELU, Dot, SquaredDistances, SquaredError and the sum MSEGrad returns may
// differ in the last bits, for they fuse multiply and add or split a sum over
// lanes; all others are equal to the bit, and so are the first three among the
// versions in assembly.
//
// A wrong length is a programming mistake and panics with a constant message.
package kernel

//go:generate go -C _gen run .
