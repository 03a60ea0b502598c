// Package pgvector keeps collections in PostgreSQL with the extension pgvector.
package pgvector
