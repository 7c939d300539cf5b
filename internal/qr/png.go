// Package qr renders a text as a QR code in a PNG that a phone can scan from a screen. The entry point is [PNG].
package qr

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/yeqown/go-qrcode/v2"
)

const (
	modulePixels = 8 // one byte of a 1-bit image
	quietModules = 4 // quiet zone on each side, ISO/IEC 18004 §5.3.8
)

// maxBytes is the capacity of version 40 at level M in byte mode.
const maxBytes = 2331

var (
	// ErrEmpty means that the text is empty.
	ErrEmpty = errors.New("no text for a QR code")
	// ErrTooLong means that the text does not fit into a QR code.
	ErrTooLong = fmt.Errorf("text for a QR code is longer than %d bytes", maxBytes)
)

// PNG returns text as a QR code at error-correction level M (15 %): a square 1-bit grayscale PNG, black on white, 8
// pixels per module, with a quiet zone of 4 modules. It returns ErrEmpty, or ErrTooLong beyond 2331 bytes.
//
// The text should be ASCII, as a key URI is, because scanners guess at any other encoding. The same text may yield a
// different, equally good image each time.
func PNG(text string) ([]byte, error) {
	if text == "" {
		return nil, ErrEmpty
	}
	if len(text) > maxBytes {
		return nil, ErrTooLong
	}
	code, err := qrcode.NewWith(text, qrcode.WithEncodingMode(qrcode.EncModeByte),
		qrcode.WithErrorCorrectionLevel(qrcode.ErrorCorrectionMedium))
	if err != nil {
		return nil, fmt.Errorf("make a QR code: %w", err)
	}
	var w pngWriter
	if err := code.Save(&w); err != nil {
		return nil, fmt.Errorf("draw a QR code: %w", err)
	}
	return w.out.Bytes(), nil
}

// pngWriter renders a matrix as a PNG. It writes the format itself, because image/png needs a byte per pixel first,
// which takes longer than everything else.
type pngWriter struct{ out bytes.Buffer }

var _ qrcode.Writer = (*pngWriter)(nil)

// Write renders mat.
func (w *pngWriter) Write(mat qrcode.Matrix) error {
	modules := mat.Bitmap()
	side := uint32(len(modules)+2*quietModules) * modulePixels //nolint:gosec // at most 1480
	header := binary.BigEndian.AppendUint32(nil, side)
	header = binary.BigEndian.AppendUint32(header, side)
	header = append(header, 1, 0, 0, 0, 0) // 1 bit, grayscale, deflate, filters, not interlaced

	pixels, err := deflate(rows(modules))
	if err != nil {
		return err
	}
	w.out.WriteString("\x89PNG\r\n\x1a\n")
	w.chunk("IHDR", header)
	w.chunk("IDAT", pixels)
	w.chunk("IEND", nil)
	return nil
}

// Close does nothing. The interface requires it.
func (w *pngWriter) Close() error { return nil }

// chunk appends a PNG chunk: length, type, data, and the checksum of type and data (PNG specification §5.3).
func (w *pngWriter) chunk(kind string, data []byte) {
	body := append([]byte(kind), data...)
	w.out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data)))) //nolint:gosec // kilobytes
	w.out.Write(body)
	w.out.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body)))
}

// Row filters (PNG specification §9.2): the row itself, or its difference from the row above.
const (
	filterNone = 0
	filterUp   = 2
)

// rows returns the filtered rows of the image. A row of modules is eight rows of pixels; the lower seven equal the
// first, so their differences are zeros.
func rows(modules [][]bool) []byte {
	width := len(modules) + 2*quietModules
	stride := 1 + width
	all := make([]byte, 0, stride*width*modulePixels)
	same := make([]byte, stride)
	same[0] = filterUp
	for y := range width {
		row := bytes.Repeat([]byte{0xff}, stride) // eight white pixels per module
		row[0] = filterNone
		if y >= quietModules && y < quietModules+len(modules) {
			blacken(row[1+quietModules:], modules[y-quietModules])
		}
		all = append(all, row...)
		for range modulePixels - 1 {
			all = append(all, same...)
		}
	}
	return all
}

// blacken sets the pixels of the dark modules in a row.
func blacken(row []byte, modules []bool) {
	for x, dark := range modules {
		if dark {
			row[x] = 0
		}
	}
}

func deflate(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
