package pgvector

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"likeness/search/engine"
)

// State implements engine.Engine.
func (db *database) State(ctx context.Context) (*engine.State, error) {
	s := &engine.State{Engine: "pgvector"}
	err := db.read(ctx, "state", func(ctx context.Context, tx pgx.Tx) error {
		var version string
		var standby, receives, caughtUp bool
		var age float64
		if err := tx.QueryRow(ctx, `SELECT current_setting('server_version'), pg_is_in_recovery()`).Scan(&version, &standby); err != nil {
			return err
		}
		if standby {
			if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_stat_wal_receiver), coalesce(pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn(), false),
				coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 0)::float8`).Scan(&receives, &caughtUp, &age); err != nil {
				return err
			}
			s.Incomplete = standbyState(receives, caughtUp, age)
		}
		k, err := db.known(ctx, tx)
		if err != nil {
			return err
		}
		version, _, _ = strings.Cut(version, " ") // behind it is who has packed it
		s.Version = version
		if k.extension != "" {
			s.Version += ", pgvector " + k.extension
		}
		config := tx.Conn().Config()
		node := engine.Node{Name: fmt.Sprintf("%s:%d", config.Host, config.Port), Status: engine.Healthy, Version: version}
		if k.version > 0 && k.version <= len(migrations) {
			var number int64
			err := tx.QueryRow(ctx, `SELECT number FROM `+db.collections()+` WHERE name = $1 AND published`, db.location.Name).Scan(&number)
			if err == nil {
				node.Entries, err = countAbout(ctx, tx, db.table(entriesName(number)))
			}
			if err != nil && !errors.Is(err, pgx.ErrNoRows) {
				return err
			}
		}
		s.Entries, s.Nodes = node.Entries, []engine.Node{node}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// mostCounted is how many rows are counted one by one: State is asked for every few seconds, and must
// answer within the time of a call.
const mostCounted = 300_000

// countAbout returns how many rows a table has. Of many it is what the server expects, by what it found when it analyzed
// the table at last and by how large that is now.
func countAbout(ctx context.Context, tx pgx.Tx, table string) (n int, err error) {
	var text []byte
	if err := tx.QueryRow(ctx, `EXPLAIN (FORMAT JSON) SELECT FROM `+table).Scan(&text); err != nil {
		return 0, err
	}
	expected, err := readPlan(text)
	if err != nil {
		return 0, err
	}
	if expected.Rows > mostCounted {
		return int(expected.Rows), nil
	}
	err = tx.QueryRow(ctx, `SELECT count(*) FROM `+table).Scan(&n)
	return n, err
}

// standbyState says why a hot standby may lack entries, "" where it has all that it knows of.
func standbyState(receives, caughtUp bool, age float64) string {
	switch {
	case !receives:
		return fmt.Sprintf("a hot standby that receives nothing from its primary; its last change is %.0f s old", age)
	case !caughtUp:
		return fmt.Sprintf("a hot standby that is behind its primary; its last change is %.0f s old", age)
	}
	return ""
}
