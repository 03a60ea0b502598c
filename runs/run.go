package runs

import (
	"context"
	"slices"
	"sync"
	"time"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/evaluation"
	"likeness/parallel"
	"likeness/progress"
	"likeness/recipe"
	"likeness/train"
)

// run is one training, here or elsewhere.
type run struct {
	house *Runs
	id    string
	log   *log
	fixed bool // it belongs to somebody else in this process, and can only be watched

	acting   sync.Mutex // while it is decided what to do, before mu
	mu       sync.Mutex
	info     Info
	options  recipe.Options // with paths of this machine
	begun    bool           // its first event was told
	waits    bool           // a guest waits in Do to go on
	halt     context.CancelCauseFunc
	stop     chan struct{}
	stopping bool
	resume   chan struct{} // of one place, to go on in Do
	frames   *frames
	speed    float64   // images a second
	told     time.Time // when the last step was told
	measured bool      // baselines are known or under way
	seed     uint64
	looked   bool   // somebody has asked for the faces of a run in the folder
	found    *found // what is in the folder, of a run that is not under way here
}

func (h *Runs) newRun(id string) *run {
	return &run{house: h, id: id, log: newLog(), info: Info{ID: id, Can: []Action{}}, stop: make(chan struct{}), resume: make(chan struct{}, 1)}
}

// set changes what is known and tells it.
func (r *run) set(change func(*Info)) {
	r.mu.Lock()
	r.info.Changed = time.Now()
	change(&r.info)
	r.info.settle(r.fixed)
	info := r.copied()
	r.log.add(Event{Kind: KindState, Run: &info, Begins: !r.begun}, &r.house.seq)
	r.begun = true
	r.mu.Unlock()
	r.house.tell()
}

// copied returns the info for somebody else. The caller holds mu.
func (r *run) copied() Info {
	i := r.info
	i.Can, i.Notes = slices.Clone(i.Can), slices.Clone(i.Notes)
	return i
}

func (r *run) state() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.info.State
}

// preparing tells a step of reading pictures, a few times a second.
func (r *run) preparing(s progress.Step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.told) < tellEvery && s.Done != s.Total {
		return
	}
	r.told = time.Now()
	r.log.add(Event{Kind: KindPreparing, Preparing: &s}, &r.house.seq)
}

// tellEvery is the least time between two steps that are told.
const tellEvery = 250 * time.Millisecond

// prepared takes what is known when the pictures are read.
func (r *run) prepared(j *recipe.Job) {
	r.set(func(i *Info) {
		i.State = Training
		if r.stopping {
			i.State = Stopping
		}
		i.Notes = nil
		for _, w := range j.Data.Set.Warnings {
			i.Notes.Warn("%s", w)
		}
		i.Notes = append(i.Notes, j.Notes...)
	})
}

// watch makes a training run tell what it does. Watching changes nothing of its result. ctx ends when nobody is
// interested any more.
func (r *run) watch(ctx context.Context, t *train.Run) {
	rows := t.Measured()
	r.set(func(i *Info) {
		if r.frames == nil || r.seed != t.Seed {
			if r.frames != nil { // another seed begins anew
				r.begun, i.EpochsDone, i.Measured = false, 0, 0
			}
			r.frames, r.seed = newFrames(t.Sample(FacesShown)), t.Seed
		}
		i.about(t.Model)
		i.Data, i.Parameters, i.Epochs, i.Budget = t.Data.Source, t.Parameters, t.Epochs, t.TimeBudget.Seconds()
		if i.Options != nil {
			i.Data = i.Options.Data.String()
		}
		i.NTrain, i.NMeasured, i.Validation = len(t.Split.Train), len(rows), len(t.Validation) > 0
		if t.Corruption != nil {
			i.Corruption = t.Corruption.String()
		}
		i.Part = 0
	})
	if !r.fixed {
		t.Stop = r.stop
	}
	t.Look = func(ctx context.Context, epoch int) {
		r.look(ctx, t.Model, epoch)
		r.baselines(ctx, t, rows)
	}
	events := t.Events
	t.Events = func(e train.Event) {
		r.event(e)
		if e.EpochDone {
			r.house.tell()
		}
		if events != nil {
			events(e)
		}
		r.baselines(ctx, t, rows)
	}
}

// look shows the faces after an epoch.
func (r *run) look(ctx context.Context, m *autoencoder.Model, epoch int) {
	r.mu.Lock()
	f := r.frames
	r.mu.Unlock()
	p, err := f.look(ctx, m)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.info.Notes.Warn("the faces after epoch %d could not be made: %v", epoch, err)
		return
	}
	f.keep(epoch, p)
	r.log.add(Event{Kind: KindFaces, Faces: f.info()}, &r.house.seq)
}

// event tells what a training reports.
func (r *run) event(e train.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.info.Epochs = e.Epochs
	if e.EpochDone && !e.Resumed {
		done := autoencoder.Epoch{Epoch: e.Epoch, Rate: e.Rate, Loss: e.Loss, TestLoss: e.TestLoss, ValidationLoss: e.ValidationLoss, Images: e.Images}
		r.info.EpochsDone, r.info.Measured = e.Epoch, e.TestLoss+e.ValidationLoss
		r.log.add(Event{Kind: KindEpoch, Epoch: &done}, &r.house.seq)
	} else if time.Since(r.told) < tellEvery {
		return
	}
	r.told, r.speed = time.Now(), e.ImagesPerSecond
	r.log.add(Event{Kind: KindStep, Step: &Step{
		Epoch: e.Epoch, Epochs: e.Epochs, Step: e.Step, Steps: e.Steps, Loss: e.Loss, Rate: e.Rate,
		ImagesPerSecond: e.ImagesPerSecond, Seconds: e.Elapsed.Seconds(), Remaining: e.Remaining.Seconds(),
	}}, &r.house.seq)
}

// baselines measures in the background, once, what needs no training.
func (r *run) baselines(ctx context.Context, t *train.Run, rows []int) {
	r.mu.Lock()
	begun := r.measured
	r.measured = true
	r.mu.Unlock()
	if begun {
		return
	}
	forms := t.Baselines
	if forms == nil {
		forms = baseline.New(t.Data, t.Split.Train)
	}
	c, seed, m := t.Corruption, t.Seed, *t.Model // its size counts alone
	r.house.background(func(ctx context.Context) {
		b, notes, err := evaluation.MeasureBaselines(parallel.WithThreads(ctx, 1), &m, c, seed, forms.On(t.Data, rows))
		r.tellBaselines(b, notes, err)
	})
}

func (r *run) tellBaselines(b evaluation.Baselines, notes progress.Notes, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.measured = false
		if r.house.ctx.Err() == nil {
			r.info.Notes.Warn("what needs no training could not be measured: %v", err)
		}
		return
	}
	r.info.Notes = append(r.info.Notes, notes...)
	r.log.add(Event{Kind: KindBaselines, Baselines: b.List()}, &r.house.seq)
}
