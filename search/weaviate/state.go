package weaviate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

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
	Queue   int    `json:"vectorQueueLength"`
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

// settling is for how long a copy may be behind after it was seen to be away, or to be sent what it
// lacked: two rounds of Weaviate's asynchronous replication, which compares copies every 30 seconds.
const settling = 70 * time.Second

// State implements engine.Engine. What makes an answer incomplete is seen in several ways, because
// Weaviate has no word for it: a node that is away is missing in its list of nodes, and what it lacks
// when it comes back is known only by the comparisons of asynchronous replication.
func (s *server) State(ctx context.Context) (*engine.State, error) {
	state := &engine.State{Engine: engine.Weaviate, Version: s.version}
	nodes, err := s.nodes(ctx, "verbose")
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		// For some seconds after a node went away, the others answer nothing but that.
		if state.Nodes = s.hostsAsNodes(ctx); !slices.ContainsFunc(state.Nodes, func(n engine.Node) bool { return n.Status == engine.Healthy }) {
			return nil, err
		}
		state.Incomplete = fmt.Sprintf("the nodes cannot be listed: %v", err)
		s.unsettled()
	}
	class, missing := "", 0
	c, err := s.Published(ctx)
	switch {
	case errors.Is(err, engine.ErrNone):
	case errors.Is(err, engine.ErrUnavailable) && ctx.Err() == nil && len(state.Nodes) > 0:
		return state, nil // which says already what is wrong
	case err != nil:
		return nil, err
	default:
		class = c.(*collection).class
		missing = c.(*collection).whole.missing(nodes, class)
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
	if class == "" {
		return state, nil
	}
	counts, err := s.countEverywhere(ctx, class)
	if err != nil {
		return nil, err
	}
	for _, n := range counts {
		state.Entries = max(state.Entries, n)
	}
	switch {
	case state.Incomplete != "":
	case missing > 0:
		state.Incomplete = fmt.Sprintf("%d shards are on nodes that are away", missing)
		s.unsettled()
	default:
		state.Incomplete = s.incomplete(nodes, class, counts)
	}
	return state, nil
}

// incomplete says why an answer about a class may lack entries.
func (s *server) incomplete(nodes []node, class string, counts map[string]int) string {
	away := absent(nodes, class)
	if away == "" && len(counts) < len(s.client.hosts) {
		for _, h := range s.client.hosts {
			if _, ok := counts[h.name]; !ok {
				away = fmt.Sprintf("%s does not answer", h.name)
			}
		}
	}
	if away != "" {
		s.unsettled()
		return away
	}
	var most, least string
	for _, host := range slices.Sorted(maps.Keys(counts)) {
		if most == "" || counts[host] > counts[most] {
			most = host
		}
		if least == "" || counts[host] < counts[least] {
			least = host
		}
	}
	if counts[most] != counts[least] {
		return fmt.Sprintf("%s counts %d entries and %s %d: copies differ", most, counts[most], least, counts[least])
	}
	for _, n := range nodes {
		for _, copied := range n.Shards {
			for _, a := range copied.Async {
				if at := time.UnixMilli(a.Start); copied.Class == class && a.Propagated > 0 && time.Since(at) < s.settling {
					return fmt.Sprintf("%s was sent %d entries that it lacked at %s, and may lack more", a.Target, a.Propagated, at.Format(time.TimeOnly))
				}
			}
		}
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if since := time.Since(s.awayAt); !s.awayAt.IsZero() && since < s.settling {
		return fmt.Sprintf("a node was away until %d seconds ago, and may not be up to date yet", int(since.Seconds()))
	}
	return ""
}

// absent says which node or copy is not there, "" where all are.
func absent(nodes []node, class string) string {
	copies := map[string]int{}
	wanted := map[string]int{}
	for _, n := range nodes {
		if n.Status != engine.Healthy {
			return fmt.Sprintf("the node %s is %s", n.Name, n.Status)
		}
		for _, copied := range n.Shards {
			if copied.Class != class {
				continue
			}
			copies[copied.Name]++
			wanted[copied.Name] = max(wanted[copied.Name], copied.Copies)
			switch {
			case !copied.Loaded:
				return fmt.Sprintf("the node %s is loading the shard %s", n.Name, copied.Name)
			case copied.Status != "READY":
				return fmt.Sprintf("the shard %s is %s on the node %s", copied.Name, copied.Status, n.Name)
			case copied.Queue > 0:
				return fmt.Sprintf("the node %s has %d entries of the shard %s to put into its index", n.Name, copied.Queue, copied.Name)
			}
		}
	}
	for _, shard := range slices.Sorted(maps.Keys(copies)) {
		if copies[shard] < wanted[shard] {
			return fmt.Sprintf("%d of %d copies of the shard %s are there: a node is away", copies[shard], wanted[shard], shard)
		}
	}
	return ""
}

// unsettled remembers that a node is away now.
func (s *server) unsettled() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.awayAt = time.Now()
}

// countEverywhere returns how many entries of a class each host counts: of its own copies, where it has
// them. Hosts that do not answer are missing; it is an error when none does.
func (s *server) countEverywhere(ctx context.Context, class string) (map[string]int, error) {
	counts := map[string]int{}
	var last error
	for _, h := range s.client.hosts {
		within, cancel := context.WithTimeout(ctx, 5*time.Second)
		b, err := s.client.call(within, h, "Aggregate", countObjects(class, nil))
		cancel()
		if err == nil {
			counts[h.name], err = countReply(b)
		}
		if err != nil {
			last = fmt.Errorf("%s: %s: %w", s.location, h.name, err)
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if len(counts) == 0 {
		return nil, last
	}
	return counts, nil
}

// hostsAsNodes asks each host whether it is ready.
func (s *server) hostsAsNodes(ctx context.Context) []engine.Node {
	var list []engine.Node
	for _, h := range s.client.hosts {
		within, cancel := context.WithTimeout(ctx, 5*time.Second)
		n := engine.Node{Name: h.name, Status: "UNAVAILABLE"}
		var meta struct{ Version string }
		if err := s.client.rest(within, h, "GET", "/v1/meta", nil, &meta); err == nil {
			n.Status, n.Version = engine.Healthy, meta.Version
		}
		cancel()
		list = append(list, n)
	}
	return list
}
