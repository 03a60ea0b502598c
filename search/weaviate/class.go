package weaviate

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"likeness/search/engine"
)

// class is a class of Weaviate as its REST interface has it.
type class struct {
	Class             string         `json:"class"`
	Description       string         `json:"description"`
	Vectorizer        string         `json:"vectorizer"`
	VectorIndexType   string         `json:"vectorIndexType"`
	VectorIndexConfig map[string]any `json:"vectorIndexConfig"`
	ReplicationConfig replication    `json:"replicationConfig"`
	ShardingConfig    map[string]any `json:"shardingConfig"`
	Properties        []property     `json:"properties"`
}

type replication struct {
	Factor       int    `json:"factor"`
	AsyncEnabled bool   `json:"asyncEnabled"`
	Deletion     string `json:"deletionStrategy"`
}

// property is a property of a class. What no condition asks for has no index.
type property struct {
	Name         string   `json:"name"`
	DataType     []string `json:"dataType"`
	Tokenization string   `json:"tokenization,omitempty"`
	Filterable   bool     `json:"indexFilterable"`
	Searchable   bool     `json:"indexSearchable"`
	Range        bool     `json:"indexRangeFilters"`
}

func keptText(name string) property {
	return property{Name: name, DataType: []string{"text"}, Tokenization: "field"}
}

// The classes that collections share: their spaces, and what is known of their sources. The one with
// an object of another kind under the same name is another class, so names may not begin alike.
const (
	classPrefix = "Likeness_"
	spaceClass  = "LikenessSpace"
	partClass   = "LikenessPart"
)

// The properties of the objects of shared classes.
const (
	propCollection = "collection" // the class of the collection
	propData       = "data"
	propVersion    = "version" // rises with each change
)

// described is the description of a collection's class.
type described struct {
	Likeness int            `json:"likeness"` // the version of what is kept, 1
	Header   *engine.Header `json:"header"`
}

const formatVersion = 1

// className returns the class of a collection.
func (s *server) className(digest string) string { return classPrefix + s.name + "_" + digest }

// ours reports whether a class is a collection of this name.
func (s *server) ours(class string) bool {
	digest, ok := strings.CutPrefix(class, classPrefix+s.name+"_")
	return ok && len(digest) == 16 && strings.Trim(digest, "0123456789abcdef") == ""
}

// layout says how a class lies on the nodes.
func layout(opt engine.MakeOptions, nodes int) (shards, replicas int) {
	shards, replicas = opt.Shards, opt.Replicas
	if shards <= 0 {
		shards = nodes
	}
	if replicas <= 0 {
		replicas = min(3, nodes)
	}
	return shards, replicas
}

// newClass returns a class without properties.
func newClass(name string, shards, replicas int) class {
	return class{
		Class: name, Vectorizer: "none", VectorIndexType: "hnsw",
		ShardingConfig: map[string]any{"desiredCount": shards},
		// Where copies differ, the later change counts, also where it is a deletion.
		ReplicationConfig: replication{Factor: replicas, AsyncEnabled: replicas > 1, Deletion: "TimeBasedResolution"},
	}
}

// collectionClass returns the class of a header.
func collectionClass(name string, h *engine.Header, shards, replicas int) (class, error) {
	b, err := json.Marshal(described{formatVersion, h})
	if err != nil {
		return class{}, err
	}
	c := newClass(name, shards, replicas)
	c.Description = string(b)
	// Vectors as they are: a server may compress them unless it is told not to.
	c.VectorIndexConfig = map[string]any{"distance": "l2-squared", "skipDefaultQuantization": true}
	number := func(name, kind string) property { return property{Name: name, DataType: []string{kind}, Range: true} }
	matched := func(name, kind string) property {
		return property{Name: name, DataType: []string{kind}, Tokenization: "field", Filterable: true}
	}
	c.Properties = []property{
		keptText(propID), keptText(propPerson), matched(propName, "text"), matched(propFolders, "text[]"),
		number(propTaken, "int"), number(propSeq, "int"), keptText(propHash), keptText(propMark), keptText(propFrame), keptText(propSource),
	}
	for i := range h.Attributes {
		c.Properties = append(c.Properties, number(propAttribute(i), "number"))
	}
	return c, nil
}

// sharedClass returns a class of objects without vectors.
func sharedClass(name string, replicas int) class {
	c := newClass(name, 1, replicas)
	c.Description = "what likeness keeps beside its collections"
	c.VectorIndexConfig = map[string]any{"skip": true}
	c.Properties = []property{
		{Name: propCollection, DataType: []string{"text"}, Tokenization: "field", Filterable: true},
		keptText(propData), {Name: propVersion, DataType: []string{"int"}},
	}
	return c
}

// schemaLimit bounds one try of a question to the cluster's leader. When the leader went away, a node
// waits for an answer of it longer than the others take to elect a new one.
const schemaLimit = 5 * time.Second

// readClass asks for a class, as the cluster's leader knows it; nil where there is none.
func (s *server) readClass(ctx context.Context, name string) (*class, error) {
	var c *class
	err := s.client.do(ctx, "schema", schemaLimit, func(ctx context.Context, h *host) error {
		c = &class{}
		err := s.client.rest(ctx, h, "GET", "/v1/schema/"+name, nil, c)
		if status(err) == http.StatusNotFound {
			c, err = nil, nil
		}
		return err
	})
	return c, err
}

// addClass makes a class; one of the name may be there already.
func (s *server) addClass(ctx context.Context, c class) error {
	return s.client.do(ctx, "schema", classLimit, func(ctx context.Context, h *host) error {
		err := s.client.rest(ctx, h, "POST", "/v1/schema", c, nil)
		if status(err) == http.StatusUnprocessableEntity && strings.Contains(err.Error(), "already exists") {
			return nil
		}
		return err
	})
}

// dropClass removes a class. (Of the name of an alias, the server would say that it has removed it,
// and remove nothing: only names of classes that were listed come here.)
func (s *server) dropClass(ctx context.Context, name string) error {
	return s.client.do(ctx, "schema", classLimit, func(ctx context.Context, h *host) error {
		return s.client.rest(ctx, h, "DELETE", "/v1/schema/"+name, nil, nil)
	})
}

// classes returns the names of all classes.
func (s *server) classes(ctx context.Context) ([]string, error) {
	var schema struct{ Classes []struct{ Class string } }
	err := s.client.do(ctx, "schema", schemaLimit, func(ctx context.Context, h *host) error {
		schema.Classes = nil
		return s.client.rest(ctx, h, "GET", "/v1/schema", nil, &schema)
	})
	names := make([]string, len(schema.Classes))
	for i, c := range schema.Classes {
		names[i] = c.Class
	}
	return names, err
}

// shards returns how many shards a class has.
func (c *class) shards() int {
	n, _ := c.ShardingConfig["desiredCount"].(float64) // as JSON has it
	return int(n)
}

var errNoSpace = errors.New("the collection's space is missing")

// header takes the header out of a class, without its space.
func (c *class) header() (*engine.Header, error) {
	var d described
	if err := json.Unmarshal([]byte(c.Description), &d); err != nil || d.Likeness == 0 || d.Header == nil {
		return nil, fmt.Errorf("the class %s is none that likeness has made: its description holds no header", c.Class)
	}
	if d.Likeness != formatVersion {
		return nil, fmt.Errorf("the class %s is of version %d, expected %d", c.Class, d.Likeness, formatVersion)
	}
	return d.Header, nil
}

// writeSpace keeps a header's space.
func (s *server) writeSpace(ctx context.Context, name string, h *engine.Header) error {
	b, err := h.SpaceBytes()
	if err != nil {
		return err
	}
	o := object{uuid: uuidOf("space", name), texts: map[string]string{propCollection: name, propData: base64.StdEncoding.EncodeToString(b)}}
	return s.write(ctx, spaceClass, []object{o}, s.writeLevel())
}

// readSpace takes a header's space from what writeSpace has kept.
func (s *server) readSpace(ctx context.Context, name string, h *engine.Header) error {
	q := &lookFor{class: spaceClass, properties: []string{propData}, limit: 1, filter: anyOf("_id", opContainsAny, []string{uuidOf("space", name)})}
	var list []found
	err := s.ask(ctx, "space", 0, spaceClass, func(ctx context.Context, h *host) (err error) {
		if list, err = s.client.search(ctx, h, q); err == nil && len(list) == 0 {
			err = &engine.Temporary{Err: errNoSpace} // written, but not to this node yet
		}
		return err
	})
	if err != nil {
		return err
	}
	b, err := base64.StdEncoding.DecodeString(list[0].texts[propData])
	if err != nil {
		return fmt.Errorf("%s: the space of the collection %s: %w", s.location, name, err)
	}
	return h.SetSpace(s.location.String(), b)
}
