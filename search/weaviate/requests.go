package weaviate

import "math"

// The numbers in this file and in replies.go are those of Weaviate's grpc/proto/v1, which 1.27 to
// 1.35 have alike.

// consistency is how many copies a call waits for.
type consistency int64

const (
	one    consistency = 1
	quorum consistency = 2
	all    consistency = 3
)

// object is what a batch writes.
type object struct {
	uuid    string
	texts   map[string]string
	numbers map[string]float64
	lists   map[string][]string
	vector  []float32 // nil: none
}

// batchObjects asks to write objects to a class.
func batchObjects(class string, objects []object, level consistency) []byte {
	var m message
	for i := range objects {
		m.bytes(1, objects[i].message(class))
	}
	m.int(2, int64(level))
	return m
}

func (o *object) message(class string) []byte {
	var values message // a Struct: a map of names to values
	value := func(name string, v message) {
		var entry message
		entry.text(1, name)
		entry.bytes(2, v)
		values.bytes(1, entry)
	}
	for name, text := range o.texts {
		var v message
		v.text(3, text)
		value(name, v)
	}
	for name, number := range o.numbers {
		var v message
		v.double(2, number)
		value(name, v)
	}
	var properties message
	properties.bytes(1, values)
	for name, list := range o.lists {
		if len(list) == 0 {
			continue
		}
		var v message
		for _, text := range list {
			v.text(1, text)
		}
		v.text(2, name)
		properties.bytes(6, v)
	}
	var m message
	m.text(1, o.uuid)
	m.bytes(3, properties)
	m.text(4, class)
	if o.vector != nil {
		m.bytes(6, pointBytes(o.vector))
	}
	return m
}

// batchDelete asks to delete the objects of a class that a filter keeps, and perhaps to name them.
func batchDelete(class string, f filter, level consistency, name bool) []byte {
	var m message
	m.text(1, class)
	m.bytes(2, f)
	if name {
		m.yes(3)
	}
	m.int(5, int64(level))
	return m
}

// countObjects asks how many objects of a class a filter keeps; nil keeps all.
func countObjects(class string, f filter) []byte {
	var m message
	m.text(1, class)
	m.yes(20)
	if f != nil {
		m.bytes(40, f)
	}
	return m
}

// countTexts asks which values of a property the most objects have, and how many those are.
func countTexts(class, property string, most int) []byte {
	var texts, aggregation, m message
	texts.yes(3)
	texts.int(4, int64(most))
	aggregation.text(1, property)
	aggregation.bytes(4, texts)
	m.text(1, class)
	m.bytes(21, aggregation)
	return m
}

// lookFor is a question for objects.
type lookFor struct {
	class      string
	properties []string
	vector     bool // answer it
	limit      int
	filter     filter    // nil: all
	near       []float32 // nil: in any order
	after      string    // the uuid behind which a walk through all objects goes on
	ascending  string    // the property to sort by
}

func (q *lookFor) message() []byte {
	var m message
	m.text(1, q.class)
	m.int(11, int64(one)) // never quorum: see the package's comment
	var properties message
	for _, name := range q.properties {
		properties.text(1, name)
	}
	m.bytes(20, properties)
	var metadata message
	metadata.yes(1)
	if q.vector {
		metadata.yes(2)
	}
	if q.near != nil {
		metadata.yes(5)
	}
	m.bytes(21, metadata)
	m.int(30, int64(q.limit))
	if q.after != "" {
		m.text(33, q.after)
	}
	if q.ascending != "" {
		var sort message
		sort.yes(1)
		sort.text(2, q.ascending)
		m.bytes(34, sort)
	}
	if q.filter != nil {
		m.bytes(40, q.filter)
	}
	if q.near != nil {
		var vector, near message
		vector.bytes(3, pointBytes(q.near))
		vector.int(4, 1) // of single precision
		near.bytes(9, vector)
		m.bytes(43, near)
	}
	m.yes(102)
	return m
}

// filter is a condition as Weaviate's messages have it.
type filter []byte

// The operators of filters.
const (
	opGreater      = 3
	opGreaterEqual = 4
	opLess         = 5
	opLessEqual    = 6
	opAnd          = 7
	opContainsAny  = 12
	opContainsNone = 14
)

func leaf(property string, op int64, value func(m *message)) filter {
	var m, target message
	m.int(1, op)
	value(&m)
	target.text(1, property)
	m.bytes(20, target)
	return filter(m)
}

// anyOf keeps objects of which a property has one of some texts; op may be opContainsNone instead.
func anyOf(property string, op int64, texts []string) filter {
	return leaf(property, op, func(m *message) {
		var list message
		for _, text := range texts {
			list.text(1, text)
		}
		m.bytes(9, list)
	})
}

func compareInt(property string, op, value int64) filter {
	return leaf(property, op, func(m *message) { m.int(5, value) })
}

func compareNumber(property string, op int64, value float64) filter {
	return leaf(property, op, func(m *message) { m.double(7, value) })
}

// both keeps what all filters keep; nil where there are none.
func both(list []filter) filter {
	if len(list) == 0 {
		return nil
	}
	if len(list) == 1 {
		return list[0]
	}
	var m message
	m.int(1, opAnd)
	for _, f := range list {
		m.bytes(3, f)
	}
	return filter(m)
}

// largestWhole bounds whole numbers: the server keeps them as float64.
const largestWhole = 1<<53 - 1

// clampWhole returns the whole number nearest to v that the server can compare with.
func clampWhole(v int64) int64 { return min(max(v, math.MinInt64>>10), largestWhole) }
