package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"syscall"

	"twofold/internal/config"
)

// Listen returns the listener of an address: host:port, unix:PATH, or config.Systemd. A socket file gets the mode.
func Listen(ctx context.Context, address string, mode config.FileMode) (net.Listener, error) {
	if address == config.Systemd {
		return passedListener(os.Getenv, os.Getpid(), firstPassedFD)
	}
	var listening net.ListenConfig
	path, isSocket := config.SocketPath(address)
	if !isSocket {
		return listening.Listen(ctx, "tcp", address)
	}
	if err := removeDeadSocket(ctx, path); err != nil {
		return nil, err
	}
	listener, err := listening.Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, fs.FileMode(mode)); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// removeDeadSocket removes a socket file whose process was killed. Listen reports any other file as in use.
func removeDeadSocket(ctx context.Context, path string) error {
	file, err := os.Lstat(path)
	if isSocket := err == nil && file.Mode()&fs.ModeSocket != 0; !isSocket {
		return nil
	}
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "unix", path)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return os.Remove(path)
	}
	if err != nil {
		return err
	}
	return connection.Close()
}

// firstPassedFD is the first file descriptor that systemd passes (sd_listen_fds(3)).
const firstPassedFD = 3

// passedListener returns the socket that systemd passes to a service that has a socket unit.
func passedListener(getenv func(string) string, pid int, fd uintptr) (net.Listener, error) {
	if getenv("LISTEN_PID") != strconv.Itoa(pid) || getenv("LISTEN_FDS") != "1" {
		return nil, errors.New("systemd passes no socket, or several: give the service a socket unit with one ListenStream=")
	}
	file := os.NewFile(fd, "socket of systemd")
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("socket of systemd: %w", err), file.Close())
	}
	return listener, file.Close()
}
