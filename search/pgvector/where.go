package pgvector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"likeness/search"
	"likeness/search/engine"
)

// condition is a search.Where as a condition of SQL.
type condition struct {
	text    string // "": all entries meet it
	args    []any  // for $1 and so on
	selects bool   // besides Not
	not     int    // how many entries Not may leave out

	of         search.Where
	attributes []string
}

// alone returns the condition without the three arguments that stand in front of its own, see question.
func (c *condition) alone() condition {
	return translate(&c.of, c.attributes)
}

// where returns the clause.
func (c *condition) where() string {
	if c.text == "" {
		return ""
	}
	return " WHERE " + c.text
}

// arg adds an argument and returns what stands for it.
func (c *condition) arg(v any) string {
	c.args = append(c.args, v)
	return fmt.Sprintf("$%d", len(c.args))
}

// translate makes a condition of a Where that was checked. before are the arguments that stand in front of its own.
func translate(w *search.Where, attributes []string, before ...any) condition {
	c := condition{args: before, of: *w, attributes: attributes}
	var all []string
	if len(w.People) > 0 {
		var names []string
		for _, p := range w.People {
			if p = search.PlainName(p); storable(p) {
				names = append(names, p)
			}
		}
		all = append(all, "person <> '' AND person_plain = ANY("+c.arg(names)+"::text[])")
	}
	if ranges, some := folders(w.Folders); some {
		either := []string{"false"}
		for _, r := range ranges {
			either = append(either, "id >= "+c.arg(r[0])+"::text AND id < "+c.arg(r[1])+"::text")
		}
		all = append(all, "("+strings.Join(either, " OR ")+")")
	}
	if !w.From.IsZero() {
		all = append(all, "taken >= "+c.arg(engine.MomentFrom(w.From))+"::bigint")
	}
	if !w.To.IsZero() {
		all = append(all, "taken < "+c.arg(engine.MomentFrom(w.To))+"::bigint")
	}
	for _, a := range w.Attributes {
		column := (&search.Attributes{Names: attributes}).Column(a.Name)
		if column < 0 { // there are no entries, see search.Where.Check
			all = append(all, "false")
			continue
		}
		all = append(all, attributeColumn(column)+" "+string(a.Op)+" "+c.arg(float32(a.Value))+"::real")
	}
	c.selects = len(all) > 0
	if len(w.Not) > 0 {
		var ids []string
		for _, id := range w.Not {
			if storable(id) {
				ids = append(ids, id)
			}
		}
		c.not = len(ids)
		if c.not > 0 {
			all = append(all, "NOT id = ANY("+c.arg(ids)+"::text[])")
		}
	}
	c.text = strings.Join(all, " AND ")
	return c
}

// folders returns the ranges of ids that lie in folders, from the first up to but not with the
// second. some is false where all ids do.
func folders(list []string) (ranges [][2]string, some bool) {
	for _, folder := range list {
		if folder = search.CleanFolder(folder); folder == "." {
			return nil, false
		}
		if storable(folder) {
			ranges = append(ranges, [2]string{folder + "/", folder + string(rune('/'+1))})
		}
	}
	return ranges, len(list) > 0
}

// asks reports whether the server must be asked about the entries to check a Where.
func (c *collection) asks(w *search.Where) bool {
	return !w.From.IsZero() || !w.To.IsZero() || c.header.Attributes == nil && len(w.Attributes) > 0
}

// conditions checks a Where and makes a condition of it. tx is used where c.asks(w).
func (c *collection) conditions(ctx context.Context, tx pgx.Tx, w *search.Where, before ...any) (condition, error) {
	known := search.Known{Entries: 1, Dated: true, Attributes: c.header.Attributes}
	if !w.From.IsZero() || !w.To.IsZero() {
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM `+c.table+` WHERE taken IS NOT NULL)`).Scan(&known.Dated); err != nil {
			return condition{}, err
		}
	}
	if !known.Dated || known.Attributes == nil && len(w.Attributes) > 0 {
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM `+c.table).Scan(&known.Entries); err != nil {
			return condition{}, err
		}
	}
	if err := w.Check(known); err != nil {
		return condition{}, &wrongQuestion{err}
	}
	return translate(w, c.header.Attributes, before...), nil
}

// wrongQuestion is an error about what was asked. It is returned as it is, without the name of the
// call, so that it reads as that of every other index.
type wrongQuestion struct{ error }

func (e *wrongQuestion) Unwrap() error { return e.error }

// plainly takes a wrongQuestion out of what was wrapped around it.
func plainly(err error) error {
	if wrong, ok := errors.AsType[*wrongQuestion](err); ok {
		return wrong.error
	}
	return err
}

// storable reports whether PostgreSQL has a text: it has none with a zero byte, nor with bytes that
// are no UTF-8.
func storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// checkText returns an error for a text that PostgreSQL does not have.
func checkText(what, s string) error {
	if !storable(s) {
		return fmt.Errorf("%s %q: PostgreSQL keeps texts of UTF-8 without zero bytes alone", what, s)
	}
	return nil
}

// checkTexts does so for all texts of rows.
func checkTexts(rows *engine.Rows) error {
	for i, id := range rows.IDs {
		if err := checkText("the id", id); err != nil {
			return err
		}
		// An index of PostgreSQL takes no longer ones.
		if most := 2500; len(id) > most {
			return fmt.Errorf("the id %.40q... has %d bytes, expected at most %d", id, len(id), most)
		}
		if rows.People != nil {
			if err := checkText(fmt.Sprintf("the person of %q,", id), rows.People[i]); err != nil {
				return err
			}
		}
		if rows.Sources != nil {
			if err := checkText(fmt.Sprintf("the source of %q,", id), rows.Sources[i]); err != nil {
				return err
			}
		}
	}
	return nil
}
