package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"likeness/pix"
)

// sample is a report with one of everything.
func sample(t *testing.T) *Report {
	t.Helper()
	face := plainFace(32, 32)
	var gif bytes.Buffer
	if err := pix.WriteGIF(&gif, []*pix.Image{face, face}, 100*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	return &Report{
		Title: "Faces & codes", Subtitle: "<script>alert(1)</script>", Command: `likeness reproduce --out "a b"`,
		Machine: "2 cores", Made: time.Date(2025, 11, 23, 15, 4, 0, 0, time.UTC),
		Cover: &Figure{Picture: face, Alt: "a face"},
		Facts: []Fact{{"Data", "drawn"}, {"Seed", ""}},
		Summary: []Result{
			{Name: "Convolutional", Note: "code 32", Compare: lower, Value: Measured(0.005741), Tutorial: Measured(0.005865), Baselines: []Baseline{{"exact PCA", Measured(0.006783)}}, Took: time.Minute, Chapter: "conv", Headline: true},
			{Name: "Denoising", Tutorial: Measured(0.002949)},
		},
		Chapters: []Chapter{{ID: "conv", Title: `Layers "<here>"`, Body: []Block{
			Paragraph("a < b && c"),
			Aside("an aside"),
			Command("likeness train conv"),
			Listing{Title: "Layers", Text: "conv2d\n  <none>", Folded: true},
			Listing{Title: "Open", Text: "dense"},
			Table{Caption: "errors", Columns: []Column{{"Code", true}, {"MSE", true}, {"Remark", false}}, Rows: [][]string{{"32", "0.006783", "x"}, {"64", ""}}},
			Figure{Picture: face, Caption: `a "quoted" caption`},
			Figure{GIF: gif.Bytes(), Alt: "a face, moving"},
			Matrices{Title: "image 2", Parts: []Matrix{{Name: "image", Rows: [][]float64{{1, -2.5}}}, {Sign: "=", Name: "output"}}},
		}}},
	}
}

func render(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// parse walks the page as XML with HTML's void elements and checks that every
// element is closed. It returns all text and the start tags.
func parse(t *testing.T, page string) (text string, tags []xml.StartElement) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict = false
	d.AutoClose = []string{"meta", "img", "input"}
	d.Entity = xml.HTMLEntity
	var b strings.Builder
	var open []string
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("the page does not parse: %v", err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			tags = append(tags, e.Copy())
			open = append(open, e.Name.Local)
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != e.Name.Local {
				t.Fatalf("</%s> closes %v", e.Name.Local, open)
			}
			open = open[:len(open)-1]
		case xml.CharData:
			b.Write(e)
			b.WriteByte(' ')
		}
	}
	if len(open) != 0 {
		t.Errorf("left open: %v", open)
	}
	return b.String(), tags
}

func attr(e xml.StartElement, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

func TestPage(t *testing.T) {
	page := render(t, sample(t))
	text, tags := parse(t, page)
	for _, want := range []string{
		"Faces & codes", "<script>alert(1)</script>", "a < b && c", `Layers "<here>"`, "conv2d\n  <none>",
		"0.005741", "0.005865", "0.006783", "better than the tutorial", "better than exact PCA", "by 2.1 %", "by 15.4 %",
		"1 min 00 s", "23 November 2025, 15:04 UTC", "2 cores", "not known", "likeness reproduce", "−2.5",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	// The run's time, the second result, its time, a cell and a matrix.
	if n := strings.Count(text, NotMeasured); n != 5 {
		t.Errorf("%q stands %d times, want 5", NotMeasured, n)
	}
	if strings.Contains(text, "0.000000") {
		t.Error("a missing number is printed as zero")
	}
	ids := map[string]bool{}
	count := map[string]int{}
	for _, e := range tags {
		count[e.Name.Local]++
		if id, ok := attr(e, "id"); ok {
			if ids[id] {
				t.Errorf("id %q twice", id)
			}
			ids[id] = true
		}
	}
	for name, want := range map[string]int{"img": 3, "figure": 3, "h1": 1, "main": 1, "nav": 1, "script": 0, "link": 0, "details": 1} {
		if count[name] != want {
			t.Errorf("%d <%s>, want %d", count[name], name, want)
		}
	}
	for _, e := range tags {
		switch e.Name.Local {
		case "a":
			if href, _ := attr(e, "href"); !strings.HasPrefix(href, "#") || !ids[href[1:]] {
				t.Errorf("a link to %q, which is not on the page", href)
			}
		case "img":
			if alt, _ := attr(e, "alt"); alt == "" {
				t.Error("a picture without alternative text")
			}
			if src, _ := attr(e, "src"); !strings.HasPrefix(src, "data:image/") {
				t.Errorf("a picture from %.40q", src)
			}
		}
	}
}

func TestPageFetchesNothing(t *testing.T) {
	page := render(t, sample(t))
	page = regexp.MustCompile(`src="data:image/(png|gif);base64,[A-Za-z0-9+/=]+"`).ReplaceAllString(page, "")
	for _, bad := range []string{"http:", "https:", "//", "url(", "@import", "<script", "<link", "<iframe", "data:", "ZgotmplZ"} {
		if i := strings.Index(page, bad); i >= 0 {
			t.Errorf("the page holds %q: %q", bad, page[max(0, i-40):min(len(page), i+40)])
		}
	}
	for _, want := range []string{"prefers-color-scheme: dark", "@media print", `name="viewport"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestPicturesAreShownAtTheirDensity(t *testing.T) {
	p, err := Figure{Picture: pix.New(100, 51), Alt: "x"}.source()
	if err != nil || p.Width != 50 || p.Height != 26 {
		t.Errorf("100x51 pixels are shown as %dx%d, %v", p.Width, p.Height, err)
	}
}

// TestWideFiguresCanBeEnlarged: a phone shows a wide figure whole, and a tap,
// or the space bar, makes it larger.
func TestWideFiguresCanBeEnlarged(t *testing.T) {
	_, tags := parse(t, render(t, &Report{Title: "T", Chapters: []Chapter{{ID: "a", Title: "A", Body: []Block{
		Figure{Picture: pix.New(560*Density+1, 20), Alt: "wide"},
		Figure{Picture: pix.New(560*Density, 20), Alt: "narrow"},
	}}}}))
	var got []string
	for i, e := range tags {
		if e.Name.Local != "img" {
			continue
		}
		alt, _ := attr(e, "alt")
		got = append(got, alt+" after "+tags[i-1].Name.Local)
		if tags[i-1].Name.Local == "input" {
			label, _ := attr(tags[i-1], "aria-label")
			box, _ := attr(tags[i-1], "type")
			if label == "" || box != "checkbox" || tags[i-2].Name.Local != "label" {
				t.Errorf("a %q named %q in a <%s>", box, label, tags[i-2].Name.Local)
			}
		}
	}
	if want := "wide after input, narrow after div"; strings.Join(got, ", ") != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestEmptyReport(t *testing.T) {
	text, _ := parse(t, render(t, &Report{Title: "Nothing yet"}))
	if !strings.Contains(text, "Nothing yet") || !strings.Contains(text, NotMeasured) {
		t.Errorf("%q", text)
	}
}

func TestBadReports(t *testing.T) {
	face := plainFace(8, 8)
	chapter := func(id string, b ...Block) []Chapter { return []Chapter{{ID: id, Title: "T", Body: b}} }
	for name, c := range map[string]struct {
		r    Report
		want string
	}{
		"no alt":       {Report{Chapters: chapter("a", Figure{Picture: face})}, "alternative text"},
		"no picture":   {Report{Chapters: chapter("a", Figure{Caption: "c"})}, `"c" has no picture`},
		"two pictures": {Report{Chapters: chapter("a", Figure{Caption: "c", Picture: face, GIF: []byte("x")})}, "both"},
		"bad gif":      {Report{Chapters: chapter("a", Figure{Caption: "c", GIF: []byte("GIF89a")})}, `figure "c"`},
		"bad cover":    {Report{Cover: &Figure{}}, "cover"},
		"bad id":       {Report{Chapters: chapter("a b")}, "letters"},
		"empty id":     {Report{Chapters: chapter("")}, "letters"},
		"taken id":     {Report{Chapters: append(chapter("a"), chapter("a")...)}, "taken"},
		"summary id":   {Report{Chapters: chapter("summary")}, "taken"},
		"lost link":    {Report{Summary: []Result{{Name: "n", Chapter: "gone"}}}, `no chapter "gone"`},
	} {
		var b bytes.Buffer
		err := c.r.WriteHTML(&b)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
		if b.Len() != 0 {
			t.Errorf("%s: %d bytes were written", name, b.Len())
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

var errFull = errors.New("no space left")

func TestWriteErrorIsTold(t *testing.T) {
	if err := (&Report{Title: "T"}).WriteHTML(fullDisk{}); !errors.Is(err, errFull) {
		t.Errorf("%v", err)
	}
}
