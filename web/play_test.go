package web

import (
	"bytes"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/latent"
	"likeness/pix"
	"likeness/workspace"
)

// play is a server of a folder that is empty but for what prepare puts there.
func play(t *testing.T, prepare func(folder string), then ...func(*workspace.Workspace)) *asker {
	t.Helper()
	t.Setenv("LIKENESS_CACHE", t.TempDir()) // what this machine remembers of pictures is not asked
	folder := t.TempDir()
	if prepare != nil {
		prepare(folder)
	}
	work, err := workspace.Open(folder, workspace.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, do := range then {
		do(work)
	}
	s, err := New(Options{Workspace: work, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := work.Close(); err != nil {
			t.Error(err)
		}
	})
	return &asker{t, s.Handler("example.com")}
}

// asker asks a server.
type asker struct {
	*testing.T
	handler http.Handler
}

// ask sends a request, with v as JSON where it is not nil, and returns the status and the body of the answer.
func (a *asker) ask(method, path string, v any) (int, []byte) {
	a.Helper()
	var body io.Reader
	switch v := v.(type) {
	case nil:
	case []byte:
		body = bytes.NewReader(v)
	default:
		text, err := json.Marshal(v)
		if err != nil {
			a.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	r := httptest.NewRequest(method, path, body)
	if raw, ok := v.([]byte); ok && raw != nil {
		r.Header.Set("Content-Type", "application/octet-stream")
	} else {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}

// get asks for JSON.
func (a *asker) get(path string, to any) {
	a.Helper()
	status, body := a.ask("GET", path, nil)
	if status != http.StatusOK {
		a.Fatalf("%s: status %d, %s", path, status, body)
	}
	if err := json.Unmarshal(body, to); err != nil {
		a.Fatalf("%s: %v in %.200s", path, err, body)
	}
}

// painted asks for n pictures of conv's size and what is said of them.
func (a *asker) painted(path string, v any, n int, to any) [][]byte {
	a.Helper()
	const size = 32 * 32 * 3
	status, body := a.ask("POST", path, v)
	if status != http.StatusOK || len(body) < n*size {
		a.Fatalf("%s: status %d, %.300s", path, status, body)
	}
	if err := json.Unmarshal(body[n*size:], to); err != nil {
		a.Fatalf("%s: %v in %.200s", path, err, body[n*size:])
	}
	return slices.Collect(slices.Chunk(body[:n*size], size))
}

// done asks for a task and waits for its end.
func (a *asker) done(path string, v any) Task {
	a.Helper()
	status, body := a.ask("POST", path, v)
	var t Task
	if err := json.Unmarshal(body, &t); err != nil || status != http.StatusAccepted {
		a.Fatalf("%s: status %d, %s", path, status, body)
	}
	for t.State == TaskWaiting || t.State == TaskRunning {
		time.Sleep(5 * time.Millisecond)
		a.get("/api/tasks/"+t.ID, &t)
	}
	return t
}

// conv is the model that comes with the program, and its atlas.
func conv(t *testing.T) (*autoencoder.Model, *latent.Atlas) {
	t.Helper()
	m, err := autoencoder.Open("conv")
	if err != nil {
		t.Fatal(err)
	}
	opened, err := latent.OpenOrFit(t.Context(), m, latent.Source{Model: "conv", Optional: true})
	if err != nil {
		t.Fatal(err)
	}
	return m, opened.Atlas
}

// A folder with nothing in it is enough to play: a new face, a smile, and what they are.
func TestPlayInAnEmptyFolder(t *testing.T) {
	a := play(t, nil)
	m, atlas := conv(t)
	var ground Playground
	a.get("/api/play?model=conv", &ground)
	if ground.Width != 32 || ground.Code != m.Code || len(ground.Attributes) != len(atlas.Directions) || len(ground.Axes) != atlas.Whitening.Width() || ground.Distances != atlas.Reach {
		t.Errorf("the playground has %d attributes and %d axes", len(ground.Attributes), len(ground.Axes))
	}
	sampled, err := latent.Sample(t.Context(), m, atlas, latent.SampleOptions{Number: 3, Spread: 0.8, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	var start Start
	a.get("/api/play/start?model=conv&seed=7&spread=0.8&number=3", &start)
	var shown latent.Shown
	if got := a.painted("/api/play/show", map[string]any{"model": "conv", "code": start.Code}, 1, &shown); !slices.Equal(got[0], sampled.Pictures[2].Pix) {
		t.Error("the third face of a seed is not the third one that the verb makes")
	}
	var sheet Sheet
	for i, got := range a.painted("/api/play/sheet", map[string]any{"model": "conv", "number": 3, "spread": 0.8, "seed": 7}, 3, &sheet) {
		if !slices.Equal(got, sampled.Pictures[i].Pix) {
			t.Errorf("face %d of the sheet is not the one that the verb makes", i)
		}
	}
	before := scoreOf(t, ground, shown, "Smiling")
	male := scoreOf(t, ground, shown, "Male")
	a.painted("/api/play/show", map[string]any{"model": "conv", "code": start.Code, "wants": []latent.Want{{Name: "Smiling", Strength: 1.5}}, "hold": []string{"Male"}}, 1, &shown)
	if after := scoreOf(t, ground, shown, "Smiling"); after < before+1.49 || after > before+1.51 {
		t.Errorf("the smile went from %g to %g, asked were 1.5 more", before, after)
	}
	if after := scoreOf(t, ground, shown, "Male"); after < male-1e-3 || after > male+1e-3 {
		t.Errorf("what is held went from %g to %g", male, after)
	}
	if len(shown.TakesAlong) == 0 {
		t.Error("nothing is taken along")
	}
	var mean Start
	a.get("/api/play/start?model=conv", &mean)
	a.painted("/api/play/show", map[string]any{"model": "conv", "code": mean.Code}, 1, &shown)
	if shown.Place != latent.PlaceAverage || shown.Distance > 1e-3 {
		t.Errorf("the mean face lies at %g, %q", shown.Distance, shown.Place)
	}
	a.painted("/api/play/show", map[string]any{"model": "conv", "code": mean.Code, "along": []latent.AxisStep{{Axis: 0, By: 20}}}, 1, &shown)
	if shown.Place != latent.PlaceFar {
		t.Errorf("a face at %g is %q", shown.Distance, shown.Place)
	}
}

func scoreOf(t *testing.T, g Playground, s latent.Shown, name string) float64 {
	t.Helper()
	for i, d := range g.Attributes {
		if d.Name == name {
			return float64(s.Scores[i])
		}
	}
	t.Fatalf("no attribute %s", name)
	return 0
}

// A picture that was sent becomes the face that the verb edit changes.
func TestPlayWithAPicture(t *testing.T) {
	a := play(t, nil)
	m, atlas := conv(t)
	photograph, err := drawnFace(pix.Prep{W: 250, H: 250, Whole: true}, 3)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := photograph.WritePNG(&file); err != nil {
		t.Fatal(err)
	}
	status, body := a.ask("POST", "/api/uploads", file.Bytes())
	var sent Upload
	if err := json.Unmarshal(body, &sent); err != nil || status != http.StatusOK {
		t.Fatalf("status %d, %s", status, body)
	}
	var start Start
	a.get("/api/play/start?model=conv&upload="+sent.ID, &start)
	cuts, err := faces.Cutter{Prep: m.Prep}.Cut(t.Context(), photograph)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(start.Picture, cuts[0].Picture.Pix) {
		t.Error("the picture is not cut as the program cuts it")
	}
	wants := []latent.Want{{Name: "Senior", Strength: 2}}
	e, err := latent.NewEditor(m, atlas, latent.EditOptions{Wants: wants, Hold: []string{"Male"}, Steps: 2})
	if err != nil {
		t.Fatal(err)
	}
	edited, err := e.Edit(t.Context(), latent.Face{Name: "me", Picture: cuts[0].Picture})
	if err != nil {
		t.Fatal(err)
	}
	var shown latent.Shown
	change := map[string]any{"model": "conv", "code": start.Code, "wants": wants, "hold": []string{"Male"}}
	if got := a.painted("/api/play/show", change, 1, &shown); !slices.Equal(got[0], edited.Images[0].Frames[1].Picture.Pix) {
		t.Error("the changed face is not the one of the verb")
	}
	// As files.
	status, body = a.ask("POST", "/api/play/face.png", change)
	if m, err := png.Decode(bytes.NewReader(body)); status != http.StatusOK || err != nil || !slices.Equal(pix.FromImage(m).Pix, edited.Images[0].Frames[1].Picture.Pix) {
		t.Errorf("face.png: status %d, %v", status, err)
	}
	for _, path := range []string{"/api/play/face.gif"} {
		if status, body = a.ask("POST", path, change); status != http.StatusOK || !bytes.HasPrefix(body, []byte("GIF89a")) {
			t.Errorf("%s: status %d, %.80s", path, status, body)
		}
	}
	// Covered pixels are filled, and what is not covered stays.
	weights := bytes.Repeat([]byte{wholeWeight}, 32*32)
	for i := 10 * 32; i < 15*32; i++ {
		weights[i] = 0
	}
	if got := a.painted("/api/play/mend", map[string]any{"model": "conv", "code": start.Code, "pixels": start.Picture, "weights": weights}, 1, &shown); len(shown.Code) != m.Code || bytes.Equal(got[0], start.Picture) {
		t.Error("nothing was mended")
	}
}

// A blend and a morph of two are what the verb morph makes.
func TestPlayBetweenFaces(t *testing.T) {
	a := play(t, nil)
	m, atlas := conv(t)
	codes := [][]float32{atlas.Whitening.Draw(atlas.Mixture, 1, 1, 1), atlas.Whitening.Draw(atlas.Mixture, 1, 1, 2)}
	for _, path := range []string{latent.PathLine, latent.PathLikely} {
		way, err := latent.MorphMany(codes, 3)
		if path == latent.PathLikely {
			way, err = atlas.Whitening.Likely(codes, 3)
		}
		if err != nil {
			t.Fatal(err)
		}
		values, err := m.Decode(t.Context(), way[1])
		if err != nil {
			t.Fatal(err)
		}
		var shown latent.Shown
		if got := a.painted("/api/play/blend", map[string]any{"model": "conv", "codes": codes, "weights": []int{1, 1}, "path": path}, 1, &shown); !slices.Equal(got[0], pix.FromFloats(values, 32, 32).Pix) {
			t.Errorf("%s: half of each is not the middle frame of the morph", path)
		}
		if status, body := a.ask("POST", "/api/play/morph.gif", map[string]any{"model": "conv", "codes": codes, "path": path, "loop": true}); status != http.StatusOK || !bytes.HasPrefix(body, []byte("GIF89a")) {
			t.Errorf("morph.gif: status %d, %.80s", status, body)
		}
	}
}

// A member of an index is cut as the model asks, whatever the index was made with.
func TestPlayWithAMember(t *testing.T) {
	a := play(t, func(folder string) {
		if err := os.Mkdir(filepath.Join(folder, "pictures"), 0o755); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			m, err := drawnFace(pix.Prep{W: 250, H: 250, Whole: true}, i)
			if err != nil {
				t.Fatal(err)
			}
			f, err := os.Create(filepath.Join(folder, "pictures", string(rune('a'+i))+".png"))
			if err != nil {
				t.Fatal(err)
			}
			if err := m.WritePNG(f); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}, func(w *workspace.Workspace) {
		if _, err := w.IndexPictures(t.Context(), workspace.IndexOptions{Pictures: "pictures", Out: "all.index.safetensors"}); err != nil {
			t.Fatal(err)
		}
	})
	m, _ := conv(t)
	want, err := drawnFace(m.Prep.Squared(), 1) // nobody has looked for the face
	if err != nil {
		t.Fatal(err)
	}
	var start Start
	a.get("/api/play/start?model=conv&index=all.index.safetensors&id=b.png", &start)
	if !bytes.Equal(start.Picture, want.Pix) || start.Path != "pictures/b.png" {
		t.Errorf("member %q at %q is another picture (%v), or lies elsewhere", start.Name, start.Path, !bytes.Equal(start.Picture, want.Pix))
	}
	for query, want := range map[string]int{
		"index=all.index.safetensors&id=z.png":  http.StatusNotFound,
		"index=none.index.safetensors&id=b.png": http.StatusNotFound,
		"upload=0123":                           http.StatusNotFound,
		"seed=one":                              http.StatusUnprocessableEntity,
		"seed=1&number=0":                       http.StatusUnprocessableEntity,
	} {
		if status, body := a.ask("GET", "/api/play/start?model=conv&"+query, nil); status != want {
			t.Errorf("%s: status %d, want %d: %s", query, status, want, body)
		}
	}
}

// What is wrong with a request is said with a status of its own.
func TestPlayRefuses(t *testing.T) {
	a := play(t, func(folder string) {
		m, err := autoencoder.New("pca", pix.Prep{W: 8, H: 8}, 4, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Save(filepath.Join(folder, "own.safetensors")); err != nil {
			t.Fatal(err)
		}
	})
	code := make([]float32, 32)
	for _, c := range []struct {
		path   string
		body   any
		status int
		says   string
	}{
		{"/api/play/show", map[string]any{"model": "nobody", "code": code}, http.StatusNotFound, "nobody"},
		{"/api/play/show", map[string]any{"model": "denoiser", "code": code}, http.StatusUnprocessableEntity, "denoiser"},
		{"/api/play/show", map[string]any{"model": "own.safetensors", "code": code[:4]}, http.StatusConflict, "no atlas"},
		{"/api/play/show", map[string]any{"model": "conv", "code": code[1:]}, http.StatusUnprocessableEntity, "31 numbers"},
		{"/api/play/show", map[string]any{"model": "conv", "code": code, "wants": []latent.Want{{Name: "Smilng"}}}, http.StatusUnprocessableEntity, "did you mean Smiling"},
		{"/api/play/show", map[string]any{"model": "conv", "code": code, "along": []latent.AxisStep{{Axis: 99, By: 1}}}, http.StatusUnprocessableEntity, "axis 99"},
		{"/api/play/blend", map[string]any{"model": "conv", "codes": [][]float32{code}, "weights": []int{0}, "path": "line"}, http.StatusUnprocessableEntity, "weights"},
		{"/api/play/sheet", map[string]any{"model": "conv", "number": 100000, "spread": 1, "seed": 1}, http.StatusUnprocessableEntity, "number"},
		{"/api/play/mend", map[string]any{"model": "conv", "code": code, "pixels": "", "weights": ""}, http.StatusUnprocessableEntity, "pixels"},
		{"/api/play/atlas", map[string]any{"model": "conv"}, http.StatusUnprocessableEntity, "comes with the program"},
	} {
		status, body := a.ask("POST", c.path, c.body)
		if status != c.status || !strings.Contains(string(body), c.says) {
			t.Errorf("%s: status %d, want %d and %q: %s", c.path, status, c.status, c.says, body)
		}
	}
}
