package pix

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// otherKinds are the kinds of files that people name in place of pictures, by bytes near
// their beginning.
var otherKinds = []struct {
	at    int
	magic string
	is    string
}{
	{0, "\x1f\x8b", "an archive (gzip)"},
	{0, "PK\x03\x04", "an archive (zip)"},
	{0, "BZh", "an archive (bzip2)"},
	{0, "\xfd7zXZ\x00", "an archive (xz)"},
	{0, "7z\xbc\xaf\x27\x1c", "an archive (7z)"},
	{0, "Rar!", "an archive (RAR)"},
	{257, "ustar", "an archive (tar)"},
	{0, "%PDF", "a PDF document"},
	{0, "FUJIFILMCCD-RAW", "a raw photograph (RAF)"},
	{0, "IIRO", "a raw photograph (ORF)"},
	{8, "CR\x02\x00", "a raw photograph (CR2)"},
	{0, "II*\x00", "a TIFF picture or a raw photograph"},
	{0, "MM\x00*", "a TIFF picture or a raw photograph"},
	{0, "BM", "a BMP picture"},
	{0, "8BPS", "a Photoshop document"},
	{0, "\xff\x0a", "a JPEG XL picture"},
	{4, "JXL ", "a JPEG XL picture"},
	{4, "jP  ", "a JPEG 2000 picture"},
	{8, "AVI ", "a film (AVI)"},
	{0, "\x1aE\xdf\xa3", "a film (Matroska)"},
}

// Kinds that are read, or may be.
const (
	heicPicture, heicSequence = "a HEIC picture", "a HEIC sequence"
	heifPicture, heifSequence = "a HEIF picture", "a HEIF sequence"
	avifPicture, avifSequence = "an AVIF picture", "an AVIF sequence"
)

// brands are the kinds of files in the container of MP4 (ISO base media), by the brands in
// their first box; the main brand is looked up first, then those that it also fits.
var brands = map[string]string{
	"heic": heicPicture, "heix": heicPicture, "heim": heicPicture, "heis": heicPicture,
	"hevc": heicSequence, "hevx": heicSequence, "hevm": heicSequence, "hevs": heicSequence,
	"msf1": heifSequence,
	"avif": avifPicture, "avis": avifSequence,
	"crx ": "a raw photograph (CR3)", "qt  ": "a film (QuickTime)", "M4A ": "a sound file (M4A)",
}

// brandOf returns what the container of MP4 holds, "" for other files.
func brandOf(data []byte) string {
	list := fileBrands(data)
	for _, b := range list {
		if is := brands[b]; is != "" {
			return is
		}
	}
	switch {
	case len(list) == 0:
		return ""
	case list[0] == "mif1":
		return heifPicture
	}
	return "a film (MP4)"
}

// fileBrands returns the brands of a file in the container of MP4, its main one first.
func fileBrands(data []byte) []string {
	if len(data) < 12 || string(data[4:8]) != "ftyp" {
		return nil
	}
	list := []string{string(data[8:12])}
	end := min(int(min(binary.BigEndian.Uint32(data), sniffed)), len(data))
	for at := 16; at+4 <= end; at += 4 { // behind the version
		list = append(list, string(data[at:at+4]))
	}
	return list
}

// Supported returns nil where a file that begins so, with 512 bytes or all it has, is of a
// format that Decode reads, and else an error that says what it is instead.
func Supported(head []byte) error {
	if formatOf(head) != nil {
		return nil
	}
	return errKind(head)
}

// ErrNoPicture is what the error of Decode and Supported is for a file of another format.
var ErrNoPicture = errors.New("not a picture")

// kindError is ErrNoPicture in more words.
type kindError string

func (e kindError) Error() string      { return string(e) }
func (kindError) Is(target error) bool { return target == ErrNoPicture }

// errKind is the error of a file that is something else than a supported picture.
func errKind(data []byte) error {
	is := brandOf(data)
	for _, k := range otherKinds {
		if is == "" && len(data) > k.at && bytes.HasPrefix(data[k.at:], []byte(k.magic)) {
			is = k.is
		}
	}
	if is == "" {
		return kindError("not a picture: want " + formatNames)
	}
	return kindError(fmt.Sprintf("not a picture that can be read but %s: want %s", is, formatNames))
}

// formatNames are the formats that are read.
const formatNames = "JPEG, PNG, WebP, GIF, HEIC or AVIF"
