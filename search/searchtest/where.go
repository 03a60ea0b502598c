package searchtest

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"likeness/search"
)

// testWhere compares filtered answers with a naive scan of the entries that a plain
// predicate keeps.
func testWhere(t *testing.T, build Build) {
	e, queries := draw("spread", 400, 8)
	for i := range e.IDs { // two folders, of which one's name begins the other's
		e.IDs[i] = fmt.Sprintf("%s/id %d", []string{"2019", "2019b", "2020/summer"}[i%3], i)
	}
	e.People[5], e.People[6] = "", "Person_7"
	ix := build(t, e)
	person := func(i int, names ...string) bool {
		return slices.Contains(names, strings.ToLower(strings.ReplaceAll(e.People[i], "_", " ")))
	}
	smiling := func(i int) float32 { return e.Attributes.Values[2*i] }
	dark := func(i int) float32 { return e.Attributes.Values[2*i+1] }
	cases := []struct {
		name  string
		where search.Where
		keep  func(i int) bool
	}{
		{"people", search.Where{People: []string{"PERSON_7", "person 2"}}, func(i int) bool { return person(i, "person 7", "person 2") }},
		{"nobody", search.Where{People: []string{"", "person"}}, func(i int) bool { return false }},
		{"folders", search.Where{Folders: []string{"2019/"}}, func(i int) bool { return i%3 == 0 }},
		{"nested folder", search.Where{Folders: []string{"2019b", "2020/summer"}}, func(i int) bool { return i%3 != 0 }},
		{"part of a folder's name", search.Where{Folders: []string{"20"}}, func(i int) bool { return false }},
		{"all folders", search.Where{Folders: []string{"2019", "."}}, func(i int) bool { return true }},
		{"from", search.Where{From: day(20)}, func(i int) bool { return i%4 != 0 && i%50 >= 20 }},
		{"to", search.Where{To: day(20)}, func(i int) bool { return i%4 != 0 && i%50 < 20 }},
		{"from and to", search.Where{From: day(10), To: day(10).Add(time.Nanosecond)}, func(i int) bool { return i%4 != 0 && i%50 == 10 }},
		{"above", search.Where{Attributes: []search.Condition{{Name: "smiling", Op: search.Above, Value: 1}}}, func(i int) bool { return smiling(i) > 1 }},
		{"at least", search.Where{Attributes: []search.Condition{{Name: "Smiling", Op: search.AtLeast, Value: 1}}}, func(i int) bool { return smiling(i) >= 1 }},
		{"below", search.Where{Attributes: []search.Condition{{Name: "Smiling", Op: search.Below, Value: 1}}}, func(i int) bool { return smiling(i) < 1 }},
		{"at most, of known ones", search.Where{Attributes: []search.Condition{{Name: "dark hair", Op: search.AtMost, Value: 1}}}, func(i int) bool { return dark(i) <= 1 }},
		{"two attributes", search.Where{Attributes: []search.Condition{{Name: "Smiling", Op: search.Above, Value: 0}, {Name: "Dark Hair", Op: search.Above, Value: 1}}},
			func(i int) bool { return smiling(i) > 0 && dark(i) > 1 }},
		{"not", search.Where{Not: []string{e.IDs[17], e.IDs[27], "unknown"}}, func(i int) bool { return i != 17 && i != 27 }},
		{"everything", search.Where{
			People: []string{"person 1", "person 2"}, Folders: []string{"2019", "2019b"}, From: day(1), To: day(45),
			Attributes: []search.Condition{{Name: "Smiling", Op: search.AtLeast, Value: -2}}, Not: e.IDs[:40],
		}, func(i int) bool {
			return person(i, "person 1", "person 2") && i%3 != 2 && i%4 != 0 && i%50 >= 1 && i%50 < 45 && smiling(i) >= -2 && i >= 40
		}},
	}
	var mixed []search.Query // a batch may hold queries of every sort
	var answers [][]search.Match
	for _, c := range cases {
		for _, k := range []int{3, 1000} {
			q := search.Query{Code: queries[:8], K: k, Where: c.where}
			var want []string
			for _, n := range naive(e, q.Code) {
				if c.keep(n.place) && len(want) < k {
					want = append(want, e.IDs[n.place])
				}
			}
			got, err := ix.Search(context.Background(), q)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if c.where.Selects() || k > 3 { // an approximate index may miss some else
				checkIDs(t, fmt.Sprintf("%s, k=%d", c.name, k), got, want)
			}
			mixed, answers = append(mixed, q, search.Query{Code: queries[8:16], K: 2}), append(answers, got)
		}
	}
	batch, err := ix.SearchBatch(context.Background(), mixed)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range answers {
		if !reflect.DeepEqual(batch[2*i], want) {
			t.Errorf("query %d: the batch's answer differs:\n%v\n%v", 2*i, batch[2*i], want)
		}
	}
}

func checkIDs(t *testing.T, name string, got []search.Match, want []string) {
	t.Helper()
	var ids []string
	for i, m := range got {
		ids = append(ids, m.ID)
		if m.Rank != i+1 {
			t.Errorf("%s: match %d has rank %d", name, i, m.Rank)
		}
	}
	if !slices.Equal(ids, want) {
		t.Errorf("%s: got %v, expected %v", name, ids, want)
	}
}

// testNot checks leave-one-out queries: they find what the others find, without
// themselves.
func testNot(t *testing.T, recall float64, build Build) {
	e, _ := draw("spread", 900, 12)
	ix := build(t, e)
	var queries []search.Query
	for i := 0; i < e.Len(); i += 9 {
		queries = append(queries, search.Query{Code: e.Codes[i*12 : (i+1)*12], K: 5, Where: search.Where{Not: []string{e.IDs[i], e.IDs[i+1]}}})
	}
	got, err := ix.SearchBatch(context.Background(), queries)
	if err != nil {
		t.Fatal(err)
	}
	found, wanted := 0, 0
	for q, matches := range got {
		if len(matches) != 5 {
			t.Fatalf("query %d: %d matches, expected 5", q, len(matches))
		}
		var want []string
		for _, n := range naive(e, queries[q].Code) {
			if n.place != 9*q && n.place != 9*q+1 && len(want) < 5 {
				want = append(want, e.IDs[n.place])
			}
		}
		for _, m := range matches {
			if slices.Contains(queries[q].Where.Not, m.ID) {
				t.Errorf("query %d: %q was to be left out", q, m.ID)
			}
			if slices.Contains(want, m.ID) {
				found++
			}
		}
		wanted += 5
	}
	if float64(found) < recall*float64(wanted) {
		t.Errorf("found %d of %d true neighbours, expected a share of %v", found, wanted, recall)
	}
	// All but three.
	q := search.Query{Code: e.Codes[:12], K: 10, Where: search.Where{Not: e.IDs[3:]}}
	few, err := ix.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, n := range naive(part(e, []int{0, 1, 2}), q.Code) {
		want = append(want, e.IDs[n.place])
	}
	checkIDs(t, "all but three", few, want)
}

func testMaxDistance(t *testing.T, build Build) {
	e, queries := draw("lattice", 300, 3) // distances are exact
	ix := build(t, e)
	for _, limit := range []float64{math.SmallestNonzeroFloat64, 1, 1.5, math.Inf(1)} {
		for _, where := range []search.Where{{}, {People: []string{"person 3"}}} {
			q := search.Query{Code: queries[:3], K: 300, MaxDistance: limit, Where: where}
			got, err := ix.Search(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, n := range naive(e, q.Code) {
				if n.distance <= limit && (len(where.People) == 0 || n.place%10 == 3) {
					want = append(want, e.IDs[n.place])
				}
			}
			checkIDs(t, fmt.Sprintf("within %v, %v", limit, where.People), got, want)
		}
	}
}

func testBadWhere(t *testing.T, build Build) {
	e, _ := draw("spread", 50, 3)
	plain := e
	plain.Taken, plain.Attributes = nil, nil
	above := func(name string) search.Where {
		return search.Where{Attributes: []search.Condition{{Name: name, Op: search.Above}}}
	}
	for _, c := range []struct {
		of   search.Entries
		q    search.Query
		want string
	}{
		{e, search.Query{MaxDistance: -1}, "distance of -1"},
		{e, search.Query{MaxDistance: math.NaN()}, "distance of NaN"},
		{e, search.Query{Where: above("Wings")}, "Wings: there is none of that name, but Smiling, Dark_Hair"},
		{e, search.Query{Where: search.Where{Attributes: []search.Condition{{Name: "Smiling", Op: "~"}}}}, `Smiling: comparison "~"`},
		{e, search.Query{Where: search.Where{Attributes: []search.Condition{{Name: "Smiling", Op: search.Above, Value: math.NaN()}}}}, "NaN"},
		{e, search.Query{Where: search.Where{From: day(9), To: day(9)}}, "from 2019-01-10 12:00:00 to 2019-01-10 12:00:00"},
		{plain, search.Query{Where: above("Smiling")}, "the entries have no attributes"},
		{plain, search.Query{Where: search.Where{To: day(9)}}, "not known when any of the 50 entries was taken"},
	} {
		c.q.Code, c.q.K = []float32{1, 2, 3}, 5
		if _, err := build(t, c.of).Search(context.Background(), c.q); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, expected one that says %q", err, c.want)
		}
	}
}
