package runs

import (
	"sync/atomic"
	"testing"

	"likeness/autoencoder"
	"likeness/train"
)

// A log is bounded, keeps all epochs and the latest of the rest, and whoever goes on after an event misses nothing that
// is kept.
func TestLog(t *testing.T) {
	l, seq := newLog(), &atomic.Int64{}
	l.add(Event{Kind: KindState, Begins: true, Run: &Info{State: Waiting}}, seq)
	for n := range 300 {
		for s := range 20 {
			l.add(Event{Kind: KindStep, Step: &Step{Epoch: n + 1, Step: s}}, seq)
		}
		l.add(Event{Kind: KindEpoch, Epoch: &autoencoder.Epoch{Epoch: n + 1}}, seq)
		l.add(Event{Kind: KindFaces, Faces: &Faces{Epochs: []int{n + 1}}}, seq)
		l.add(Event{Kind: KindState, Run: &Info{EpochsDone: n + 1}}, seq)
	}
	all, more := l.after(0)
	counts := map[Kind]int{}
	for i, e := range all {
		if i > 0 && e.ID <= all[i-1].ID {
			t.Fatalf("event %d after %d", e.ID, all[i-1].ID)
		}
		counts[e.Kind]++
		if e.Epoch != nil && e.Epoch.Epoch != counts[KindEpoch] {
			t.Errorf("epoch %d in the place of %d", e.Epoch.Epoch, counts[KindEpoch])
		}
	}
	if counts[KindEpoch] != 300 || counts[KindFaces] != 1 || counts[KindState] != 2 || counts[KindStep] > keptSteps || counts[KindStep] < keptSteps/2 {
		t.Errorf("kept %v", counts)
	}
	if !all[0].Begins || all[len(all)-1].Run.EpochsDone != 300 || all[len(all)-2].Faces.Epochs[0] != 300 {
		t.Error("the first or the last events are not kept")
	}
	for _, at := range []int{1, 100, len(all) - 1, len(all)} {
		rest, _ := l.after(all[at-1].ID)
		if len(rest) != len(all)-at || len(rest) > 0 && rest[0].ID != all[at].ID {
			t.Errorf("after event %d come %d of %d", at, len(rest), len(all)-at)
		}
	}
	select {
	case <-more:
		t.Error("a change without one")
	default:
	}
	l.add(Event{Kind: KindState, Begins: true, Run: &Info{}}, seq)
	<-more
	if rest, more := l.after(0); len(rest) != 1 || more == nil {
		t.Errorf("%d events of the training before", len(rest)-1)
	}
	l.end()
	l.end()
	l.add(Event{Kind: KindState}, seq)
	if rest, more := l.after(0); len(rest) != 1 || more != nil {
		t.Errorf("%d events after the end", len(rest))
	}
}

// Of a long run faces of evenly spread epochs are kept, with the first and the last.
func TestFramesAreBounded(t *testing.T) {
	f := &frames{Sample: &train.Sample{W: 64, H: 64}, kept: map[int]Pictures{}, stride: 1}
	for e := range 3000 {
		f.keep(e, make(Pictures, 8*64*64*3))
		if most := facesMemory / (8 * 64 * 64 * 3); len(f.kept) > most || f.kept[0] == nil || f.kept[e] == nil {
			t.Fatalf("after epoch %d %d frames are kept", e, len(f.kept))
		}
	}
	epochs := f.info().Epochs
	if len(epochs) < 60 {
		t.Errorf("only %v", epochs)
	}
	for i, e := range epochs[:len(epochs)-1] {
		if e != i*f.stride {
			t.Errorf("frame %d is of epoch %d, with a stride of %d", i, e, f.stride)
		}
	}
}
