package report

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestCodeShape(t *testing.T) {
	for _, c := range []struct{ n, rows, cols int }{
		{1, 1, 1}, {2, 2, 1}, {3, 3, 1}, {8, 4, 2}, {31, 16, 2}, {32, 16, 2}, {128, 16, 8}, {512, 32, 16}, {509, 32, 16},
	} {
		if rows, cols := codeShape(c.n); rows != c.rows || cols != c.cols {
			t.Errorf("codeShape(%d) = %d rows of %d, want %d of %d", c.n, rows, cols, c.rows, c.cols)
		}
	}
	for n := 1; n <= 3000; n++ {
		rows, cols := codeShape(n)
		if rows*cols < n || (rows-1)*cols >= n && rows > 1 {
			t.Fatalf("codeShape(%d) = %d rows of %d: does not fit", n, rows, cols)
		}
	}
}

func TestCodeLimit(t *testing.T) {
	even := make([]float32, 200)
	for i := range even {
		even[i] = float32(i)/100 - 1
	}
	if limit, clipped := codeLimit([][]float32{even}); limit != 1 || clipped {
		t.Errorf("even values: %v, %v", limit, clipped)
	}
	even[0] = 50
	if limit, clipped := codeLimit([][]float32{even}); limit > 1 || !clipped {
		t.Errorf("one value far out: %v, %v", limit, clipped)
	}
	for _, codes := range [][][]float32{nil, {{}}, {{0, 0}}, {{float32(math.NaN())}}} {
		if limit, clipped := codeLimit(codes); limit != 1 || clipped {
			t.Errorf("%v: %v, %v", codes, limit, clipped)
		}
	}
}

func TestDiverging(t *testing.T) {
	for v, want := range map[float64]int{-9: 0, -2: 0, -1: 1, 0: 2, 1: 3, 2: 4, 9: 4} {
		if got := diverging(v, 2); got != divergingStops[want] {
			t.Errorf("diverging(%v, 2) = %v, want stop %d", v, got, want)
		}
	}
	if diverging(math.NaN(), 1) == diverging(0, 1) {
		t.Error("NaN looks like 0")
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct{ want, got []float64 }{
		{[]float64{10, 50}, []float64{10, 50}},
		{[]float64{50, 50}, []float64{45, 55}},
		{[]float64{51, 49}, []float64{55, 45}},
		{[]float64{100, 99}, []float64{100, 90}},
		{[]float64{0, 1, 2}, []float64{0, 10, 20}},
		{nil, []float64{}},
	} {
		if got := spread(c.want, 10, 0, 100); !slices.Equal(got, c.got) {
			t.Errorf("spread(%v) = %v, want %v", c.want, got, c.got)
		}
	}
}

func TestTicks(t *testing.T) {
	var got []string
	for _, tick := range (niceTicks{count: 8, whole: true}).Ticks(1, 25) {
		got = append(got, tick.Label)
	}
	if want := []string{"1", "5", "10", "15", "20", "25"}; !slices.Equal(got, want) {
		t.Errorf("epochs %v, want %v", got, want)
	}
	got = nil
	for _, tick := range (niceTicks{count: 4}).Ticks(-0.4, 0.4) {
		got = append(got, tick.Label)
	}
	if want := []string{"−0.4", "−0.2", "0.0", "0.2", "0.4"}; !slices.Equal(got, want) {
		t.Errorf("around zero %v, want %v", got, want)
	}
	got = nil
	for _, tick := range (logTicks{}).Ticks(0.004, 0.03) {
		got = append(got, tick.Label)
	}
	if want := []string{"0.004", "0.005", "0.007", "0.01", "0.015", "0.02", "0.03"}; !slices.Equal(got, want) {
		t.Errorf("logarithmic %v, want %v", got, want)
	}
}

func TestWrap(t *testing.T) {
	p := newPen()
	s := captionStyle
	long := "Arnold Schwarzenegger Junior of Somewhere Else Entirely"
	for _, lines := range []int{1, 2, 3} {
		got := p.wrap(long, s, 256, lines)
		if len(got) > lines {
			t.Errorf("%d lines where %d were allowed", len(got), lines)
		}
		for _, l := range got {
			if p.width(l, s) > 256 {
				t.Errorf("%q is %d wide", l, p.width(l, s))
			}
		}
	}
	if got := p.wrap("George W Bush", s, 1000, 2); !slices.Equal(got, []string{"George W Bush"}) {
		t.Errorf("a short line was broken: %q", got)
	}
	if got := p.fit("unbreakable", s, 1); got != "" {
		t.Errorf("fit to nothing gave %q", got)
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		form Form
		n    Number
		want string
	}{
		{FormMSE, Measured(0.005865), "0.005865"},
		{FormMSE, Measured(0), "0.000000"},
		{FormMSE, Measured(1e-9), "< 0.000001"},
		{FormMSE, Number{}, "not measured"},
		{FormMSE, Measured(math.NaN()), "not a number"},
		{FormMSE, Measured(math.Inf(1)), "infinite"},
		{FormShare, Measured(0.1134), "11.3 %"},
		{FormShare, Number{}, "not measured"},
		{FormPlain, Measured(12345), "12,345"},
		{FormPlain, Measured(-0.5), "−0.5"},
		{FormPlain, Measured(3.14159), "3.142"},
		{FormPlain, Measured(0), "0"},
		{FormPlain, Measured(0.00001234), "1.23e−05"},
	} {
		if got := c.form.Format(c.n); got != c.want {
			t.Errorf("form %d of %v: %q, want %q", c.form, c.n, got, c.want)
		}
	}
	for d, want := range map[time.Duration]string{
		0:                              "not measured",
		5 * time.Microsecond:           "under 1 ms",
		42 * time.Millisecond:          "42 ms",
		850 * time.Millisecond:         "0.8 s",
		9960 * time.Millisecond:        "10 s",
		59*time.Second + 900*1000*1000: "1 min 00 s",
		363 * time.Second:              "6 min 03 s",
		time.Hour + 3*time.Minute:      "1 h 03 min",
		2*time.Hour - 10*time.Second:   "2 h 00 min",
	} {
		if got := Duration(d); got != want {
			t.Errorf("Duration(%d) = %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 13143: "13,143", -1234567: "−1,234,567"} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

// lower and higher are rules of callers: equal are numbers that differ in less than one of a million.
func lower(v, other float64) Tone { return higher(-v, -other) }

func higher(v, other float64) Tone {
	switch {
	case math.Abs(v-other) < 1e-6:
		return Neutral
	case v > other:
		return Better
	}
	return Worse
}

func TestVerdicts(t *testing.T) {
	pca := []Baseline{{"exact PCA", Measured(0.006783)}}
	for name, c := range map[string]struct {
		r    Result
		want []Verdict
	}{
		"both": {Result{Compare: lower, Value: Measured(0.005741), Tutorial: Measured(0.005865), Baselines: []Baseline{{"the Wiener filter", Measured(0.0016)}}}, []Verdict{
			{Better, "0.005865", "better than the tutorial", "by 2.1 %"},
			{Worse, "0.001600", "worse than the Wiener filter", "by a factor of 3.6"},
		}},
		"equal": {Result{Compare: lower, Value: Measured(0.0058648), Tutorial: Measured(0.005865)}, []Verdict{
			{Neutral, "0.005865", "equal to the tutorial", ""},
		}},
		"close": {Result{Compare: lower, Value: Measured(0.006784), Baselines: pca}, []Verdict{
			{Neutral, "", "the tutorial gives no number", ""},
			{Worse, "0.006783", "worse than exact PCA", "by less than 0.1 %"},
		}},
		"other pictures": {Result{Compare: lower, Value: Measured(0.002), Tutorial: Measured(0.005865), Incomparable: "drawn faces, not LFW"}, []Verdict{
			{Neutral, "0.005865", "the tutorial’s, but no match: drawn faces, not LFW", ""},
		}},
		"shares": {Result{Form: FormShare, Compare: higher, Value: Measured(0.113), Baselines: []Baseline{{"PCA codes", Measured(0.094)}}}, []Verdict{
			{Neutral, "", "the tutorial gives no number", ""},
			{Better, "9.4 %", "better than PCA codes", "by 1.9 points"},
		}},
		"missing": {Result{Compare: lower, Tutorial: Measured(0.002949), Baselines: []Baseline{{Name: "doing nothing"}}}, []Verdict{
			{Neutral, "0.002949", "the tutorial, not comparable", ""},
			{Neutral, "not measured", "doing nothing, not comparable", ""},
		}},
		"no rule": {Result{Value: Measured(0.1), Baselines: pca}, []Verdict{
			{Neutral, "", "the tutorial gives no number", ""},
			{Neutral, "0.006783", "exact PCA, not comparable", ""},
		}},
		"diverged": {Result{Compare: lower, Value: Measured(math.NaN()), Tutorial: Measured(0.002949)}, []Verdict{
			{Neutral, "0.002949", "the tutorial, not comparable", ""},
		}},
	} {
		if got := c.r.Verdicts(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestScale(t *testing.T) {
	marks := Result{Value: Measured(0.002), Tutorial: Measured(0.004), Baselines: []Baseline{{"w", Measured(0.001)}}}.scale()
	at := map[string]float64{}
	for _, m := range marks {
		at[m.Kind] = m.At
	}
	if at["baseline"] != 6 || at["value"] != 50 || at["tutorial"] != 94 {
		t.Errorf("equal ratios at %v, want 6, 50, 94", at)
	}
	near := Result{Value: Measured(0.005), Tutorial: Measured(0.00501)}.scale()
	if d := math.Abs(near[0].At - near[1].At); d > 3 {
		t.Errorf("two parts in a thousand look like %v of 100", d)
	}
	for name, r := range map[string]Result{"alone": {Value: Measured(1)}, "missing": {Tutorial: Measured(1)}, "incomparable": {Value: Measured(1), Tutorial: Measured(2), Incomparable: "x"}} {
		if r.scale() != nil {
			t.Errorf("%s: a scale with nothing to compare", name)
		}
	}
	for _, v := range []float64{0, -1, 1} {
		for _, m := range (Result{Form: FormPlain, Value: Measured(v), Tutorial: Measured(0)}).scale() {
			if !(m.At >= 0 && m.At <= 100) {
				t.Errorf("value %v beside 0: mark at %v", v, m.At)
			}
		}
	}
}

func TestSigmaText(t *testing.T) {
	for want, sigma := range map[string]float64{
		"0.01": float64(float32(0.01)), "0.1": float64(float32(0.1)), "0.5": 0.5, "0.125": 0.125, "1": 1, "0": 0,
	} {
		if got := sigmaText(sigma); got != want {
			t.Errorf("%.12f is printed as %q, want %q", sigma, got, want)
		}
	}
}
