package pgvector

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"likeness/search/engine"
)

// secret must stand in no message.
const secret = "hunter2"

func parse(t *testing.T, text string) engine.Location {
	t.Helper()
	l, err := engine.ParseLocation(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestConfig(t *testing.T) {
	t.Setenv("PGPASSWORD", secret)
	c, err := newConfig(parse(t, "postgres://m%40e@db1:5433,db2/my%20photos/faces?sslmode=disable&schema=Pictures&m=8&ef_construction=40&ef_search=100&index_from=7&pool_max_conns=3&maintenance_work_mem=1GB"))
	if err != nil {
		t.Fatal(err)
	}
	p := c.pool.ConnConfig
	if p.User != "m@e" || p.Host != "db1" || p.Port != 5433 || p.Database != "my photos" || p.Password != secret || p.TLSConfig != nil || len(p.Fallbacks) != 1 || p.Fallbacks[0].Host != "db2" {
		t.Errorf("%s@%s:%d/%s, %d more hosts", p.User, p.Host, p.Port, p.Database, len(p.Fallbacks))
	}
	if c.schema != "Pictures" || c.m != 8 || c.efConstruction != 40 || c.efSearch != 100 || c.indexFrom != 7 || c.pool.MaxConns != 3 || !c.memory {
		t.Errorf("the options %+v", c)
	}
	for _, own := range []string{"schema", "m", "ef_construction", "ef_search", "index_from"} {
		if _, there := p.RuntimeParams[own]; there {
			t.Errorf("the option %s goes to the server", own)
		}
	}
	if p.RuntimeParams["application_name"] != "likeness" || p.RuntimeParams["maintenance_work_mem"] != "1GB" {
		t.Errorf("settings of the server: %v", p.RuntimeParams)
	}
	for text, want := range map[string]string{
		"postgres://db/photos/faces?m=1":                   `the option m is "1", expected a number from 2 to 100`,
		"postgres://db/photos/faces?ef_search=many":        "ef_search",
		"postgres://db/photos/faces?m=50":                  "at least twice m",
		"postgres://db:many/photos/faces":                  "db:many",
		"postgres://db/photos/faces?sslmode=perhaps":       "sslmode",
		"postgres://db/photos/faces?pool_max_conns=none":   "pool_max_conns",
		"postgres://db/photos/faces?sslrootcert=/no/where": "/no/where",
	} {
		_, err := newConfig(parse(t, text))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "postgres://db") {
			t.Errorf("%s: error %v, expected one that says %q", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error repeats the secret: %v", text, err)
		}
	}
}

func TestPasswordFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pgpass")
	if err := os.WriteFile(path, []byte("db:5432:photos:me:"+secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PGPASSFILE", path)
	c, err := newConfig(parse(t, "postgres://me@db/photos/faces"))
	if err != nil || c.pool.ConnConfig.Password != secret {
		t.Errorf("the password is not that of the file, %v", err)
	}
}

// A server that nobody has started: the error says where, and not what the password is.
func TestOpenNowhere(t *testing.T) {
	t.Setenv("PGPASSWORD", secret)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	_ = l.Close()
	var calls []error
	_, err = Open(t.Context(), parse(t, "postgres://me@"+at+"/photos/faces?sslmode=disable"), engine.Options{
		Limits:  engine.Limits{Tries: 2, Pause: time.Millisecond},
		Observe: func(_ string, _ time.Duration, err error) { calls = append(calls, err) },
	})
	if !errors.Is(err, engine.ErrUnavailable) || !strings.Contains(err.Error(), at) || strings.Contains(err.Error(), secret) || len(calls) != 2 {
		t.Errorf("error %v after %d tries", err, len(calls))
	}
}

func TestTemporary(t *testing.T) {
	server := func(code string) error { return fmt.Errorf("put: %w", &pgconn.PgError{Code: code}) }
	for _, err := range []error{
		server("57P01"), server("57P02"), server("57P03"), server("40001"), server("40P01"), server("53300"), server("53100"), server("08006"), server("55P03"),
		io.EOF, fmt.Errorf("reading: %w", io.ErrUnexpectedEOF), &net.OpError{Op: "read", Err: errors.New("connection reset")}, net.ErrClosed, &pgconn.ConnectError{Config: &pgconn.Config{}},
	} {
		if _, ok := errors.AsType[*engine.Temporary](classified(err)); !ok {
			t.Errorf("%#v is not tried again", err)
		}
	}
	for _, err := range []error{
		nil, server("42P01"), server("42501"), server("28P01"), server("3D000"), server("22P02"), server("57014"), server(""),
		errors.New("a wrong question"), context.Canceled, engine.ErrNone, &pgconn.ParseConfigError{}, &tls.CertificateVerificationError{},
	} {
		if _, ok := errors.AsType[*engine.Temporary](classified(err)); ok {
			t.Errorf("%#v is tried again", err)
		}
	}
	if err := gone(server("42P01")); !errors.Is(err, engine.ErrNone) {
		t.Errorf("a table that is not there: %v, expected %v", err, engine.ErrNone)
	}
	if err := gone(server("42501")); errors.Is(err, engine.ErrNone) {
		t.Errorf("a table that is forbidden: %v", err)
	}
}

func TestNames(t *testing.T) {
	db := &database{schema: `we"ird`}
	if got, want := db.table("likeness_parts"), `"we""ird"."likeness_parts"`; got != want {
		t.Errorf("the table %s, expected %s", got, want)
	}
	for _, m := range migrations {
		if filled := db.fill(m); strings.Contains(filled, "{") || !strings.Contains(filled, `"we""ird".`) {
			t.Errorf("a migration with names that are not filled in: %s", filled)
		}
	}
}
