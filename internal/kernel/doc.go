// Package kernel holds the float32 loops that the networks and the search spend
// their time in, and products of bf16 with float32 sums. Every function works on
// plain slices, the destination first, and its doc comment ends in the loop that
// defines it.
//
// On amd64 the loops have AVX-512 and AVX2 versions and on arm64 NEON ones, in
// generated assembly (see _gen), those on bf16 AVX-512 alone, and those of conv.go
// none on arm64; everywhere else, and with the build tag purego, the portable versions
// run. The same call gives the same bits each time on the same version. Between the
// portable version and those in assembly, BlockGemm, BlockGemmTiles, PooledFilterGrad,
// PooledPatchGrad, PooledInputGrad, ELU, AddBiasELU, Depthwise, WinogradInput,
// WinogradOutput, Dot, SquaredDistances, SquaredError and the sum MSEGrad returns may
// differ in the last bits, for they fuse multiply and add or split a sum over lanes;
// among versions in assembly the last four may. All others are equal to the bit.
//
// A wrong length is a programming mistake and panics with a constant message.
package kernel

//go:generate go -C _gen run .
