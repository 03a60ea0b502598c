//go:build unix

package pgvector

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"likeness/search"
	"likeness/search/engine"
)

// A hot standby answers searches, says when it is behind, and takes nothing.
func TestServersStandby(t *testing.T) {
	p := startPostgres(t)
	l := p.location(t, "index_from=20")
	e := reopen(t, l)
	t.Cleanup(func() { _, _ = e.Drop(context.Background()) })
	c := published(t, e, "m", drawn(300, 8, "a"))
	s := p.standby(t)
	at := s.location(t, "")
	at.Name = l.Name
	standby := reopen(t, at)
	copied, err := standby.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	q := search.Query{Code: make([]float32, 8), K: 10}
	want, err1 := c.Search(t.Context(), q)
	got, err2 := copied.Search(t.Context(), q)
	if err1 != nil || err2 != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the standby finds %v, %v, expected %v, %v", got, err2, want, err1)
	}
	// until waits for a state of the standby.
	until := func(what string, ok func(*engine.State) bool) {
		t.Helper()
		var state *engine.State
		for range 200 {
			if state, err = standby.State(t.Context()); err == nil && ok(state) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("%s: the state is %+v, %v", what, state, err)
	}
	until("up to date", func(s *engine.State) bool { return s.Incomplete == "" && s.Entries == 300 })
	s.admin(t, `SELECT pg_wal_replay_pause()`)
	if err := c.Put(t.Context(), drawn(500, 8, "b")); err != nil {
		t.Fatal(err)
	}
	until("behind", func(s *engine.State) bool {
		return strings.Contains(s.Incomplete, "behind its primary") && s.Entries == 300
	})
	s.admin(t, `SELECT pg_wal_replay_resume()`)
	until("up to date again", func(s *engine.State) bool { return s.Incomplete == "" && s.Entries == 500 })
	if err := copied.Put(t.Context(), drawn(10, 8, "c")); err == nil || errors.Is(err, engine.ErrUnavailable) {
		t.Errorf("a standby was written to: error %v", err)
	}
}

// certificate returns a certificate for 127.0.0.1 that signs itself, and its key.
func certificate(t *testing.T) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

// The certificate of a server is checked as the location says.
func TestServersTLS(t *testing.T) {
	p := startPostgres(t)
	cert, key := certificate(t)
	other, _ := certificate(t)
	folder := t.TempDir()
	write := func(path string, b []byte) string {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if p.account != nil && strings.HasPrefix(path, p.data) {
			if err := os.Chown(path, int(p.account.Credential.Uid), int(p.account.Credential.Gid)); err != nil {
				t.Fatal(err)
			}
		}
		return path
	}
	write(filepath.Join(p.data, "server.crt"), cert)
	write(filepath.Join(p.data, "server.key"), key)
	p.admin(t, `ALTER SYSTEM SET ssl = on`, `SELECT pg_reload_conf()`)
	defer p.admin(t, `ALTER SYSTEM SET ssl = off`, `SELECT pg_reload_conf()`)
	l := func(options string) engine.Location {
		return parse(t, p.at+"/tls?"+options)
	}
	e := reopen(t, l("sslmode=verify-full&sslrootcert="+write(filepath.Join(folder, "root.crt"), cert)))
	var encrypted bool
	if err := e.(*database).pool.QueryRow(t.Context(), `SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`).Scan(&encrypted); err != nil || !encrypted {
		t.Errorf("encrypted: %v, %v", encrypted, err)
	}
	tries := 0
	_, err := Open(t.Context(), l("sslmode=verify-full&sslrootcert="+write(filepath.Join(folder, "other.crt"), other)), engine.Options{Observe: func(string, time.Duration, error) { tries++ }})
	if err == nil || !strings.Contains(err.Error(), "certificate") || tries != 1 {
		t.Errorf("another's certificate: error %v after %d tries", err, tries)
	}
}
