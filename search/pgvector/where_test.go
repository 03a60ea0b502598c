package pgvector

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"likeness/search"
	"likeness/search/engine"
)

func TestTranslate(t *testing.T) {
	attributes := []string{"Smiling", "Dark_Hair"}
	at := time.Date(2019, 5, 1, 0, 0, 0, 1, time.UTC) // a nanosecond into a microsecond
	moment := at.UnixMicro()
	for _, c := range []struct {
		where   search.Where
		text    string
		args    []any
		selects bool
		not     int
	}{
		{search.Where{}, "", nil, false, 0},
		{search.Where{People: []string{"Ann_Lee ", "O'Neil"}}, "person <> '' AND person_plain = ANY($1::text[])", []any{[]string{"ann lee", "o'neil"}}, true, 0},
		{search.Where{Folders: []string{"2019/", "a'; DROP TABLE x"}}, "(false OR id >= $1::text AND id < $2::text OR id >= $3::text AND id < $4::text)",
			[]any{"2019/", "20190", "a'; DROP TABLE x/", "a'; DROP TABLE x0"}, true, 0},
		{search.Where{Folders: []string{"2019", "."}}, "", nil, false, 0},
		{search.Where{Folders: []string{"a\x00b", "\xff"}}, "(false)", nil, true, 0},
		{search.Where{From: at, To: at}, "taken >= $1::bigint AND taken < $2::bigint", []any{moment + 1, moment + 1}, true, 0},
		{search.Where{Attributes: []search.Condition{{Name: "dark hair", Op: search.AtMost, Value: .1}, {Name: "SMILING", Op: search.Above, Value: math.Inf(1)}}},
			"a1 <= $1::real AND a0 > $2::real", []any{float32(.1), float32(math.Inf(1))}, true, 0},
		{search.Where{Not: []string{"x", "y\x00"}}, "NOT id = ANY($1::text[])", []any{[]string{"x"}}, false, 1},
		{search.Where{Not: []string{"\xff"}}, "", nil, false, 0},
		{search.Where{People: []string{"p"}, Not: []string{"x"}}, "person <> '' AND person_plain = ANY($1::text[]) AND NOT id = ANY($2::text[])", []any{[]string{"p"}, []string{"x"}}, true, 1},
	} {
		got := translate(&c.where, attributes)
		if got.text != c.text || !reflect.DeepEqual(got.args, c.args) || got.selects != c.selects || got.not != c.not {
			t.Errorf("%+v: %q %#v, selects %v, not %d, expected %q %#v, %v, %d", c.where, got.text, got.args, got.selects, got.not, c.text, c.args, c.selects, c.not)
		}
		behind := translate(&c.where, attributes, "one")
		if len(behind.args) != len(c.args)+1 || strings.Contains(behind.text, "$1:") {
			t.Errorf("%+v behind an argument: %q, %d arguments", c.where, behind.text, len(behind.args))
		}
		if alone := behind.alone(); alone.text != c.text || !reflect.DeepEqual(alone.args, c.args) {
			t.Errorf("%+v alone again: %q %#v", c.where, alone.text, alone.args)
		}
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		k, not            int
		selects, iterates bool
		index             bool
		ef                int
	}{
		{5, 0, false, true, true, 64},
		{100, 0, true, true, true, 200},
		{500, 900, false, true, true, 1000},
		{501, 0, false, true, false, 0},
		{math.MaxInt, 0, false, true, false, 0},
		{5, 100, false, false, true, 164},
		{5, 990, false, false, false, 1054},
		{5, 0, true, false, false, 64},
	} {
		q := question{Query: &search.Query{K: c.k}, cond: condition{selects: c.selects, not: c.not}}
		q.choose(c.iterates, 64)
		if q.index != c.index || q.ef != c.ef {
			t.Errorf("%+v: index %v, %d candidates", c, q.index, q.ef)
		}
	}
}

func TestPays(t *testing.T) {
	q := question{Query: &search.Query{K: 5}, ef: 64, cond: condition{selects: true}}
	for _, c := range []struct {
		what               string
		matches, all, cost float64
		index              bool
	}{
		{"so few that they are passed over", 1000, 1e9, 1e9, false},
		{"half of a million", 5e5, 1e6, 45e3, true},
		{"one in a hundred, found by a pass over a million", 1e4, 1e6, 45e3, true},
		{"one in a hundred, found by an index", 1e4, 1e6, 5e3, false},
		{"one in 500 of a million", 2e3, 1e6, 45e3, true},
		{"one in a hundred of a hundred thousand", 1001, 1e5, 4500, false},
		{"nobody knows how many there are", 5000, 0, 100, true},
	} {
		if got := q.pays(c.matches, c.all, c.cost); got != c.index {
			t.Errorf("%s: the index is asked: %v", c.what, got)
		}
	}
}

func TestIterates(t *testing.T) {
	for version, want := range map[string]bool{"0.8.0": true, "0.8.6": true, "0.10.0": true, "1.0": true, "0.7.4": false, "0.5.1": false, "": false} {
		if got := (known{extension: version}).iterates(); got != want {
			t.Errorf("%q: %v", version, got)
		}
	}
}

func TestPutArguments(t *testing.T) {
	h := &engine.Header{Width: 2, Attributes: []string{"x", "y"}}
	r := &engine.Rows{Entries: search.Entries{Dim: 2, IDs: []string{"a", "b"}, Codes: []float32{1, 2, 3, 4}, Attributes: &search.Attributes{Names: []string{"y"}, Values: []float32{5, 6}}}}
	args := putArguments(h, r)
	values := args[9].([]float32)
	if values[1] != 5 || values[3] != 6 || values[0] == values[0] || values[2] == values[2] {
		t.Errorf("the attributes are %v, expected NaN, 5, NaN, 6", values)
	}
	if taken := args[3].([]*int64); taken[0] != nil || taken[1] != nil {
		t.Errorf("times %v where none is known", taken)
	}
	h.Attributes, r.Attributes = nil, nil
	if n := len(putArguments(h, r)); n != 9 {
		t.Errorf("%d arguments without attributes, expected 9", n)
	}
}

func TestStandbyState(t *testing.T) {
	if s := standbyState(true, true, 100); s != "" {
		t.Error(s)
	}
	if s := standbyState(false, true, 100); !strings.Contains(s, "100 s") {
		t.Error(s)
	}
	if s := standbyState(true, false, 3); !strings.Contains(s, "behind") {
		t.Error(s)
	}
}
