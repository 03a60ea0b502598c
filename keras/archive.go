package keras

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"likeness/hdf5"
)

// The members of a .keras file.
const (
	configFile   = "config.json"
	metadataFile = "metadata.json"
	weightsFile  = "model.weights.h5"
)

// mostUnpacked is how many times its size a member can become. Keras packs nothing, and
// weights do not become much smaller.
const mostUnpacked = 100

// archive reads a .keras file, a zip archive.
func (m *Model) archive(data []byte) error {
	m.Format = "Keras 3 model (.keras)"
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return m.errorf("a .keras file: %w", err)
	}
	members := map[string]*zip.File{}
	for _, f := range z.File {
		if f.CompressedSize64 > uint64(len(data)) { // mostUnpacked could not be trusted
			return m.errorf("a .keras file: %s of %d bytes in a file of %d", f.Name, f.CompressedSize64, len(data))
		}
		if members[f.Name] != nil {
			return m.errorf("a .keras file: two members %q", f.Name)
		}
		members[f.Name] = f
	}
	if members[configFile] == nil {
		return m.errorf("a zip archive, but not a .keras file: it has no %s", configFile)
	}
	config, err := m.member(members[configFile], mostConfig)
	if err != nil {
		return err
	}
	if f := members[metadataFile]; f != nil {
		text, err := m.member(f, mostConfig)
		if err != nil {
			return err
		}
		var about struct {
			Version string `json:"keras_version"`
		}
		if err := json.Unmarshal(text, &about); err != nil {
			return m.errorf("%s: %w", metadataFile, err)
		}
		m.Version = about.Version
	}
	if err := m.configure(config); err != nil {
		return err
	}
	f := members[weightsFile]
	if f == nil {
		return m.errorf("no %s: models whose weights lie in another format are not read", weightsFile)
	}
	weights, err := m.member(f, hdf5.LargestFile)
	if err != nil {
		return err
	}
	m.left = smallWeights + mostWeights*len(weights)
	h, err := hdf5.Parse(m.File+": "+weightsFile, weights)
	if err != nil {
		return err
	}
	root, err := h.Root()
	if err != nil {
		return err
	}
	return m.attachNew(root)
}

// member unpacks a member of at most so many bytes.
func (m *Model) member(f *zip.File, most uint64) ([]byte, error) {
	if f.UncompressedSize64 > min(most, mostUnpacked*f.CompressedSize64+1<<16) {
		return nil, m.errorf("%s: %d bytes that %d bytes unpack to, expected at most %d and %d times as many", f.Name, f.UncompressedSize64, f.CompressedSize64, most, mostUnpacked)
	}
	r, err := f.Open()
	if err != nil {
		return nil, m.errorf("%s: %w", f.Name, err)
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)+1))
	if closed := r.Close(); err == nil {
		err = closed
	}
	if err == nil && uint64(len(data)) != f.UncompressedSize64 {
		err = fmt.Errorf("%d bytes, expected %d", len(data), f.UncompressedSize64)
	}
	if err != nil {
		return nil, m.errorf("%s: %w", f.Name, err)
	}
	return data, nil
}
