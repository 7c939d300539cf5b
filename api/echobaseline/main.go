// Echobaseline is the baseline of make bench: Echo alone, which responds to every request with one JSON text.
//
// Usage: echobaseline ADDRESS STATUS < answer.json
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 3 {
		return fmt.Errorf("usage: bench ADDRESS STATUS < answer.json")
	}
	status, err := strconv.Atoi(os.Args[2])
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	e := echo.New()
	e.Any("/*", func(c echo.Context) error {
		if _, err := io.Copy(io.Discard, c.Request().Body); err != nil {
			return err
		}
		return c.JSONBlob(status, answer)
	})
	server := &http.Server{Addr: os.Args[1], Handler: e, ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}
