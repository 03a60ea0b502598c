package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// policy is what a page may do: run the scripts, styles and fonts of this server, show its pictures and its own, talk to
// it, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-src 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

const (
	cookieName = "likeness"
	mostBody   = 64 << 20 // bytes of a request
)

// errClosing means that the server ends.
var errClosing = errors.New("the server is closing")

// recovering answers a request whose handler has panicked.
func (s *Server) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil || p == http.ErrAbortHandler {
				return
			}
			s.log.Error("a handler panicked", "path", r.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			writeProblem(w, http.StatusInternalServerError, "this is a fault of likeness; its log says where")
		}()
		next.ServeHTTP(w, r)
	})
}

// checkHost refuses requests to another host than the server's own: a name that somebody else has pointed to this machine
// (DNS rebinding) makes a foreign page look like one of ours. With a token the cookie belongs to a host and does the same.
func (s *Server) checkHost(hosts []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.token == "" && !slices.Contains(hosts, strings.ToLower(r.Host)) {
			writeProblem(w, http.StatusMisdirectedRequest, fmt.Sprintf("the host %q is not served here", r.Host))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// guarding lets no foreign page in and nobody who does not know the token, and says what a page may do.
func (s *Server) guarding(next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Frame-Options", "SAMEORIGIN")
		if foreign(r) || crossOrigin.Check(r) != nil {
			writeProblem(w, http.StatusForbidden, "a page from elsewhere asks; only the pages of likeness may")
			return
		}
		if s.token != "" && r.URL.Path != "/healthz" && !s.knows(w, r) {
			return
		}
		next.ServeHTTP(w, r)
	})
}

// foreign reports whether a page of another origin asks for anything but to be sent to a page of ours.
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Method != http.MethodGet || strings.HasPrefix(r.URL.Path, "/api/")
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		_, host, _ := strings.Cut(origin, "://")
		return !strings.EqualFold(host, r.Host)
	}
	return false
}

// knows reports whether a request knows the token, and answers it where it does not, or comes for the first time.
func (s *Server) knows(w http.ResponseWriter, r *http.Request) bool {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && s.isToken(bearer) {
		return true
	}
	if c, err := r.Cookie(cookieName); err == nil && s.isToken(c.Value) {
		return true
	}
	if given := r.URL.Query().Get("token"); r.Method == http.MethodGet && s.isToken(given) {
		http.SetCookie(w, &http.Cookie{
			Name: cookieName, Value: s.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
			Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https",
		})
		to := *r.URL
		q := to.Query()
		q.Del("token")
		to.Scheme, to.Host, to.RawQuery = "", "", q.Encode()
		to.Path = "/" + strings.TrimLeft(to.Path, "/") // "//host" would lead away
		http.Redirect(w, r, to.String(), http.StatusSeeOther)
		return false
	}
	w.Header().Set("WWW-Authenticate", "Bearer")
	writeProblem(w, http.StatusUnauthorized, "this server needs its token: open the address that it printed when it began")
	return false
}

// isToken compares in a time that does not depend on where texts differ.
func (s *Server) isToken(given string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(s.token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// limiting bounds what a request may send, and how long it may take.
func (s *Server) limiting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.ctx.Err() != nil {
			w.Header().Set("Retry-After", "2")
			writeProblem(w, http.StatusServiceUnavailable, errClosing.Error())
			return
		}
		if r.ContentLength > mostBody {
			writeProblem(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("a request of %d bytes, expected at most %d", r.ContentLength, mostBody))
			return
		}
		done, ok := s.bodies.take(r.ContentLength)
		if !ok {
			w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
			writeProblem(w, http.StatusServiceUnavailable, errFull.Error())
			return
		}
		defer done()
		r.Body = http.MaxBytesReader(w, r.Body, mostBody)
		ctx := withPage(r)
		if !isStream(r) {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, requestTime)
			defer cancel()
			// A client that reads slowly does not hold on to an answer for ever. A recorder of a test has no deadline.
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(requestTime + 5*time.Second))
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// eventsPath is where streams of events are.
const eventsPath = "/api/runs/events"

// bodies counts the bytes of the requests under way, which are in memory before their turn comes.
type bodies struct{ bytes atomic.Int64 }

// mostBodies is how many bytes of requests are taken at once.
const mostBodies = 512 << 20

// take counts the body of a request, one of unknown length as the longest, until done.
func (b *bodies) take(length int64) (done func(), ok bool) {
	if length < 0 {
		length = mostBody
	}
	done = func() { b.bytes.Add(-length) }
	if length > 0 && b.bytes.Add(length) > mostBodies {
		done()
		return nil, false
	}
	return done, true
}

// isStream reports whether a request asks for a stream of events, which has no end. What it accepts does not count: anything
// could be asked for without a limit of time otherwise.
func isStream(r *http.Request) bool { return r.URL.Path == eventsPath }
