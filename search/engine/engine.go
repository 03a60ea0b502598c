// Package engine says what likeness asks of a vector database: an engine that keeps more entries
// than one machine holds, or serves many who read and write at once. Packages weaviate and
// pgvector are engines.
//
// An Engine is a server, or a cluster of them, and the name of a collection there. A Collection
// holds entries of one model in one space, as the Header says. It is a search.Store whose codes
// are points: whoever asks maps a code to a point of Header.Space first. What a model that was
// trained again makes goes into another collection, and the name moves when that is complete, so
// that a search sees the one or the other.
package engine

import (
	"context"
	"errors"
	"fmt"

	"likeness/search"
)

// Engine is a server, or a cluster, and the name of a collection on it. Its methods may be called
// from several goroutines at once.
type Engine interface {
	// Location returns where the engine is.
	Location() Location
	// State asks the servers how they are.
	State(ctx context.Context) (*State, error)
	// Published returns the collection that the name stands for. The error wraps ErrNone where there
	// is none.
	Published(ctx context.Context) (Collection, error)
	// Make returns the collection of a header, and makes it where there is none yet. It is not
	// published by that, and what an earlier Make has begun is gone on with.
	Make(ctx context.Context, h *Header, opt MakeOptions) (Collection, error)
	// Publish makes the name stand for a collection, in one step, and then drops the one that it stood
	// for before. Other collections of the name, which somebody may be filling at this moment, stay,
	// unless they are Abandoned. A collection that is published already stays so.
	Publish(ctx context.Context, c Collection) error
	// Drop removes the name with all of its collections, published or not. It returns how many these were.
	Drop(ctx context.Context) (int, error)
	// Close ends the connections.
	Close() error
}

// MakeOptions say how a new collection lies on the servers. Zero means the engine's default: as many
// shards as there are nodes, three copies of each or as many as there are nodes.
type MakeOptions struct {
	Shards   int `json:"shards,omitempty"`
	Replicas int `json:"replicas,omitempty"`
}

// Collection is a collection of an engine. As a search.Store its codes are points of Header.Space,
// Header.Width numbers each, which are compared as they are. Upsert and Delete change entries whatever
// their source.
//
// A collection is what its header says: when another one has taken the name and this one was dropped, its methods fail with
// an error that wraps ErrNone, upon which who holds it asks for Published again. A search that some server could not
// answer is an error, never a shorter answer. Where a server is
// behind, State says so.
type Collection interface {
	search.Store
	// Header returns what the collection holds.
	Header() *Header
	// Put adds rows, and replaces those with the same ids. It may be called again with the same rows
	// after a failure: the outcome is the same.
	Put(ctx context.Context, rows *Rows) error
	// Lookup returns the rows with the given ids, in any order. Unknown ids are left out.
	Lookup(ctx context.Context, ids ...string) (*Rows, error)
	// Count returns how many entries meet conditions.
	Count(ctx context.Context, where search.Where) (int, error)
	// Any reports whether some entry meets conditions, without counting them all.
	Any(ctx context.Context, where search.Where) (bool, error)
	// List returns rows that meet conditions, without their points, in the order in which they came into the
	// collection: most of them from the first-th on, which is 0 for the first.
	List(ctx context.Context, where search.Where, first, most int) (*Rows, error)
	// People returns the people that the most entries show, most of them, and how many entries that is. Entries of
	// nobody known do not count.
	People(ctx context.Context, most int) ([]Tally, error)
	// Marks calls visit with the id and the mark of every entry of a source, of all entries where
	// source is "". The order is any.
	Marks(ctx context.Context, source string, visit func(id string, m Mark) error) error
	// Scan calls visit with all rows, some at a time, in any order.
	Scan(ctx context.Context, visit func(*Rows) error) error
	// Parts returns what was told by SetPart.
	Parts(ctx context.Context) ([]Part, error)
	// SetPart keeps what is known of a source, in place of what was known of it.
	SetPart(ctx context.Context, p Part) error
}

// Tally is how many entries show a person.
type Tally struct {
	Person  string
	Entries int
}

// State is how the servers of an engine are.
type State struct {
	Engine  string `json:"engine"` // "weaviate", "pgvector"
	Version string `json:"version"`
	// Nodes are the servers; an engine that knows no others has one.
	Nodes []Node `json:"nodes"`
	// Entries is how many the published collection has; 0 where there is none. Above some hundred
	// thousand it may be the server's estimate; Collection.Len is exact.
	Entries int `json:"entries"`
	// Incomplete says why an answer may lack entries now, such as a node that was away and is not
	// up to date again; "" where it does not.
	Incomplete string `json:"incomplete,omitempty"`
}

// Node is one server of an engine.
type Node struct {
	Name    string `json:"name"`
	Status  string `json:"status"` // as the engine calls it; Healthy where all is well
	Version string `json:"version,omitempty"`
	Entries int    `json:"entries"` // that it keeps, copies included
}

// Healthy is the status of a node that works.
const Healthy = "HEALTHY"

var (
	// ErrNone means that an engine has no collection of the name.
	ErrNone = errors.New("there is no such collection")
	// ErrUnavailable means that an engine cannot be reached, or does not answer in time.
	ErrUnavailable = errors.New("the engine is not available")
)

// CheckRows returns an error when rows do not fit a header: another width, attributes that it does
// not have, or an id twice.
func CheckRows(h *Header, rows *Rows) error {
	if rows.Dim != h.Width {
		return fmt.Errorf("points of %d numbers, the collection has points of %d", rows.Dim, h.Width)
	}
	if a := rows.Attributes; a != nil {
		for _, name := range a.Names {
			if (&search.Attributes{Names: h.Attributes}).Column(name) < 0 {
				return fmt.Errorf("the attribute %s, the collection has %q", name, h.Attributes)
			}
		}
	}
	if err := rows.check(); err != nil {
		return err
	}
	return rows.CheckOnce()
}
