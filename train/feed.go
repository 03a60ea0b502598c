package train

import (
	"math/rand/v2"

	"likeness/pix"
)

// feed draws the batches of an epoch from the step at which the loop stands,
// one ahead of the loop. Order and noise follow from the seed and the epoch
// alone, so a resumed epoch goes on as it would have.
type feed struct {
	batches chan Batch
	quit    chan struct{} // closed by the loop: no more is wanted
	done    chan struct{} // closed by the feed: nothing is read any more
}

func (l *loop) newFeed() *feed {
	f := &feed{batches: make(chan Batch), quit: make(chan struct{}), done: make(chan struct{})}
	epoch, first := l.epoch, l.done
	order := l.order(epoch)
	size := l.Model.Values()
	// Two sets of memory: one in the loop, one being filled. The channel holds
	// nothing, so a set is filled again only when the loop has taken the other.
	var sets [2]Batch
	for i := range sets {
		sets[i].Target = make([]float32, l.Batch*size)
		sets[i].Input = sets[i].Target
		if l.Corruption != nil {
			sets[i].Input = make([]float32, l.Batch*size)
		}
		if l.Weigh > 0 {
			sets[i].Weights = make([]float32, l.Batch)
		}
	}
	go func() {
		defer close(f.done)
		for s := first; s < l.steps; s++ {
			b := sets[s%len(sets)]
			rows := order[s*l.Batch : min((s+1)*l.Batch, len(order))]
			l.fill(&b, rows, epoch)
			select {
			case f.batches <- b:
			case <-f.quit:
				return
			}
		}
	}()
	return f
}

// Random numbers are drawn from streams of their own: one for the order of
// each epoch, one for the noise of each picture in each epoch, and one for
// whether each picture is mirrored in each epoch. The noise of test pictures has
// 1 << 62 (baseline.Corrupted).
const (
	jitterStream = 1 << 59
	mirrorStream = 1 << 60
	orderStream  = 1 << 61
)

// order returns the order of the training pictures in an epoch.
func (l *loop) order(epoch int) []int {
	return rand.New(rand.NewPCG(l.Seed, orderStream+uint64(epoch))).Perm(len(l.Split.Train))
}

// fill loads the pictures of the given training rows.
func (l *loop) fill(b *Batch, rows []int, epoch int) {
	size := l.Model.Values()
	b.Images = len(rows)
	b.Input, b.Target = b.Input[:len(rows)*size], b.Target[:len(rows)*size]
	if b.Weights != nil {
		b.Weights = b.Weights[:len(rows)]
	}
	for i, row := range rows {
		target := b.Target[i*size : (i+1)*size]
		if l.Jitter > 0 {
			rng := rand.New(rand.NewPCG(l.Seed+uint64(epoch)<<32, jitterStream+uint64(row)))
			l.jittered(target, l.Split.Train[row], rng)
		} else {
			l.Data.Floats(target, l.Split.Train[row])
		}
		if l.Mirror && rand.NewPCG(l.Seed+uint64(epoch)<<32, mirrorStream+uint64(row)).Uint64()>>63 == 1 {
			pix.Mirror(target, l.Data.W)
		}
		if l.Corruption == nil {
			continue
		}
		input := b.Input[i*size : (i+1)*size]
		copy(input, target)
		rng := rand.New(rand.NewPCG(l.Seed+uint64(epoch)<<32, uint64(row)))
		l.Corruption.Corrupt(input, l.Data.W, l.Data.H, rng)
		level := l.Model.Scale(input, target)
		if b.Weights != nil {
			b.Weights[i] = l.weight(level)
		}
	}
}

func (f *feed) next() Batch { return <-f.batches }

// stop ends the feed and waits for it, so that the caller of Do has its data
// for itself again.
func (f *feed) stop() {
	close(f.quit)
	<-f.done
}
