package autoencoder_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/autoencoder"
	"likeness/pix"
)

// Tables are those of the networks that New makes.
func TestTables(t *testing.T) {
	prep := pix.Prep{W: 32, H: 48}
	for _, arch := range autoencoder.Architectures() {
		for _, code := range []int{0, 5} {
			m, err := autoencoder.New(arch, prep, code, 0)
			encoder, decoder, failed := autoencoder.Tables(arch, prep, code)
			if (err == nil) != (failed == nil) {
				t.Errorf("%s, %d: %v, New says %v", arch, code, failed, err)
			}
			if err != nil || failed != nil {
				continue
			}
			if diff := cmp.Diff(m.Encoder.LayerTable(), encoder); diff != "" {
				t.Errorf("%s, %d: %s", arch, code, diff)
			}
			if m.Decoder == nil && decoder == nil {
				continue
			}
			if diff := cmp.Diff(m.Decoder.LayerTable(), decoder); diff != "" {
				t.Errorf("%s, %d: %s", arch, code, diff)
			}
		}
	}
}
