package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"likeness/faces"
	"likeness/pix"
)

// cacheless keeps the tests out of the user's cache.
var cacheless = faces.Options{NoCache: true, Prep: pix.Prep{W: 16, H: 16, Auto: true}}

func TestOriginLoad(t *testing.T) {
	set, err := Load(t.Context(), Drawn(6, 2), cacheless)
	if err != nil {
		t.Fatal(err)
	}
	split, _, err := DefaultSplit().Split(set)
	if err != nil {
		t.Fatal(err)
	}
	o := NewOrigin(set, split, DefaultSplit().String())
	if o.Data != "drawn:6x2" || o.NTrain != 10 || o.NTest != 2 {
		t.Errorf("%+v", o)
	}
	for _, asked := range []Name{{}, Drawn(6, 2)} {
		p, err := o.Load(t.Context(), "m.safetensors", asked, set.Prep, cacheless)
		if err != nil || p.Split == nil || !slices.Equal(p.Split.Test, split.Test) || p.Plan != o.Split {
			t.Fatalf("asked for %q: %+v, %v", asked, p, err)
		}
	}
	p, err := o.Load(t.Context(), "m.safetensors", Drawn(6, 1), set.Prep, cacheless)
	if err != nil || p.Split != nil || p.Plan != "" || p.Set.Len() != 6 {
		t.Errorf("other pictures: %+v, %v", p, err)
	}
	everything := o
	everything.Split = ""
	if p, err := everything.Load(t.Context(), "m.safetensors", Name{}, set.Prep, cacheless); err != nil || p.Split != nil {
		t.Errorf("fitted to everything: %+v, %v", p, err)
	}
}

func TestOriginErrors(t *testing.T) {
	dir := t.TempDir()
	prep := pix.Prep{W: 16, H: 16, Auto: true}
	known := Origin{Data: "drawn:3x2", DataHash: "of other pictures", Split: DefaultSplit().String()}
	set, err := Load(t.Context(), Drawn(3, 2), cacheless)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		origin *Origin
		want   error
	}{
		"no origin":  {nil, ErrUnknown},
		"no name":    {&Origin{}, ErrUnknown},
		"gone":       {&Origin{Data: filepath.Join(dir, "none")}, ErrGone},
		"other data": {&known, ErrChanged},
	} {
		if _, err := c.origin.Load(t.Context(), "m.safetensors", Name{}, prep, cacheless); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	known.DataHash = set.Fingerprint
	if _, err := known.Load(t.Context(), "m.safetensors", Name{}, prep, cacheless); err == nil {
		t.Error("another number of training pictures was accepted")
	}
	known.Split = "by the moon"
	if _, err := known.Load(t.Context(), "m.safetensors", Name{}, prep, cacheless); err == nil {
		t.Error("an unknown split was accepted")
	}
	if _, err := known.Load(t.Context(), "m.safetensors", Name{Source: filepath.Join(dir, "none")}, prep, cacheless); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("asked for what is not there: %v", err)
	}
}
