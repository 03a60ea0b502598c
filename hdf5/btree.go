package hdf5

import (
	"errors"
	"fmt"
	"math/bits"
)

// eachLeaf visits what the leaves of a B-tree of version 1 point to, with the key before
// each. Kind 0 is that of groups, 1 that of chunks; a key has keySize bytes.
func (f *File) eachLeaf(root uint64, kind byte, keySize int, visit func(key []byte, addr uint64) error) error {
	seen := map[uint64]bool{}
	var node func(addr uint64, depth, expected int) error
	node = func(addr uint64, depth, expected int) error {
		if seen[addr] || depth > mostDepth {
			return fmt.Errorf("the B-tree at %d runs in a circle or is deeper than %d", addr, mostDepth)
		}
		seen[addr] = true
		c := f.at(addr, "B-tree")
		c.expect("TREE")
		if got := c.byte(); c.err == nil && got != kind {
			c.fail("kind %d, expected %d", got, kind)
		}
		level := int(c.byte())
		if expected >= 0 && level != expected {
			c.fail("level %d, expected %d", level, expected)
		}
		n := int(c.uint16())
		c.skip(2 * f.offsetSize)
		for range n {
			key, child := c.take(keySize), c.offset()
			if c.err != nil {
				return c.err
			}
			var err error
			if level > 0 {
				err = node(child, depth+1, level-1)
			} else {
				err = visit(key, child)
			}
			if err != nil {
				return err
			}
		}
		return c.err
	}
	return node(root, 0, -1)
}

// eachRecord visits the records of a B-tree of version 2 and of the given kind.
func (f *File) eachRecord(root uint64, kind byte, visit func(record []byte) error) error {
	c := f.at(root, "B-tree 2")
	c.expect("BTHD")
	c.version(0)
	if got := c.byte(); c.err == nil && got != kind {
		c.fail("records of kind %d, expected %d", got, kind)
	}
	nodeSize, recordSize, depth := int(c.uint32()), int(c.uint16()), int(c.uint16())
	c.skip(2)
	first, count := c.offset(), int(c.uint16())
	if c.err != nil {
		return c.err
	}
	if depth > mostDepth || recordSize == 0 || nodeSize < 10+recordSize || nodeSize > len(f.data) {
		return fmt.Errorf("a B-tree 2 of %d levels of nodes of %d bytes with records of %d", depth, nodeSize, recordSize)
	}
	if f.undefined(first) {
		return nil
	}
	t := &tree2{f: f, kind: kind, nodeSize: nodeSize, recordSize: recordSize, seen: map[uint64]bool{}, visit: visit}
	if err := t.plan(depth); err != nil {
		return err
	}
	return t.node(first, count, depth)
}

// tree2 is a B-tree of version 2 that is being read.
type tree2 struct {
	f                    *File
	kind                 byte
	nodeSize, recordSize int
	countSize            int   // bytes of the number of records in a node
	totalSize            []int // by level, bytes of the number of records below a node
	seen                 map[uint64]bool
	visit                func(record []byte) error
}

// plan finds how many bytes the numbers of records have, which follow from how many there
// can be.
func (t *tree2) plan(depth int) error {
	most := uint64((t.nodeSize - 10) / t.recordSize)
	t.countSize = bytesFor(most)
	t.totalSize = []int{0}
	total := most
	for level := 1; level <= depth; level++ {
		pointer := t.f.offsetSize + t.countSize + t.totalSize[level-1]
		if t.nodeSize < 10+pointer {
			return errors.New("a B-tree 2 whose nodes have no room for a record")
		}
		most := uint64((t.nodeSize - 10 - pointer) / (t.recordSize + pointer))
		hi, below := bits.Mul64(most+1, total)
		if hi != 0 || below+most < below {
			return errors.New("a B-tree 2 that could have more records than can be counted")
		}
		total = below + most
		t.totalSize = append(t.totalSize, bytesFor(total))
	}
	return nil
}

// bytesFor returns how many bytes hold numbers up to a limit.
func bytesFor(limit uint64) int { return max(bits.Len64(limit)-1, 0)/8 + 1 }

func (t *tree2) node(addr uint64, count, depth int) error {
	if t.seen[addr] {
		return fmt.Errorf("the B-tree 2 at %d runs in a circle", addr)
	}
	t.seen[addr] = true
	data, err := t.f.slice(addr, t.nodeSize, "B-tree 2")
	if err != nil {
		return err
	}
	c := t.f.over(data, "B-tree 2")
	if depth > 0 {
		c.expect("BTIN")
	} else {
		c.expect("BTLF")
	}
	c.version(0)
	if got := c.byte(); c.err == nil && got != t.kind {
		c.fail("records of kind %d, expected %d", got, t.kind)
	}
	records := make([][]byte, 0, min(count, t.nodeSize/t.recordSize))
	for range count {
		records = append(records, c.take(t.recordSize))
		if c.err != nil {
			return c.err
		}
	}
	for i := range count + 1 {
		if depth > 0 {
			child, n := c.offset(), c.number(t.countSize)
			c.skip(t.totalSize[depth-1])
			if c.err != nil {
				return c.err
			}
			if err := t.node(child, int(min(n, 1<<16)), depth-1); err != nil {
				return err
			}
		}
		if i < count {
			if err := t.visit(records[i]); err != nil {
				return err
			}
		}
	}
	return c.err
}
