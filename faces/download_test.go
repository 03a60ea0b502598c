package faces

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"likeness/faces/facestest"
	"likeness/progress"
)

// mirror serves a file on 127.0.0.1 and remembers the Range headers.
type mirror struct {
	*httptest.Server
	ranges []string
}

// newMirror answers with serve, which may be nil for a server that does everything right.
func newMirror(t *testing.T, data []byte, serve http.HandlerFunc) *mirror {
	t.Helper()
	m := &mirror{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.ranges = append(m.ranges, r.Header.Get("Range"))
		if serve != nil {
			serve(w, r)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}))
	t.Cleanup(m.Close)
	return m
}

// breakOff promises all of data from the asked byte on and sends only up to byte stop.
func breakOff(data []byte, stop int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start := 0
		status := http.StatusOK
		if spec := r.Header.Get("Range"); spec != "" {
			start, _ = strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(spec, "bytes="), "-"))
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, len(data)-1, len(data)))
			status = http.StatusPartialContent
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(data)-start))
		w.WriteHeader(status)
		if start < stop {
			w.Write(data[start:stop])
		}
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

func testDataset(data []byte) Dataset {
	sum := sha256.Sum256(data)
	return Dataset{Name: "test", File: "faces.tgz", Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
}

func noise(n int, seed byte) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i*7+i>>8) ^ seed
	}
	return data
}

// get downloads d from the mirrors into dir and returns what was logged.
func get(d Dataset, dir string, mirrors ...*mirror) (path, log string, err error) {
	for _, m := range mirrors {
		d.Mirrors = append(d.Mirrors, m.URL)
	}
	var b strings.Builder
	path, err = download(context.Background(), d, dir, DownloadOptions{Log: func(s string) { b.WriteString(s + "\n") }})
	return path, b.String(), err
}

func holds(t *testing.T, path string, want []byte) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s holds %d bytes (%v), want %d", path, len(got), err, len(want))
	}
}

func absent(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		t.Errorf("%s is there", path)
	}
}

func TestDownload(t *testing.T) {
	data := noise(300_000, 0)
	d := testDataset(data)
	m := newMirror(t, data, nil)
	dir := t.TempDir()
	path, log, err := get(d, dir, m)
	if err != nil || log != "" || path != filepath.Join(dir, "faces.tgz") {
		t.Fatal(path, log, err)
	}
	holds(t, path, data)
	absent(t, path+".part")
	// What is there is not fetched again ...
	if _, _, err := get(d, dir, m); err != nil || len(m.ranges) != 1 {
		t.Errorf("%v, %d requests", err, len(m.ranges))
	}
	// ... and a file of another content is not overwritten.
	if err := os.WriteFile(path, data[1:], 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := get(d, dir, m); err == nil || !strings.Contains(err.Error(), "is there already, but it has 299999 bytes where 300000 were expected") {
		t.Error(err)
	}
	holds(t, path, data[1:])
}

func TestDownloadResumes(t *testing.T) {
	data := noise(300_000, 0)
	d := testDataset(data)
	dir := t.TempDir()
	part := filepath.Join(dir, "faces.tgz.part")

	// The connection breaks at the same byte whenever it is asked: what came is kept.
	_, _, err := get(d, dir, newMirror(t, data, breakOff(data, 100_000)))
	if err == nil || !strings.Contains(err.Error(), "100000 bytes in "+part+" kept") {
		t.Fatal(err)
	}
	holds(t, part, data[:100_000])

	// The next run continues from there, by itself over another break.
	broken := 0
	m := newMirror(t, data, func(w http.ResponseWriter, r *http.Request) {
		if broken++; broken == 1 {
			breakOff(data, 200_000)(w, r)
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	})
	path, log, err := get(d, dir, m)
	if err != nil || !strings.Contains(log, "going on from byte 200000") {
		t.Fatal(log, err)
	}
	holds(t, path, data)
	absent(t, part)
	if got := strings.Join(m.ranges, " "); got != "bytes=100000- bytes=200000-" {
		t.Errorf("ranges %q", got)
	}
}

func TestDownloadServerWithoutRange(t *testing.T) {
	data := noise(300_000, 0)
	d := testDataset(data)
	dir := t.TempDir()
	part := filepath.Join(dir, "faces.tgz.part")
	if err := os.WriteFile(part, data[:200_000], 0o666); err != nil {
		t.Fatal(err)
	}
	whole := func(stop int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Range")
			breakOff(data, stop)(w, r)
		}
	}
	// It starts over and breaks early: nothing of what was there is lost.
	if _, _, err := get(d, dir, newMirror(t, data, whole(50_000))); err == nil {
		t.Fatal("no error")
	}
	holds(t, part, data[:200_000])
	path, _, err := get(d, dir, newMirror(t, data, func(w http.ResponseWriter, r *http.Request) { w.Write(data) }))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, path, data)
}

func TestDownloadChecksum(t *testing.T) {
	data, wrong := noise(300_000, 0), noise(300_000, 1)
	d := testDataset(data)
	dir := t.TempDir()
	path := filepath.Join(dir, "faces.tgz")
	_, _, err := get(d, dir, newMirror(t, wrong, nil))
	if err == nil || !strings.Contains(err.Error(), "checksum is ") || !strings.Contains(err.Error(), d.SHA256+" was expected") {
		t.Fatal(err)
	}
	absent(t, path)
	absent(t, path+".part")
	holds(t, path+".bad", wrong) // kept to look at

	// Another mirror repairs it, also after continuing from the first one's bytes.
	if _, log, err := get(d, dir, newMirror(t, wrong, nil), newMirror(t, data, nil)); err != nil || !strings.Contains(log, "checksum") {
		t.Fatal(log, err)
	}
	holds(t, path, data)
	if err := errors.Join(os.Remove(path), os.WriteFile(path+".part", wrong[:1000], 0o666)); err != nil {
		t.Fatal(err)
	}
	if _, log, err := get(d, dir, newMirror(t, data, nil)); err != nil || !strings.Contains(log, "starting again") {
		t.Fatal(log, err)
	}
	holds(t, path, data)

	// MD5, where nothing better was published.
	sum := md5.Sum(data)
	d.SHA256, d.MD5 = "", hex.EncodeToString(sum[:])
	if _, _, err := get(d, t.TempDir(), newMirror(t, data, nil)); err != nil {
		t.Error(err)
	}
	if _, _, err := get(d, t.TempDir(), newMirror(t, wrong, nil)); err == nil {
		t.Error("a wrong MD5 was accepted")
	}
}

func TestDownloadNextMirror(t *testing.T) {
	data := noise(100_000, 0)
	d := testDataset(data)
	gone := newMirror(t, nil, http.NotFound)
	page := newMirror(t, nil, func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("<html>please wait</html>")) })
	endless := newMirror(t, nil, func(w http.ResponseWriter, r *http.Request) {
		for range 100 {
			w.Write(data)
			w.(http.Flusher).Flush() // no Content-Length
		}
	})
	off := newMirror(t, nil, nil)
	off.Close()
	path, log, err := get(d, t.TempDir(), gone, page, off, endless, newMirror(t, data, nil))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, path, data)
	for _, want := range []string{"404 Not Found", "offers 24 bytes where 100000 were expected", "refused", "more than the 100000 bytes"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	_, _, err = get(d, t.TempDir(), gone, page)
	if err == nil || !strings.Contains(err.Error(), "404") || !strings.Contains(err.Error(), "24 bytes") || !strings.Contains(err.Error(), gone.URL) {
		t.Errorf("got %v", err)
	}
}

func TestDownloadCancel(t *testing.T) {
	data := noise(200_000, 0)
	ctx, cancel := context.WithCancel(context.Background())
	hang := newMirror(t, data, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "200000")
		w.Write(data[:100_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	d := testDataset(data)
	d.Mirrors = []string{hang.URL, hang.URL}
	dir := t.TempDir()
	_, err := download(ctx, d, dir, DownloadOptions{Progress: func(s progress.Step) {
		if s.Done == 100_000 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "interrupted") || len(hang.ranges) != 1 {
		t.Errorf("%v after %d requests", err, len(hang.ranges))
	}
	holds(t, filepath.Join(dir, "faces.tgz.part"), data[:100_000])
}

// The attribute file has no published checksum; its contents are looked at instead.
func TestDownloadAttributes(t *testing.T) {
	var b strings.Builder
	b.WriteString("#\tperson\timagenum")
	for i := range 73 {
		fmt.Fprintf(&b, "\tname %d", i)
	}
	for i := range 13143 {
		b.WriteString("\nAnn\t" + strconv.Itoa(i+1) + strings.Repeat("\t1", 73))
	}
	good := []byte(b.String())
	dir := t.TempDir()
	m := newMirror(t, good, nil)
	if _, err := Download(context.Background(), "lfw-attributes", dir, DownloadOptions{Mirrors: []string{m.URL}}); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LIKENESS_DATA", dir)
	if path, err := resolve("lfw-attributes"); err != nil || path != filepath.Join(dir, "lfw_attributes.txt") {
		t.Error(path, err)
	}
	// The last run ended between the last byte and the check: the server has nothing to add.
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "lfw_attributes.txt.part"), good, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Download(context.Background(), "lfw-attributes", dir, DownloadOptions{Mirrors: []string{m.URL}}); err != nil {
		t.Error(err)
	}
	short := newMirror(t, good[:len(good)-156], nil)
	_, err := Download(context.Background(), "lfw-attributes", t.TempDir(), DownloadOptions{Mirrors: []string{short.URL}})
	if err == nil || !strings.Contains(err.Error(), "13142 rows of 73 attributes") {
		t.Errorf("got %v", err)
	}
}

func TestDownloadErrors(t *testing.T) {
	ctx := context.Background()
	if _, err := Download(ctx, "celeba", t.TempDir(), DownloadOptions{}); err == nil || !strings.Contains(err.Error(), "lfw, lfw-funneled, lfw-deepfunneled, lfw-attributes") {
		t.Error(err)
	}
	if _, err := Download(ctx, "lfw", facestest.Write(t, "file", nil), DownloadOptions{}); err == nil {
		t.Error("downloaded into a file")
	}
	// A part that cannot be written is this machine's trouble: no other mirror is asked.
	data := noise(1000, 0)
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "faces.tgz.part", "x"), 0o777); err != nil {
		t.Fatal(err)
	}
	d := testDataset(data)
	d.Size = 0
	a, b := newMirror(t, data, nil), newMirror(t, data, nil)
	if _, _, err := get(d, dir, a, b); err == nil || len(b.ranges) != 0 {
		t.Errorf("%v, %d requests to the second mirror", err, len(b.ranges))
	}
}

func TestDatasets(t *testing.T) {
	for _, d := range Datasets() {
		if d.Name == "" || d.File == "" || d.About == "" || len(d.Mirrors) == 0 || (d.SHA256 == "" && d.MD5 == "" && d.check == nil) {
			t.Errorf("%+v lacks something", d)
		}
		for _, m := range d.Mirrors {
			if !strings.HasPrefix(m, "https://") {
				t.Errorf("%s: %s is not https", d.Name, m)
			}
		}
	}
}
