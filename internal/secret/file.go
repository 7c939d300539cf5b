package secret

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
)

// ErrUTF16 means that a file was saved as UTF-16, as Windows PowerShell does for redirected output.
var ErrUTF16 = errors.New("it is saved as UTF-16: save it as UTF-8 or ASCII")

// ReadFile returns the content of a text file without a byte-order mark, which editors on Windows write. It returns ErrUTF16, or
// the error of [os.ReadFile].
func ReadFile(path string) ([]byte, error) {
	content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(content, []byte{0xFF, 0xFE}) || bytes.HasPrefix(content, []byte{0xFE, 0xFF}) {
		return nil, &fs.PathError{Op: "read", Path: path, Err: ErrUTF16}
	}
	return bytes.TrimPrefix(content, []byte("\uFEFF")), nil
}
