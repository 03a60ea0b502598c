package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// No foreign page and no other name for this machine gets in.
func TestForeignRequests(t *testing.T) {
	s := serve(t, t.TempDir())
	for _, c := range []struct {
		about, method, path string
		header              []string
		want                int
	}{
		{"our own page", "GET", "/api/workspace", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"a program", "GET", "/api/workspace", nil, 200},
		{"a link from elsewhere to a page", "GET", "/search", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 200},
		{"a link from elsewhere to the API", "GET", "/api/workspace", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 403},
		{"a foreign page that asks", "GET", "/api/workspace", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"}, 403},
		{"a foreign page that shows our pictures", "GET", "/static/icon.svg", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}, 403},
		{"another port of this machine", "GET", "/api/workspace", []string{"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "cors"}, 403},
		{"a foreign origin that sends", "POST", "/api/index", []string{"Origin", "https://evil.example", "Content-Type", "application/json"}, 403},
		{"a page without an origin", "POST", "/api/index", []string{"Origin", "null", "Content-Type", "application/json"}, 403},
		{"an old browser's foreign origin", "GET", "/api/workspace", []string{"Origin", "https://evil.example"}, 403},
		{"a name that somebody pointed here", "GET", "/api/workspace", []string{"Host", "evil.example"}, 421},
		{"no page", "GET", "/nowhere", nil, 404},
		{"no file", "GET", "/static/../server.go", nil, 404},
		{"no operation", "GET", "/api/nowhere", nil, 404},
	} {
		status, body, h := s.ask(c.method, c.path, nil, c.header...)
		if status != c.want && !(c.want == 404 && status == http.StatusTemporaryRedirect) {
			t.Errorf("%s: %d %.100s, want %d", c.about, status, body, c.want)
		} else if c.want >= 400 && status == c.want {
			s.problemOf(status, body, h)
		}
	}
	_, _, h := s.ask("GET", "/", nil)
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "require-trusted-types-for 'script'", "frame-ancestors 'none'"} {
		if p := h.Get("Content-Security-Policy"); !strings.Contains(p, want) || strings.Contains(p, "unsafe") {
			t.Errorf("the policy %q: want %s and nothing unsafe", p, want)
		}
	}
	if h.Get("Access-Control-Allow-Origin") != "" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", h)
	}
}

// With a token nobody comes in without it, and it stays in no address.
func TestToken(t *testing.T) {
	const token = "0123456789abcdef"
	s := serve(t, t.TempDir(), func(o *Options) { o.Token = token })
	for _, c := range []struct {
		about, path string
		header      []string
		want        int
	}{
		{"without", "/", nil, 401},
		{"the API without", "/api/workspace", nil, 401},
		{"metrics without", "/metrics", nil, 401},
		{"a wrong one", "/?token=nope", nil, 401},
		{"a wrong cookie", "/", []string{"Cookie", "likeness=nope"}, 401},
		{"a wrong bearer", "/api/workspace", []string{"Authorization", "Bearer nope"}, 401},
		{"alive", "/healthz", nil, 200},
		{"a bearer", "/api/workspace", []string{"Authorization", "Bearer " + token}, 200},
		{"a cookie", "/", []string{"Cookie", "likeness=" + token}, 200},
		{"another name, with a cookie", "/", []string{"Host", "faces.example", "Cookie", "likeness=" + token}, 200},
	} {
		if status, body, _ := s.ask("GET", c.path, nil, c.header...); status != c.want {
			t.Errorf("%s: %d %.100s, want %d", c.about, status, body, c.want)
		}
	}
	status, _, h := s.ask("GET", "/search?index=a&token="+token, nil)
	if status != http.StatusSeeOther || h.Get("Location") != "/search?index=a" {
		t.Errorf("the first visit: %d to %q, want the address without the token", status, h.Get("Location"))
	}
	if c := h.Get("Set-Cookie"); !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Strict") {
		t.Errorf("the cookie %q, want HttpOnly and SameSite=Strict", c)
	}
	if _, _, h := s.ask("GET", "//evil.example/?token="+token, nil); strings.HasPrefix(h.Get("Location"), "//") {
		t.Errorf("the token leads to %s", h.Get("Location"))
	}
}

func TestListen(t *testing.T) {
	for addr, token := range map[string]string{"0.0.0.0:0": "", ":0": "", "example.com:0": "", "nowhere": "", "[::]:0": ""} {
		if l, err := Listen(addr, token); err == nil {
			l.Close()
			t.Errorf("%s without a token: no error", addr)
		}
	}
	for addr, token := range map[string]string{"127.0.0.1:0": "", "localhost:0": "", "0.0.0.0:0": "0123456789"} {
		l, err := Listen(addr, token)
		if err != nil {
			t.Errorf("%s: %v", addr, err)
			continue
		}
		s := &Server{token: token}
		if u, err := url.Parse(s.Address(l)); err != nil || u.Hostname() == "0.0.0.0" || u.Query().Get("token") != token {
			t.Errorf("%s: the address %s (%v)", addr, s.Address(l), err)
		}
		l.Close()
	}
}

// Names of a request lead to nothing but what is in the folder.
func TestPaths(t *testing.T) {
	s := serve(t, folder(t))
	for _, name := range []string{"../" + indexName, "/etc/passwd", "./" + indexName, "a/../" + indexName, "..", "", "\x00", strings.Repeat("x", 5000), "finder", "detector"} {
		q := url.Values{"index": {name}, "id": {"a"}}
		for _, path := range []string{"/api/search", "/api/index", "/api/members", "/api/picture", "/api/people"} {
			status, body, h := s.ask("GET", path+"?"+q.Encode(), nil)
			if status != 404 && status != 422 {
				t.Errorf("%s of %.30q: %d %.200s", path, name, status, body)
				continue
			}
			if detail := s.problemOf(status, body, h); strings.Contains(detail, "/tmp/") {
				t.Errorf("%s of %.30q tells a path: %s", path, name, detail)
			}
		}
	}
	for _, out := range []string{"../x.index.safetensors", "/tmp/x.index.safetensors", ".x.index.safetensors", "x.txt", "a/b.index.safetensors"} {
		if _, err := s.s.work.NewPath(out, ".index.safetensors"); err == nil {
			t.Errorf("a new file may be called %s", out)
		}
	}
}
