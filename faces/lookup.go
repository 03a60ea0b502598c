package faces

import "context"

// FilesByID returns, for every picture of a source by its name, the file that ReadFiles takes. It opens no picture, so
// that also broken ones are in it. An id is what Set.IDs has; where a set could have given a picture another id (LFW's
// name, the path without and with its extension), all of them lead to the file, the first one where several could.
func FilesByID(ctx context.Context, src Source) (map[string]string, error) {
	files := map[string]string{}
	err := src.Walk(ctx, func(name string) bool {
		for _, id := range []string{name, stem(name), Identify(name, true).ID} {
			if _, taken := files[id]; !taken && id != "" {
				files[id] = name
			}
		}
		return false
	}, func(File) error { return nil })
	return files, err
}
