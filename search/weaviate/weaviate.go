// Package weaviate keeps collections on a server of Weaviate, or on a cluster of them, by a small
// client of its own.
package weaviate
