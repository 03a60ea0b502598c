package console

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Interruptible returns a context that ends with the first Ctrl-C, SIGTERM or SIGHUP, which a window sends that is closed.
// The second one ends the program at once with the given exit code. Files are written whole or not at all, so that is safe
// too, but what was done since the last save is lost. A signal that was ignored when the program started stays so: nohup
// ignores SIGHUP, and a shell SIGINT for what it runs in the background.
func Interruptible(stderr io.Writer, code int) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	done := make(chan struct{})
	go func() {
		select {
		case <-signals:
		case <-done:
			return
		}
		begin := "\n"
		if IsTerminal(stderr) && os.Getenv("TERM") != "dumb" {
			begin = "\r\x1b[2K" // in place of a bar, and of ^C
		}
		fmt.Fprintln(stderr, begin+"Stopping; press Ctrl-C again to quit at once.")
		cancel()
		select {
		case <-signals:
			os.Exit(code)
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}
