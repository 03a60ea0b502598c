package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// pagesFS are the pages: plain files, that a browser loads as they are.
//
//go:embed pages
var pagesFS embed.FS

// pageNames are the pages that the shell shows, by their paths.
var pageNames = []string{"", "watch", "search", "play", "map", "people", "copies", "model", "reports"}

// contentTypes are those of the pages' files. The system's own table is not asked: it differs from machine to machine.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
}

// servePages serves the files below /static/ and the shell at every page's path.
func servePages(mux *http.ServeMux) {
	static, err := fs.Sub(pagesFS, "pages")
	if err != nil {
		panic(err) // the folder is in the program
	}
	serve := func(w http.ResponseWriter, r *http.Request, name string) {
		body, err := fs.ReadFile(static, name)
		kind := contentTypes[path.Ext(name)]
		if err != nil || kind == "" {
			writeProblem(w, http.StatusNotFound, "there is no "+r.URL.Path)
			return
		}
		sum := sha256.Sum256(body)
		tag := `"` + hex.EncodeToString(sum[:8]) + `"`
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", "no-cache") // a newer program has newer pages
		if strings.Contains(r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(body)
	}
	mux.HandleFunc("GET /static/{file...}", func(w http.ResponseWriter, r *http.Request) { serve(w, r, r.PathValue("file")) })
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { serve(w, r, "icon.svg") })
	for _, name := range pageNames {
		pattern := "GET /" + name
		if name == "" {
			pattern = "GET /{$}"
		}
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { serve(w, r, "index.html") })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, http.StatusNotFound, "there is no page "+r.URL.Path)
	})
}
