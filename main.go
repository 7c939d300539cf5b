// Twofold gives any app the account-security page its users expect.
package main

import (
	"context"
	_ "embed"
	"os"
	"os/signal"
	"syscall"
	"time"

	"twofold/frontend"
	"twofold/internal/cli"
)

//go:embed openapi.yaml
var contract []byte

//go:embed docs/operate.md
var operate []byte

// version is stamped by the build.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(untilHangup(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	program := cli.Program{
		Version: version, Contract: contract, Operations: operate, Page: frontend.Dist(), Now: time.Now,
		In: os.Stdin, Out: os.Stdout, Errs: os.Stderr,
	}
	os.Exit(program.Run(ctx, os.Args[1:]))
}

// untilHangup returns a context that ends when the terminal is closed (SIGHUP), unless nohup or the like ignores that. It
// keeps catching the signal, because a closing terminal sends several.
func untilHangup() context.Context {
	if signal.Ignored(syscall.SIGHUP) {
		return context.Background()
	}
	ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGHUP)
	return ctx
}
