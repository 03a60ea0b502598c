package faces

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Shard is one of several parts of a source that are read apart from each other, on machines that know nothing of one
// another. Which part a file belongs to follows from its name alone. The zero value is the whole source.
type Shard struct {
	Number int `json:"number"` // from 1 to Of
	Of     int `json:"of"`
}

// mostShards bounds the number of shards of a source.
const mostShards = 100_000

// ParseShard reads what String returns: the number of a shard, from 1, a slash, and how many there are.
func ParseShard(text string) (Shard, error) {
	first, second, ok := strings.Cut(text, "/")
	number, err1 := strconv.Atoi(first)
	of, err2 := strconv.Atoi(second)
	s := Shard{number, of}
	if !ok || err1 != nil || err2 != nil || s.String() != text || s == (Shard{}) {
		return Shard{}, fmt.Errorf("the shard %q, expected NUMBER/OF, such as 2/3 for the second of three", text)
	}
	return s, s.Check()
}

// Check returns an error unless the shard is one of those that there are.
func (s Shard) Check() error {
	switch {
	case s == Shard{}:
	case s.Of < 1 || s.Of > mostShards:
		return fmt.Errorf("the shard %s, expected one of 1 to %d shards", s, mostShards)
	case s.Number < 1 || s.Number > s.Of:
		return fmt.Errorf("the shard %s, expected a number from 1 to %d", s, s.Of)
	}
	return nil
}

func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Number, s.Of) }

// Has reports whether a file belongs to the shard. Files of which Once lets only the first pass belong to the same one:
// those of one id in LFW's layout, however its letters are composed. anyFolder is that of Identify.
func (s Shard) Has(name string, anyFolder bool) bool {
	if s.Of < 2 {
		return true
	}
	key := Identify(name, anyFolder).ID
	if key == "" {
		key = name
	}
	sum := sha256.Sum256([]byte(norm.NFC.String(key)))
	return binary.BigEndian.Uint64(sum[:])%uint64(s.Of) == uint64(s.Number-1)
}
