package autoencoder_test

// must returns v. It panics with an error, which only a context that ends brings about
// in these tests.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
