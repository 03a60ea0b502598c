package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"likeness/progress"
)

// mostTasks is how many tasks are remembered, those that are not over among them, of which no more than mostPending are taken.
const (
	mostTasks   = 50
	mostPending = 32
)

// Task is work that takes longer than a request, such as describing the faces of a folder.
type Task struct {
	ID    string    `json:"id"`
	Title string    `json:"title"`
	State TaskState `json:"state"`
	What  string    `json:"what,omitempty"` // is done now
	Done  int64     `json:"done"`           // steps of it
	Total int64     `json:"total"`
	// Result is what the task has made, once it is done; Error says why it has failed.
	Result any    `json:"result,omitempty"`
	Error  string `json:"error,omitempty"`
}

// TaskState says how far a task is.
type TaskState string

// The states of a task.
const (
	TaskWaiting TaskState = "waiting" // for another one
	TaskRunning TaskState = "running"
	TaskDone    TaskState = "done"
	TaskFailed  TaskState = "failed"
	TaskStopped TaskState = "stopped"
)

// pending reports whether a task is not over.
func (s TaskState) pending() bool { return s == TaskWaiting || s == TaskRunning }

// tasks runs tasks one after another, so that they do not take the machine from each other.
type tasks struct {
	s    *Server
	turn chan struct{}

	lock sync.Mutex
	last int
	list []*task
}

type task struct {
	Task
	stop context.CancelFunc
}

func newTasks(s *Server) *tasks { return &tasks{s: s, turn: make(chan struct{}, 1)} }

// start begins a task. It goes on when the page that asked for it leaves, and ends with the server. It fails with errFull
// where too many wait.
func (t *tasks) start(title string, work func(ctx context.Context, report progress.Func) (any, error)) (Task, error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.begin(title, work)
}

// once is start, unless the same task waits or runs already: then it returns that one.
func (t *tasks) once(title string, work func(ctx context.Context, report progress.Func) (any, error)) (Task, error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	for _, one := range t.list {
		if one.Title == title && one.State.pending() {
			return one.Task, nil
		}
	}
	return t.begin(title, work)
}

// begin is start. The caller holds the lock.
func (t *tasks) begin(title string, work func(ctx context.Context, report progress.Func) (any, error)) (Task, error) {
	pending := 0
	for _, one := range t.list {
		if one.State.pending() {
			pending++
		}
	}
	if pending >= mostPending {
		return Task{}, errFull
	}
	ctx, stop := context.WithCancel(t.s.ctx)
	t.last++
	mine := &task{Task{ID: strconv.Itoa(t.last), Title: title, State: TaskWaiting}, stop}
	begun := t.s.jobs.begin(func() {
		defer stop()
		select {
		case t.turn <- struct{}{}:
			defer func() { <-t.turn }()
		case <-ctx.Done():
			t.change(mine, func(o *Task) { o.State = TaskStopped })
			return
		}
		t.change(mine, func(o *Task) { o.State = TaskRunning })
		var result any
		err := t.s.guard(func() (err error) {
			result, err = work(ctx, func(s progress.Step) {
				t.change(mine, func(o *Task) { o.What, o.Done, o.Total = s.What, s.Done, s.Total })
			})
			return err
		})
		t.change(mine, func(o *Task) {
			o.State, o.Result = TaskDone, result
			if err != nil {
				o.State, o.Result, o.Error = TaskFailed, nil, t.s.text(err)
				if errors.Is(err, context.Canceled) {
					o.State, o.Error = TaskStopped, ""
				}
			}
		})
	})
	if !begun {
		stop()
		return Task{}, errClosing
	}
	t.list = append(t.list, mine)
	t.forget()
	return mine.Task, nil
}

func (t *tasks) change(one *task, how func(*Task)) {
	t.lock.Lock()
	defer t.lock.Unlock()
	how(&one.Task)
}

// forget drops the oldest tasks that are over. The caller holds the lock.
func (t *tasks) forget() {
	for i := 0; len(t.list) > mostTasks && i < len(t.list); {
		if t.list[i].State.pending() {
			i++
			continue
		}
		t.list = slices.Delete(t.list, i, i+1)
	}
}

// get returns a task as it is now.
func (t *tasks) get(id string) (Task, context.CancelFunc, error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	for _, one := range t.list {
		if one.ID == id {
			return one.Task, one.stop, nil
		}
	}
	return Task{}, nil, fmt.Errorf("the task %.20q is not known here, or not any more: %w", id, fs.ErrNotExist)
}

func (s *Server) addTasks(api huma.API) {
	type one struct {
		ID string `path:"id"`
	}
	huma.Register(api, huma.Operation{
		OperationID: "tasks", Method: http.MethodGet, Path: "/api/tasks", Summary: "List what is done in the background",
	}, func(context.Context, *struct{}) (*answer[[]Task], error) {
		s.tasks.lock.Lock()
		defer s.tasks.lock.Unlock()
		list := []Task{}
		for _, t := range s.tasks.list {
			list = append(list, t.Task)
		}
		return &answer[[]Task]{list}, nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "task", Method: http.MethodGet, Path: "/api/tasks/{id}", Summary: "Say how far a task is",
	}, func(_ context.Context, in *one) (*answer[Task], error) {
		t, _, err := s.tasks.get(in.ID)
		return &answer[Task]{t}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "stop-task", Method: http.MethodDelete, Path: "/api/tasks/{id}", Summary: "Stop a task", DefaultStatus: http.StatusNoContent,
	}, func(_ context.Context, in *one) (*struct{}, error) {
		_, stop, err := s.tasks.get(in.ID)
		if err != nil {
			return nil, s.problem(err)
		}
		stop()
		return nil, nil
	})
}
