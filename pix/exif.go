package pix

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"
)

// exif is what is read of a file's EXIF.
type exif struct {
	orientation int       // 1 to 8, 1 (upright) where the file says nothing
	taken       time.Time // the zero time where the file does not say it
}

// Tags of EXIF, and where they stand.
const (
	tagOrientation = 0x0112 // in the first directory
	tagChanged     = 0x0132 // DateTime, in the first directory
	tagEXIF        = 0x8769 // in the first directory: where the EXIF directory begins
	tagTaken       = 0x9003 // DateTimeOriginal, in the EXIF directory
	tagDigitized   = 0x9004 // DateTimeDigitized, in the EXIF directory
)

// exifMark stands before the TIFF data of EXIF in JPEG, and in other formats where a
// program has copied it there.
var exifMark = []byte("Exif\x00\x00")

// parseEXIF reads TIFF data, as far as they can be read: what is damaged or of an unknown
// type is passed over, for the entries behind it may be sound.
func parseEXIF(data []byte) exif {
	e := exif{orientation: 1}
	data = bytes.TrimPrefix(data, exifMark)
	t, first, ok := openTIFF(data)
	if !ok {
		return e
	}
	var dates [3]string // of the original, of the digital picture, of the last change
	t.each(first, func(f tiffField) {
		switch f.tag {
		case tagOrientation:
			if v, ok := f.number(); ok && 1 <= v && v <= 8 {
				e.orientation = int(v)
			}
		case tagChanged:
			dates[2] = f.text()
		case tagEXIF:
			at, ok := f.number()
			if !ok || at == int64(first) {
				return
			}
			t.each(uint32(at), func(f tiffField) {
				switch f.tag {
				case tagTaken:
					dates[0] = f.text()
				case tagDigitized:
					dates[1] = f.text()
				}
			})
		}
	})
	for _, text := range dates {
		if when, ok := parseDate(text); ok {
			e.taken = when
			break
		}
	}
	return e
}

// tiffData are TIFF data: directories of fields.
type tiffData struct {
	data  []byte
	order binary.ByteOrder
}

// openTIFF reads the header and returns where the first directory begins.
func openTIFF(data []byte) (t tiffData, first uint32, ok bool) {
	if len(data) < 8 {
		return t, 0, false
	}
	switch string(data[:2]) {
	case "II":
		t.order = binary.LittleEndian
	case "MM":
		t.order = binary.BigEndian
	default:
		return t, 0, false
	}
	if t.order.Uint16(data[2:]) != 42 {
		return t, 0, false
	}
	t.data = data
	return t, t.order.Uint32(data[4:]), true
}

// tiffField is one field of a directory.
type tiffField struct {
	tag, kind uint16
	value     []byte // all of its values
	order     binary.ByteOrder
}

// tiffSizes are the bytes of one value of each type that TIFF has.
var tiffSizes = [...]uint64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}

// each calls use for every field of the directory at an offset whose values are all there.
// A directory that is cut short is read as far as it goes.
func (t tiffData) each(at uint32, use func(tiffField)) {
	rest := t.from(uint64(at))
	if len(rest) < 2 {
		return
	}
	n, rest := int(t.order.Uint16(rest)), rest[2:]
	for ; n > 0 && len(rest) >= 12; n, rest = n-1, rest[12:] {
		f := tiffField{tag: t.order.Uint16(rest), kind: t.order.Uint16(rest[2:]), order: t.order}
		if int(f.kind) >= len(tiffSizes) || tiffSizes[f.kind] == 0 {
			continue
		}
		size := tiffSizes[f.kind] * uint64(t.order.Uint32(rest[4:]))
		f.value = rest[8:12]
		if size > 4 {
			f.value = t.from(uint64(t.order.Uint32(f.value)))
		}
		if size <= uint64(len(f.value)) {
			f.value = f.value[:size]
			use(f)
		}
	}
}

// from returns the data from an offset on, nothing behind their end.
func (t tiffData) from(at uint64) []byte {
	return t.data[min(at, uint64(len(t.data))):]
}

// number returns the first value where it is a whole number of whatever size.
func (f tiffField) number() (int64, bool) {
	if len(f.value) == 0 {
		return 0, false
	}
	switch f.kind {
	case 1, 7: // a byte
		return int64(f.value[0]), true
	case 6:
		return int64(int8(f.value[0])), true
	case 3:
		return int64(f.order.Uint16(f.value)), true
	case 8:
		return int64(int16(f.order.Uint16(f.value))), true
	case 4, 13:
		return int64(f.order.Uint32(f.value)), true
	case 9:
		return int64(int32(f.order.Uint32(f.value))), true
	}
	return 0, false
}

// text returns a text up to its end mark, "" for values of another type.
func (f tiffField) text() string {
	if f.kind != 2 && f.kind != 1 && f.kind != 7 || len(f.value) > 1000 {
		return ""
	}
	text, _, _ := bytes.Cut(f.value, []byte{0})
	return strings.TrimSpace(string(text))
}

// dateLayouts are how cameras and programs write a date once dashes, slashes and dots
// between its numbers have become colons.
var dateLayouts = []string{"2006:01:02 15:04:05", "2006:01:02 15:04", "2006:01:02"}

// parseDate reads the time of a camera's clock. A zone and parts of a second, which EXIF
// does not have there but some programs write, are left out.
func parseDate(text string) (time.Time, bool) {
	if len(text) < 10 {
		return time.Time{}, false
	}
	day := strings.Map(func(r rune) rune {
		if r == '-' || r == '/' || r == '.' {
			return ':'
		}
		return r
	}, text[:10])
	clock := strings.TrimLeft(text[10:], " T")
	if end := strings.IndexFunc(clock, func(r rune) bool { return r != ':' && (r < '0' || r > '9') }); end >= 0 {
		clock = clock[:end]
	}
	for _, layout := range dateLayouts {
		if when, err := time.Parse(layout, strings.TrimSpace(day+" "+clock)); err == nil {
			return when, firstPhotograph <= when.Year() && when.Before(time.Now().Add(2*24*time.Hour))
		}
	}
	return time.Time{}, false
}

// firstPhotograph is the year of the first photograph. No picture is older, and none is
// from the future but for a clock that is fast or a zone ahead.
const firstPhotograph = 1826
