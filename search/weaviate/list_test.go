package weaviate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"likeness/search"
	"likeness/search/engine"
)

// What two clients gave the same number to is listed once, wherever a piece ends.
func TestListed(t *testing.T) {
	objects := func(n int, seq func(i int) int) []found {
		all := make([]found, n)
		for i := range all {
			all[i] = found{uuid: fmt.Sprintf("%06d", i), numbers: map[string]float64{propSeq: float64(seq(i))}}
		}
		return all
	}
	asker := func(all []found) func(from int64, limit int, whole bool) ([]found, error) {
		back := slices.Clone(all) // each node has an order of its own of those with one number
		slices.Reverse(back)
		slices.SortStableFunc(back, func(a, b found) int { return cmp.Compare(a.numbers[propSeq], b.numbers[propSeq]) })
		return func(from int64, limit int, _ bool) ([]found, error) {
			all, back = back, all
			if limit > mostResults {
				t.Errorf("%d were asked for, a server answers %d", limit, mostResults)
			}
			at, _ := slices.BinarySearchFunc(all, float64(from), func(o found, from float64) int { return cmp.Compare(o.numbers[propSeq], from) })
			return slices.Clone(all[at:min(at+limit, len(all))]), nil
		}
	}
	check := func(what string, all []found, first, most int) {
		t.Helper()
		list, err := listed(first, most, asker(all))
		at := min(first, len(all))
		if want := all[at:min(at+most, len(all))]; err != nil || !slices.EqualFunc(list, want, func(a, b found) bool { return a.uuid == b.uuid }) {
			t.Errorf("%s, %d from %d on: %d objects, %v, expected %d", what, most, first, len(list), err, len(want))
		}
	}
	for what, all := range map[string][]found{
		"each its own":         objects(10, func(i int) int { return i + 1 }),
		"one number in two":    objects(10, func(i int) int { return i/2 + 1 }),
		"one number in three":  objects(10, func(i int) int { return (i + 4) / 3 }),
		"all one number":       objects(10, func(int) int { return 7 }),
		"more than are spared": objects(40, func(i int) int { return i/20 + 1 }),
		"none":                 nil,
	} {
		for first := range 12 {
			for most := range 12 {
				check(what, all, first, most)
			}
		}
	}
	many := objects(3*mostResults, func(i int) int { return i/3 + 1 })
	for _, first := range []int{0, 1, mostSkipped, mostSkipped + 1, mostSkipped + 2, mostResults - 1, mostResults, mostResults + 1, 2*mostResults + 5} {
		check("many", many, first, 3)
		check("many", many, first, 2*mostResults)
	}
	check("thousands with one number", objects(5000, func(i int) int { return i/2500 + 1 }), 2400, 300)
	if _, err := listed(mostResults+1, 1, asker(objects(mostResults+2, func(int) int { return 7 }))); err == nil || !strings.Contains(err.Error(), "the place 7") {
		t.Errorf("error %v, expected one about the place 7", err)
	}
}

// Two clients put entries in the same microsecond.
func TestServersListOfTwoClients(t *testing.T) {
	const dim = 4
	for _, nodes := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d nodes", nodes), func(t *testing.T) {
			s := start(t, nodes).open(t, newName(), "&writes=all")
			col := published(t, s, "m", engine.MakeOptions{}, search.Entries{Dim: dim})
			for _, client := range []string{"a", "b"} {
				objects, err := objectsOf(col.header, &engine.Rows{Entries: cloud(client, 0, 20, dim, 0)}, 1000)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.write(t.Context(), col.class, objects, all); err != nil {
					t.Fatal(err)
				}
			}
			for first := range 40 {
				rows, err := col.List(t.Context(), search.Where{}, first, 50)
				if err != nil || rows.Len() != 40-first {
					t.Fatalf("%d rows from %d on, %v, expected %d", rows.Len(), first, err, 40-first)
				}
				some, err := col.List(t.Context(), search.Where{}, first, 1)
				if err != nil || some.Len() != 1 {
					t.Fatalf("one from %d on: %v", first, err)
				}
			}
			seen := map[string]bool{}
			for first := 0; first < 40; first += 3 {
				rows, err := col.List(t.Context(), search.Where{}, first, 3)
				if err != nil {
					t.Fatal(err)
				}
				for _, id := range rows.IDs {
					seen[id] = true
				}
			}
			if len(seen) != 40 {
				t.Errorf("%d entries on pages of three, expected 40", len(seen))
			}
		})
	}
}
