package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/internal/kernel"
)

// build is what is known about this program.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified"` // built from a changed working tree
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	SIMD     string `json:"simd"`
}

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version and what the program runs on",
		Long:    "Print the version, what it was built from, and which vector instructions run.",
		Example: "  likeness version --json",
		Args:    console.NoArgs(""),
		RunE: func(*cobra.Command, []string) error {
			b := thisBuild()
			return a.Emit(b, func(w io.Writer) {
				fmt.Fprintf(w, "likeness %s\n", b.Version)
				revision := b.Revision
				if b.Modified {
					revision += ", modified"
				}
				console.Facts(w, [][2]string{{"revision", revision}, {"go", b.Go}, {"platform", b.OS + "/" + b.Arch}, {"simd", b.SIMD}})
			})
		},
	}
}

func thisBuild() build {
	b := build{Version: "unknown", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, SIMD: kernel.SIMD()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}
