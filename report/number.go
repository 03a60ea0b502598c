package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// NotMeasured is printed in place of a number that was not measured.
const NotMeasured = "not measured"

// Number is a measured value, or none: the zero Number was not measured.
type Number struct {
	value float64
	known bool
}

// Measured returns v as a Number. NaN and infinities are measured values too, printed as
// "not a number" and "infinite".
func Measured(v float64) Number { return Number{value: v, known: true} }

// Value returns the number and whether it was measured.
func (n Number) Value() (v float64, ok bool) { return n.value, n.known }

// finite reports whether the number can be compared and drawn.
func (n Number) finite() bool {
	return n.known && !math.IsNaN(n.value) && !math.IsInf(n.value, 0)
}

// Form says how a number is printed and compared.
type Form int

const (
	FormMSE   Form = iota // a mean squared error: six decimals
	FormShare             // a share in [0, 1], printed as a percentage with one decimal
	FormPlain             // up to four significant digits
)

// Format prints n in form f: "0.005865", "93.1 %", "12.5", or "not measured".
func (f Form) Format(n Number) string {
	switch {
	case !n.known:
		return NotMeasured
	case math.IsNaN(n.value):
		return "not a number"
	case math.IsInf(n.value, 0):
		return "infinite"
	}
	switch f {
	case FormShare:
		return minus(strconv.FormatFloat(n.value*100, 'f', 1, 64)) + " %"
	case FormPlain:
		return plain(n.value)
	default:
		return MSE(n.value)
	}
}

// MSE prints a mean squared error with six decimals, as everywhere in the
// figures and the page. A value too small to show is "< 0.000001", not zero.
func MSE(v float64) string {
	switch {
	case math.IsNaN(v):
		return "not a number"
	case math.IsInf(v, 0):
		return "infinite"
	case v > 0 && v < 0.0000005:
		return "< 0.000001"
	}
	return minus(strconv.FormatFloat(v, 'f', 6, 64))
}

// plain prints v with up to four significant digits and no exponent where that
// stays readable.
func plain(v float64) string {
	if v == 0 {
		return "0"
	}
	if a := math.Abs(v); a < 1e-4 || a >= 1e9 {
		return minus(strconv.FormatFloat(v, 'g', 3, 64))
	} else if a >= 1000 {
		return Count(int(math.Round(v)))
	}
	digits := 3 - int(math.Floor(math.Log10(math.Abs(v))))
	s := strconv.FormatFloat(v, 'f', max(digits, 0), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return minus(s)
}

// Count prints a whole number with commas between thousands: "11,828".
func Count(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// minus sets a true minus sign, which lines up with digits.
func minus(s string) string { return strings.Replace(s, "-", "−", 1) }

// Duration prints a time in words: "0.42 s", "38 s", "4 min 12 s", "1 h 03 min". Zero and
// less is "not measured".
func Duration(d time.Duration) string {
	switch {
	case d <= 0:
		return NotMeasured
	case d < time.Millisecond:
		return "under 1 ms"
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	s := int(math.Round(d.Seconds()))
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	}
	m := (s + 30) / 60
	return fmt.Sprintf("%d h %02d min", m/60, m%60)
}
