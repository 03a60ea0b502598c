// Package progress defines how long-running functions report to their callers: steps
// while they run, and notes with the result. It prints nothing; a terminal, a web page
// and a log each show them in their own way.
package progress

import (
	"fmt"
	"sync"
)

// Func receives the steps of some work, in order and from one goroutine at a time. A
// nil Func receives nothing.
type Func func(Step)

// Step says how far some work has come.
type Step struct {
	// What names the work, such as "Reading lfw.tgz". Another name begins other work.
	What string `json:"what"`
	Done int64  `json:"done"`
	// Total is what Done reaches in the end, 0 where that is not known beforehand.
	Total int64 `json:"total,omitempty"`
	// Part is the share, from 0 to 1, that is done of the piece behind the first Done.
	Part float64 `json:"part,omitempty"`
	// Bytes says that Done and Total count bytes, not pieces.
	Bytes bool `json:"bytes,omitempty"`
}

// Report sends a step of pieces; a nil Func ignores it.
func (f Func) Report(what string, done, total int) {
	if f != nil {
		f(Step{What: what, Done: int64(done), Total: int64(total)})
	}
}

// Send sends any step; a nil Func ignores it.
func (f Func) Send(s Step) {
	if f != nil {
		f(s)
	}
}

// Counter returns a function that reports pieces of the named work. It is nil where f
// is.
func (f Func) Counter(what string) func(done, total int) {
	if f == nil {
		return nil
	}
	return func(done, total int) { f.Report(what, done, total) }
}

// Serial returns a Func that may be called from several goroutines and calls f from one at
// a time. It is nil where f is.
func (f Func) Serial() Func {
	if f == nil {
		return nil
	}
	var one sync.Mutex
	return func(s Step) {
		one.Lock()
		defer one.Unlock()
		f(s)
	}
}

// Note is a remark about finished work: one sentence without a full stop.
type Note struct {
	Text string `json:"text"`
	// Warning marks what should not be missed.
	Warning bool `json:"warning,omitempty"`
}

// Notes collects remarks in the order in which they came up.
type Notes []Note

// Add appends a remark.
func (n *Notes) Add(format string, args ...any) {
	*n = append(*n, Note{Text: fmt.Sprintf(format, args...)})
}

// Warn appends a warning.
func (n *Notes) Warn(format string, args ...any) {
	*n = append(*n, Note{Text: fmt.Sprintf(format, args...), Warning: true})
}
