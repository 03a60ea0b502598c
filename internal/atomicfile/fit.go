package atomicfile

import (
	"crypto/sha256"
	"fmt"
	"unicode/utf8"
)

// longestName bounds the bytes of a name that Fit returns: file systems take 255, and while a file is written its temporary
// neighbour has a longer name.
const longestName = 200

// Fit returns a file's name with an ending. Of a name that would be too long to be written, the beginning is taken and a
// hash of the whole, so that two such names stay different.
func Fit(name, ending string) string {
	if len(name)+len(ending) <= longestName {
		return name + ending
	}
	sum := sha256.Sum256([]byte(name))
	hash := fmt.Sprintf("-%x", sum[:6])
	cut := max(longestName-len(ending)-len(hash), 0)
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + hash + ending
}
