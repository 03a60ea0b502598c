package card

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"likeness/autoencoder"
	"likeness/hyper"
)

// facts writes what the model is made of.
func facts(b *bytes.Buffer, m *autoencoder.Model) {
	section(b, "The model")
	weights := 0
	for _, n := range m.Networks() {
		weights += len(n.Weights())
	}
	rows := [][2]string{
		{"architecture", m.Arch},
		{"pictures", fmt.Sprintf("%dx%d pixels of %s, RGB; as numbers byte/255 - 0.5", m.Prep.W, m.Prep.H, m.Prep.Words())},
		{"code", inWords(m.Code > 0, "%d numbers", m.Code)},
		{"weights", strconv.Itoa(weights)},
		{"fingerprint", "`" + m.Fingerprint() + "`"},
	}
	if c := m.Correction; c != nil {
		rows = append(rows, [2]string{"correction of codes", fmt.Sprintf("the encoder's answer goes on by the gradient of the decoder's error, in up to %d steps; a step that does not lower the error is undone and is the last", c.Steps)})
	}
	if m.Level != 0 {
		rows = append(rows, [2]string{"level of noise", fmt.Sprintf("pictures are scaled so that their noise has the standard deviation %g for the network, and back", m.Level)})
	}
	if m.Mirror {
		rows = append(rows, [2]string{"mirror", "the answer is the mean of those for a picture and for its mirror image"})
	}
	table(b, "", "", rows)
}

func inWords(has bool, format string, args ...any) string {
	if !has {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

// training writes where the weights come from.
func training(b *bytes.Buffer, m *autoencoder.Model) {
	section(b, "Training")
	t := m.Training
	if t == nil {
		fmt.Fprintln(b, "The file does not say how the weights came about.")
		return
	}
	task := t.Task
	if t.Corruption != "" {
		task += ", inputs corrupted by " + t.Corruption
	}
	rows := [][2]string{
		{"task", task},
		{"data", t.Data},
		{"hash of the data", inWords(t.DataHash != "", "`%s`", t.DataHash)},
		{"split", t.Split},
		{"pictures for training", number(t.NTrain)},
		{"pictures for choosing", number(t.NValidation)},
		{"pictures for testing", number(t.NTest)},
		{"epochs", number(len(t.History))},
	}
	if len(t.History) > 0 || t.Rate != 0 {
		for _, s := range t.Settings() {
			if s.Value != hyper.None {
				rows = append(rows, [2]string{s.Name, s.Value})
			}
		}
	}
	if t.BestEpoch > 0 {
		rows = append(rows, [2]string{"kept", fmt.Sprintf("the weights of epoch %d, the best on the pictures for choosing", t.BestEpoch)})
	}
	rows = append(rows, [2]string{"ended before its last epoch", t.Ended})
	table(b, "", "", rows)
}

// number returns a count, empty where it is 0.
func number(n int) string { return inWords(n != 0, "%d", n) }

// measured writes the errors that were measured, or those that the file has.
func measured(b *bytes.Buffer, m *autoencoder.Model, s *Score) {
	section(b, "What was measured")
	if s != nil {
		s.write(b)
		return
	}
	mse, part, ok := loss(m)
	if !ok {
		fmt.Fprintln(b, "The file has no error on pictures that were held back.")
		return
	}
	fmt.Fprintf(b, "Mean squared error on the %s pictures, whose values span 1: %s", part, strconv.FormatFloat(mse, 'g', 6, 64))
	if m.Correction != nil {
		fmt.Fprint(b, ", measured before codes were corrected, which never raises it")
	}
	fmt.Fprint(b, ".\n")
	if part == "validation" {
		fmt.Fprint(b, "\nThe weights were chosen by these pictures, so on others the error is a little higher.\n")
	}
	fmt.Fprint(b, "\nThe file has no comparison with what needs no training, such as exact PCA; `likeness eval MODEL` makes one, and a verdict of it.\n")
}

// limits writes what the model is not for.
func limits(b *bytes.Buffer, m *autoencoder.Model, a About) {
	section(b, "Limits")
	var list []string
	if t := m.Training; t != nil && t.Data != "" {
		list = append(list, "It learned from the pictures named above. What it does on others, its file does not say.")
	}
	if m.Decoder != nil {
		list = append(list,
			fmt.Sprintf("Pictures must be prepared as those that it learned from: %s, scaled to %dx%d.", m.Prep.Words(), m.Prep.W, m.Prep.H),
			"Codes compare with codes of this very model alone.",
			"A near code means that two pictures look alike to the model. It is no measure of who somebody is, and no decision about a person should rest on it.")
	} else {
		list = append(list, "It takes out noise of the kind that it learned from. It does not sharpen, and restores nothing that is not there.")
		if m.Level != 0 {
			list = append(list, "The level of the noise is an input where the file says so: its standard deviation, where the range of a picture is 1.")
		}
	}
	list = append(list, a.Left...)
	fmt.Fprintf(b, "- %s\n", strings.Join(list, "\n- "))
}
