package weaviate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"likeness/search/engine"
)

// host is one server.
type host struct {
	name       string // HOST:PORT, for messages
	rest, grpc string // what addresses begin with
	down       atomic.Int64
}

// restFor is for how long a host that failed is asked only where all others have failed as well.
const restFor = 5 * time.Second

// client calls servers. It asks them in turn, and those that failed lately not at all where others
// are left.
type client struct {
	hosts []*host
	turn  atomic.Uint64
	http  *http.Client // REST
	http2 *http.Client // gRPC
	key   string
	guard *engine.Guard
}

// newClient returns a client of a location's hosts. It connects to none yet.
func newClient(l engine.Location, opt engine.Options) (*client, error) {
	key, err := apiKey()
	if err != nil {
		return nil, err
	}
	scheme := "http"
	switch tls := l.Options.Get("tls"); tls {
	case "true":
		scheme = "https"
	case "", "false":
	default:
		return nil, fmt.Errorf("tls=%s, expected true or false", tls)
	}
	ports := []string{defaultGRPCPort}
	if list := l.Options.Get("grpc"); list != "" {
		ports = strings.Split(list, ",")
	}
	if len(ports) != 1 && len(ports) != len(l.Hosts) {
		return nil, fmt.Errorf("%d ports for gRPC and %d hosts, expected one port, or one for each host", len(ports), len(l.Hosts))
	}
	c := &client{key: key, guard: engine.NewGuard(l.String(), opt)}
	for i, address := range l.Hosts {
		name, port := address, defaultPort
		if h, p, err := net.SplitHostPort(address); err == nil {
			name, port = h, p
		} else {
			name = strings.Trim(name, "[]")
		}
		h := &host{name: net.JoinHostPort(name, port)}
		grpc := ports[min(i, len(ports)-1)]
		h.rest = scheme + "://" + h.name
		h.grpc = scheme + "://" + net.JoinHostPort(name, grpc)
		for _, p := range []string{port, grpc} {
			if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
				return nil, fmt.Errorf("the port %q of %s, expected a number up to 65535", p, address)
			}
		}
		if at, err := url.Parse(h.rest); err != nil || at.Hostname() == "" {
			return nil, fmt.Errorf("%s is no address of a host, expected HOST or HOST:PORT", address)
		}
		c.hosts = append(c.hosts, h)
	}
	// No proxy: it would see all codes, and gRPC does not pass most of them.
	c.http = newHTTP(&http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute})
	protocols := new(http.Protocols)
	protocols.SetHTTP2(scheme == "https")
	protocols.SetUnencryptedHTTP2(scheme == "http")
	c.http2 = newHTTP(&http.Transport{
		Protocols: protocols, IdleConnTimeout: time.Minute,
		HTTP2: &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 5 * time.Second},
	})
	return c, nil
}

// newHTTP returns a client that follows no redirect: the key is for the named host.
func newHTTP(t *http.Transport) *http.Client {
	t.DialContext = (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 15 * time.Second}).DialContext
	t.TLSHandshakeTimeout = 5 * time.Second
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (c *client) close() error {
	c.http.CloseIdleConnections()
	c.http2.CloseIdleConnections()
	return nil
}

// do makes a call on one host after the other until one succeeds, or the error is not temporary. A
// limit of 0 is the guard's own.
func (c *client) do(ctx context.Context, name string, limit time.Duration, call func(ctx context.Context, h *host) error) error {
	try := func(ctx context.Context) error {
		h := c.pick()
		return c.judge(ctx, h, call(ctx, h))
	}
	if limit == 0 {
		return c.guard.Do(ctx, name, try)
	}
	return c.guard.DoWithin(ctx, name, limit, try)
}

// pick returns the host whose turn it is.
func (c *client) pick() *host {
	turn, now := c.turn.Add(1), time.Now().UnixNano()
	var best *host
	for i := range c.hosts {
		h := c.hosts[(turn+uint64(i))%uint64(len(c.hosts))]
		down := h.down.Load()
		if down <= now {
			return h
		}
		if best == nil || down < best.down.Load() {
			best = h
		}
	}
	return best
}

// judge names the host in an error, and says whether the call may be tried again.
func (c *client) judge(ctx context.Context, h *host, err error) error {
	if err == nil {
		h.down.Store(0)
		return nil
	}
	again, away := temporary(err)
	if away || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		h.down.Store(time.Now().Add(restFor).UnixNano())
	}
	err = fmt.Errorf("%s: %w", h.name, err)
	if again {
		return &engine.Temporary{Err: err}
	}
	return err
}

// largestAnswer bounds the memory that an answer takes.
const largestAnswer = 1 << 28

// rest makes one call of the REST interface. in and out are JSON, or nil; headers are names and values.
func (c *client) rest(ctx context.Context, h *host, method, path string, in, out any, headers ...string) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, h.rest+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	what := method + " " + path
	resp, err := c.http.Do(req)
	if err != nil {
		return &lost{what, err}
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, largestAnswer+1))
	if err != nil {
		return &lost{what, err}
	}
	if len(b) > largestAnswer {
		return fmt.Errorf("%s: an answer of more than %d bytes", what, largestAnswer)
	}
	if resp.StatusCode/100 != 2 {
		return &refused{what: what, status: resp.StatusCode, message: restMessage(resp.StatusCode, b)}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("%s: an answer that cannot be read (%w): %s", what, err, foreign(resp.StatusCode, b))
	}
	return nil
}

// restMessage takes the text out of an error's body, of which there are two sorts.
func restMessage(status int, b []byte) string {
	var body struct {
		Error   []struct{ Message string }
		Message string
	}
	if json.Unmarshal(b, &body) == nil {
		texts := []string{}
		for _, e := range body.Error {
			texts = append(texts, e.Message)
		}
		if body.Message != "" {
			texts = append(texts, body.Message)
		}
		if len(texts) > 0 {
			return strings.Join(texts, "; ")
		}
	}
	return foreign(status, b)
}

// foreign is a text for messages about an answer that is none of Weaviate's: most likely the page of another server, or of a
// proxy before it, by the status. It is "" for an empty answer, which Weaviate gives as well.
func foreign(status int, b []byte) string {
	const most = 120
	words := strings.Join(strings.Fields(strings.ToValidUTF8(string(b[:min(len(b), 4*most)]), "?")), " ")
	if words == "" {
		return ""
	}
	if runes := []rune(words); len(runes) > most {
		words = string(runes[:most]) + "..."
	}
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return words
	}
	return "this does not look like Weaviate: " + words
}

// short is a text for messages: of a foreign server, which may send anything.
func short(text string) string {
	const most = 600
	if len(text) > most {
		text = text[:most] + "..."
	}
	return strings.ToValidUTF8(strings.TrimSpace(text), "?")
}
