package web

import (
	"fmt"
	"net/http"
	"time"

	vm "github.com/VictoriaMetrics/metrics"

	"likeness/runs"
)

// metrics counts requests in the format of Prometheus.
type metrics struct {
	set     *vm.Set
	engines *EngineMetrics // or nil
}

func newMetrics(q *queue, r *runs.Runs, engines *EngineMetrics) *metrics {
	m := &metrics{vm.NewSet(), engines}
	m.set.NewGauge("likeness_queue_waiting", func() float64 { return float64(q.length()) })
	m.set.NewGauge("likeness_training_images_per_second", r.Speed)
	return m
}

func (m *metrics) write(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	m.set.WritePrometheus(w)
	if m.engines != nil {
		m.engines.set.WritePrometheus(w)
	}
	vm.WriteProcessMetrics(w)
}

// status remembers what was answered.
type status struct {
	http.ResponseWriter
	code  int
	bytes int
}

func (s *status) WriteHeader(code int) {
	if s.code == 0 {
		s.code = code
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) Write(b []byte) (int, error) {
	if s.code == 0 {
		s.code = http.StatusOK
	}
	n, err := s.ResponseWriter.Write(b)
	s.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// measuring counts and logs requests by the operation that answers them.
func (s *Server) measuring(mux *http.ServeMux, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		st := &status{ResponseWriter: w}
		next.ServeHTTP(st, r)
		took := time.Since(begin)
		_, pattern := mux.Handler(r)
		s.metrics.set.GetOrCreateCounter(fmt.Sprintf(`likeness_requests_total{operation=%q,code="%d"}`, pattern, st.code)).Inc()
		if !isStream(r) {
			s.metrics.set.GetOrCreateHistogram(fmt.Sprintf(`likeness_request_seconds{operation=%q}`, pattern)).Update(took.Seconds())
		}
		s.log.Info("request", "method", r.Method, "path", r.URL.Path, "status", st.code, "bytes", st.bytes, "ms", float64(took.Microseconds())/1000)
	})
}
