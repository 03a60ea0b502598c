package turns

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// reply is what the worker of these tests answers.
type reply struct {
	About string
	Done  int
	Took  float64
}

func (r reply) Rate() float64 { return float64(r.Done) / r.Took }

// asWorker makes this program a worker instead of a test; its value is what the
// worker says of itself.
const asWorker = "TURNS_TEST_WORKER"

func TestMain(m *testing.M) {
	about := os.Getenv(asWorker)
	if about == "" {
		os.Exit(m.Run())
	}
	if about == "broken" {
		os.Exit(1)
	}
	err := Serve(os.Stdin, os.Stdout, reply{About: about}, func(command string, number float64) (r reply, err error) {
		switch command {
		case "work":
			r.Done, r.Took, err = Timed(number, 3, func(int) error { return nil })
		case "double":
			r.Took = 2 * number
		case "end":
			os.Exit(0)
		}
		return r, err
	})
	if err != nil {
		os.Exit(1)
	}
}

// worker starts this program as a worker.
func worker(t *testing.T, about string) (*Worker[reply], error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Start[reply](t.Context(), []string{asWorker + "=" + about}, self)
}

func TestWorkersTakeTurns(t *testing.T) {
	var both [2]*Worker[reply]
	for i := range both {
		w, err := worker(t, fmt.Sprint("number ", i))
		if err != nil {
			t.Fatal(err)
		}
		defer w.Stop()
		if w.Hello.About != fmt.Sprint("number ", i) {
			t.Errorf("worker %d says %+v", i, w.Hello)
		}
		both[i] = w
	}
	if r, err := both[0].Ask("double", 2.25); err != nil || r.Took != 4.5 {
		t.Errorf("%+v, %v", r, err)
	}
	rates, err := Take(both[0], both[1], "work", time.Millisecond, 3)
	if err != nil || len(rates.Ours) != 3 || len(rates.Theirs) != 3 {
		t.Fatalf("%+v, %v", rates, err)
	}
	for _, r := range append(rates.Ours, rates.Theirs...) {
		if !(r >= 3) { // three pieces at least, in about a millisecond
			t.Errorf("rates %+v", rates)
		}
	}
	if _, err := both[1].Ask("end", 0); err == nil || !strings.Contains(err.Error(), `ended while it was asked for "end"`) {
		t.Errorf("error %v", err)
	}
	if _, err := worker(t, "broken"); err == nil || !strings.Contains(err.Error(), "did not start") {
		t.Errorf("error %v", err)
	}
}

func TestServe(t *testing.T) {
	var out strings.Builder
	wrong := errors.New("wrong")
	do := func(command string, number float64) (reply, error) {
		if command == "fail" {
			return reply{}, wrong
		}
		return reply{About: command, Took: number}, nil
	}
	if err := Serve(strings.NewReader("one 1\ntwo 0.5\n"), &out, reply{About: "me"}, do); err != nil {
		t.Fatal(err)
	}
	want := `{"About":"me","Done":0,"Took":0}
{"About":"one","Done":0,"Took":1}
{"About":"two","Done":0,"Took":0.5}
`
	if out.String() != want {
		t.Errorf("said %s", out.String())
	}
	for _, line := range []string{"one", "one x", ""} {
		if err := Serve(strings.NewReader(line+"\n"), &out, reply{}, do); err == nil {
			t.Errorf("no error for the command %q", line)
		}
	}
	if err := Serve(strings.NewReader("fail 1\n"), &out, reply{}, do); !errors.Is(err, wrong) {
		t.Errorf("error %v", err)
	}
}

func TestTimed(t *testing.T) {
	var heard []int
	done, took, err := Timed(0.001, 5, func(done int) error {
		heard = append(heard, done)
		time.Sleep(time.Millisecond)
		return nil
	})
	if err != nil || done != 5*len(heard) || heard[0] != 0 || took < 0.001 {
		t.Errorf("%d pieces in %g s, heard %v: %v", done, took, heard, err)
	}
	wrong := errors.New("wrong")
	if _, _, err := Timed(1, 5, func(int) error { return wrong }); err != wrong {
		t.Errorf("error %v", err)
	}
}

func TestSpread(t *testing.T) {
	r := Rates{Ours: []float64{200, 300, 100}, Theirs: []float64{100, 200, 200}}
	if got := Spread(r.Ours, "%.0f"); got != "200 [100, 300]" {
		t.Error(got)
	}
	if got := Spread(r.Ratios(), "%.2f"); got != "1.50 [0.50, 2.00]" {
		t.Error(got)
	}
	if got := Spread([]float64{1, 2}, "%.1f"); got != "1.5 [1.0, 2.0]" {
		t.Error(got)
	}
}
