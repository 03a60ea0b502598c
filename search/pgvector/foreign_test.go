package pgvector

import (
	"testing"

	"likeness/search/engine"
	"likeness/search/engine/enginetest"
	"likeness/search/searchtest"
)

func TestForeignEngine(t *testing.T) {
	s := startPGlite(t)
	enginetest.Run(t, func(t *testing.T) engine.Engine { return s.open(t, "index_from=20") })
}

// Before it is published a collection has no index, and answers are exact.
func TestForeignExact(t *testing.T) {
	searchtest.Run(t, 1, build(startPGlite(t), "", false))
}

func TestForeignHNSW(t *testing.T) {
	searchtest.Run(t, .95, build(startPGlite(t), "index_from=1", true))
}
