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

// mostTasks is how many tasks are remembered. Those that are not over always are.
const mostTasks = 50

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

// start begins a task. It goes on when the page that asked for it leaves, and ends with the server.
func (t *tasks) start(title string, work func(ctx context.Context, report progress.Func) (any, error)) Task {
	ctx, stop := context.WithCancel(t.s.ctx)
	t.lock.Lock()
	defer t.lock.Unlock()
	t.last++
	mine := &task{Task{ID: strconv.Itoa(t.last), Title: title, State: TaskWaiting}, stop}
	t.list = append(t.list, mine)
	t.forget()
	t.s.jobs.Go(func() {
		defer stop()
		select {
		case t.turn <- struct{}{}:
			defer func() { <-t.turn }()
		case <-ctx.Done():
			t.change(mine, func(o *Task) { o.State = TaskStopped })
			return
		}
		t.change(mine, func(o *Task) { o.State = TaskRunning })
		result, err := work(ctx, func(s progress.Step) {
			t.change(mine, func(o *Task) { o.What, o.Done, o.Total = s.What, s.Done, s.Total })
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
	return mine.Task
}

func (t *tasks) change(one *task, how func(*Task)) {
	t.lock.Lock()
	defer t.lock.Unlock()
	how(&one.Task)
}

// forget drops the oldest tasks that are over. The caller holds the lock.
func (t *tasks) forget() {
	for i := 0; len(t.list) > mostTasks && i < len(t.list); {
		if s := t.list[i].State; s == TaskWaiting || s == TaskRunning {
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
	return Task{}, nil, fmt.Errorf("task %s: %w", id, fs.ErrNotExist)
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
