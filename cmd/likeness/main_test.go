package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"likeness/faces/facestest/squares"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"likeness": func() {
		os.Exit(runWith(squares.Framer{}, os.Args[1:], os.Stdout, os.Stderr))
	}})
}

func TestScripts(t *testing.T) {
	cache := t.TempDir() // shared: faces are drawn once
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("LIKENESS_CACHE", cache)
			env.Setenv("LIKENESS_DATA", filepath.Join(env.WorkDir, "downloads"))
			// Files that another program wrote, see keras/testdata/make.py.
			files, err := filepath.Abs(filepath.Join("..", "..", "keras", "testdata"))
			if err != nil {
				return err
			}
			env.Setenv("KERAS", files)
			// Small runs gain nothing from many threads, and scripts run side by side.
			env.Setenv("GOMAXPROCS", "2")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"json":    checkJSON,
			"picture": makePicture,
			"image":   checkImage,
			"gif":     checkGIF,
			"archive": makeArchive,
			"cut":     cutFile,
			"swap":    swapBytes,
			"table":   makeAttributes,
			"taken":   setTaken,
			"spoil":   spoilNumber,
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}
