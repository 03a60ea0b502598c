// Package weaviate keeps collections on a server of Weaviate, or on a cluster of them, by a small
// client of its own: REST for the schema, unary gRPC for entries and queries.
//
// A location is weaviate://HOST[:PORT][,HOST[:PORT]...]/NAME. Options are grpc=PORT, one port for all
// hosts or one a host, separated by commas (50051); tls=true; and writes=all, by which a write waits
// for all copies instead of most of them, so that every node shows it at once, and fails while a node
// is away. An API key comes from the environment variable WEAVIATE_API_KEY, or from the file that
// WEAVIATE_API_KEY_FILE names.
//
// A collection is a class that is called by the name and the digest of its header; an alias of the
// name stands for the published one. The server's AUTOSCHEMA_ENABLED should be false: with it, a
// server makes a class that somebody has just dropped anew for what is written to it.
//
// Writes wait for most copies, reads ask one. Reads at QUORUM are never made: before 1.37.14, and in
// 1.38 before 1.38.7, Weaviate's repair of what such a read finds to differ overwrites objects
// without their vectors and properties. So an answer by a node that was away may lack entries until
// asynchronous replication has brought it up to date; Engine.State says so.
//
// A server that is killed while it writes a batch may keep entries without their places in its graph,
// which it then does not find. Put closes this gap for all that it has written when it returns; a
// server with ASYNC_INDEXING=true, which puts entries into its graph some time later (State says so
// as well), has none.
//
// A write that a server does not answer in time is made again by another one. Should the first one
// still come, seconds later, it may undo a change of the same entries that was made in between; so
// whoever keeps a collection compares Marks with what should be there, as each push does.
package weaviate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"likeness/search/engine"
)

// The default ports, and the least version of a server: the first with aliases.
const (
	defaultPort     = "8080"
	defaultGRPCPort = "50051"
	leastVersion    = "1.32"
)

// The environment variables of the API key.
const (
	keyVariable     = "WEAVIATE_API_KEY"
	keyFileVariable = "WEAVIATE_API_KEY_FILE"
)

// server is a server or a cluster, and a name there.
type server struct {
	location engine.Location
	client   *client
	name     string // of the alias: the location's, with a capital letter first
	version  string
	allWrite bool
	clock    clock
	settling time.Duration

	lock   sync.Mutex
	awayAt time.Time // when a node was last seen to be away
}

// Open connects to servers and asks their version.
func Open(ctx context.Context, l engine.Location, opt engine.Options) (engine.Engine, error) {
	return open(ctx, l, opt)
}

func open(ctx context.Context, l engine.Location, opt engine.Options) (*server, error) {
	if l.Scheme != engine.Weaviate {
		return nil, fmt.Errorf("%s: expected a location that begins with %s://", l, engine.Weaviate)
	}
	s := &server{location: l, name: capital(l.Name), settling: settling}
	client, err := newClient(l, opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", l, err)
	}
	s.client = client
	for option, values := range l.Options {
		value := values[len(values)-1]
		switch {
		case option == "grpc" || option == "tls": // newClient's
		case option == "writes" && (value == "all" || value == "quorum"):
			s.allWrite = value == "all"
		default:
			return nil, fmt.Errorf("%s: the option %s=%s is not known, expected grpc=PORT, tls=true or writes=all", l, option, value)
		}
	}
	var meta struct{ Version string }
	err = client.do(ctx, "version", 0, func(ctx context.Context, h *host) error {
		return client.rest(ctx, h, "GET", "/v1/meta", nil, &meta)
	})
	if err == nil && meta.Version == "" {
		err = fmt.Errorf("%s: this does not look like Weaviate: it names no version", l)
	}
	if err == nil && !atLeast(meta.Version, leastVersion) {
		err = fmt.Errorf("%s: Weaviate %s, expected %s or newer, which has aliases", l, meta.Version, leastVersion)
	}
	if err != nil {
		return nil, errors.Join(err, client.close())
	}
	s.version = meta.Version
	return s, nil
}

// Location implements engine.Engine.
func (s *server) Location() engine.Location { return s.location }

// Close implements engine.Engine.
func (s *server) Close() error { return s.client.close() }

// capital returns a name as Weaviate's classes have it.
func capital(name string) string {
	r := []rune(name)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

// atLeast compares versions by their numbers; what stands behind a hyphen does not count.
func atLeast(version, least string) bool {
	numbers := func(v string) []int {
		v, _, _ = strings.Cut(v, "-")
		var list []int
		for part := range strings.SplitSeq(v, ".") {
			n, _ := strconv.Atoi(part) // what is no number counts as 0
			list = append(list, n)
		}
		return list
	}
	return slices.Compare(numbers(version), numbers(least)) >= 0
}

// apiKey returns the key of the environment, "" where there is none.
func apiKey() (string, error) {
	key, file := os.Getenv(keyVariable), os.Getenv(keyFileVariable)
	switch {
	case key != "" && file != "":
		return "", fmt.Errorf("both %s and %s are set, expected one", keyVariable, keyFileVariable)
	case file != "":
		b, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("%s: %w", keyFileVariable, err)
		}
		if key = strings.TrimSpace(string(b)); key == "" {
			return "", fmt.Errorf("%s: %s is empty", keyFileVariable, file)
		}
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fmt.Errorf("the API key of %s holds a character that no key has", cmp.Or(file, keyVariable))
	}
	return key, nil
}

// classLimit bounds one try of a call that makes or drops a class, batchLimit of one that writes many
// objects: it is short because a node may wait for another one that was killed.
const (
	classLimit = time.Minute
	batchLimit = 20 * time.Second
)
