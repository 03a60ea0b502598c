// Package journal keeps what a long piece of work has found so far in a file to which it only appends, so that the work can
// go on where it was after the process was killed or the power failed. A record is there whole or not at all: each has a
// checksum and is synced, and an end that was torn off is cut. docs/FORMAT.md describes the file.
package journal

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"

	"likeness/internal/atomicfile"
	"likeness/internal/regularfile"
)

// The file begins with magic, the version and the length of the header as 32-bit numbers, the header, and their checksum.
// A record is its length, the checksum of length and payload, and the payload. Numbers are little-endian, checksums CRC-32C.
const (
	magic      = "likeness journal"
	version    = 1
	fixed      = len(magic) + 8
	recordHead = 8
	mostHeader = 1 << 20
	mostRecord = 1 << 30
)

var table = crc32.MakeTable(crc32.Castagnoli)

// Journal is a file that is open for appending.
type Journal struct {
	path string
	file *os.File
}

// State says what Open found.
type State struct {
	Records int   // that replay has taken
	Torn    int64 // bytes behind them, which were cut off
	Other   bool  // there was the journal of other work, which was removed
}

// Open opens the journal at path for the work that a header describes, and gives its records to replay, in their order. The
// journal of other work is begun anew, and where there is none one is begun; what is no journal is an error. What replay
// returns an error for, and all behind it, is cut off, as an end that was torn off is.
func Open(path string, header []byte, replay func(payload []byte) error) (*Journal, State, error) {
	var s State
	if len(header) > mostHeader {
		return nil, s, fmt.Errorf("%s: a header of %d bytes, expected at most %d", path, len(header), mostHeader)
	}
	f, err := regularfile.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		j, err := begin(path, header)
		return j, s, err
	} else if err != nil {
		return nil, s, err
	}
	end, same, err := read(f, header, func(p []byte) error { s.Records++; return replay(p) })
	if failed := f.Close(); err == nil {
		err = failed
	}
	if err != nil {
		return nil, s, fmt.Errorf("%s: %w", path, err)
	}
	if !same {
		s = State{Other: true}
		j, err := begin(path, header)
		return j, s, err
	}
	if end.failed {
		s.Records--
	}
	s.Torn = end.size - end.good
	j, err := appendTo(path, end.good)
	return j, s, err
}

// begin writes a journal without a record.
func begin(path string, header []byte) (*Journal, error) {
	b := append([]byte(magic), 0, 0, 0, 0, 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(b[len(magic):], version)
	binary.LittleEndian.PutUint32(b[len(magic)+4:], uint32(len(header)))
	b = append(b, header...)
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, table))
	err := atomicfile.Write(path, func(w io.Writer) error { _, err := w.Write(b); return err })
	if err != nil {
		return nil, err
	}
	return appendTo(path, int64(len(b)))
}

// appendTo opens a journal whose first bytes are good.
func appendTo(path string, good int64) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	err = f.Truncate(good)
	if err == nil {
		_, err = f.Seek(good, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Journal{path, f}, nil
}

// end says how far a journal can be read.
type end struct {
	good, size int64
	failed     bool // replay has refused a record
}

// read reads a journal of a header. same is false where it has another header, or one that does not hold.
func read(f *os.File, header []byte, replay func([]byte) error) (e end, same bool, err error) {
	info, err := f.Stat()
	if err != nil {
		return e, false, err
	}
	return readFrom(f, info.Size(), header, replay)
}

// readFrom is read of size bytes.
func readFrom(from io.Reader, size int64, header []byte, replay func([]byte) error) (e end, same bool, err error) {
	e.size = size
	r := bufio.NewReaderSize(from, 1<<16)
	head := make([]byte, fixed)
	if n, err := io.ReadFull(r, head); err != nil || string(head[:len(magic)]) != magic {
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			return e, false, err
		}
		return e, false, fmt.Errorf("the file begins with %q, expected %q, that of a journal", head[:min(n, len(magic))], magic)
	}
	if v := binary.LittleEndian.Uint32(head[len(magic):]); v != version {
		return e, false, fmt.Errorf("a journal of version %d, expected %d", v, version)
	}
	n := int64(binary.LittleEndian.Uint32(head[len(magic)+4:]))
	if n > mostHeader || n+4 > size-int64(fixed) {
		return e, false, nil
	}
	rest := make([]byte, n+4)
	if _, err := io.ReadFull(r, rest); err != nil {
		return e, false, err
	}
	sum := crc32.Update(crc32.Checksum(head, table), table, rest[:n])
	if sum != binary.LittleEndian.Uint32(rest[n:]) || !bytes.Equal(rest[:n], header) {
		return e, false, nil
	}
	for e.good = int64(fixed) + n + 4; ; {
		payload, whole, err := record(r, size-e.good)
		if err != nil || !whole {
			return e, true, err
		}
		if replay(payload) != nil {
			e.failed = true
			return e, true, nil
		}
		e.good += recordHead + int64(len(payload))
	}
}

// record reads the next record, of which at most left bytes are there. whole is false at the end, and where it was torn off.
func record(r io.Reader, left int64) (payload []byte, whole bool, err error) {
	if left < recordHead {
		return nil, false, nil
	}
	var head [recordHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, false, err
	}
	n := int64(binary.LittleEndian.Uint32(head[:]))
	if n > mostRecord || n > left-recordHead {
		return nil, false, nil
	}
	payload = make([]byte, n)
	if _, err := io.ReadFull(r, payload); err != nil {
		return nil, false, err
	}
	return payload, checksum(head[:4], payload) == binary.LittleEndian.Uint32(head[4:]), nil
}

func checksum(length, payload []byte) uint32 {
	return crc32.Update(crc32.Checksum(length, table), table, payload)
}

// Append adds a record. When it returns, the record survives a crash.
func (j *Journal) Append(payload []byte) error {
	if len(payload) > mostRecord {
		return fmt.Errorf("%s: a record of %d bytes, expected at most %d", j.path, len(payload), mostRecord)
	}
	head := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
	head = binary.LittleEndian.AppendUint32(head, checksum(head, payload))
	if _, err := j.file.Write(append(head, payload...)); err != nil {
		return err
	}
	return j.file.Sync()
}

// Close closes the file and leaves it there.
func (j *Journal) Close() error { return j.file.Close() }

// Remove closes the file and removes it: the work is done.
func (j *Journal) Remove() error {
	err := j.file.Close()
	if failed := os.Remove(j.path); failed != nil && !errors.Is(failed, fs.ErrNotExist) {
		err = errors.Join(err, failed)
	}
	return err
}
