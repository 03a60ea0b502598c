package weaviate

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"likeness/search/engine"
)

// lost means that no whole answer came: the server is away, or the connection broke.
type lost struct {
	what string
	err  error
}

func (e *lost) Error() string {
	cause := e.err
	if u, ok := errors.AsType[*url.Error](cause); ok { // which says once more what was asked of whom
		cause = u.Err
	}
	return fmt.Sprintf("%s: %v", e.what, cause)
}
func (e *lost) Unwrap() error { return e.err }

// refused is what a server answered instead of what it was asked for: by an HTTP status, by gRPC's
// status in the trailers of an answer with HTTP 200, or for one object of a batch.
type refused struct {
	what    string
	status  int // HTTP's; 0 where code counts
	code    int // gRPC's; codeUnknown for what is said of one object
	message string
}

func (e *refused) Error() string {
	if e.status != 0 {
		return fmt.Sprintf("%s: HTTP status %d: %s", e.what, e.status, cmp.Or(e.message, http.StatusText(e.status)))
	}
	return fmt.Sprintf("%s: %s", e.what, e.message)
}

// The codes of gRPC that are told apart.
const (
	codeOK               = 0
	codeUnknown          = 2
	codeDeadlineExceeded = 4
	codeExhausted        = 8
	codeAborted          = 10
	codeUnavailable      = 14
)

// passing are parts of messages of what passes: a node is away, comes up or goes down, the cluster
// elects a leader. Weaviate says all of it with gRPC's code 2 or HTTP 500, as it says what stays.
var passing = []string{
	"connection refused", "connection reset", "broken pipe", "EOF", "no route to host", "i/o timeout", "no such host",
	"deadline exceeded", "context canceled", "timeout",
	"leader not found", "node is not the leader", "leadership lost", "not ready", "shutting down", "shutdown", "is closed", "is closing",
	"status code: 502", "status code: 503", "status code: 504",
	"cannot achieve consistency level", "cannot reach enough replicas", "broadcast", "unable to connect", "node not found", "unresolved node name",
	"no replicas available", "no available replicas", "no local replica",
}

// unknownMessage is in what gRPC says of a class that is not there.
const unknownMessage = "could not find class"

// unknownClass reports whether an error says that a class is not there. A node that has not heard of
// a class yet says so too.
func unknownClass(err error) bool {
	r, ok := errors.AsType[*refused](err)
	return ok && (strings.Contains(r.message, unknownMessage) || strings.Contains(r.message, "class not found") ||
		strings.Contains(r.message, "not found in schema") || strings.Contains(r.message, "could not find index") || strings.Contains(r.message, "non-existing index"))
}

// temporary decides, for the whole package, after which errors a call is made again, and whether the
// server seems to be away, so that others are asked first.
func temporary(err error) (again, away bool) {
	if l, ok := errors.AsType[*lost](err); ok {
		_, verify := errors.AsType[*tls.CertificateVerificationError](l.err)
		_, record := errors.AsType[tls.RecordHeaderError](l.err)
		_, unknown := errors.AsType[x509.UnknownAuthorityError](l.err)
		if verify || record || unknown || errors.Is(l.err, context.Canceled) {
			return false, false // the next try ends alike
		}
		return true, true
	}
	if _, ok := errors.AsType[*engine.Temporary](err); ok {
		return true, false
	}
	r, ok := errors.AsType[*refused](err)
	if !ok {
		return false, false
	}
	switch r.status {
	case 0:
		switch r.code {
		case codeUnavailable:
			return true, true
		case codeDeadlineExceeded, codeExhausted, codeAborted:
			return true, false
		case codeUnknown:
		default:
			return false, false
		}
	case http.StatusTooManyRequests:
		return true, false
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true, true
	case http.StatusInternalServerError, http.StatusUnprocessableEntity:
		// Both are the statuses of what stays, as of what passes.
	default:
		return false, false
	}
	for _, part := range passing {
		if strings.Contains(r.message, part) {
			return true, false
		}
	}
	return false, false
}

// status returns the HTTP status of an error, 0 where it has none.
func status(err error) int {
	if r, ok := errors.AsType[*refused](err); ok {
		return r.status
	}
	return 0
}
