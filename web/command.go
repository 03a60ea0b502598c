package web

import (
	"encoding/csv"
	"strings"
)

// commandLine returns a line for a shell that runs the program with some arguments. A page shows it, so that a person can do
// the same again in the terminal.
func commandLine(arguments ...string) string {
	words := []string{"likeness"}
	for _, a := range arguments {
		words = append(words, shellWord(a))
	}
	return strings.Join(words, " ")
}

// plain are the characters besides letters and digits that no shell takes for anything else.
const plain = "_-./=,:+@%#"

// shellWord returns a word as a shell reads it, in quotes where it needs them.
func shellWord(word string) string {
	special := func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(plain, c))
	}
	if word != "" && word[0] != '#' && !strings.ContainsFunc(word, special) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// fileWord returns the path of a file as an argument that is none of the program's flags.
func fileWord(path string) string {
	if strings.HasPrefix(path, "-") {
		return "./" + path
	}
	return path
}

// listWord returns values as one argument of a flag that takes several with commas.
func listWord(values []string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(values) // a strings.Builder takes all
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}
