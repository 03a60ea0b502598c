package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/cmd/likeness/internal/console"
	"likeness/models"
)

// withModel returns arguments that begin with a model: theirs, or the one that comes with the program under a name.
func withModel(args []string, name string) []string {
	if len(args) > 0 && isModel(args[0]) {
		return args
	}
	return slices.Insert(slices.Clone(args), 0, name)
}

// afterModel takes least to most arguments, 0 for any number, after a model, which may be left out.
func afterModel(expected string, least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		first := 0
		if len(args) > 0 && isModel(args[0]) {
			first = 1
		}
		most := most
		if most > 0 {
			most += first
		}
		if len(args) > 1 && first == 0 && len(args) > most && most > 0 {
			if there, err := console.Exists(args[0]); err == nil && !there {
				return fmt.Errorf("there is no file %s, and no model of that name comes with the program (%s)", args[0], strings.Join(models.Names(), ", "))
			}
		}
		return console.Exactly(expected, least+first, most)(cmd, args)
	}
}

// ownOr returns a model file that lies here where it does, else the name of the one that comes with the program.
func ownOr(file, name string) string {
	if there, err := console.Exists(file); err == nil && there {
		return file
	}
	return name
}

// usualCoder is the autoencoder of verbs that name none: the better one, where the program holds it.
func usualCoder() string {
	if models.Has(models.Residual) {
		return models.Residual
	}
	return models.Conv
}

// onlyIndex returns the index in the current folder, if there is one only.
func onlyIndex() (string, error) {
	found, err := filepath.Glob("*.index.safetensors")
	if err != nil {
		return "", err
	}
	switch len(found) {
	case 0:
		return "", console.Usagef("there is no index in this folder: make one with 'likeness index PICTURES', or name one")
	case 1:
		return found[0], nil
	}
	return "", console.Usagef("there are %d indexes in this folder, %s: name one of them first", len(found), strings.Join(found, ", "))
}

// builtInSummary prints the card of a model that comes with the program, and the layers of an autoencoder.
func (a *app) builtInSummary(name string) error {
	text, err := models.Card(name)
	if err != nil {
		return err
	}
	r := struct {
		Model string `json:"model"`
		Card  string `json:"card"`
		*autoencoder.Info
	}{Model: name, Card: text}
	layers := ""
	if m, err := autoencoder.Open(name); err == nil {
		i := m.Info(name)
		r.Info, layers = &i, strings.TrimRight(m.Summary(), "\n")+"\n\n"
	}
	return a.Emit(r, func(w io.Writer) { fmt.Fprint(w, layers+text) })
}
