package search

import (
	"encoding/binary"
	"fmt"
	"math"
)

// once returns the distinct codes among N, in the order in which they first
// appear, and for each code which of them it is; codes itself and nil where
// all differ. Codes are equal when their bits are.
func once(codes []float32, dim int) (different []float32, rows []int64) {
	n := len(codes) / dim
	seen := make(map[Hash]int64, n)
	key := make([]byte, 4*dim)
	rows = make([]int64, n)
	first := make([]int, 0, n) // where each different one is
	for i := range n {
		for j, v := range codes[i*dim : (i+1)*dim] {
			binary.LittleEndian.PutUint32(key[4*j:], math.Float32bits(v))
		}
		h := HashOf(key)
		row, ok := seen[h]
		if !ok {
			row = int64(len(first))
			seen[h] = row
			first = append(first, i)
		}
		rows[i] = row
	}
	if len(first) == n || !spreadable(n, dim, len(first)) {
		return codes, nil
	}
	different = make([]float32, 0, len(first)*dim)
	for _, i := range first {
		different = append(different, codes[i*dim:(i+1)*dim]...)
	}
	return different, rows
}

// spreadable bounds the memory that a small file can ask for: n codes of dim numbers
// may take at most 256 MB, or 16 times as much as the distinct ones.
func spreadable(n, dim, different int) bool {
	const most = 256 << 20 / 4
	return n <= most/dim || n/16 <= different
}

// checkRows compares rows with what once returns for n distinct codes: each code is
// used, and they are numbered in the order in which they first appear.
func checkRows(rows []int64, n int) error {
	next := int64(0)
	for i, r := range rows {
		if r < 0 || r > next || r >= int64(n) {
			return fmt.Errorf("entry %d has code %d, expected one from 0 to %d", i, r, min(next, int64(n)-1))
		}
		if r == next {
			next++
		}
	}
	if next != int64(n) {
		return fmt.Errorf("%d of %d codes are used, expected all", next, n)
	}
	return nil
}

// spread returns the code of each entry.
func spread(codes []float32, dim int, rows []int64) []float32 {
	out := make([]float32, 0, len(rows)*dim)
	for _, r := range rows {
		out = append(out, codes[int(r)*dim:(int(r)+1)*dim]...)
	}
	return out
}
