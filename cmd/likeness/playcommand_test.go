package main

import (
	"bytes"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"likeness/faces/drawn"
	"likeness/faces/facestest/squares"
	"likeness/pix"
	"likeness/web"
	"likeness/workspace"
)

// The command that the page Play shows makes what the page shows: the same pictures, the same files.
func TestPlaysCommands(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	t.Chdir(folder)
	people := drawn.People(drawn.Options{People: 3, PerPerson: 1})
	names := []string{"me.png", "it's you, here.png", "-.png"} // what shells, lists and flags could mistake
	for i, name := range names {
		shot := people[i].Shot(1)
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, drawn.Draw(&people[i], &shot)); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	work, err := workspace.Open(folder, workspace.Options{Framer: squares.Framer{}})
	if err != nil {
		t.Fatal(err)
	}
	defer work.Close()
	s, err := web.New(web.Options{Workspace: work})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	handler := s.Handler("example.com")
	ask := func(method, path, kind string, body io.Reader) []byte {
		t.Helper()
		r := httptest.NewRequest(method, path, body)
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d, %s", path, w.Code, w.Body)
		}
		return w.Body.Bytes()
	}
	post := func(path string, v map[string]any) []byte {
		t.Helper()
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return ask("POST", path, "application/json", bytes.NewReader(text))
	}
	from := func(data []byte, v any) {
		t.Helper()
		if err := json.Unmarshal(data, v); err != nil {
			t.Fatalf("%v in %s", err, data)
		}
	}
	// with returns a request with more fields.
	with := func(some map[string]any, more map[string]any) map[string]any {
		all := map[string]any{"model": "conv"}
		for _, part := range []map[string]any{some, more} {
			for k, v := range part {
				all[k] = v
			}
		}
		return all
	}
	// do runs the command that the page shows, as a shell reads it.
	do := func(v map[string]any) {
		t.Helper()
		var c web.MatchingCommand
		from(post("/api/play/command", v), &c)
		words, err := exec.Command("sh", "-c", `printf '%s\n' `+c.Line).Output()
		if err != nil {
			t.Fatalf("%s: %v", c.Line, err)
		}
		args := strings.Split(strings.TrimSuffix(string(words), "\n"), "\n")
		var out, errs bytes.Buffer
		if code := runWith(squares.Framer{}, args[1:], &out, &errs); code != 0 || args[0] != "likeness" {
			t.Fatalf("%s\nexit code %d\n%s%s", c.Line, code, &out, &errs)
		}
	}
	same := func(file string, want []byte) {
		t.Helper()
		got, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the page keeps, or %v", file, err)
		}
	}

	var codes []any
	var photographs [][]byte
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var sent web.Upload
		from(ask("POST", "/api/uploads", "application/octet-stream", bytes.NewReader(data)), &sent)
		var start web.Start
		from(ask("GET", "/api/play/start?model=conv&upload="+sent.ID, "", nil), &start)
		codes, photographs = append(codes, start.Code), append(photographs, start.Picture)
	}
	for i, move := range []map[string]any{
		{"wants": []any{map[string]any{"name": "Smiling", "strength": 1.7}}},
		{"wants": []any{map[string]any{"name": "5 o' Clock Shadow", "strength": 0.3}, map[string]any{"name": "Senior", "strength": 2, "less": true}}, "hold": []string{"Male", "Strong Nose-Mouth Lines"}},
		{"wants": []any{map[string]any{"name": "Bald", "strength": 1}}, "hold": []string{"Smiling"}},
	} {
		do(with(move, map[string]any{"verb": "edit", "pictures": names[i : i+1], "steps": 9, "detail": i == 1}))
		of := map[string]any{"code": codes[i]}
		if i == 1 {
			of["photograph"] = photographs[i]
		}
		picture, err := pix.Open("face.png")
		if err != nil {
			t.Fatal(err)
		}
		if shown := post("/api/play/show", with(move, of)); !bytes.HasPrefix(shown, picture.Pix) {
			t.Errorf("%s: face.png is not what the page shows", names[i])
		}
		same("face.gif", post("/api/play/face.gif", with(with(move, of), map[string]any{"steps": 9})))
	}
	for _, way := range []map[string]any{{"path": "likely", "steps": 5, "loop": true}, {"path": "line", "steps": 4}} {
		do(with(way, map[string]any{"verb": "morph", "pictures": names}))
		same("morph.gif", post("/api/play/morph.gif", with(way, map[string]any{"codes": codes})))
	}
	sheet := map[string]any{"number": 6, "spread": 0.7, "seed": 11, "columns": 3}
	do(with(sheet, map[string]any{"verb": "sample"}))
	same("faces.png", post("/api/play/sheet.png", with(sheet, nil)))

	for _, v := range []map[string]any{
		{"verb": "edit", "pictures": names[:1], "along": []any{map[string]any{"axis": 1, "by": 1}}, "wants": []any{map[string]any{"name": "Bald", "strength": 1}}},
		{"verb": "edit", "pictures": []string{""}, "wants": []any{map[string]any{"name": "Bald", "strength": 1}}},
		{"verb": "edit", "pictures": names[:1]},
		{"verb": "morph", "pictures": []string{"me.png", ""}, "path": "line"},
	} {
		var c web.MatchingCommand
		if from(post("/api/play/command", with(v, nil)), &c); c.Line != "" || c.Why == "" {
			t.Errorf("%v: the command %q, expected none and why (%q)", v, c.Line, c.Why)
		}
	}
}
