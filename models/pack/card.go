package main

import (
	"embed"
	"strings"
)

//go:embed cards
var cards embed.FS

// cardOf returns a model's card: what was written about it, and the facts of its file.
func cardOf(name string, facts []string) (string, error) {
	text, err := cards.ReadFile("cards/" + name + ".md")
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(text)) + "\n\n## Facts\n\n" + strings.Join(facts, "\n") + "\n", nil
}
