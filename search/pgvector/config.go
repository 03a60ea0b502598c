package pgvector

import (
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"likeness/search/engine"
)

// config is what a location says.
type config struct {
	name   string // for messages: the location without its options
	pool   *pgxpool.Config
	schema string // "": the first of the search path
	// How an index is built and asked, and how many entries make it worth while.
	m, efConstruction, efSearch, indexFrom int
	// memory says that the location sets maintenance_work_mem.
	memory bool
}

// mostEf is the largest hnsw.ef_search that pgvector takes.
const mostEf = 1000

// newConfig reads a location.
func newConfig(l engine.Location) (*config, error) {
	plain := l
	plain.Options = nil
	c := &config{name: plain.String(), m: 16, efConstruction: 64, efSearch: 64, indexFrom: 5000}
	options := maps.Clone(l.Options)
	c.schema = options.Get("schema")
	options.Del("schema")
	for _, o := range []struct {
		name        string
		to          *int
		least, most int
	}{
		{"m", &c.m, 2, 100}, {"ef_construction", &c.efConstruction, 4, 1000}, {"ef_search", &c.efSearch, 1, mostEf}, {"index_from", &c.indexFrom, 1, 1 << 40},
	} {
		text := options.Get(o.name)
		options.Del(o.name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < o.least || n > o.most {
			return nil, fmt.Errorf("%s: the option %s is %q, expected a number from %d to %d", c.name, o.name, text, o.least, o.most)
		}
		*o.to = n
	}
	if c.efConstruction < 2*c.m {
		return nil, fmt.Errorf("%s: the option ef_construction is %d, expected at least twice m, which is %d", c.name, c.efConstruction, c.m)
	}
	u := url.URL{Scheme: "postgres", Host: strings.Join(l.Hosts, ","), Path: "/" + l.Database, RawQuery: options.Encode()}
	if l.User != "" {
		u.User = url.User(l.User)
	}
	pool, err := pgxpool.ParseConfig(u.String())
	if err != nil { // its text has no password: none is in a location, and those of the environment are not repeated
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	params := pool.ConnConfig.RuntimeParams
	if params["application_name"] == "" {
		params["application_name"] = "likeness"
	}
	c.memory = params["maintenance_work_mem"] != ""
	c.pool = pool
	return c, nil
}
