package faces

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"likeness/progress"
)

const (
	// attempts is how often a mirror that breaks off is asked to go on.
	attempts = 5
	// stallTime is how long a connection may be silent.
	stallTime = 60 * time.Second
	// maxUnknown bounds a file whose size is not known beforehand.
	maxUnknown = 64 << 20
)

// fetch gets one file into part.
type fetch struct {
	dataset Dataset
	part    string
	opt     DownloadOptions
}

// kept says how much a failed download leaves behind.
func (f *fetch) kept() string {
	if n := f.have(); n > 0 {
		return fmt.Sprintf("%d bytes in %s", n, f.part)
	}
	return "nothing"
}

// have returns the bytes that are there.
func (f *fetch) have() int64 {
	info, err := os.Stat(f.part)
	if err != nil {
		return 0
	}
	return info.Size()
}

// mirror gets the file from one address and verifies it. Bytes from an earlier attempt, perhaps from another mirror,
// are kept and continued; should the whole then fail its check, this mirror gets one chance to send all of it.
func (f *fetch) mirror(ctx context.Context, address string) error {
	resumed := f.have() > 0
	for {
		if err := f.insist(ctx, address); err != nil {
			return err
		}
		err := f.dataset.verify(ctx, f.part)
		if err == nil || ctx.Err() != nil {
			return err
		}
		if _, local := errors.AsType[*diskError](err); local {
			return err
		}
		bad := strings.TrimSuffix(f.part, ".part") + ".bad"
		if renameErr := os.Rename(f.part, bad); renameErr != nil {
			return &diskError{errors.Join(err, renameErr)}
		}
		if !resumed {
			return fmt.Errorf("%w (kept as %s)", err, bad)
		}
		f.opt.Log(fmt.Sprintf("%s: %v; starting again", address, err))
		resumed = false
	}
}

// insist asks again as long as the connection breaks and something came.
func (f *fetch) insist(ctx context.Context, address string) error {
	for try := 1; ; try++ {
		before := f.have()
		err := f.once(ctx, address)
		if err == nil || ctx.Err() != nil {
			return err
		}
		_, broken := errors.AsType[*brokenError](err)
		if !broken || f.have() <= before || try == attempts {
			return err
		}
		f.opt.Log(fmt.Sprintf("%s: %v; going on from byte %d", address, err, f.have()))
	}
}

// brokenError is a transfer that ended before the file was whole.
type brokenError struct{ error }

func (e *brokenError) Unwrap() error { return e.error }

// once makes one request and appends what comes to the part file. nil means that the file seems whole.
func (f *fetch) once(ctx context.Context, address string) error {
	have := f.have()
	if size := f.dataset.Size; size > 0 && have == size {
		return nil // only the check is left to do
	} else if size > 0 && have > size {
		return f.restart(ctx, address)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := time.AfterFunc(stallTime, func() { cancel(fmt.Errorf("no answer for %v", stallTime)) })
	defer stall.Stop()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	request.Header.Set("User-Agent", "likeness")
	// The bytes of the file are wanted as they are, and Range counts in them.
	request.Header.Set("Accept-Encoding", "identity")
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	response, err := f.opt.Client.Do(request)
	if err != nil {
		return reason(ctx, err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusRequestedRangeNotSatisfiable && have > 0 {
		// There is nothing after the bytes that are here: they are of another file, or all of one of unknown size.
		return f.restart(ctx, address)
	}
	start, total, err := f.begin(response, have)
	if err != nil {
		return err
	}
	return f.receive(ctx, response.Body, start, have, total, stall)
}

// restart throws away what is there and makes the request anew.
func (f *fetch) restart(ctx context.Context, address string) error {
	if err := os.Remove(f.part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &diskError{err}
	}
	return f.once(ctx, address)
}

// begin reads the head of an answer: it returns the byte that the body starts at and the size of the whole file, 0 when
// that is not known.
func (f *fetch) begin(response *http.Response, have int64) (start, total int64, err error) {
	switch response.StatusCode {
	case http.StatusOK: // all of it, also when the server does not know Range
		start = 0
	case http.StatusPartialContent:
		if _, err := fmt.Sscanf(response.Header.Get("Content-Range"), "bytes %d-", &start); err != nil || start != have {
			return 0, 0, fmt.Errorf("the server sent another part (%q) than the one from byte %d", response.Header.Get("Content-Range"), have)
		}
	default:
		return 0, 0, fmt.Errorf("the server answered %s", response.Status)
	}
	total = f.dataset.Size
	if response.ContentLength >= 0 {
		offered := start + response.ContentLength
		if total > 0 && offered != total {
			return 0, 0, fmt.Errorf("the server offers %d bytes where %d were expected", offered, total)
		}
		total = offered
	}
	if f.dataset.Size == 0 && total > maxUnknown {
		return 0, 0, fmt.Errorf("the server offers %d bytes, more than %d", total, maxUnknown)
	}
	return start, total, nil
}

// receive writes the body, which begins at byte start of the file, to the part file, which has the bytes up to have. When
// the server sends from an earlier byte, for it does not know Range, the file is written over and not cut: a transfer that
// breaks never leaves less behind than it found.
func (f *fetch) receive(ctx context.Context, body io.Reader, start, have, total int64, stall *time.Timer) (err error) {
	out, err := os.OpenFile(f.part, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return &diskError{err}
	}
	defer func() {
		if closeErr := out.Close(); closeErr != nil && err == nil {
			err = &diskError{closeErr}
		}
	}()
	limit := total
	if limit == 0 {
		limit = maxUnknown
	}
	at := start
	buffer := make([]byte, 256<<10)
	for {
		n, readErr := body.Read(buffer)
		stall.Reset(stallTime)
		if at+int64(n) > limit {
			return fmt.Errorf("the server sends more than the %d bytes expected", limit)
		}
		if _, err := out.WriteAt(buffer[:n], at); err != nil {
			return &diskError{err}
		}
		at += int64(n)
		if n > 0 {
			f.opt.Progress.Send(progress.Step{What: "Downloading " + f.dataset.Name, Done: max(at, have), Total: total, Bytes: true})
		}
		if readErr == io.EOF {
			break
		} else if readErr != nil {
			return &brokenError{reason(ctx, readErr)}
		}
	}
	if total > 0 && at < total {
		return &brokenError{fmt.Errorf("the connection ended at byte %d of %d", at, total)}
	}
	if err := out.Sync(); err != nil {
		return &diskError{err}
	}
	return nil
}

// reason prefers why a request was cancelled to the fact that it was.
func reason(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
