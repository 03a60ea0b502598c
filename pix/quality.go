package pix

import (
	"encoding/binary"
	"math"
)

// JPEGQuality estimates the quality that a JPEG was saved with, from 1 to 100, as libjpeg counts it: by the sum of its first
// quantisation table beside that of the standard's. Tables of other programs come out at the number whose table is as
// coarse. ok is false for what is no JPEG or has no such table.
func JPEGQuality(data []byte) (quality int, ok bool) {
	if len(data) < 4 || data[0] != 0xff || data[1] != 0xd8 {
		return 0, false
	}
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		kind := data[at+1]
		if kind == 0xff { // a fill byte
			at++
			continue
		}
		size := int(binary.BigEndian.Uint16(data[at+2:]))
		if size < 2 || at+2+size > len(data) || kind == 0xda {
			break
		}
		if kind == 0xdb {
			if sum := firstTable(data[at+4 : at+2+size]); sum > 0 {
				return qualityOf(sum), true
			}
		}
		at += 2 + size
	}
	return 0, false
}

// firstTable returns the sum of table 0 in a segment of quantisation tables, 0 where it is not there.
func firstTable(b []byte) int {
	for len(b) > 0 {
		wide, id := b[0]>>4, b[0]&15
		n := 64
		if wide != 0 {
			n = 128
		}
		if len(b) < 1+n {
			return 0
		}
		if id != 0 {
			b = b[1+n:]
			continue
		}
		sum := 0
		for i, v := range b[1 : 1+n] {
			if wide != 0 && i%2 == 0 {
				sum += int(v) << 8
			} else {
				sum += int(v)
			}
		}
		return sum
	}
	return 0
}

// standardSum is the sum of the standard's table for brightness, which libjpeg has at quality 50.
const standardSum = 3688

// qualityOf returns the quality whose table has a sum nearest to the given one: tables are the standard's times
// 5000/quality %, or (200 - 2 quality) % above 50, rounded and at least 1.
func qualityOf(sum int) int {
	scale := 100 * float64(sum) / standardSum
	q := 5000 / scale
	if scale < 100 {
		q = (200 - scale) / 2
	}
	if sum <= 64 { // all ones
		q = 100
	}
	return int(min(max(math.Round(q), 1), 100))
}

// Sharpness says how much of a picture's contrast lies in its finest detail, for comparing copies of one photograph: the
// root of the mean squared second difference of its grey values over their standard deviation. It is 0 for a picture of
// one colour.
func (m *Image) Sharpness() float64 {
	if m.W < 3 || m.H < 3 {
		return 0
	}
	grey := make([]float64, m.W*m.H)
	var sum, squares float64
	for i := range grey {
		p := m.Pix[3*i:]
		grey[i] = 0.299*float64(p[0]) + 0.587*float64(p[1]) + 0.114*float64(p[2])
		sum += grey[i]
		squares += grey[i] * grey[i]
	}
	n := float64(len(grey))
	variance := squares/n - sum/n*sum/n
	if variance < 1e-9 {
		return 0
	}
	var fine float64
	for y := 1; y < m.H-1; y++ {
		for x := 1; x < m.W-1; x++ {
			i := y*m.W + x
			d := 4*grey[i] - grey[i-1] - grey[i+1] - grey[i-m.W] - grey[i+m.W]
			fine += d * d
		}
	}
	return math.Sqrt(fine / float64((m.W-2)*(m.H-2)) / variance)
}

// Coloured reports whether a picture has any colour to speak of.
func (m *Image) Coloured() bool {
	coloured := 0
	for i := 0; i+2 < len(m.Pix); i += 3 {
		r, g, b := int(m.Pix[i]), int(m.Pix[i+1]), int(m.Pix[i+2])
		if max(r, g, b)-min(r, g, b) > 16 {
			coloured++
		}
	}
	return coloured > len(m.Pix)/3/200
}
