package likeness_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/detect"
	"likeness/finder"
	"likeness/gallery"
	"likeness/latent"
	"likeness/models"
	"likeness/safetensors"
)

// Files of every version so far open, and give what they gave to the program that wrote them: see the README beside them.
func TestFilesOpenForEver(t *testing.T) {
	// What the programs of their time found nearest to Agnieszka_Modrehavska_0001, with distances as they printed them.
	first := []string{"0.0211 Bastien_Monpignot_0002", "0.0653 Jamila_Abrawan_0003", "0.0831 Gonzalo_Campofuentes_0003"}
	later := []string{"0.0009 Phoebe_Millthwaite_0003", "0.0779 Zola_Eboseko_0001", "0.1101 Vikram_Ramakarwal_0002"}
	found := map[string][]string{
		"2-updated.index": first, "3-mapped.index": first, "5-graph.graph": later, "6-layers.index": later, "7-paths.index": later, "7-paths.graph": later,
	}
	files, err := filepath.Glob(filepath.Join("testdata", "forever", "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".safetensors")
		_, kind, _ := strings.Cut(name, ".")
		seen[kind]++
		switch kind {
		case "model", "model.checkpoint":
			m, err := autoencoder.Open(path)
			if err != nil {
				t.Error(err)
				continue
			}
			written, err := safetensors.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if was := written.Metadata["fingerprint"]; was != "" && m.Fingerprint() != was && kind == "model" {
				t.Errorf("%s: the fingerprint is %s, it was %s", name, m.Fingerprint(), was)
			}
			if m.Arch != "pca" || m.Code != 2 || m.Prep.W != 8 || kind == "model" && (m.Training == nil || len(m.Training.History) == 0) {
				t.Errorf("%s: a %s with a code of %d for pictures of %d, training %v", name, m.Arch, m.Code, m.Prep.W, m.Training)
			}
			x := make([]float32, m.Values())
			if y, err := m.Reconstruct(t.Context(), x); err != nil || len(y) != len(x) {
				t.Errorf("%s: %v", name, err)
			}
		case "index", "graph":
			g, err := gallery.Open(t.Context(), path, gallery.Options{})
			if err != nil {
				t.Error(err)
				continue
			}
			r, err := g.Search(t.Context(), gallery.Query{IDs: []string{"Agnieszka_Modrehavska_0001"}, K: 3})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else {
				var got []string
				for _, h := range r.Results {
					id, _, _ := strings.Cut(h.ID, ".")
					got = append(got, fmt.Sprintf("%.4f %s", h.Distance, id[strings.LastIndex(id, "/")+1:]))
				}
				if !slices.Equal(got, found[name]) {
					t.Errorf("%s finds %q, it found %q", name, got, found[name])
				}
			}
			if err := g.Close(); err != nil {
				t.Error(err)
			}
		case "atlas":
			a, err := latent.Open(path)
			if err != nil {
				t.Error(err)
			} else if len(a.Directions) < 10 {
				t.Errorf("%s has %d directions", name, len(a.Directions))
			}
		case "md":
		default:
			t.Errorf("%s is of no kind that is opened", name)
		}
	}
	for kind, least := range map[string]int{"model": 4, "model.checkpoint": 2, "index": 4, "graph": 2, "atlas": 2} {
		if seen[kind] < least {
			t.Errorf("only %d files of the kind %s", seen[kind], kind)
		}
	}
	t.Chdir(t.TempDir()) // where no folder is called as a model
	// The files that come with the program are of the first version of their formats, too.
	if _, err := finder.Open(models.Finder); err != nil {
		t.Error(err)
	}
	if _, err := detect.Open(models.Detector); err != nil {
		t.Error(err)
	}
}
