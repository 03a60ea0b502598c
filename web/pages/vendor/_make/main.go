// This program makes the modules of other people that the pages of likeness use:
// it fetches them from npm's registry in the versions of packages.go, checks
// their sums, and bundles them into ES modules that a browser loads as they are.
// Their licences go to LICENSES.txt. Only a maintainer runs it, after changing a
// version:
//
//	cd web/pages/vendor/_make && go run . ..
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// pack is a package of npm's registry; sum is the SHA-512 of its archive in base64.
type pack struct{ name, version, sum string }

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("expected the folder to write to")
	}
	if err := vendor(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// vendor writes all modules, fonts and licences into a folder.
func vendor(to string) error {
	work, err := os.MkdirTemp("", "vendor")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	modules := filepath.Join(work, "node_modules")
	var licences bytes.Buffer
	for _, p := range packages {
		if err := p.fetch(filepath.Join(modules, filepath.FromSlash(p.name))); err != nil {
			return fmt.Errorf("%s %s: %w", p.name, p.version, err)
		}
		text, err := licence(filepath.Join(modules, filepath.FromSlash(p.name)))
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		fmt.Fprintf(&licences, "==== %s %s\n\n%s\n\n", p.name, p.version, strings.TrimSpace(string(text)))
	}
	for _, name := range slices.Sorted(maps.Keys(bundles)) {
		r := api.Build(api.BuildOptions{
			Stdin:  &api.StdinOptions{Contents: bundles[name], ResolveDir: work},
			Bundle: true, Format: api.FormatESModule, Target: api.ES2022,
			MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
			LegalComments: api.LegalCommentsNone,
			Define:        map[string]string{"process.env.NODE_ENV": `"production"`},
			LogLevel:      api.LogLevelWarning,
		})
		if len(r.Errors) > 0 {
			return fmt.Errorf("%s: %s", name, r.Errors[0].Text)
		}
		if err := os.WriteFile(filepath.Join(to, name), r.OutputFiles[0].Contents, 0o644); err != nil {
			return err
		}
	}
	for from, name := range copied {
		b, err := os.ReadFile(filepath.Join(modules, filepath.FromSlash(from)))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), b, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(to, "LICENSES.txt"), licences.Bytes(), 0o644)
}

// fetch downloads a package and unpacks it into a folder.
func (p pack) fetch(to string) error {
	_, base := path.Split(p.name)
	resp, err := http.Get(fmt.Sprintf("https://registry.npmjs.org/%s/-/%s-%s.tgz", p.name, base, p.version))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if sum := sha512.Sum512(body); base64.StdEncoding.EncodeToString(sum[:]) != p.sum {
		return errors.New("the archive has another sum than packages.go says")
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return err
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		_, inside, ok := strings.Cut(h.Name, "/") // the first folder is "package"
		if h.Typeflag != tar.TypeReg || !ok || !filepath.IsLocal(inside) {
			continue
		}
		file := filepath.Join(to, filepath.FromSlash(inside))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, b, 0o644); err != nil {
			return err
		}
	}
}

// licence returns the text of a package's licence.
func licence(folder string) ([]byte, error) {
	for _, name := range []string{"LICENSE", "LICENSE.md", "LICENSE.txt", "license"} {
		if b, err := os.ReadFile(filepath.Join(folder, name)); err == nil {
			return b, nil
		}
	}
	return nil, errors.New("no licence is in it")
}
