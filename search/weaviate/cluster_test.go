package weaviate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"likeness/search/engine"
)

// Tests called TestServers... run real servers of Weaviate, where LIKENESS_SERVERS is 1. The program is
// LIKENESS_WEAVIATE, or is built once and kept in the user's cache.
const (
	serversVariable = "LIKENESS_SERVERS"
	binaryVariable  = "LIKENESS_WEAVIATE"
	insideVariable  = "LIKENESS_WEAVIATE_INSIDE" // the test process is in a network namespace of its own
	serverVersion   = "v1.35.2"                  // the newest that Go's proxy serves
)

func TestMain(m *testing.M) {
	if os.Getenv(serversVariable) != "1" || os.Getenv(insideVariable) != "" {
		code := m.Run()
		stopClusters()
		os.Exit(code)
	}
	binary, err := serverBinary()
	if err != nil {
		fmt.Fprintln(os.Stderr, "no server of Weaviate:", err)
		os.Exit(1)
	}
	if err := os.Setenv(binaryVariable, binary); err != nil {
		panic(err)
	}
	// Weaviate listens on all interfaces with some of its ports, whatever it is told.
	code, err := inNamespace()
	if err != nil {
		fmt.Fprintf(os.Stderr, "no network namespace (%v): the servers' ports can be reached from outside\n", err)
		code = m.Run()
		stopClusters()
	}
	os.Exit(code)
}

// serverBinary returns the program, and builds it where it is not there yet.
func serverBinary() (string, error) {
	if path := os.Getenv(binaryVariable); path != "" {
		_, err := os.Stat(path)
		return path, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "likeness", "weaviate-"+serverVersion)
	path := filepath.Join(dir, "weaviate-server")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	fmt.Fprintln(os.Stderr, "building Weaviate", serverVersion, "into", dir, "which takes minutes")
	cmd := exec.Command("go", "install", "github.com/weaviate/weaviate/cmd/weaviate-server@"+serverVersion)
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go install: %w: %s", err, out)
	}
	return path, nil
}

// cluster is some nodes on this machine.
type cluster struct {
	nodes []*process
}

// process is a server.
type process struct {
	name, dir  string
	http, grpc int
	env        []string
	again      string // of the environment, when it starts again
	cmd        *exec.Cmd
}

var clusters struct {
	lock sync.Mutex
	of   map[string]*cluster
}

// start returns the cluster of n nodes whose environment has more variables, the same for all tests.
func start(t testing.TB, n int, more ...string) *cluster {
	t.Helper()
	if os.Getenv(serversVariable) != "1" {
		t.Skipf("runs servers where %s is 1", serversVariable)
	}
	clusters.lock.Lock()
	defer clusters.lock.Unlock()
	key := fmt.Sprint(n, more)
	if c := clusters.of[key]; c != nil {
		c.wait(t)
		return c
	}
	dir, err := os.MkdirTemp("", "likeness-weaviate")
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{}
	ports := make([][4]int, n) // of HTTP, gRPC, gossip and data, Raft and its calls: the latter have two in a row
	var raft []string
	for i := range ports {
		for j := range ports[i] {
			ports[i][j] = freePort(t)
		}
		raft = append(raft, fmt.Sprintf("node-%d:%d", i, ports[i][3]))
	}
	for i, p := range ports {
		node := &process{name: fmt.Sprintf("node-%d", i), dir: filepath.Join(dir, fmt.Sprint(i)), http: p[0], grpc: p[1]}
		// Each joins another one. The first one does so when it comes back, and fails while it is alone.
		node.again = fmt.Sprintf("CLUSTER_JOIN=127.0.0.1:%d", ports[(i+n-1)%n][2])
		join := ""
		if i > 0 {
			join = fmt.Sprintf("127.0.0.1:%d", ports[0][2])
		}
		node.env = append(os.Environ(),
			"AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true", "DEFAULT_VECTORIZER_MODULE=none", "ENABLE_MODULES=", "API_BASED_MODULES_DISABLED=true",
			"AUTOSCHEMA_ENABLED=false", "GO_PROFILING_DISABLE=true", "DISABLE_TELEMETRY=true", "CLUSTER_IN_LOCALHOST=true", "LOG_LEVEL=warning",
			"CLUSTER_BIND_ADDR=127.0.0.1", "CLUSTER_ADVERTISE_ADDR=127.0.0.1",
			// A node that comes back is brought up to date at once, not after half a minute.
			"ASYNC_REPLICATION_PROPAGATION_DELAY=1s", "ASYNC_REPLICATION_FREQUENCY=2s", "ASYNC_REPLICATION_ALIVE_NODES_CHECKING_FREQUENCY=1s",
			"ASYNC_REPLICATION_HASHTREE_HEIGHT=8", "PERSISTENCE_MEMTABLES_FLUSH_DIRTY_AFTER_SECONDS=5",
			"PERSISTENCE_DATA_PATH="+node.dir, "CLUSTER_HOSTNAME="+node.name, "CLUSTER_JOIN="+join,
			fmt.Sprintf("GRPC_PORT=%d", p[1]), fmt.Sprintf("CLUSTER_GOSSIP_BIND_PORT=%d", p[2]), fmt.Sprintf("CLUSTER_DATA_BIND_PORT=%d", p[2]+1),
			fmt.Sprintf("RAFT_PORT=%d", p[3]), fmt.Sprintf("RAFT_INTERNAL_RPC_PORT=%d", p[3]+1), fmt.Sprintf("RAFT_BOOTSTRAP_EXPECT=%d", n))
		node.env = append(node.env, more...)
		if n > 1 {
			node.env = append(node.env, "RAFT_JOIN="+strings.Join(raft, ","))
		}
		c.nodes = append(c.nodes, node)
		if err := node.start(); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			listens(t, ports[0][2]) // for those who join
		}
	}
	if clusters.of == nil {
		clusters.of = map[string]*cluster{}
	}
	clusters.of[key] = c
	c.wait(t)
	return c
}

// listens waits until somebody listens on a port.
func listens(t testing.TB, port int) {
	t.Helper()
	for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			_ = conn.Close()
			return
		}
	}
	t.Fatalf("nobody listens on port %d", port)
}

var usedPorts sync.Map

// freePort returns a port that nobody listens on, nor on the one behind it.
func freePort(t testing.TB) int {
	t.Helper()
	for {
		first, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := first.Addr().(*net.TCPAddr).Port
		second, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port+1))
		if err == nil {
			err = second.Close()
		}
		if first.Close() != nil || err != nil {
			continue
		}
		if _, used := usedPorts.LoadOrStore(port, true); used {
			continue
		}
		if _, used := usedPorts.LoadOrStore(port+1, true); !used {
			return port
		}
	}
}

func (p *process) start() error {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return err
	}
	log, err := os.OpenFile(p.dir+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	p.cmd = exec.Command(os.Getenv(binaryVariable), "--scheme", "http", "--host", "127.0.0.1", "--port", fmt.Sprint(p.http))
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = p.env, log, log
	withParent(p.cmd)
	return p.cmd.Start()
}

// kill ends a server at once, as a power cut does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	p.env = append(p.env, p.again)
}

// wait waits until all nodes are healthy.
func (c *cluster) wait(t testing.TB) {
	t.Helper()
	var last error
	for begin := time.Now(); time.Since(begin) < 2*time.Minute; time.Sleep(200 * time.Millisecond) {
		if last = c.healthy(); last == nil {
			return
		}
	}
	for _, p := range c.nodes {
		b, _ := os.ReadFile(p.dir + ".log")
		t.Logf("the log of %s ends:\n%s", p.name, b[max(0, len(b)-2000):])
	}
	t.Fatalf("the servers do not come up: %v", last)
}

func (c *cluster) healthy() error {
	for _, p := range c.nodes {
		b, err := p.get("/v1/.well-known/ready")
		if err == nil {
			b, err = p.get("/v1/nodes")
		}
		if err != nil {
			return err
		}
		if n := strings.Count(string(b), `"status":"HEALTHY"`); n != len(c.nodes) {
			return fmt.Errorf("%s sees %d of %d healthy nodes", p.name, n, len(c.nodes))
		}
		conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", p.grpc), time.Second)
		if err != nil {
			return err
		}
		if err := conn.Close(); err != nil {
			return err
		}
	}
	return nil
}

// get makes a call of the REST interface beside the client that is tested.
func (p *process) get(path string) ([]byte, error) {
	resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d%s", p.http, path))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", path, resp.Status, b)
	}
	return b, err
}

// location returns where a collection of some nodes is, of all where none is named.
func (c *cluster) location(t testing.TB, name, options string, nodes ...int) engine.Location {
	t.Helper()
	if nodes == nil {
		for i := range c.nodes {
			nodes = append(nodes, i)
		}
	}
	var hosts, ports []string
	for _, i := range nodes {
		hosts = append(hosts, fmt.Sprintf("127.0.0.1:%d", c.nodes[i].http))
		ports = append(ports, fmt.Sprint(c.nodes[i].grpc))
	}
	l, err := engine.ParseLocation("weaviate://" + strings.Join(hosts, ",") + "/" + name + "?grpc=" + strings.Join(ports, ",") + options)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// open opens an engine on a cluster, whose collections are dropped in the end.
func (c *cluster) open(t testing.TB, name, options string, nodes ...int) *server {
	t.Helper()
	s, err := open(t.Context(), c.location(t, name, options, nodes...), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, err := s.Drop(ctx)
		if err := errors.Join(err, s.Close()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func stopClusters() {
	clusters.lock.Lock()
	defer clusters.lock.Unlock()
	for _, c := range clusters.of {
		for _, p := range c.nodes {
			p.kill()
		}
		if os.Getenv("LIKENESS_WEAVIATE_KEEP") == "" {
			_ = os.RemoveAll(filepath.Dir(c.nodes[0].dir))
		}
	}
}
