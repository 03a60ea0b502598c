package pgvector

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"likeness/search/engine"
)

// classified marks the errors after which the same call may be tried again, see engine.Temporary.
func classified(err error) error {
	if err != nil && temporary(err) {
		return &engine.Temporary{Err: err}
	}
	return err
}

// temporary reports whether the server was away or busy, or took back what two clients did to the
// same rows.
func temporary(err error) bool {
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch server.Code {
		case "40001", "40P01", // serialization failure, deadlock
			"55P03",                   // lock not available
			"57P01", "57P02", "57P03": // shut down, crashed, starting
			return true
		}
		class := server.Code[:min(2, len(server.Code))]
		return class == "08" || class == "53" // connection, resources
	}
	if _, ok := errors.AsType[*pgconn.ParseConfigError](err); ok {
		return false
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err)
}

// gone turns the error of a call that met a collection which is dropped into engine.ErrNone.
func gone(err error) error {
	server, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return err
	}
	// A statement that was prepared meets a dropped table by its number, at times.
	if server.Code == "42P01" || server.Code == "XX000" && strings.HasPrefix(server.Message, "could not open relation") {
		return fmt.Errorf("%w: %w", engine.ErrNone, err)
	}
	return err
}
