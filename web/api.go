package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/hyper"
	"likeness/recipe"
	"likeness/runs"
	"likeness/workspace"
)

// parts are the parts of the API, each with its page.
var parts = []func(*Server, huma.API){
	(*Server).addWorkspace,
	(*Server).addUploads,
	(*Server).addSearch,
	(*Server).addPictures,
	(*Server).addPlay,
	(*Server).addModel,
	(*Server).addReports,
	(*Server).addWatch,
	(*Server).addTasks,
	(*Server).addIndexing,
	(*Server).addMap,
}

// apiConfig describes the API. Huma makes an OpenAPI 3.1 document of the operations' types.
func apiConfig() huma.Config {
	asJSON := huma.Format{
		Marshal: func(w io.Writer, v any) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			return e.Encode(v)
		},
		Unmarshal: json.Unmarshal,
	}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "likeness", Version: "1",
				Description: "What the pages of likeness ask. Results are those of the program's --json; errors are problem documents (RFC 9457).",
			},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName)},
		},
		OpenAPIPath:   "/api/openapi",
		Formats:       map[string]huma.Format{"application/json": asJSON, "json": asJSON},
		DefaultFormat: "application/json",
	}
}

// schemaName names a type in the description: those of other packages with their package, because several have a Verdict.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if room, ours := strings.CutPrefix(t.PkgPath(), "likeness/"); ours && room != "web" {
		room = path.Base(room)
		return strings.ToUpper(room[:1]) + room[1:] + name
	}
	return name
}

// problem makes an error of the rooms below one that says what and where, with the status that fits.
func (s *Server) problem(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[huma.StatusError](err); ok {
		return err
	}
	text := s.text(err)
	switch status := statusOf(err); status {
	case http.StatusServiceUnavailable:
		return huma.ErrorWithHeaders(huma.NewError(status, text), http.Header{"Retry-After": {strconv.Itoa(retryAfter)}})
	case http.StatusInternalServerError:
		s.log.Error("a request failed", "error", err)
		fallthrough
	default:
		return huma.NewError(status, text)
	}
}

// text returns an error's text with paths as they are in the folder.
func (s *Server) text(err error) string {
	return strings.ReplaceAll(err.Error(), s.work.Folder()+string(filepath.Separator), "")
}

// statusOf returns the status of an error.
func statusOf(err error) int {
	var (
		where   *gallery.WhereError
		value   *hyper.ValueError
		options *recipe.OptionsError
		few     *recipe.FewError
		name    *dataset.NameError
		noFace  *faces.NoFaceError
		names   *dataset.NamesError
		path    *runs.PathError
		state   *runs.StateError
	)
	switch {
	case errors.Is(err, errFull), errors.Is(err, errClosing), errors.Is(err, runs.ErrFull):
		return http.StatusServiceUnavailable
	case errors.Is(err, workspace.ErrUnknown), errors.Is(err, runs.ErrUnknown), errors.Is(err, dataset.ErrGone), errors.Is(err, errNoUpload), errors.Is(err, fs.ErrNotExist):
		return http.StatusNotFound
	case errors.Is(err, fs.ErrExist), errors.Is(err, recipe.ErrExists), errors.Is(err, recipe.ErrBusy), errors.Is(err, recipe.ErrUnfinished), errors.Is(err, gallery.ErrNoModel), errors.As(err, &state), errors.Is(err, runs.ErrClosed):
	case errors.Is(err, fs.ErrExist), errors.Is(err, recipe.ErrExists), errors.Is(err, recipe.ErrBusy), errors.Is(err, recipe.ErrUnfinished), errors.Is(err, gallery.ErrNoModel), errors.Is(err, errNoAtlas):
		return http.StatusConflict
	case errors.As(err, &where), errors.As(err, &value), errors.As(err, &options), errors.As(err, &few), errors.As(err, &name), errors.As(err, &names), errors.As(err, &path), errors.As(err, &noFace),
		errors.Is(err, errBad), errors.Is(err, gallery.ErrNoAttributes), errors.Is(err, gallery.ErrNoThreshold), errors.Is(err, faces.ErrNoFace):
		return http.StatusUnprocessableEntity
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	case errors.Is(err, context.Canceled):
		return 499 // the page left; nobody reads this
	}
	return http.StatusInternalServerError
}

// errBad means that a request asks for what cannot be.
var errBad = errors.New("the request is wrong")

// bad is an error of a request with a text for its reader.
type bad string

func (b bad) Error() string { return string(b) }

func (bad) Is(target error) bool { return target == errBad }

// answer is a JSON answer.
type answer[T any] struct{ Body T }

// rawAnswer is an answer of bytes.
type rawAnswer struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

// writeProblem writes a problem document where no operation of the API answers.
func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(&huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: detail})
}
