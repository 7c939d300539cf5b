package keyring_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"twofold/internal/keyring"
)

func TestCreateMaster_ReadableByOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "folder")
	file := filepath.Join(dir, "master.key")
	if _, err := keyring.CreateMaster(file); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{file: 0o600, dir: os.ModeDir | 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s is %s, want %s", filepath.Base(name), info.Mode(), want)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text))); err != nil || len(raw) != 32 {
		t.Errorf("the file has %d bytes, %v, want 32", len(raw), err)
	}
	if _, err := keyring.ReadMaster(file); err != nil {
		t.Errorf("read: %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%d files in the directory, %v, want the key alone", len(entries), err)
	}
}

func TestReadMaster_ByteOrderMark(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "master.key")
	key := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	for content, want := range map[string]string{"\ufeff" + key + "\r\n": "", "\xff\xfeA\x00": "save it as UTF-8"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := keyring.ReadMaster(file); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", content, err, want)
		}
	}
}

func TestCreateMaster_KeysDiffer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var texts [2][]byte
	for i, name := range []string{"a.key", "b.key"} {
		if _, err := keyring.CreateMaster(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		texts[i], _ = os.ReadFile(filepath.Join(dir, name))
	}
	if bytes.Equal(texts[0], texts[1]) {
		t.Errorf("both are %s", texts[0])
	}
}

func TestCreateMaster_NeverOverwrites(t *testing.T) {
	t.Parallel()
	for what, content := range map[string]string{
		"a key": base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)), "something else": "my only notes", "nothing": "",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "master.key")
			if err := os.WriteFile(file, []byte(content), 0o400); err != nil {
				t.Fatal(err)
			}
			_, err := keyring.CreateMaster(file)
			if what == "a key" && err != nil {
				t.Errorf("got %v, want the existing key", err)
			}
			if what != "a key" && !errors.Is(err, keyring.ErrMalformedMaster) {
				t.Errorf("got %v, want ErrMalformedMaster", err)
			}
			if got, err := os.ReadFile(file); err != nil || string(got) != content {
				t.Errorf("the file contains %q, %v, want it unchanged", got, err)
			}
		})
	}
}

func TestReadMaster(t *testing.T) {
	t.Parallel()
	key := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	for what, c := range map[string]struct {
		content string
		want    error
	}{
		"output of openssl":   {key + "\n", nil},
		"without a line end":  {key, nil},
		"Windows line end":    {key + "\r\n", nil},
		"surrounding space":   {"  " + key + "\t\n\n", nil},
		"empty":               {"", keyring.ErrMalformedMaster},
		"raw bytes":           {string(bytes.Repeat([]byte{7}, 32)), keyring.ErrMalformedMaster},
		"hexadecimal":         {strings.Repeat("07", 32), keyring.ErrMalformedMaster},
		"31 bytes":            {base64.StdEncoding.EncodeToString(make([]byte, 31)), keyring.ErrMalformedMaster},
		"33 bytes":            {base64.StdEncoding.EncodeToString(make([]byte, 33)), keyring.ErrMalformedMaster},
		"two keys":            {key + "\n" + key + "\n", keyring.ErrMalformedMaster},
		"truncated":           {key[:20], keyring.ErrMalformedMaster},
		"a key and a comment": {key + " # master", keyring.ErrMalformedMaster},
		"URL-safe base64":     {base64.URLEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, 32)), keyring.ErrMalformedMaster},
		"unpadded base64":     {strings.TrimRight(key, "="), keyring.ErrMalformedMaster},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "master.key")
			if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := keyring.ReadMaster(file)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err != nil && (!strings.Contains(err.Error(), file) || (len(c.content) > 8 && strings.Contains(err.Error(), c.content[:8]))) {
				t.Errorf("the error should name the file and not its content: %v", err)
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "master.key")
		if _, err := keyring.ReadMaster(file); !errors.Is(err, keyring.ErrNoMaster) || !strings.Contains(err.Error(), file) {
			t.Errorf("got %v, want ErrNoMaster with the file's name", err)
		}
		if _, err := os.Stat(file); err == nil {
			t.Error("reading created the file")
		}
	})
	t.Run("directory", func(t *testing.T) {
		t.Parallel()
		_, err := keyring.ReadMaster(t.TempDir())
		if err == nil || errors.Is(err, keyring.ErrNoMaster) {
			t.Errorf("got %v, want an error that is not ErrNoMaster: a new key must not be made", err)
		}
	})
}

func TestCreateMaster_ConcurrentProcessesAgree(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "master.key")
	db := newDatabase(t)
	var done sync.WaitGroup
	start := make(chan struct{})
	masters := make([]keyring.Master, 20)
	for i := range masters {
		done.Go(func() {
			<-start
			var err error
			if masters[i], err = keyring.CreateMaster(file); err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	done.Wait()
	for i, master := range masters { // the first creates the keys, the others must decrypt them
		if _, err := keyring.Open(ctx, db, master, atNoon); err != nil {
			t.Errorf("master %d: %v", i, err)
		}
	}
	if entries, err := os.ReadDir(filepath.Dir(file)); err != nil || len(entries) != 1 {
		t.Errorf("%d files in the folder, %v, want the key alone", len(entries), err)
	}
}

func TestCreateMaster_DirectoryFails(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.CreateMaster(filepath.Join(file, "master.key")); err == nil {
		t.Error("a key was created below a file")
	}
}
