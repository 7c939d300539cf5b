package qr_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"twofold/internal/qr"
)

// typicalURI is a key URI of typical length, 138 characters.
const typicalURI = "otpauth://totp/Twofold:ada.lovelace%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" +
	"&issuer=Twofold&algorithm=SHA1&digits=6&period=30"

func draw(t testing.TB, text string) []byte {
	t.Helper()
	b, err := qr.PNG(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(t *testing.T, b []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// scan decodes a PNG with zbarimg, which is independent of the code under test.
func scan(t *testing.T, b []byte) string {
	t.Helper()
	zbarimg, err := exec.LookPath("zbarimg")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal("zbarimg is missing: install it (Debian: apt-get install zbar-tools)")
	}
	if err != nil {
		t.Skip("zbarimg is not installed, so the independent check is skipped")
	}
	path := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	// Only QR codes, because zbarimg also detects bar codes in a large QR code.
	out, err := exec.Command(zbarimg, "--raw", "-q", "-Sdisable", "-Sqrcode.enable", path).Output()
	if err != nil {
		t.Fatalf("zbarimg found nothing: %v", err)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// scaled returns a PNG scaled to side × side pixels by averaging, as browsers do.
func scaled(t *testing.T, b []byte, side int) []byte {
	t.Helper()
	from := decode(t, b)
	size := from.Bounds().Dx()
	to := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			sum, count := 0, 0
			for sy := y * size / side; sy < max((y+1)*size/side, y*size/side+1); sy++ {
				for sx := x * size / side; sx < max((x+1)*size/side, x*size/side+1); sx++ {
					sum += int(color.GrayModel.Convert(from.At(sx, sy)).(color.Gray).Y)
					count++
				}
			}
			to.SetGray(x, y, color.Gray{Y: uint8(sum / count)})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, to); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPNG_ScannerReadsText(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"one character":      "A",
		"digits only":        "0123456789",
		"capitals only":      "HELLO WORLD",
		"typical key URI":    typicalURI,
		"a key URI of 160":   strings.Replace(typicalURI, "ada.lovelace", "ada.lovelace%2Bauthenticator-test", 1),
		"a long key URI":     strings.Replace(typicalURI, "Twofold", "Caf%C3%A9%20"+strings.Repeat("x", 60), 2),
		"five hundred bytes": strings.Repeat("aB3%-", 100),
		"maximum length":     strings.Repeat("aB3%-9", 400)[:2331],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := scan(t, draw(t, text)); got != text {
				t.Errorf("got  %q\nwant %q", got, text)
			}
		})
	}
}

func TestPNG_ScannerReadsScaledImage(t *testing.T) {
	t.Parallel()
	for _, side := range []int{200, 240, 320, 900} {
		if got := scan(t, scaled(t, draw(t, typicalURI), side)); got != typicalURI {
			t.Errorf("at %d pixels: got %q", side, got)
		}
	}
}

// TestPNG_EveryVersion tests the largest text of each version and the smallest of the next, up to the length of key URIs.
func TestPNG_EveryVersion(t *testing.T) {
	t.Parallel()
	// Byte capacities at level M, ISO/IEC 18004 table 7.
	for _, capacity := range []int{14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450} {
		for _, size := range []int{capacity, capacity + 1} {
			text := strings.Repeat("aB3%-:/9", 100)[:size]
			if got := scan(t, draw(t, text)); got != text {
				t.Errorf("%d bytes: got %q", size, got)
			}
		}
	}
}

func TestPNG_Format(t *testing.T) {
	t.Parallel()
	b := draw(t, typicalURI)
	// 138 bytes at level M need version 8: 49 modules and a quiet zone of 4 on each side, 8 pixels each.
	const side, quiet = (49 + 2*4) * 8, 4 * 8
	if depth, kind := b[24], b[25]; depth != 1 || kind != 0 {
		t.Errorf("bit depth %d and kind %d, want 1 and 0 (grayscale)", depth, kind)
	}
	img := decode(t, b)
	if got, want := img.Bounds(), image.Rect(0, 0, side, side); got != want {
		t.Fatalf("bounds %v, want %v", got, want)
	}
	black, white := color.Gray{}, color.Gray{Y: 255}
	for y := range side {
		for x := range side {
			got := color.GrayModel.Convert(img.At(x, y)).(color.Gray)
			inside := x >= quiet && x < side-quiet && y >= quiet && y < side-quiet
			if got != white && (got != black || !inside) {
				t.Fatalf("pixel %d,%d is %v", x, y, got)
			}
			if corner := color.GrayModel.Convert(img.At(x/8*8, y/8*8)); got != corner {
				t.Fatalf("pixel %d,%d is %v, but its module is %v", x, y, got, corner)
			}
		}
	}
	if got := color.GrayModel.Convert(img.At(quiet, quiet)); got != black {
		t.Errorf("the finder pattern does not begin after the quiet zone: %v", got)
	}
}

func TestPNG_Size(t *testing.T) {
	t.Parallel()
	for _, account := range []string{"ada%40example.com", "ada.lovelace%40example.com", "ada.lovelace.the.first%40mail.example.com"} {
		uri := strings.Replace(typicalURI, "ada.lovelace%40example.com", account, 1)
		if got := len(draw(t, uri)); got > 1500 {
			t.Errorf("%d characters become %d bytes, want at most 1500", len(uri), got)
		}
	}
}

func TestPNG_InvalidText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"empty":             {"", qr.ErrEmpty},
		"one byte too many": {strings.Repeat("a", 2332), qr.ErrTooLong},
		"too many digits":   {strings.Repeat("1", 3000), qr.ErrTooLong},
		"a megabyte":        {strings.Repeat("a", 1<<20), qr.ErrTooLong},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if b, err := qr.PNG(c.text); !errors.Is(err, c.want) || b != nil {
				t.Errorf("got %d bytes, %v, want %v", len(b), err, c.want)
			}
		})
	}
}

func TestPNG_Concurrent(t *testing.T) {
	t.Parallel()
	want := decode(t, draw(t, typicalURI)).Bounds()
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			b, err := qr.PNG(typicalURI)
			if err != nil {
				t.Error(err)
				return
			}
			if img, err := png.Decode(bytes.NewReader(b)); err != nil || img.Bounds() != want {
				t.Errorf("a concurrently drawn image is broken: %v", err)
			}
		})
	}
	group.Wait()
}

func BenchmarkPNG(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		draw(b, typicalURI)
	}
}
