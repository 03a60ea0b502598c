// Package web shows a workspace in a browser: pages that watch a training, search, change
// faces and map them, and the API that they use, under /api.
//
// Handlers are thin: they parse a request, call the function below that a verb of the
// program calls as well, and write its result, the same JSON as the verb's --json. Each page
// has a Go file here and a folder in pages; what they share is in pages/shared. All of it is
// in the program: a page loads nothing from anywhere else.
package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"likeness/parallel"
	"likeness/runs"
	"likeness/workspace"
)

// Options say how a workspace is served.
type Options struct {
	Workspace *workspace.Workspace
	// Runs are the trainings of the folder; nil: the server opens them, and saves those under way when it is closed.
	Runs *runs.Runs
	// Token, if not empty, must be known to whoever asks: as ?token= on the first visit, which a cookie remembers, or as
	// Authorization: Bearer. A server that others can reach needs one.
	Token string
	// Threads is how many pieces of heavy work run at once, each on one thread; 0: as the context of Serve says.
	Threads int
	Log     *slog.Logger // nil: nothing is logged
	// Engines are the metrics of the workspace's engines; nil: nobody counts their calls.
	Engines *EngineMetrics
}

// Server serves a workspace.
type Server struct {
	work    *workspace.Workspace
	token   string
	log     *slog.Logger
	queue   *queue
	quick   *queue // of what takes a millisecond and is answered together
	metrics *metrics
	uploads *uploads
	large   chan struct{} // held by what decodes a large picture
	bodies  bodies
	thumbs  *thumbs
	tasks   *tasks
	runs    *runs.Runs
	ownRuns bool
	boot    string       // names this server among those before it
	streams atomic.Int32 // of events
	desks   desks
	scores  scores
	maps    *maps
	people  *people
	judging *judging
	api     huma.API
	handler http.Handler

	patience time.Duration // of a shutdown with requests that are under way

	ctx  context.Context // ends when the server closes; what outlives a request runs under it
	stop context.CancelFunc
	jobs background
}

const (
	mostQuick   = 256
	requestTime = 60 * time.Second // for one request but a stream of events
	usualWait   = 10 * time.Second // of a shutdown
)

// New returns a server. Close ends it. It fails where the folder is not there any more.
func New(opt Options) (*Server, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	ctx, stop := context.WithCancel(context.Background())
	threads := opt.Threads
	if threads < 1 {
		threads = parallel.Threads(ctx)
	}
	s := &Server{
		work: opt.Workspace, token: opt.Token, log: opt.Log, ctx: ctx, stop: stop,
		queue: newQueue(threads), quick: newQueue(mostQuick), uploads: newUploads(), large: make(chan struct{}, 1), patience: usualWait, runs: opt.Runs, boot: strconv.FormatInt(time.Now().UnixNano(), 36),
	}
	if s.runs == nil {
		var err error
		if s.runs, err = runs.Open(opt.Workspace.Folder(), runs.Options{Threads: opt.Threads, Framer: opt.Workspace.Framer()}); err != nil {
			stop()
			return nil, err
		}
		s.ownRuns = true
	}
	s.thumbs, s.tasks = newThumbs(s), newTasks(s)
	s.maps = newMaps(s, threads)
	s.metrics = newMetrics(s.queue, s.runs, opt.Engines)
	mux := http.NewServeMux()
	s.api = humago.New(mux, apiConfig())
	for _, add := range parts {
		add(s, s.api)
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /metrics", s.metrics.write)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, http.StatusNotFound, r.URL.Path+" is nothing that can be asked; /api/openapi.json says what is")
	})
	servePages(mux)
	s.handler = s.measuring(mux, s.recovering(s.guarding(s.limiting(mux))))
	return s, nil
}

// Handler returns what answers requests that come to a host of the given names and ports, such as "127.0.0.1:8080". With a
// token any host is taken.
func (s *Server) Handler(hosts ...string) http.Handler {
	return s.checkHost(hosts, s.handler)
}

// Listen opens the address that a server listens on. One that others can reach needs a token, and is refused without.
func Listen(addr, token string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("%s: expected an address such as 127.0.0.1:8080", addr)
	}
	if ip := net.ParseIP(host); token == "" && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s can be reached from other machines: a token is needed", addr)
	}
	return net.Listen("tcp", addr)
}

// Address returns the address of the first page, with the token where there is one.
func (s *Server) Address(l net.Listener) string {
	host := l.Addr().String()
	if ip, port, err := net.SplitHostPort(host); err == nil && net.ParseIP(ip).IsUnspecified() {
		host = net.JoinHostPort("localhost", port)
	}
	u := url.URL{Scheme: "http", Host: host, Path: "/"}
	if s.token != "" {
		u.RawQuery = url.Values{"token": {s.token}}.Encode()
	}
	return u.String()
}

// Serve answers requests until ctx ends. Then it lets those under way end, for some seconds, and closes the listener.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return err
	}
	hosts := []string{"127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port, l.Addr().String()}
	if port == "80" { // which nobody names
		hosts = append(hosts, "127.0.0.1", "localhost", "[::1]")
	}
	h := &http.Server{
		Handler:           s.Handler(hosts...),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       requestTime,
		WriteTimeout:      requestTime + 5*time.Second, // a stream of events has times of its own
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	s.stop() // streams of events end
	down, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.patience)
	defer cancel()
	if err := h.Shutdown(down); err != nil {
		err = errors.Join(h.Close())
		<-ended
		return err
	}
	<-ended
	return nil
}

// Close ends what the server does in the background and waits for it.
func (s *Server) Close() error {
	s.stop()
	s.jobs.wait()
	s.uploads.close()
	if s.ownRuns {
		s.runs.Close()
	}
	return nil
}
