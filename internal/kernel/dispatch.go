package kernel

// SIMD names the version that runs: "avx512", "avx2" or "none".
func SIMD() string { return "none" }
