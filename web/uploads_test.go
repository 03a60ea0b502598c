package web

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"likeness/pix"
)

// pngOf is a picture file.
func pngOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb is a small file that says it is a huge picture.
func bomb(t *testing.T) []byte {
	t.Helper()
	data := pngOf(t, 8, 8)
	binary.BigEndian.PutUint32(data[16:], 60_000)
	binary.BigEndian.PutUint32(data[20:], 60_000)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

// largeBomb is a true picture of one colour with more pixels than are taken.
func largeBomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewPaletted(image.Rect(0, 0, 8000, 8000), color.Palette{color.Black})); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A picture with too many pixels is refused by its header: nothing is decoded.
func TestBombsAreNotDecoded(t *testing.T) {
	s := serve(t, t.TempDir())
	data := largeBomb(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := s.s.decodePicture(t.Context(), data)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "megapixels") {
		t.Errorf("a picture of 8000x8000 pixels: %v", err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 16<<20 {
		t.Errorf("%d bytes were taken for it", taken)
	}
}

// What is no picture, or too much of one, is refused, and the server goes on.
func TestHostileUploads(t *testing.T) {
	s := serve(t, t.TempDir())
	whole := pngOf(t, 300, 300)
	for about, body := range map[string][]byte{
		"nothing": {}, "text": []byte("hello"), "a cut file": whole[:len(whole)/2], "a bomb": bomb(t), "a page": []byte("<html><script>alert(1)</script>"),
		"zeros": make([]byte, 1<<20), "a head alone": whole[:33],
	} {
		status, answer, h := s.ask("POST", "/api/uploads", body, "Content-Type", "application/octet-stream")
		if status != 422 && status != 400 {
			t.Errorf("%s: %d %.200s, want a refusal", about, status, answer)
			continue
		}
		if s.problemOf(status, answer, h) == "" {
			t.Errorf("%s: the problem has no detail", about)
		}
	}
	if status, _, _ := s.ask("POST", "/api/uploads", make([]byte, mostBody+1), "Content-Type", "application/octet-stream"); status != 413 {
		t.Errorf("a body above the bound: %d, want 413", status)
	}
	var up Upload
	status, answer, _ := s.ask("POST", "/api/uploads", whole, "Content-Type", "application/octet-stream")
	s.decode("upload", status, answer, &up)
	if up.Width != 300 || up.Height != 300 || up.ID == "" {
		t.Errorf("a picture afterwards: %+v", up)
	}
	if status, body, h := s.ask("GET", "/api/uploads/"+up.ID, nil); status != 200 || h.Get("Content-Type") != "image/jpeg" || len(body) == 0 {
		t.Errorf("it is shown as %d %s", status, h.Get("Content-Type"))
	}
	if status, _, _ := s.ask("GET", "/api/uploads/0123", nil); status != 404 {
		t.Errorf("an upload that nobody sent: %d", status)
	}
}

// Uploads are bounded together: the oldest goes.
func TestUploadsAreBounded(t *testing.T) {
	u := newUploads()
	first := u.add(pix.New(4, 4))
	for range mostUploads {
		if _, err := u.get(first); err != nil {
			t.Fatal("one that is used has gone")
		}
		u.add(pix.New(4, 4))
	}
	if len(u.list) != mostUploads {
		t.Errorf("%d are kept, want %d", len(u.list), mostUploads)
	}
	u.add(&pix.Image{W: 1, H: 1, Pix: make([]byte, mostUploadBytes)})
	if len(u.list) != 1 {
		t.Errorf("%d are kept beside one that fills the memory", len(u.list))
	}
}

// Somebody who sends a head and then nothing, and one who sends a huge head, do not hold the server up.
func TestSlowAndHugeHeads(t *testing.T) {
	s := serve(t, t.TempDir())
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST /api/uploads HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000\r\n", s.Listener.Addr())
	if status, _, _ := s.ask("GET", "/healthz", nil); status != 200 {
		t.Errorf("beside a slow one: %d", status)
	}
	huge, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer huge.Close()
	_ = huge.SetDeadline(time.Now().Add(10 * time.Second))
	go fmt.Fprintf(huge, "GET /api/workspace HTTP/1.1\r\nHost: %s\r\nX-Huge: %s\r\n\r\n", s.Listener.Addr(), strings.Repeat("x", 4<<20))
	answer := make([]byte, 64)
	n, _ := huge.Read(answer)
	if n > 0 && !strings.Contains(string(answer[:n]), "431") {
		t.Errorf("a head of 4 MB: %.40q, want 431", answer[:n])
	}
	if status, _, _ := s.ask("GET", "/healthz", nil); status != 200 {
		t.Errorf("afterwards: %d", status)
	}
}
