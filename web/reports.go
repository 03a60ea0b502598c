package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"likeness/internal/regularfile"
	"likeness/workspace"
)

// mostReport bounds a report, in bytes.
const mostReport = 64 << 20

// styles finds what a report has as its own style sheets and styles of elements.
var (
	styleSheet = regexp.MustCompile(`(?s)<style[^>]*>(.*?)</style>`)
	styleOf    = regexp.MustCompile(`\sstyle="([^"]*)"`)
)

func (s *Server) addReports(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "report", Method: http.MethodGet, Path: "/api/report", Summary: "Show a report as it is",
	}, func(ctx context.Context, in *struct {
		Report string `query:"report" required:"true" doc:"name of the report"`
	}) (*reportAnswer, error) {
		path, err := s.work.Path(in.Report, workspace.Report)
		if err != nil {
			return nil, s.problem(err)
		}
		var page []byte
		var policy string
		err = s.queue.do(ctx, func(context.Context) error {
			if page, err = regularfile.Read(path, mostReport); err == nil {
				policy = reportPolicy(page)
			}
			return err
		})
		if err != nil {
			return nil, s.problem(err)
		}
		return &reportAnswer{"text/html; charset=utf-8", policy, "SAMEORIGIN", page}, nil
	})
}

type reportAnswer struct {
	ContentType string `header:"Content-Type"`
	Policy      string `header:"Content-Security-Policy"`
	Frame       string `header:"X-Frame-Options"`
	Body        []byte
}

// reportPolicy lets a report show its pictures and use the very styles that it has, and run nothing. It is a document of no
// origin, so that it cannot ask this server for anything.
func reportPolicy(page []byte) string {
	var hashes strings.Builder
	seen := map[string]bool{}
	add := func(list [][][]byte) {
		for _, m := range list {
			sum := sha256.Sum256(m[1])
			if h := base64.StdEncoding.EncodeToString(sum[:]); !seen[h] {
				seen[h] = true
				fmt.Fprintf(&hashes, " 'sha256-%s'", h)
			}
		}
	}
	add(styleSheet.FindAllSubmatch(page, -1))
	attributes := styleOf.FindAllSubmatch(page, -1)
	add(attributes)
	if len(attributes) > 0 {
		hashes.WriteString(" 'unsafe-hashes'")
	}
	if hashes.Len() == 0 {
		hashes.WriteString(" 'none'")
	}
	return "sandbox; default-src 'none'; img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; style-src" + hashes.String()
}
