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

// Process is one server process.
type Process struct {
	Address string // host:port, set by the first Start; later starts listen there again

	program     string
	environment []string
	log         io.Writer

	command       *exec.Cmd  // nil while the process is not running
	exited        chan error // receives the result of command.Wait
	watchdog      *exec.Cmd  // see watchdogScript
	watchdogInput io.WriteCloser
}

var errExitedCleanly = errors.New("exit status 0")

// Start starts the process and waits until it listens.
func (p *Process) Start(ctx context.Context) error {
	scanner := &listenLogScanner{to: p.log, address: make(chan string, 1)}
	command := exec.Command(p.program, "serve") //nolint:gosec,noctx // a program of the caller; it outlives the context that started it
	command.Env = append(p.environment[:len(p.environment):len(p.environment)], "TWOFOLD_LISTEN="+cmp.Or(p.Address, "127.0.0.1:0"))
	command.Stderr = scanner
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that Ctrl-C reaches only this process, which stops the others in order
	if err := command.Start(); err != nil {
		return err
	}
	exited := make(chan error, 1)
	go func() { exited <- command.Wait() }()
	p.command, p.exited = command, exited
	if err := p.startWatchdog(command.Process.Pid); err != nil {
		p.command = nil
		return errors.Join(err, command.Process.Kill())
	}
	select {
	case p.Address = <-scanner.address:
		return nil
	case err := <-exited:
		p.command = nil
		return errors.Join(fmt.Errorf("%s serve exited before it listened: %w: %s", p.program, cmp.Or(err, errExitedCleanly), scanner.output), p.stopWatchdog())
	case <-ctx.Done():
		return errors.Join(ctx.Err(), p.Kill())
	}
}

// watchdogScript terminates a process at the end of standard input, which the kernel closes when the parent process exits for
// any reason. A line on standard input dismisses the watchdog, because the parent has stopped the process itself.
const watchdogScript = `read -r dismissed; [ -n "$dismissed" ] || kill -TERM "$1"`

func (p *Process) startWatchdog(pid int) (err error) {
	p.watchdog = exec.Command("sh", "-c", watchdogScript, "sh", strconv.Itoa(pid)) //nolint:gosec,noctx // a number; it outlives the context
	p.watchdog.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if p.watchdogInput, err = p.watchdog.StdinPipe(); err != nil {
		return err
	}
	return p.watchdog.Start()
}

func (p *Process) stopWatchdog() error {
	_, err := io.WriteString(p.watchdogInput, "exited\n")
	return errors.Join(err, p.watchdogInput.Close(), p.watchdog.Wait())
}

// Stop terminates the process gracefully: it finishes running requests first. Stop does nothing if the process is not running.
func (p *Process) Stop() error { return p.terminate(syscall.SIGTERM) }

// Kill kills the process as a crash would. It can be started again.
func (p *Process) Kill() error { return p.terminate(syscall.SIGKILL) }

func (p *Process) terminate(signal syscall.Signal) error {
	if p.command == nil {
		return nil
	}
	_ = p.command.Process.Signal(signal) // fails if the process has exited already, which exited reports
	err := <-p.exited
	p.command = nil
	if signal == syscall.SIGKILL {
		err = nil // the exit status only repeats the signal
	}
	return errors.Join(err, p.stopWatchdog())
}

// PID returns the process id. The process must be running.
func (p *Process) PID() int { return p.command.Process.Pid }

// URL returns the URL of the process itself, not that of a proxy.
func (p *Process) URL() string { return "http://" + p.Address }

// listenLogScanner forwards the log of a process, and finds the listen address in it.
type listenLogScanner struct {
	to      io.Writer
	output  []byte // everything until the address was found
	scanned int    // length of the complete lines at the start of output
	found   bool
	address chan string
}

func (s *listenLogScanner) Write(b []byte) (int, error) {
	if !s.found {
		s.output = append(s.output, b...)
		s.scan()
	}
	return s.to.Write(b)
}

func (s *listenLogScanner) scan() {
	for {
		line, _, complete := bytes.Cut(s.output[s.scanned:], []byte("\n"))
		if !complete {
			return
		}
		s.scanned += len(line) + 1
		var event struct{ Msg, Address string }
		if json.Unmarshal(line, &event) == nil && event.Msg == "listening" {
			s.found = true
			s.address <- event.Address
			return
		}
	}
}
