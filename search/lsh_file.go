package search

import (
	"encoding/binary"

	"likeness/safetensors"
)

// The tensors of hashes.
const (
	planesName = BuiltPrefix + "planes" // (K, bits): a random direction for each bit
	middleName = BuiltPrefix + "middle" // (bits): where along it the plane lies
	hashName   = BuiltPrefix + "hashes" // (N, bits/8): bit i of a hash is bit i%8 of byte i/8
)

// tensors returns the hashes as a file holds them; none where numbers are outside the
// range that hashes can separate, so that all entries are compared.
func (l *LSH) tensors() ([]safetensors.Tensor, *LSHOptions) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	options := l.options
	if l.hashes == nil {
		return nil, &options
	}
	b := make([]byte, 0, 8*len(l.hashes))
	for _, h := range l.hashes {
		b = binary.LittleEndian.AppendUint64(b, h)
	}
	bits := l.options.Bits
	return []safetensors.Tensor{
		safetensors.FromFloats(planesName, []int{l.all.width, bits}, l.planes),
		safetensors.FromFloats(middleName, []int{bits}, l.middle),
		safetensors.FromBytes(hashName, []int{l.all.entries.Len(), bits / 8}, b),
	}, &options
}

// lshFrom returns the index whose hashes are in a file, and takes over all, which holds
// its entries.
func lshFrom(f *safetensors.File, b *Built, all *Exact) (*LSH, error) {
	if b.Hashes == nil {
		return nil, f.Errorf("metadata %s: the hashes are missing", builtKey)
	}
	options, err := b.Hashes.withDefaults()
	if err != nil {
		return nil, f.Errorf("metadata %s: %w", builtKey, err)
	}
	l := &LSH{all: all, options: options, recall: b.Recall}
	n := all.entries.Len()
	if n == 0 || !has(f, hashName) {
		return l, nil
	}
	if l.planes, err = finite(f, planesName, all.width, options.Bits); err != nil {
		return nil, err
	}
	if l.middle, err = finite(f, middleName, options.Bits); err != nil {
		return nil, err
	}
	raw, err := f.Bytes(hashName, n, options.Bits/8)
	if err != nil {
		return nil, err
	}
	l.hashes = make([]uint64, len(raw)/8)
	for i := range l.hashes {
		l.hashes[i] = binary.LittleEndian.Uint64(raw[8*i:])
	}
	return l, nil
}
