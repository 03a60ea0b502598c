package train

import (
	"context"
	"time"
)

// SetClock makes a run read another clock, which it moves after every step.
func (r *Run) SetClock(now func() time.Time, tick func()) { r.clock, r.tick = now, tick }

// AsOfLarge gives the yardsticks as they are for pictures whose covariance is out of reach.
func (y *Yardsticks) AsOfLarge(ctx context.Context) (*Yardsticks, error) {
	mean, err := meanPicture(ctx, y.learned, y.train)
	large := *y
	large.mean, large.moments = mean, nil
	return &large, err
}

// AnyProcessor lets a run multiply in bf16 where that is slow.
func (r *Run) AnyProcessor() { r.mayCrawl = true }
