package train

import "time"

// SetClock makes a run read another clock, which it moves after every step.
func (r *Run) SetClock(now func() time.Time, tick func()) { r.clock, r.tick = now, tick }

// AnyProcessor lets a run multiply in bf16 where that is slow.
func (r *Run) AnyProcessor() { r.mayCrawl = true }
