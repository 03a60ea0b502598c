package web

import (
	"context"
	"errors"
	"fmt"
	"time"

	vm "github.com/VictoriaMetrics/metrics"

	"likeness/gallery"
	"likeness/search/engine"
)

// EngineMetrics counts the calls of engines in the format of Prometheus.
type EngineMetrics struct{ set *vm.Set }

// NewEngineMetrics returns metrics of no calls.
func NewEngineMetrics() *EngineMetrics { return &EngineMetrics{vm.NewSet()} }

// Observe counts a call; it is what workspace.Options.Observe asks for.
func (m *EngineMetrics) Observe(engine, call string, took time.Duration, err error) {
	labels := fmt.Sprintf("{engine=%q,call=%q}", engine, call)
	m.set.GetOrCreateHistogram("likeness_engine_call_seconds" + labels).Update(took.Seconds())
	if err != nil {
		m.set.GetOrCreateCounter("likeness_engine_errors_total" + labels).Inc()
	}
}

// withGallery calls do with the index or the collection of a name. Where another collection has taken its name in the
// meantime, as that of a model that was trained again, do is called once more with that.
func (s *Server) withGallery(ctx context.Context, name string, do func(g *gallery.Gallery) error) error {
	for again := false; ; again = true {
		g, release, err := s.work.Gallery(ctx, name)
		if err != nil {
			return err
		}
		err = do(g)
		release()
		if again || !errors.Is(err, engine.ErrNone) {
			return err
		}
		s.work.Forget(name)
	}
}
