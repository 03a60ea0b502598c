package weaviate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"likeness/search"
	"likeness/search/engine"
)

// node is a node as /v1/nodes describes it.
type node struct {
	Name    string  `json:"name"`
	Status  string  `json:"status"`
	Version string  `json:"version"`
	Shards  []shard `json:"shards"`
}

// shard is a node's copy of a shard.
type shard struct {
	Name    string `json:"name"`
	Class   string `json:"class"`
	Objects int    `json:"objectCount"`
	Status  string `json:"vectorIndexingStatus"`
	Loaded  bool   `json:"loaded"`
	Copies  int    `json:"numberOfReplicas"`
	Async   []struct {
		Propagated uint64 `json:"objectsPropagated"`
		Start      int64  `json:"startDiffTimeUnixMillis"`
		Target     string `json:"targetNode"`
	} `json:"asyncReplicationStatus"`
}

// nodes asks for the nodes of the cluster; output is "minimal" or "verbose".
func (s *server) nodes(ctx context.Context, output string) ([]node, error) {
	var answer struct {
		Nodes []node `json:"nodes"`
	}
	err := s.client.do(ctx, "nodes", 0, func(ctx context.Context, h *host) error {
		answer.Nodes = nil
		return s.client.rest(ctx, h, "GET", "/v1/nodes?output="+output, nil, &answer)
	})
	if err == nil && len(answer.Nodes) == 0 {
		err = fmt.Errorf("%s: the cluster names no nodes", s.location)
	}
	return answer.Nodes, err
}

// State implements engine.Engine.
func (s *server) State(ctx context.Context) (*engine.State, error) {
	nodes, err := s.nodes(ctx, "verbose")
	if err != nil {
		return nil, err
	}
	state := &engine.State{Engine: engine.Weaviate, Version: s.version}
	c, err := s.Published(ctx)
	switch {
	case errors.Is(err, engine.ErrNone):
	case err != nil:
		return nil, err
	default:
		if state.Entries, err = c.Count(ctx, search.Where{}); err != nil {
			return nil, err
		}
	}
	class := ""
	if c, ok := c.(*collection); ok {
		class = c.class
	}
	for _, n := range nodes {
		entries := 0
		for _, copied := range n.Shards {
			if copied.Class == class {
				entries += copied.Objects
			}
		}
		state.Nodes = append(state.Nodes, engine.Node{Name: n.Name, Status: n.Status, Version: n.Version, Entries: entries})
	}
	slices.SortFunc(state.Nodes, func(a, b engine.Node) int { return strings.Compare(a.Name, b.Name) })
	state.Incomplete = incomplete(nodes, class)
	return state, nil
}

// incomplete says why an answer about a class may lack entries.
func incomplete(nodes []node, class string) string {
	for _, n := range nodes {
		if n.Status != engine.Healthy {
			return fmt.Sprintf("the node %s is %s", n.Name, n.Status)
		}
	}
	return ""
}
