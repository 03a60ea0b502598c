package web

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/pix"
)

// indexDrawn writes an index of 12 drawn people with 4 pictures each, and its model.
func indexDrawn(t *testing.T) func(folder string) {
	return func(folder string) {
		m, err := autoencoder.New("pca", pix.Prep{W: 16, H: 16, Auto: true}, 4, 1)
		if err != nil {
			t.Fatal(err)
		}
		model := filepath.Join(folder, "m.safetensors")
		if err := m.Save(model); err != nil {
			t.Fatal(err)
		}
		e, err := gallery.OpenEmbedder(model)
		if err != nil {
			t.Fatal(err)
		}
		set, err := dataset.Load(t.Context(), dataset.Name{Source: "drawn:12x4"}, faces.Options{Prep: e.Prep(), NoCache: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := gallery.Update(t.Context(), filepath.Join(folder, "x.index.safetensors"), e, set, gallery.UpdateOptions{ModelFile: model, Space: "euclidean"}); err != nil {
			t.Fatal(err)
		}
	}
}

const drawnIndexed = "index=x.index.safetensors"

func TestMap(t *testing.T) {
	a := play(t, indexDrawn(t))
	var m Map
	a.get("/api/map?"+drawnIndexed, &m)
	if m.Entries != 48 || !m.Decodes || len(m.Stored) != 0 || !slices.Equal(m.By, []string{"person", "attribute"}) || len(m.Attributes) == 0 {
		t.Errorf("the map shows %+v", m)
	}
	var l struct {
		Method string     `json:"method"`
		Frame  [3]float32 `json:"frame"`
		Kept   struct {
			Share    float64 `json:"share"`
			K        int     `json:"k"`
			Measured int     `json:"measured"`
		} `json:"kept"`
	}
	a.get("/api/map/layout?"+drawnIndexed, &l)
	if l.Method != "pca" || l.Kept.K != 10 || l.Kept.Measured != 48 || l.Kept.Share <= 0.2 || l.Frame[2] <= 0 {
		t.Errorf("PCA: %+v", l)
	}
	if status, body := a.ask("GET", "/api/map/layout?layout=umap&"+drawnIndexed, nil); status != http.StatusNotFound {
		t.Errorf("UMAP before it was made: status %d, %s", status, body)
	}
	a.checkPositions("pca", l.Frame)

	var c struct {
		List []gallery.Category `json:"list"`
		Of   []byte             `json:"of"`
	}
	a.get("/api/map/categories?by=person&"+drawnIndexed, &c)
	if len(c.List) != 12 || len(c.Of) != 48 {
		t.Errorf("%d people, %d rows", len(c.List), len(c.Of))
	}
	var found MapRows
	a.post("/api/map/find", map[string]any{"index": "x.index.safetensors", "text": strings.ToUpper(c.List[0].Name)}, &found)
	if len(found.Rows) != 4 {
		t.Errorf("%s: rows %v", c.List[0].Name, found.Rows)
	}
	for _, row := range found.Rows {
		if c.Of[row] != 1 {
			t.Errorf("row %d is in category %d", row, c.Of[row])
		}
	}
	var members []gallery.Member
	a.post("/api/map/members", map[string]any{"index": "x.index.safetensors", "rows": found.Rows}, &members)
	if len(members) != 4 || members[3].Person != c.List[0].Name {
		t.Errorf("members %+v", members)
	}
	a.post("/api/map/find", map[string]any{"index": "x.index.safetensors", "ids": []string{members[2].ID, "nobody"}}, &found)
	if !slices.Equal(found.Missing, []string{"nobody"}) || len(found.Rows) != 1 {
		t.Errorf("by ids: %+v", found)
	}
	var groups MapGroups
	a.get("/api/map/copies?"+drawnIndexed, &groups)

	var spot struct {
		Width, Height int
		RGB           []byte           `json:"rgb"`
		Nearest       []gallery.Member `json:"nearest"`
	}
	a.get(fmt.Sprintf("/api/map/spot?x=%g&y=%g&%s", l.Frame[0], l.Frame[1], drawnIndexed), &spot)
	if spot.Width != 16 || len(spot.RGB) != 3*16*16 || len(spot.Nearest) == 0 {
		t.Errorf("a spot of %dx%d in %d bytes near %d members", spot.Width, spot.Height, len(spot.RGB), len(spot.Nearest))
	}
	for path, want := range map[string]int{
		"/api/map?index=none": http.StatusNotFound, "/api/map/layout?layout=lle&" + drawnIndexed: http.StatusUnprocessableEntity,
		"/api/map/categories?by=attribute&attribute=Wings&" + drawnIndexed: http.StatusUnprocessableEntity,
		"/api/map/spot?x=NaN&y=0&" + drawnIndexed:                          http.StatusUnprocessableEntity,
	} {
		if status, body := a.ask("GET", path, nil); status != want {
			t.Errorf("%s: status %d, want %d: %s", path, status, want, body)
		}
	}
	for folder, want := range map[string]string{"chosen": "no files of their own", "../chosen": "without slashes", ".x": "begin with a dot", "a/b": "without slashes"} {
		status, body := a.ask("POST", "/api/map/links", map[string]any{"index": "x.index.safetensors", "rows": []int{1}, "folder": folder})
		if status != http.StatusUnprocessableEntity || !strings.Contains(string(body), want) {
			t.Errorf("links in %s: status %d, %s", folder, status, body)
		}
	}
	for _, rows := range [][]int{{48}, {-1}, make([]int, 20_001)} {
		if status, body := a.ask("POST", "/api/map/members", map[string]any{"index": "x.index.safetensors", "rows": rows}); status != http.StatusUnprocessableEntity {
			t.Errorf("%d rows: status %d, %s", len(rows), status, body)
		}
	}
}

// post sends JSON and reads JSON.
func (a *asker) post(path string, v, to any) {
	a.Helper()
	status, body := a.ask("POST", path, v)
	if status != http.StatusOK {
		a.Fatalf("%s: status %d, %s", path, status, body)
	}
	if err := json.Unmarshal(body, to); err != nil {
		a.Fatalf("%s: %v", path, err)
	}
}

// checkPositions checks that positions fill their frame.
func (a *asker) checkPositions(layout string, frame [3]float32) {
	a.Helper()
	status, body := a.ask("GET", "/api/map/positions?layout="+layout+"&"+drawnIndexed, nil)
	if status != http.StatusOK || len(body) != 4*48 {
		a.Fatalf("%s: status %d, %d bytes", layout, status, len(body))
	}
	least, most := uint16(65535), uint16(0)
	for i := 0; i < len(body); i += 2 {
		v := binary.LittleEndian.Uint16(body[i:])
		least, most = min(least, v), max(most, v)
	}
	if least != 0 || most != 65535 {
		a.Errorf("%s: positions from %d to %d in the frame %v", layout, least, most, frame)
	}
}

// TestMapFaces: a sheet shows the rows in their order, the second time from what was kept.
func TestMapFaces(t *testing.T) {
	a := play(t, indexDrawn(t))
	rows := []int{40, 3}
	for _, more := range []int{7, 40} {
		rows = append(rows, more)
		status, body := a.ask("POST", "/api/map/faces", map[string]any{"index": "x.index.safetensors", "rows": rows})
		if status != http.StatusOK {
			t.Fatalf("status %d, %s", status, body)
		}
		sheet, err := jpeg.Decode(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if b := sheet.Bounds(); b.Dx() != 1024 || b.Dy() != 32 {
			t.Errorf("a sheet of %v", b)
		}
		seen := map[[3]uint32]bool{}
		for i := range rows {
			r, g, b, _ := sheet.At(32*i+16, 16).RGBA()
			seen[[3]uint32{r >> 12, g >> 12, b >> 12}] = true
		}
		if len(seen) < 2 {
			t.Errorf("all faces of %v look alike", rows)
		}
	}
	for _, rows := range [][]int{{}, {99}, make([]int, 1025)} {
		if status, _ := a.ask("POST", "/api/map/faces", map[string]any{"index": "x.index.safetensors", "rows": rows}); status != http.StatusUnprocessableEntity {
			t.Errorf("%d rows: status %d", len(rows), status)
		}
	}
}

// TestMapInTheBackground: a layout is made in the background, kept in the file, and can be stopped.
func TestMapInTheBackground(t *testing.T) {
	a := play(t, indexDrawn(t))
	var job MapJob
	a.post("/api/map/layout", map[string]any{"index": "x.index.safetensors", "layout": "umap"}, &job)
	if job.Method != "umap" || job.Ended {
		t.Errorf("begun: %+v", job)
	}
	a.await(func(jobs []MapJob) bool {
		return len(jobs) == 1 && jobs[0].Ended && jobs[0].Error == "" && jobs[0].Shown > 0
	})
	var l struct {
		Stored bool
		Frame  [3]float32
	}
	a.get("/api/map/layout?layout=umap&"+drawnIndexed, &l)
	if !l.Stored {
		t.Error("the layout is not in the file")
	}
	a.checkPositions("umap", l.Frame)
	var m Map
	a.get("/api/map?"+drawnIndexed, &m)
	if len(m.Stored) != 1 || m.Stored[0] != "umap" {
		t.Errorf("the file keeps %v", m.Stored)
	}
	a.post("/api/map/layout", map[string]any{"index": "x.index.safetensors", "layout": "tsne"}, &job)
	var jobs []MapJob
	a.post("/api/map/stop", map[string]any{"index": "x.index.safetensors", "layout": "tsne"}, &jobs)
	a.await(func(jobs []MapJob) bool {
		return !slices.ContainsFunc(jobs, func(j MapJob) bool { return !j.Ended })
	})
	if status, _ := a.ask("POST", "/api/map/layout", map[string]any{"index": "none", "layout": "umap"}); status != http.StatusNotFound {
		t.Errorf("an index that is not there: status %d", status)
	}
}

// await waits until the jobs are as wanted.
func (a *asker) await(want func([]MapJob) bool) {
	a.Helper()
	var jobs []MapJob
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if a.get("/api/map/jobs?"+drawnIndexed, &jobs); want(jobs) {
			return
		}
	}
	a.Fatalf("the jobs are %+v", jobs)
}
