package weaviate

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// call makes one unary call of the gRPC interface, of which both messages are protocol buffers.
func (c *client) call(ctx context.Context, h *host, method string, message []byte) ([]byte, error) {
	frame := make([]byte, 5, 5+len(message)) // not compressed, and the length
	binary.BigEndian.PutUint32(frame[1:], uint32(len(message)))
	req, err := http.NewRequestWithContext(ctx, "POST", h.grpc+"/weaviate.v1.Weaviate/"+method, bytes.NewReader(append(frame, message...)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/grpc+proto")
	req.Header.Set("TE", "trailers")
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	resp, err := c.http2.Do(req)
	if err != nil {
		return nil, &lost{method, err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, largestAnswer+6))
	if err != nil {
		return nil, &lost{method, err}
	}
	return answer(method, resp, body)
}

// answer takes the message out of the answer to a call, or the error, which comes with HTTP 200.
func answer(method string, resp *http.Response, body []byte) ([]byte, error) {
	if resp.StatusCode != http.StatusOK {
		return nil, &refused{what: method, status: resp.StatusCode, message: foreign(resp.StatusCode, body)}
	}
	if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/grpc") {
		return nil, fmt.Errorf("%s: an answer of the type %q, expected application/grpc: the port may be another's", method, short(kind))
	}
	trailer := resp.Trailer
	if trailer.Get("Grpc-Status") == "" {
		trailer = resp.Header // an answer of trailers alone
	}
	text := trailer.Get("Grpc-Status")
	if text == "" {
		return nil, &lost{method, io.ErrUnexpectedEOF}
	}
	code, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("%s: the status %q, expected a number", method, short(text))
	}
	if code != codeOK {
		return nil, &refused{what: method, code: code, message: short(unpercent(trailer.Get("Grpc-Message")))}
	}
	if len(body) < 5 {
		return nil, &lost{method, io.ErrUnexpectedEOF}
	}
	size := binary.BigEndian.Uint32(body[1:])
	switch {
	case body[0] != 0:
		return nil, fmt.Errorf("%s: a compressed answer, which was not asked for", method)
	case size > largestAnswer:
		return nil, fmt.Errorf("%s: an answer of %d bytes, expected at most %d", method, size, largestAnswer)
	case int(size) > len(body)-5:
		return nil, &lost{method, io.ErrUnexpectedEOF}
	case int(size) < len(body)-5:
		return nil, fmt.Errorf("%s: %d bytes behind the answer", method, len(body)-5-int(size))
	}
	return body[5:], nil
}

// unpercent decodes a message of gRPC: bytes as %XX. What is no such byte stays, as gRPC wants it.
func unpercent(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if v, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(v))
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
