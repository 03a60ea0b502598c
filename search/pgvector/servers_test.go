//go:build unix

package pgvector

import (
	"testing"

	"likeness/search/engine"
	"likeness/search/engine/enginetest"
	"likeness/search/searchtest"
)

func TestServersEngine(t *testing.T) {
	s := startServer(t)
	enginetest.Run(t, func(t *testing.T) engine.Engine { return s.open(t, "index_from=20") })
}

// Before it is published a collection has no index, and answers are exact.
func TestServersExact(t *testing.T) {
	searchtest.Run(t, 1, build(startServer(t), "", false))
}

func TestServersHNSW(t *testing.T) {
	searchtest.Run(t, .95, build(startServer(t), "index_from=1", true))
}
