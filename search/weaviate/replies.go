package weaviate

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"likeness/internal/wire"
	"likeness/search/engine"
)

// found is an object of an answer.
type found struct {
	uuid     string
	texts    map[string]string
	numbers  map[string]float64
	vector   []float32
	distance float32 // squared, of a search
}

// searchReply reads the answer to lookFor.
func searchReply(b []byte) ([]found, error) {
	var list []found
	err := wire.Each(b, func(f wire.Field) error {
		if f.Number != 2 {
			return nil
		}
		o, err := readFound(f)
		list = append(list, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the answer to a search: %w", err)
	}
	return list, nil
}

func readFound(f wire.Field) (found, error) {
	o := found{texts: map[string]string{}, numbers: map[string]float64{}}
	err := f.Message(func(f wire.Field) error {
		switch f.Number {
		case 1: // properties
			return f.Message(func(f wire.Field) error {
				if f.Number != 11 {
					return nil
				}
				return f.Message(func(f wire.Field) error {
					if f.Number != 1 {
						return nil
					}
					return o.readProperty(f)
				})
			})
		case 2:
			return o.readMetadata(f)
		}
		return nil
	})
	return o, err
}

// readProperty reads an entry of the map of properties. Sorts of values that nobody asks for are left out.
func (o *found) readProperty(f wire.Field) error {
	var name string
	return f.Message(func(f wire.Field) error {
		switch f.Number {
		case 1:
			return f.Text(&name)
		case 2:
			return f.Message(func(f wire.Field) error {
				switch f.Number {
				case 1: // a number
					var v float64
					err := f.Double(&v)
					o.numbers[name] = v
					return err
				case 8: // a whole number
					var v int64
					err := f.Int(&v)
					o.numbers[name] = float64(v)
					return err
				case 13:
					var v string
					err := f.Text(&v)
					o.texts[name] = v
					return err
				}
				return nil
			})
		}
		return nil
	})
}

func (o *found) readMetadata(f wire.Field) error {
	return f.Message(func(f wire.Field) (err error) {
		switch f.Number {
		case 1:
			return f.Text(&o.uuid)
		case 7:
			return f.Float(&o.distance)
		case 19:
			o.vector, err = pointOf(f.Bytes)
		case 23: // vectors with names; ours has none
			return f.Message(func(f wire.Field) (err error) {
				if f.Number == 3 {
					o.vector, err = pointOf(f.Bytes)
				}
				return err
			})
		}
		return err
	})
}

// batchReply reads the answer to batchObjects: what went wrong, by the place of the object.
func batchReply(b []byte, objects int) (map[int]string, error) {
	failed := map[int]string{}
	err := wire.Each(b, func(f wire.Field) error {
		if f.Number != 2 {
			return nil
		}
		var place int64
		var text string
		err := f.Message(func(f wire.Field) error {
			switch f.Number {
			case 1:
				return f.Int(&place)
			case 2:
				return f.Text(&text)
			}
			return nil
		})
		if err == nil && (place < 0 || place >= int64(objects)) {
			err = fmt.Errorf("object %d of %d", place, objects)
		}
		failed[int(place)] = text
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the answer to a batch: %w", err)
	}
	return failed, nil
}

// deleteReply reads the answer to batchDelete.
func deleteReply(b []byte) (deleted, failed int64, err error) {
	err = wire.Each(b, func(f wire.Field) error {
		switch f.Number {
		case 2:
			return f.Int(&failed)
		case 4:
			return f.Int(&deleted)
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("the answer to a deletion: %w", err)
	}
	return deleted, failed, err
}

// deletedReply adds the objects that were deleted, of an answer that names them.
func deletedReply(b []byte, to map[string]bool) error {
	err := wire.Each(b, func(f wire.Field) error {
		if f.Number != 5 {
			return nil
		}
		var uuid, text string
		var ok int64
		err := f.Message(func(f wire.Field) error {
			switch f.Number {
			case 1:
				return f.Text(&uuid)
			case 2:
				return f.Int(&ok)
			case 3:
				return f.Text(&text)
			}
			return nil
		})
		switch {
		case err != nil:
			return err
		case ok == 0:
			return &engine.Temporary{Err: fmt.Errorf("an object was not deleted: %s", short(text))}
		}
		to[uuid] = true
		return nil
	})
	if err != nil {
		return fmt.Errorf("the answer to a deletion: %w", err)
	}
	return nil
}

// countReply reads the answer to countObjects.
func countReply(b []byte) (int, error) {
	count := int64(-1)
	err := wire.Each(b, func(f wire.Field) error {
		if f.Number != 2 {
			return nil
		}
		count = max(count, 0)
		return f.Message(func(f wire.Field) error {
			if f.Number == 1 {
				return f.Int(&count)
			}
			return nil
		})
	})
	if err == nil && (count < 0 || count > math.MaxInt) {
		err = fmt.Errorf("no count, or one of %d", count)
	}
	if err != nil {
		return 0, fmt.Errorf("the answer to a count: %w", err)
	}
	return int(count), nil
}

// textsReply reads the answer to countTexts.
func textsReply(b []byte) ([]engine.Tally, error) {
	var list []engine.Tally
	// within visits the fields of the messages that lie in one another, by the numbers of their fields.
	var within func(f wire.Field, path ...protowire.Number) error
	within = func(f wire.Field, path ...protowire.Number) error {
		if f.Number != path[0] {
			return nil
		}
		if len(path) > 1 {
			return f.Message(func(f wire.Field) error { return within(f, path[1:]...) })
		}
		var value string
		var occurs int64
		err := f.Message(func(f wire.Field) error {
			switch f.Number {
			case 1:
				return f.Text(&value)
			case 2:
				return f.Int(&occurs)
			}
			return nil
		})
		list = append(list, engine.Tally{Person: value, Entries: int(occurs)})
		return err
	}
	// The answer, its one result, the aggregations, each of them, of texts, the most frequent, each.
	err := wire.Each(b, func(f wire.Field) error { return within(f, 2, 2, 1, 4, 3, 1) })
	if err != nil {
		return nil, fmt.Errorf("the answer to a count of people: %w", err)
	}
	return list, nil
}
