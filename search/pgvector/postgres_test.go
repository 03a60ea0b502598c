//go:build unix

package pgvector

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// started is the server that the tests share. TestMain ends it.
var started struct {
	once sync.Once
	postgres
	err error
}

func TestMain(m *testing.M) {
	code := m.Run()
	started.end()
	os.Exit(code)
}

// needServers skips a test unless tests with servers were asked for.
func needServers(t testing.TB) {
	t.Helper()
	if os.Getenv("LIKENESS_SERVERS") == "" {
		t.Skip("needs a server: LIKENESS_SERVERS=1, and LIKENESS_POSTGRES=postgres://USER@HOST:PORT/DATABASE or Debian's postgresql with pgvector")
	}
}

// startServer returns the server that LIKENESS_POSTGRES names, or one of its own.
func startServer(t testing.TB) *server {
	t.Helper()
	needServers(t)
	if at := os.Getenv("LIKENESS_POSTGRES"); at != "" {
		return &server{at: at}
	}
	return &startPostgres(t).server
}

// startPostgres starts Debian's PostgreSQL, which all tests share.
func startPostgres(t testing.TB) *postgres {
	t.Helper()
	needServers(t)
	started.once.Do(func() { started.err = started.make() })
	if started.err != nil {
		t.Fatal(started.err)
	}
	return &started.postgres
}

// postgres is a server of this process. Its user postgres has the password that PGPASSWORD is set to.
type postgres struct {
	server
	programs string // the folder
	folder   string
	data     string // the folder within
	port     int
	account  *syscall.SysProcAttr
	process  *exec.Cmd
}

// programs are where Debian has the newest PostgreSQL with pgvector.
func programs() (string, error) {
	controls, _ := filepath.Glob("/usr/share/postgresql/*/extension/vector.control")
	if len(controls) == 0 {
		return "", fmt.Errorf("LIKENESS_POSTGRES is not set, and there is no /usr/share/postgresql/*/extension/vector.control: install Debian's postgresql and postgresql-server-dev-all, and pgvector from its source (make && make install)")
	}
	slices.Sort(controls)
	version := filepath.Base(filepath.Dir(filepath.Dir(controls[len(controls)-1])))
	folder := filepath.Join("/usr/lib/postgresql", version, "bin")
	if _, err := os.Stat(filepath.Join(folder, "postgres")); err != nil {
		return "", fmt.Errorf("pgvector is there for PostgreSQL %s, the server is not: %w", version, err)
	}
	return folder, nil
}

// make makes a database in a folder of its own, which it starts.
func (p *postgres) make() (err error) {
	if p.programs, err = programs(); err != nil {
		return err
	}
	if p.folder, err = os.MkdirTemp("", "likeness-postgres"); err != nil {
		return err
	}
	if os.Getuid() == 0 { // under which PostgreSQL refuses to run
		u, err := user.Lookup("postgres")
		if err != nil {
			return err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		p.account = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		if err := os.Chown(p.folder, uid, gid); err != nil {
			return err
		}
	}
	p.data = filepath.Join(p.folder, "data")
	const password = "a-secret-of-this-test"
	secret := filepath.Join(p.folder, "secret")
	if err := os.WriteFile(secret, []byte(password), 0o644); err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(p.programs, "initdb"), "-D", p.data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", "--pwfile="+secret, "--no-sync")
	cmd.SysProcAttr, cmd.Dir = p.account, p.folder
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	if err := os.Setenv("PGPASSWORD", password); err != nil {
		return err
	}
	return p.listen()
}

// listen starts the server at a free port.
func (p *postgres) listen() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	p.at, p.options = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres", p.port), "sslmode=disable"
	return p.start()
}

// standby starts a hot standby of a server until the test ends.
func (p *postgres) standby(t testing.TB) *postgres {
	t.Helper()
	s := &postgres{programs: p.programs, account: p.account, folder: p.folder, data: filepath.Join(p.folder, "standby")}
	cmd := exec.Command(filepath.Join(p.programs, "pg_basebackup"), "-h", "127.0.0.1", "-p", strconv.Itoa(p.port), "-U", "postgres", "-D", s.data, "-R", "-c", "fast", "--no-sync")
	cmd.SysProcAttr, cmd.Dir = p.account, p.folder
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("pg_basebackup: %v: %s", err, out)
	}
	if err := s.listen(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.stop()
		_ = os.RemoveAll(s.data)
	})
	return s
}

// start starts the server and waits until it answers.
func (p *postgres) start() error {
	var log bytes.Buffer
	p.process = exec.Command(filepath.Join(p.programs, "postgres"), "-D", p.data, "-p", strconv.Itoa(p.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+p.folder, "-c", "fsync=off")
	p.process.SysProcAttr, p.process.Dir, p.process.Stderr = p.account, p.folder, &log
	if err := p.process.Start(); err != nil {
		return err
	}
	for range 600 {
		if exec.Command(filepath.Join(p.programs, "pg_isready"), "-h", "127.0.0.1", "-p", strconv.Itoa(p.port)).Run() == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	_ = p.process.Process.Kill()
	_ = p.process.Wait()
	return fmt.Errorf("the server did not start: %s", log.String())
}

// stop ends the server at once, without a word to its clients.
func (p *postgres) stop() {
	_ = p.process.Process.Signal(syscall.SIGQUIT)
	_ = p.process.Wait()
}

func (p *postgres) end() {
	if p.process != nil {
		p.stop()
	}
	if p.folder != "" {
		_ = os.RemoveAll(p.folder)
	}
}
