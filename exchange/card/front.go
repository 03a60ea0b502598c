package card

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"likeness/autoencoder"
	"likeness/dataset"
)

// The tasks of models, as model hubs call them.
const (
	features = "image-feature-extraction"
	toImage  = "image-to-image"
)

// frontMatter writes what model hubs read: YAML between two lines of dashes.
func frontMatter(b *bytes.Buffer, m *autoencoder.Model, a About) {
	task := features
	if m.Denoises() {
		task = toImage
	}
	fmt.Fprintf(b, "---\n%s\n", Made)
	entry := func(name, value string) { fmt.Fprintf(b, "%s: %s\n", name, scalar(value)) }
	list := func(name string, values ...string) {
		fmt.Fprintf(b, "%s:\n", name)
		for _, v := range values {
			fmt.Fprintf(b, "- %s\n", scalar(v))
		}
	}
	if a.License != "" {
		entry("license", a.License)
	}
	entry("library_name", a.Library)
	entry("pipeline_tag", task)
	tags := []string{"likeness", "autoencoder", "faces"}
	if m.Denoises() {
		tags = append(tags, "denoising")
	}
	for _, library := range append([]string{a.Library}, a.Libraries...) {
		if !slices.Contains(tags, library) {
			tags = append(tags, library)
		}
	}
	list("tags", tags...)
	if m.Training != nil {
		if public := publicData(m.Training.Data); public != "" {
			list("datasets", public)
		}
	}
	mse, part, ok := loss(m)
	measuredOn := ""
	switch {
	case a.Score != nil && a.Score.MSE != nil:
		mse, part, ok, measuredOn = *a.Score.MSE, "test", true, a.Score.Data
	case ok:
		measuredOn = m.Training.Data
	}
	if !ok {
		fmt.Fprint(b, "---\n")
		return
	}
	list("metrics", "mse")
	data := publicData(measuredOn)
	kind := data
	switch {
	case dataset.Parse(measuredOn).IsDrawn():
		data, kind = "faces drawn by likeness", "other"
	case data == "":
		data, kind = "pictures that are not published", "other"
	}
	fmt.Fprintf(b, "model-index:\n- name: %s\n  results:\n  - task:\n      type: %s\n    dataset:\n      name: %s\n      type: %s\n    metrics:\n    - type: mse\n      name: %s\n      value: %s\n---\n",
		scalar(a.Name), toImage, scalar(data), scalar(kind), scalar("mean squared error on the "+part+" pictures, whose values span 1"), strconv.FormatFloat(mse, 'g', 6, 64))
}

// publicData returns the name of a data set where it is a published one.
func publicData(data string) string {
	switch dataset.Parse(data).Source {
	case "lfw", "lfw.tgz":
		return "lfw"
	}
	return ""
}

// loss returns the error of the kept weights, and on which part it was measured.
func loss(m *autoencoder.Model) (mse float64, part string, ok bool) {
	t := m.Training
	if t == nil || len(t.History) == 0 {
		return 0, "", false
	}
	last := t.History[len(t.History)-1]
	if t.BestEpoch > 0 && t.BestEpoch <= len(t.History) {
		last = t.History[t.BestEpoch-1]
	}
	switch {
	case last.TestLoss > 0:
		return last.TestLoss, "test", true
	case last.ValidationLoss > 0:
		return last.ValidationLoss, "validation", true
	}
	return 0, "", false
}

// plain are texts that YAML reads as texts without quotes.
var plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)

// scalar returns a text as YAML: as it is where that is a text, else as a string of JSON, which is one of YAML.
func scalar(s string) string {
	switch s {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n", "True", "False", "Null", "Yes", "No", "On", "Off", "Y", "N", "TRUE", "FALSE", "NULL", "YES", "NO", "ON", "OFF":
		return strconv.Quote(s)
	}
	if plain.MatchString(s) {
		return s
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic("card: a string does not encode")
	}
	return string(text)
}
