package web

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
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
	(*Server).addPeople,
	(*Server).addCopies,
	(*Server).addJudging,
}

// apiConfig describes the API. Huma makes an OpenAPI 3.1 document of the operations' types.
func apiConfig() huma.Config {
	asJSON := huma.Format{
		Marshal: func(w io.Writer, v any) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			return e.Encode(encodable(v))
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

// encodable returns an answer that JSON can hold: a problem may name a value that it cannot, such as an infinite number.
func encodable(v any) any {
	if p, ok := v.(*huma.ErrorModel); ok {
		for _, e := range p.Errors {
			if f, ok := e.Value.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
				e.Value = fmt.Sprint(f)
			}
		}
	}
	return v
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

// answer is a JSON answer.
type answer[T any] struct{ Body T }

// rawAnswer is an answer of bytes.
type rawAnswer struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}
