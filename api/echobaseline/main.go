// Echobaseline is the HTTP baseline of make bench: a server of Echo alone, which responds to every request with the given
// status and the JSON text from standard input.
//
// Usage: echobaseline ADDRESS STATUS < response.json
package main

import (
	"errors"
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
		fmt.Fprintln(os.Stderr, "echobaseline:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 3 {
		return errors.New("usage: echobaseline ADDRESS STATUS < response.json")
	}
	status, err := strconv.Atoi(os.Args[2])
	if err != nil {
		return err
	}
	response, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	e := echo.New()
	e.Any("/*", func(c echo.Context) error {
		if _, err := io.Copy(io.Discard, c.Request().Body); err != nil {
			return err
		}
		return c.JSONBlob(status, response)
	})
	server := &http.Server{Addr: os.Args[1], Handler: e, ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}
