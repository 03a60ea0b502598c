package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// collectionScripts runs the scripts of collections against the engine at a location.
func collectionScripts(t *testing.T, at string) {
	t.Helper()
	cache := t.TempDir()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "collection"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("LIKENESS_CACHE", cache)
			env.Setenv("AT", at)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "json": checkJSON, "picture": makePicture},
	})
}

// The program works on PostgreSQL, which PGlite is here: PostgreSQL itself, as WebAssembly.
func TestForeignCollection(t *testing.T) {
	if os.Getenv("LIKENESS_FOREIGN") == "" {
		t.Skip("LIKENESS_FOREIGN is not set: PGlite is not started")
	}
	modules := os.Getenv("LIKENESS_NODE_MODULES")
	if modules == "" {
		t.Fatal("LIKENESS_NODE_MODULES is not set, expected a folder with @electric-sql/pglite, pglite-pgvector and pglite-socket")
	}
	cmd := exec.Command("node", filepath.Join("..", "..", "search", "pgvector", "testdata", "pglite.mjs"), modules)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // at which it ends
		_ = cmd.Wait()
	})
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("PGlite did not start: %v", err)
	}
	collectionScripts(t, "postgres://postgres@127.0.0.1:"+strings.TrimSpace(port)+"/postgres/faces?sslmode=disable&pool_max_conns=1&default_query_exec_mode=exec")
}

// The program works on the engine whose location LIKENESS_COLLECTION is; what is there under the name is removed.
func TestServersCollection(t *testing.T) {
	at := os.Getenv("LIKENESS_COLLECTION")
	if at == "" {
		t.Skip("LIKENESS_COLLECTION is not set, such as weaviate://127.0.0.1:8080/scripts")
	}
	collectionScripts(t, at)
}
