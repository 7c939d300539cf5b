package cluster

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"syscall"
)

// Process is one process of the program that serves.
type Process struct {
	Address string // host:port, once it has listened; it comes back there

	program     string
	environment []string
	log         io.Writer

	command *exec.Cmd
	ended   chan error // what it ended with, once
	guard   *exec.Cmd  // see guarding
	hold    io.WriteCloser
}

var errNothing = errors.New("without an error")

// Start starts it, and answers when it listens.
func (p *Process) Start(ctx context.Context) error {
	hears := &listenLogScanner{to: p.log, heard: make(chan string, 1)}
	command := exec.Command(p.program, "serve") //nolint:gosec,noctx // the caller's own program; it outlives the context that started it
	command.Env = append(p.environment[:len(p.environment):len(p.environment)], "TWOFOLD_LISTEN="+cmp.Or(p.Address, "127.0.0.1:0"))
	command.Stderr = hears
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us: we end it in our order
	if err := command.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	p.command, p.ended = command, ended
	if err := p.watchOver(command.Process.Pid); err != nil {
		p.command = nil
		return errors.Join(err, command.Process.Kill())
	}
	select {
	case p.Address = <-hears.heard:
		return nil
	case err := <-ended:
		p.command = nil
		return errors.Join(fmt.Errorf("%s serve ended before it listened: %w: %s", p.program, cmp.Or(err, errNothing), hears.said), p.release())
	case <-ctx.Done():
		return errors.Join(ctx.Err(), p.Kill())
	}
}

// watchdogScript ends a process when its standard input ends, which happens whenever the parent process ends.
// Who said something there ended the process themselves.
const watchdogScript = `read -r told; [ -n "$told" ] || kill -TERM "$1"`

func (p *Process) watchOver(pid int) (err error) {
	p.guard = exec.Command("sh", "-c", watchdogScript, "sh", strconv.Itoa(pid)) //nolint:gosec,noctx // a number; it outlives the context
	p.guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if p.hold, err = p.guard.StdinPipe(); err != nil {
		return err
	}
	return p.guard.Start()
}

func (p *Process) release() error {
	_, err := io.WriteString(p.hold, "ended\n")
	return errors.Join(err, p.hold.Close(), p.guard.Wait())
}

// Stop ends it as an operator does: requests under way are finished. Stopping twice is fine.
func (p *Process) Stop() error { return p.end(syscall.SIGTERM) }

// Kill ends it at once, as a crash does. It can be started again.
func (p *Process) Kill() error { return p.end(syscall.SIGKILL) }

func (p *Process) end(how syscall.Signal) error {
	if p.command == nil {
		return nil
	}
	_ = p.command.Process.Signal(how) // it may have ended by itself, which its end tells
	err := <-p.ended
	p.command = nil
	if how == syscall.SIGKILL {
		err = nil // it says that it was killed
	}
	return errors.Join(err, p.release())
}

// PID is its number, while it runs.
func (p *Process) PID() int { return p.command.Process.Pid }

// URL is its own address, past any proxy.
func (p *Process) URL() string { return "http://" + p.Address }

// listenLogScanner passes on what a process logs, and hears in it where the process listens.
type listenLogScanner struct {
	to      io.Writer
	said    []byte // until it listened
	scanned int    // of it
	found   bool
	heard   chan string
}

func (e *listenLogScanner) Write(b []byte) (int, error) {
	if !e.found {
		e.said = append(e.said, b...)
		e.scan()
	}
	return e.to.Write(b)
}

func (e *listenLogScanner) scan() {
	for {
		line, _, whole := bytes.Cut(e.said[e.scanned:], []byte("\n"))
		if !whole {
			return
		}
		e.scanned += len(line) + 1
		var event struct{ Msg, Address string }
		if json.Unmarshal(line, &event) == nil && event.Msg == "listening" {
			e.found = true
			e.heard <- event.Address
			return
		}
	}
}
