package gallery_test

import (
	"os"
	"testing"

	"likeness/gallery"
	"likeness/projection"
)

// BenchmarkLayout lays out the index that LIKENESS_INDEX names, or one of few drawn faces, and tells which share of the
// true neighbours each layout keeps.
func BenchmarkLayout(b *testing.B) {
	path := os.Getenv("LIKENESS_INDEX")
	if path == "" {
		path, _, _ = drawnIndex(b, b.TempDir())
	}
	g, err := gallery.Open(b.Context(), path, gallery.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	for _, m := range projection.Methods() {
		b.Run(string(m), func(b *testing.B) {
			var l *gallery.Layout
			for b.Loop() {
				if l, err = g.Layout(b.Context(), gallery.LayoutOptions{Options: projection.Options{Method: m}, Again: true}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(l.Kept.Share, "kept")
			b.ReportMetric(l.Divergence, "divergence")
		})
	}
}
