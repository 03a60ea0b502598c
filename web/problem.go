package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/hyper"
	"likeness/recipe"
	"likeness/runs"
	"likeness/search/engine"
	"likeness/workspace"
)

// clientLeft is the status of an answer that nobody reads, as nginx has it.
const clientLeft = 499

// statuses are the statuses of the errors of the rooms below. The first that fits counts.
var statuses = []struct {
	status int
	is     []error
	as     []func(error) bool
}{
	{status: http.StatusServiceUnavailable, is: []error{errFull, errClosing, runs.ErrFull, workspace.ErrClosed, gallery.ErrClosed}},
	{status: http.StatusBadGateway, is: []error{engine.ErrUnavailable}},
	{status: http.StatusConflict,
		is: []error{fs.ErrExist, recipe.ErrExists, recipe.ErrBusy, recipe.ErrUnfinished, gallery.ErrNoModel, errNoAtlas, runs.ErrClosed},
		as: []func(error) bool{as[*runs.StateError]}},
	{status: http.StatusUnprocessableEntity,
		is: []error{errBad, gallery.ErrNoAttributes, gallery.ErrNoThreshold, gallery.ErrFewJudged, gallery.ErrCodesAlone, gallery.ErrEngine, faces.ErrNoFace},
		as: []func(error) bool{
			as[*gallery.WhereError], as[*gallery.CodeError], as[*hyper.ValueError], as[*recipe.OptionsError], as[*recipe.FewError], as[*dataset.NameError],
			as[*dataset.NamesError], as[*runs.PathError], as[*faces.NoFaceError],
		}},
	{status: http.StatusNotFound, is: []error{workspace.ErrUnknown, runs.ErrUnknown, dataset.ErrGone, errNoUpload, fs.ErrNotExist, engine.ErrNone}},
	{status: http.StatusUnprocessableEntity, is: []error{workspace.ErrUnusable}},
	{status: http.StatusGatewayTimeout, is: []error{context.DeadlineExceeded}},
	{status: clientLeft, is: []error{context.Canceled}},
}

// as reports whether an error is or wraps one of a type.
func as[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// statusOf returns the status of an error; that of one that nobody has expected is 500.
func statusOf(err error) int {
	for _, s := range statuses {
		for _, target := range s.is {
			if errors.Is(err, target) {
				return s.status
			}
		}
		for _, fits := range s.as {
			if fits(err) {
				return s.status
			}
		}
	}
	return http.StatusInternalServerError
}

// problem makes an error of the rooms below one that says what and where, with the status that fits.
func (s *Server) problem(err error) error {
	if err == nil {
		return nil
	}
	if as[huma.StatusError](err) {
		return err
	}
	if errors.Is(err, context.Canceled) && s.ctx.Err() != nil {
		err = errClosing // nobody has left
	}
	status := statusOf(err)
	problem := huma.NewError(status, s.text(err))
	switch status {
	case http.StatusServiceUnavailable, http.StatusBadGateway:
		return huma.ErrorWithHeaders(problem, http.Header{"Retry-After": {strconv.Itoa(retryAfter)}})
	case http.StatusInternalServerError:
		s.log.Error("a request failed", "error", err)
	}
	return problem
}

// text returns an error's text with paths as they are in the folder.
func (s *Server) text(err error) string {
	text := err.Error()
	if e, ok := errors.AsType[*faces.NotDownloadedError](err); ok {
		text = strings.Replace(text, e.Error(), fmt.Sprintf("%s has not been fetched yet: 'likeness data get %s' in a terminal does it", e.Dataset, e.Dataset), 1)
	}
	return strings.ReplaceAll(text, s.work.Folder()+string(filepath.Separator), "")
}

// errBad means that a request asks for what cannot be.
var errBad = errors.New("the request is wrong")

// bad is an error of a request with a text for its reader.
type bad string

func (b bad) Error() string { return string(b) }

func (bad) Is(target error) bool { return target == errBad }

// writeProblem writes a problem document where no operation of the API answers.
func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	// An answer that cannot be written has no reader.
	_ = json.NewEncoder(w).Encode(&huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: detail})
}
