package hdf5_test

import (
	"encoding/binary"
	"runtime"
	"strings"
	"testing"
)

// chainOf returns a file of n groups, each in the one before, in the newer format.
func chainOf(n int) []byte {
	const head = 48
	const size = 32 // of a group's header
	b := append([]byte("\x89HDF\r\n\x1a\n"), 2, 8, 8, 0)
	for _, v := range []uint64{0, 1<<64 - 1, uint64(head + n*size), head} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	b = append(b, make([]byte, head-len(b))...)
	for i := range n {
		link := append([]byte{1, 0, 1}, 'a')
		link = binary.LittleEndian.AppendUint64(link, uint64(head+(i+1)%n*size)) // the last leads to the first
		message := binary.LittleEndian.AppendUint16([]byte{6}, uint16(len(link)))
		message = append(append(message, 0), link...)
		g := append([]byte("OHDR"), 2, 0, byte(len(message)))
		g = append(g, message...)
		b = append(append(b, g...), make([]byte, size-len(g))...)
	}
	return b
}

// Groups within groups without end cost no memory: each path is longer than the one before.
func TestNested(t *testing.T) {
	if err := readAll(chainOf(100)); err != nil {
		t.Errorf("100 groups: %v", err)
	}
	data := chainOf(20_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := readAll(data)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "groups within groups") || !strings.HasPrefix(err.Error(), "bad.h5: ") {
		t.Errorf("%.200v, expected groups within groups", err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 16<<20 {
		t.Errorf("%d bytes were taken for a file of %d", taken, len(data))
	}
}
