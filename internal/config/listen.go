package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strconv"
	"strings"
)

// Systemd is the listen address that stands for the socket which systemd passes.
const Systemd = "systemd"

// SocketPath returns the path of a Unix domain socket, if a listen address is one: unix:PATH.
func SocketPath(address string) (path string, ok bool) { return strings.CutPrefix(address, "unix:") }

// FileMode holds the permissions of a file, written in octal as in 0660.
type FileMode fs.FileMode

// UnmarshalText parses permissions.
func (m *FileMode) UnmarshalText(text []byte) error {
	bits, err := strconv.ParseUint(string(text), 8, 32)
	if err != nil || bits > uint64(fs.ModePerm) {
		return errors.New("not the permissions of a file")
	}
	*m = FileMode(bits)
	return nil
}

func (c *Config) checkListen() error {
	var wrong []error
	if c.Listen != Systemd && !isListenAddress(c.Listen) {
		wrong = append(wrong, fmt.Errorf("TWOFOLD_LISTEN is %q: give host:port or :port, as in :8080, or unix:PATH, or systemd", c.Listen))
	}
	if c.OpsListen == "off" {
		c.OpsListen = ""
		return errors.Join(wrong...)
	}
	if !isListenAddress(c.OpsListen) {
		wrong = append(wrong, fmt.Errorf("TWOFOLD_OPS_LISTEN is %q: give host:port, as in 127.0.0.1:9090, or unix:PATH, or off", c.OpsListen))
	}
	return errors.Join(wrong...)
}

// isListenAddress reports whether an address is host:port or unix:PATH.
func isListenAddress(address string) bool {
	if path, ok := SocketPath(address); ok {
		return path != "" && !strings.HasPrefix(path, "@") // @ is an abstract socket, which has no permissions
	}
	_, _, err := net.SplitHostPort(address)
	return err == nil
}
