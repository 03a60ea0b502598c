package inspect

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"likeness/embeddings"
	"likeness/internal/regularfile"
	"likeness/npy"
	"likeness/pix"
)

// describeArrays describes NumPy's files.
func describeArrays(_ context.Context, f *File) error {
	a, err := npy.Open(f.Path)
	if err != nil {
		f.What = "a NumPy file"
		return err
	}
	defer a.Close()
	pictures, codes := false, false
	var problems []error
	for _, name := range a.Names() {
		h, err := a.Header(name)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		kind := h.Type.String()
		if h.Fortran && len(h.Shape) > 1 {
			kind += ", by columns"
		}
		f.tensor(name, kind, h.Shape)
		numbers := strings.ContainsRune("fiu", rune(h.Type.Kind))
		pictures = pictures || numbers && (len(h.Shape) == 4 || len(h.Shape) == 3)
		codes = codes || numbers && len(h.Shape) == 2
	}
	f.What = "NumPy's arrays"
	if f.Format == "npy" {
		f.What = "a NumPy array"
	}
	if pictures {
		f.likeness("train, eval, index: --data FILE, where it holds pictures (N, H, W, 3)")
	}
	if codes && len(problems) == 0 {
		f.likeness("index --codes FILE, where it holds codes (N, D)")
	}
	f.opens("NumPy", "numpy.load(FILE, allow_pickle=False)")
	return errors.Join(problems...)
}

// describeZip says what sort of zip it is.
func describeZip(ctx context.Context, f *File) error {
	f.What = "a zip archive"
	file, err := regularfile.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	z, err := zip.NewReader(file, f.Bytes)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return err
	}
	has := func(fits func(name string) bool) bool {
		return slices.ContainsFunc(z.File, func(m *zip.File) bool { return fits(m.Name) })
	}
	named := func(name string) bool { return has(func(n string) bool { return n == name }) }
	switch {
	case has(func(n string) bool { return strings.HasSuffix(n, ".npy") }):
		f.Format = "npz"
		return describeArrays(ctx, f)
	case named("config.json") && has(func(n string) bool { return strings.HasSuffix(n, ".h5") }):
		f.Format = "keras"
		return describeKeras(f, z)
	case has(func(n string) bool { return path.Base(n) == "data.pkl" }):
		f.Format, f.What = "PyTorch", "a PyTorch file, with a pickle inside"
		f.fact("advice", "A pickle is a program: it is recognised and never run. Save the state dict with safetensors.torch.save_file.")
		if has(func(n string) bool { return strings.Contains(n, "/code/") }) {
			f.What = "a TorchScript program"
			f.Facts = nil
			f.fact("advice", "It has a program and pickles inside: it is recognised and never run. In Python, save the state dict of torch.jit.load(FILE) with safetensors.torch.save_file.")
			f.opens("PyTorch", "torch.jit.load(FILE), only where its author is trusted")
			return nil
		}
		f.opens("PyTorch", "torch.load(FILE, weights_only=True), only where its author is trusted")
		return nil
	}
	pictures := 0
	for _, m := range z.File {
		if isPictureName(m.Name) {
			pictures++
		}
	}
	f.fact("files", "%d", len(z.File))
	if pictures > 0 {
		f.What = "a zip archive of pictures"
		f.fact("pictures", "%d, by their names", pictures)
		f.likeness("data check FILE", "index FILE", "train ... --data FILE")
	}
	f.opens("unzip", "unzip -l FILE")
	return nil
}

// describeArchive describes tar archives, and files that gzip has compressed.
func describeArchive(_ context.Context, f *File) error {
	f.What = "a tar archive"
	if f.Format == "gzip" {
		file, err := regularfile.Open(f.Path)
		if err != nil {
			return err
		}
		defer file.Close()
		head := make([]byte, 512)
		n := 0
		z, err := gzip.NewReader(file)
		if err != nil {
			f.What = "a file compressed by gzip"
			return fmt.Errorf("it is cut short or damaged: %w", err)
		}
		n, err = io.ReadFull(z, head)
		if n < 262 || string(head[257:262]) != "ustar" {
			f.What = "a file compressed by gzip"
			f.opens("gzip", "gzip -d FILE")
			if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) { // shorter than what was asked for
				return nil
			}
			return err
		}
		f.What = "a tar archive compressed by gzip"
	}
	f.likeness("data check FILE, which looks at its pictures", "index FILE", "train ... --data FILE")
	f.opens("tar", "tar tf FILE")
	return nil
}

func isPictureName(name string) bool {
	return slices.Contains([]string{".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".heif", ".avif"}, strings.ToLower(path.Ext(name)))
}

// describeTable describes Parquet files.
func describeTable(_ context.Context, f *File) error {
	f.What = "a Parquet table"
	f.opens("pandas", "pandas.read_parquet(FILE)")
	columns, rows, err := embeddings.ParquetColumns(f.Path)
	if err != nil {
		return err
	}
	f.fact("rows", "%d", rows)
	for _, c := range columns {
		f.tensor(c.Name, c.Type, []int{int(rows)})
	}
	f.likeness("index --codes FILE, where a column holds codes")
	return nil
}

// describeText describes texts, and among them tables.
func describeText(_ context.Context, f *File) error {
	f.What = "a text"
	file, err := regularfile.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	line, _ := bufio.NewReader(io.LimitReader(file, mostLine)).ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if strings.EqualFold(filepath.Ext(f.Path), ".csv") || strings.Count(line, ",") > 1 {
		f.Format, f.What = "CSV", "a table"
		f.fact("columns", "%d", strings.Count(line, ",")+1)
		f.text("first line", line)
		f.likeness("index --codes FILE, where its columns are codes", "--names FILE, where they are pictures and people")
	}
	return nil
}

// mostDecoded bounds the memory for a picture that is decoded to see whether it is whole.
const mostDecoded = 1 << 30

// describePicture describes pictures.
func describePicture(_ context.Context, f *File) error {
	f.What = "a picture"
	file, err := regularfile.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	var broken error
	if data, err := io.ReadAll(io.LimitReader(file, pix.MaxFileBytes+1)); err != nil {
		return err
	} else if pix.Memory(data) <= mostDecoded {
		_, _, broken = pix.Examine(data)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if c, kind, err := image.DecodeConfig(file); err == nil {
		f.fact("size", "%dx%d pixels", c.Width, c.Height)
		f.fact("encoding", "%s", kind)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if taken, ok := pix.Taken(file); ok {
		f.fact("taken", "%s", taken.Format("2006-01-02 15:04:05"))
	}
	if broken != nil {
		return fmt.Errorf("it cannot be decoded: %w", broken)
	}
	f.likeness("search FILE", "same FILE OTHER", "edit, morph, denoise FILE")
	return nil
}

// folder describes a folder by what lies in it, no deeper.
func (f *File) folder(context.Context) error {
	entries, err := os.ReadDir(f.Path)
	if err != nil {
		return err
	}
	f.Format, f.What = "folder", "a folder"
	pictures, folders := 0, 0
	for _, e := range entries {
		switch {
		case e.IsDir():
			folders++
		case isPictureName(e.Name()):
			pictures++
		}
		switch e.Name() {
		case "saved_model.pb":
			f.What = "a TensorFlow SavedModel"
			f.fact("advice", "Write its weights with model.save_weights, or convert it to ONNX.")
			f.opens("TensorFlow", "tf.saved_model.load")
			return nil
		case "projector_config.pbtxt":
			f.What = "an embedding for TensorBoard's projector"
			f.opens("TensorBoard", "tensorboard --logdir FOLDER")
			return nil
		}
		if strings.HasPrefix(e.Name(), "events.out.tfevents.") {
			f.What = "events for TensorBoard"
			f.opens("TensorBoard", "tensorboard --logdir FOLDER")
			return nil
		}
	}
	f.fact("pictures", "%d here", pictures)
	f.fact("folders", "%d", folders)
	f.likeness("serve FOLDER", "index FOLDER", "data check FOLDER")
	return nil
}
