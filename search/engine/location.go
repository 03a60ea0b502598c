package engine

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Location says where a collection is: on which servers, and under which name. It holds no secret:
// passwords and keys come from the environment or from files, as the engine's package says.
type Location struct {
	Scheme string   // Weaviate or Postgres
	Hosts  []string // HOST or HOST:PORT, at least one
	User   string   // of Postgres, "" where the environment says it
	// Database is that of Postgres.
	Database string
	// Name is the collection's: letters, digits and underscores, a letter first.
	Name string
	// Options are what stands behind a question mark.
	Options url.Values
}

// The schemes of locations.
const (
	Weaviate = "weaviate"
	Postgres = "postgres"
)

var goodName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,39}$`)

// IsLocation reports whether a text means a collection of an engine, and no file.
func IsLocation(text string) bool {
	scheme, _, ok := strings.Cut(text, "://")
	return ok && slices.Contains([]string{Weaviate, Postgres, "postgresql"}, scheme)
}

// ParseLocation reads a location:
//
//	weaviate://HOST[:PORT][,HOST[:PORT]...]/NAME[?option=value&...]
//	postgres://[USER@]HOST[:PORT][,...]/DATABASE/NAME[?option=value&...]
//
// A location with a password is an error that does not repeat it.
func ParseLocation(text string) (Location, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || !IsLocation(text) {
		return Location{}, fmt.Errorf("%s is no location of a collection, expected weaviate://HOST:PORT/NAME or postgres://HOST:PORT/DATABASE/NAME", withoutSecret(text))
	}
	l := Location{Scheme: scheme}
	if scheme == "postgresql" {
		l.Scheme = Postgres
	}
	rest, query, _ := strings.Cut(rest, "?")
	authority, path, _ := strings.Cut(rest, "/")
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		l.User, authority = authority[:at], authority[at+1:]
		if strings.Contains(l.User, ":") {
			return Location{}, fmt.Errorf("%s holds a password, which would stand in logs and in the list of processes: give it in the environment or in a file", withoutSecret(text))
		}
		user, err := url.PathUnescape(l.User)
		if err != nil || l.Scheme == Weaviate {
			return Location{}, fmt.Errorf("%s: a user is not expected here", withoutSecret(text))
		}
		l.User = user
	}
	l.Hosts = strings.Split(authority, ",")
	if slices.Contains(l.Hosts, "") {
		return Location{}, fmt.Errorf("%s names no host", withoutSecret(text))
	}
	names := strings.Split(strings.Trim(path, "/"), "/")
	if l.Scheme == Postgres {
		if len(names) != 2 || names[0] == "" {
			return Location{}, fmt.Errorf("%s: expected the names of a database and of a collection, postgres://HOST:PORT/DATABASE/NAME", withoutSecret(text))
		}
		database, err := url.PathUnescape(names[0])
		if err != nil {
			return Location{}, fmt.Errorf("%s: the database's name: %w", withoutSecret(text), err)
		}
		l.Database, names = database, names[1:]
	}
	if len(names) != 1 || !goodName.MatchString(names[0]) {
		return Location{}, fmt.Errorf("%s: expected a collection's name behind the host, at most 40 letters, digits and underscores, a letter first", withoutSecret(text))
	}
	l.Name = names[0]
	var err error
	if l.Options, err = url.ParseQuery(query); err != nil {
		return Location{}, fmt.Errorf("%s: what stands behind the question mark cannot be read", withoutSecret(text))
	}
	for name := range l.Options {
		if lower := strings.ToLower(name); strings.Contains(lower, "password") || strings.Contains(lower, "key") && l.Scheme == Weaviate || strings.Contains(lower, "token") {
			return Location{}, fmt.Errorf("%s holds the secret %q, which would stand in logs: give it in the environment or in a file", withoutSecret(text), name)
		}
	}
	return l, nil
}

// String returns the location as ParseLocation reads it.
func (l Location) String() string {
	var b strings.Builder
	b.WriteString(l.Scheme + "://")
	if l.User != "" {
		b.WriteString(url.PathEscape(l.User) + "@")
	}
	b.WriteString(strings.Join(l.Hosts, ",") + "/")
	if l.Database != "" {
		b.WriteString(url.PathEscape(l.Database) + "/")
	}
	b.WriteString(l.Name)
	if len(l.Options) > 0 {
		b.WriteString("?" + l.Options.Encode())
	}
	return b.String()
}

// withoutSecret is a text for messages: without what stands between the scheme and the host, and
// behind a question mark.
func withoutSecret(text string) string {
	text, _, _ = strings.Cut(text, "?")
	sep := "://"
	scheme, rest, ok := strings.Cut(text, sep)
	if !ok { // one that was mistyped
		if sep = ":"; strings.Contains(text, ":/") {
			sep = ":/"
		}
		if scheme, rest, ok = strings.Cut(text, sep); !ok {
			return text
		}
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		rest = rest[at+1:]
	}
	return scheme + sep + rest
}
