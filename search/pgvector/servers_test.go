//go:build unix

package pgvector

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"likeness/search"
	"likeness/search/engine"
	"likeness/search/engine/enginetest"
	"likeness/search/searchtest"
)

func TestServersEngine(t *testing.T) {
	s := startServer(t)
	enginetest.Run(t, func(t *testing.T) engine.Engine { return s.open(t, "index_from=20") })
}

// Before it is published a collection has no index, and answers are exact.
func TestServersExact(t *testing.T) {
	searchtest.Run(t, 1, build(startServer(t), "", false))
}

func TestServersHNSW(t *testing.T) {
	searchtest.Run(t, .95, build(startServer(t), "index_from=1", true))
}

// A pgvector from before 0.8 does not go on searching where conditions throw out what was found.
func TestServersOldExtension(t *testing.T) {
	made := build(startServer(t), "index_from=1", true)
	searchtest.Run(t, .95, func(t testing.TB, e search.Entries) search.Index {
		ix := made(t, e)
		ix.(*collection).known.extension = "0.7.4"
		return ix
	})
}

// admin runs statements as the user of the tests.
func (s *server) admin(t testing.TB, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.at+"?"+s.options)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// database makes a database and returns the server with it in place of its own.
func (s *server) database(t testing.TB, name string) *server {
	t.Helper()
	name = fmt.Sprintf("%s_%d", name, time.Now().UnixNano())
	s.admin(t, `CREATE DATABASE `+name)
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), s.at+"?"+s.options)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close(context.Background())
		if _, err := conn.Exec(context.Background(), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Error(err)
		}
	})
	return &server{at: s.at[:strings.LastIndex(s.at, "/")+1] + name, options: s.options}
}

// Several clients that start at the same time, in a database that has nothing yet.
func TestServersMigrations(t *testing.T) {
	s := startServer(t).database(t, "fresh")
	l := s.location(t, `schema=We"ird%20$chema`)
	var group sync.WaitGroup
	for range 8 {
		e := reopen(t, l)
		group.Go(func() {
			c, err := e.Make(t.Context(), plain("m", 4), engine.MakeOptions{})
			if err == nil {
				err = c.Put(t.Context(), drawn(50, 4, "a"))
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	e := reopen(t, l)
	c, err := e.Make(t.Context(), plain("m", 4), engine.MakeOptions{})
	if err != nil || c.Len() != 50 {
		t.Errorf("%d entries, %v, expected 50", c.Len(), err)
	}
	enginetest.Run(t, func(t *testing.T) engine.Engine { return s.open(t, `schema=We"ird%20$chema`) })
	s.admin(t, `UPDATE "We""ird $chema".likeness_schema SET version = 99`)
	if _, err := Open(t.Context(), l, engine.Options{}); err == nil || !strings.Contains(err.Error(), "version 99") {
		t.Errorf("error %v, expected one about the version 99", err)
	}
	if _, err := e.Published(t.Context()); err == nil || !strings.Contains(err.Error(), "version 99") {
		t.Errorf("error %v, expected one about the version 99", err)
	}
}

// A collection that nobody has written to yet is dropped when it was made long ago.
func TestServersAbandoned(t *testing.T) {
	s := startServer(t).database(t, "abandoned")
	e := reopen(t, s.location(t, ""))
	old, err := e.Make(t.Context(), plain("old", 4), engine.MakeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s.admin(t, `UPDATE likeness_collections SET made = made - interval '25 hours'`)
	young, err := e.Make(t.Context(), plain("young", 4), engine.MakeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	published(t, e, "m", drawn(10, 4, "a"))
	if err := old.Put(t.Context(), drawn(10, 4, "a")); !errors.Is(err, engine.ErrNone) {
		t.Errorf("the old one: error %v, expected %v", err, engine.ErrNone)
	}
	if err := young.Put(t.Context(), drawn(10, 4, "a")); err != nil {
		t.Errorf("the young one: %v", err)
	}
}

// The state of a large collection does not wait for all of its rows to be counted.
func TestServersManyRows(t *testing.T) {
	s := startServer(t).database(t, "many")
	e := reopen(t, s.location(t, ""))
	c := published(t, e, "m", drawn(1000, 4, "a"))
	entries := func() int {
		t.Helper()
		state, err := e.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return state.Entries
	}
	if n := entries(); n != 1000 {
		t.Errorf("%d entries, expected 1000", n)
	}
	// As if it had had so many when it was analyzed at last.
	s.admin(t, `UPDATE pg_class SET reltuples = 100000000 WHERE relname = '`+entriesName(c.(*collection).number)+`'`)
	if n := entries(); n < 99_000_000 || n > 101_000_000 {
		t.Errorf("%d entries, expected about 100000000", n)
	}
	if c.Len() != 1000 {
		t.Errorf("%d entries, expected 1000", c.Len())
	}
}

// A role that may read searches, and one that may not make the extension is told so.
func TestServersRoles(t *testing.T) {
	s := startServer(t).database(t, "roles")
	role := fmt.Sprintf("reader_%d", time.Now().UnixNano())
	s.admin(t, `CREATE ROLE `+role+` LOGIN PASSWORD 'a-secret-of-this-test'`)
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), s.at+"?"+s.options)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close(context.Background())
		if _, err := conn.Exec(context.Background(), `DROP OWNED BY `+role+`; DROP ROLE `+role); err != nil {
			t.Error(err)
		}
	})
	as := func(l engine.Location) engine.Location {
		l.User = role
		return l
	}
	l := s.location(t, "schema=pictures&index_from=20")
	if _, err := reopen(t, as(l)).Make(t.Context(), plain("m", 4), engine.MakeOptions{}); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("error %v, expected one about a permission", err)
	}
	s.admin(t, `CREATE SCHEMA pictures`, `GRANT USAGE ON SCHEMA pictures TO `+role, `ALTER DEFAULT PRIVILEGES IN SCHEMA pictures GRANT SELECT ON TABLES TO `+role)
	if _, err := reopen(t, as(l)).Make(t.Context(), plain("m", 4), engine.MakeOptions{}); err == nil || !strings.Contains(err.Error(), "may not make it") {
		t.Errorf("error %v, expected one about the extension", err)
	}
	rows := drawn(100, 4, "a")
	published(t, reopen(t, l), "m", rows)
	reader := reopen(t, as(l))
	c, err := reader.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, where := range []search.Where{{}, {People: []string{"a"}}} {
		found, err := c.Search(t.Context(), search.Query{Code: rows.Codes[8:12], K: 3, Where: where})
		if err != nil || len(found) != 3 || found[0].ID != "2.jpg" {
			t.Errorf("found %v, %v", found, err)
		}
	}
	if state, err := reader.State(t.Context()); err != nil || state.Entries != 100 || c.Len() != 100 {
		t.Errorf("%+v, %v", state, err)
	}
	_, makes := reader.Make(t.Context(), plain("other", 4), engine.MakeOptions{})
	_, drops := reader.Drop(t.Context())
	_, deletes := c.Delete(t.Context(), "1.jpg")
	for what, err := range map[string]error{"Make": makes, "Drop": drops, "Delete": deletes, "Put": c.Put(t.Context(), rows), "Publish": reader.Publish(t.Context(), c), "SetPart": c.SetPart(t.Context(), engine.Part{Source: "s"})} {
		if err == nil || errors.Is(err, engine.ErrUnavailable) || !(strings.Contains(err.Error(), "permission denied") || strings.Contains(err.Error(), "must be owner")) {
			t.Errorf("%s by a role that may read alone: error %v", what, err)
		}
	}
	if c.Len() != 100 {
		t.Errorf("%d entries are left", c.Len())
	}
}

// Two clients put the same ids at the same time, in opposite orders.
func TestServersWriters(t *testing.T) {
	s := startServer(t)
	l := s.location(t, "index_from=20")
	e := reopen(t, l)
	t.Cleanup(func() { _, _ = e.Drop(context.Background()) })
	c := published(t, e, "m", drawn(200, 8, "before"))
	var group sync.WaitGroup
	for _, version := range []string{"one", "two"} {
		mine, err := reopen(t, l).Published(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		rows := drawn(400, 8, version)
		if version == "two" {
			rows = reversed(rows)
		}
		group.Go(func() {
			for i := range 10 {
				if err := mine.Put(t.Context(), rows); err != nil {
					t.Errorf("%s, round %d: %v", version, i, err)
				}
			}
		})
	}
	group.Wait()
	if c.Len() != 400 {
		t.Errorf("%d entries, expected 400", c.Len())
	}
	versions := map[string]int{}
	one, two := drawn(400, 8, "one"), drawn(400, 8, "two")
	err := c.Scan(t.Context(), func(some *engine.Rows) error {
		for i, person := range some.People {
			versions[person]++
			want := one
			if person == "two" {
				want = two
			}
			var at int
			if _, err := fmt.Sscanf(some.IDs[i], "%d.jpg", &at); err != nil {
				return err
			}
			if some.Mark(i) != want.Mark(at) || !reflect.DeepEqual(some.Codes[i*8:(i+1)*8], want.Codes[at*8:(at+1)*8]) {
				t.Errorf("%s is a mixture", some.IDs[i])
			}
		}
		return nil
	})
	if err != nil || len(versions) != 1 { // an update is whole, so that all are of the last one
		t.Errorf("entries of the versions %v, %v", versions, err)
	}
}

func reversed(r *engine.Rows) *engine.Rows {
	out := &engine.Rows{Entries: search.Entries{Dim: r.Dim, Attributes: &search.Attributes{Names: r.Attributes.Names}}}
	for i := r.Len() - 1; i >= 0; i-- {
		out.IDs, out.People, out.Codes = append(out.IDs, r.IDs[i]), append(out.People, r.People[i]), append(out.Codes, r.Codes[i*r.Dim:(i+1)*r.Dim]...)
		out.Hashes, out.Sources, out.Attributes.Values = append(out.Hashes, r.Hashes[i]), append(out.Sources, r.Sources[i]), append(out.Attributes.Values, r.Attributes.Row(i)...)
	}
	return out
}
