package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

const (
	heartbeat   = 15 * time.Second // a proxy ends a silent connection, and a page that has gone shows only by writing
	sendTime    = 30 * time.Second // for one event to a slow page
	reconnectMS = 1500             // a page waits before it asks again
	mostStreams = 256              // of all pages together
)

// events is a stream of server-sent events to one page (the HTML standard, 9.2). An event with an id is remembered by the
// browser, which names the last one when it connects again.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
	gone    <-chan struct{}
}

// streamAnswer is a stream of events.
func (s *Server) streamAnswer(serve func(e *events, last int64) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		if s.streams.Add(1) > mostStreams {
			s.streams.Add(-1)
			w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
			writeProblem(w, http.StatusServiceUnavailable, "too many pages are watching: close some")
			return
		}
		defer s.streams.Add(-1)
		e := &events{w: w, control: http.NewResponseController(w), gone: r.Context().Done()}
		// The times of a request are not those of a stream. A recorder of a test has none.
		_ = e.control.SetReadDeadline(time.Time{})
		h := w.Header()
		h.Set("Content-Type", "text/event-stream; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Accel-Buffering", "no") // nginx passes events on at once
		if err := e.write(fmt.Sprintf("retry: %d\n\n", reconnectMS)); err != nil {
			return
		}
		if err := serve(e, s.lastEvent(r)); err != nil {
			s.log.Debug("a stream ended", "path", r.URL.Path, "error", err)
		}
	}}
}

// send sends an event; id 0: one that is not remembered.
func (e *events) send(s *Server, id int64, kind string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if id > 0 {
		fmt.Fprintf(&b, "id: %s-%d\n", s.boot, id)
	}
	fmt.Fprintf(&b, "event: %s\ndata: %s\n\n", kind, text)
	return e.write(b.String())
}

// beat shows that the server is there.
func (e *events) beat() error { return e.write(":\n\n") }

func (e *events) write(text string) error {
	_ = e.control.SetWriteDeadline(time.Now().Add(sendTime))
	if _, err := e.w.Write([]byte(text)); err != nil {
		return err
	}
	return e.control.Flush()
}

// lastEvent returns the number of the last event that a page has seen; 0: none, or one of a server that has ended since.
func (s *Server) lastEvent(r *http.Request) int64 {
	boot, number, ok := strings.Cut(r.Header.Get("Last-Event-ID"), "-")
	if !ok || boot != s.boot {
		return 0
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
