// Package turns lays two programs side by side that take turns at the same work,
// each in a process of its own that waits while the other one works: a machine
// whose speed drifts slows both.
//
// Such a process is a worker. It describes itself in a line of JSON when it is
// ready, and then answers each command, a line with a word and a number on its
// standard input, with another line.
package turns

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Worker is a process that waits for commands; R is what its lines of JSON hold.
type Worker[R any] struct {
	Hello R // its first line

	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

// Start starts a program with env added to the environment, and waits until it is
// ready. The worker ends by Stop or with ctx; what it complains of goes to stderr.
func Start[R any](ctx context.Context, env []string, name string, args ...string) (*Worker[R], error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	w := &Worker[R]{cmd: cmd, in: in, out: json.NewDecoder(bufio.NewReader(out))}
	if err := w.out.Decode(&w.Hello); err != nil {
		w.Stop()
		return nil, fmt.Errorf("%s did not start: %w", name, err)
	}
	return w, nil
}

// Ask has a command carried out and waits for its answer.
func (w *Worker[R]) Ask(command string, number float64) (R, error) {
	var r R
	if _, err := fmt.Fprintln(w.in, command, number); err != nil {
		return r, err
	}
	err := w.out.Decode(&r)
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("%s ended while it was asked for %q", filepath.Base(w.cmd.Path), command)
	}
	return r, err
}

// Stop closes the worker's input, which ends it; how it ends does not matter,
// for nothing it has not answered is used.
func (w *Worker[R]) Stop() {
	_ = w.in.Close()
	_ = w.cmd.Wait()
}

// Serve is the worker's side: it says hello and has do answer each command, until
// there are no more. It ends with the first error, of do or of a line that is no
// command.
func Serve[R any](in io.Reader, out io.Writer, hello R, do func(command string, number float64) (R, error)) error {
	answer := json.NewEncoder(out)
	if err := answer.Encode(hello); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		command, text, _ := strings.Cut(lines.Text(), " ")
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("command %q: %w", lines.Text(), err)
		}
		r, err := do(command, number)
		if err != nil {
			return fmt.Errorf("command %q: %w", lines.Text(), err)
		}
		if err := answer.Encode(r); err != nil {
			return err
		}
	}
	return lines.Err()
}
