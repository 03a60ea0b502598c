package engine_test

import (
	"fmt"

	"likeness/search/engine"
)

func ExampleParseLocation() {
	l, err := engine.ParseLocation("weaviate://node-0:8080,node-1:8080/faces?tls=true")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(l.Hosts, l.Name, l.Options.Get("tls"))
	_, err = engine.ParseLocation("postgres://me:secret@db.example/photos/faces")
	fmt.Println(err)
	// Output:
	// [node-0:8080 node-1:8080] faces true
	// postgres://db.example/photos/faces holds a password, which would stand in logs and in the list of processes: give it in the environment or in a file
}
