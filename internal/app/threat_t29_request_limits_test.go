package app_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT29_RequestLimits_BodySizeAndType(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	h.GrantAdmin(ada) // so that every body is parsed
	before := h.RowCounts()
	const limit = 16 << 10
	for _, op := range apptest.Operations(t) {
		client := h.Script("")
		if op.Session {
			client = script
		}
		send := func(t *testing.T, body io.Reader, headers ...string) apptest.Response {
			return client.WithT(t).Send(client.WithT(t).Request(op.Method, op.PathWith(phone.ID), body, headers...))
		}
		asJSON := []string{"Content-Type", "application/json"}
		t.Run(op.ID+"/one byte too many", func(t *testing.T) {
			send(t, strings.NewReader("{}"+strings.Repeat(" ", limit-1)), asJSON...).Require(413, "body_too_large")
		})
		t.Run(op.ID+"/without a length", func(t *testing.T) {
			send(t, io.MultiReader(strings.NewReader("{}"), strings.NewReader(strings.Repeat(" ", 200_000))), asJSON...).Require(413, "body_too_large")
		})
		for _, kind := range []string{
			"", "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "application/xml",
			"application/problem+json", "application/json; charset=iso-8859-1", "application/json; charset", "application/json, text/plain", "json",
		} {
			t.Run(op.ID+"/as "+kind, func(t *testing.T) {
				send(t, strings.NewReader("{}"), "Content-Type", kind).Require(415, "unsupported_media_type")
			})
		}
		if len(op.Members) > 0 || op.PublicRead() {
			continue
		}
		t.Run(op.ID+"/a body where there is none", func(t *testing.T) {
			for _, text := range []string{"{}", "null", `{"code":"735918"}`, "["} {
				send(t, strings.NewReader(text), asJSON...).Require(400, "invalid_request")
			}
		})
	}
	if after := h.RowCounts(); !maps.Equal(before, after) {
		t.Errorf("the data changed: %v, was %v", after, before)
	}
}

func TestT29_RequestLimits_AcceptedVariants(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	whole := `{"email":"` + ada + `","password":"` + apptest.Password + `"}`
	for name, c := range map[string][2]string{
		"exactly sixteen kibibytes": {whole + strings.Repeat(" ", 16<<10-len(whole)), "application/json"},
		"a charset":                 {whole, "application/json; charset=UTF-8"},
		"a type in capitals":        {whole, "Application/JSON"},
		"members escaped":           {strings.Replace(whole, "email", `\u0065mail`, 1), "application/json"},
		"spaces and line breaks":    {"\r\n\t " + strings.ReplaceAll(whole, ",", " ,\n ") + "\n", "application/json"},
	} {
		t.Run(name, func(t *testing.T) {
			h.Script("").WithT(t).Do("POST", "/api/v1/sessions", apptest.Raw(c[0]), "Content-Type", c[1]).Require(201, "")
		})
	}
}

func TestT29_RequestLimits_MissingBody(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	h.GrantAdmin(ada) // so that every body is parsed
	for id, op := range apptest.OperationsWithBody(t) {
		if len(op.Needs) == 0 {
			continue
		}
		t.Run(id, func(t *testing.T) {
			script.WithT(t).Do(op.Method, op.PathWith(phone.ID), nil).Require(400, "invalid_request")
			script.WithT(t).Do(op.Method, op.PathWith(phone.ID), apptest.Raw("")).Require(400, "invalid_request")
			a := script.WithT(t).Do(op.Method, op.PathWith(phone.ID), JSON{}).Require(400, "invalid_request")
			for _, name := range op.Needs {
				apptest.WantPointer(t, a, "/"+name)
			}
		})
	}
}

func TestT29_RequestLimits_TwoCredentials(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	browser, script := h.Browser(), h.SignedIn(ada)
	browser.SignIn(ada).Require(201, "")
	for _, op := range apptest.Operations(t) {
		if op.PublicRead() {
			continue
		}
		t.Run(op.ID, func(t *testing.T) {
			for _, authorization := range []string{"Bearer " + script.Bearer, "Bearer nonsense", "bearer x", "Bearer"} {
				a := browser.WithT(t).Do(op.Method, op.PathWith(apptest.UnknownID), nil, "Authorization", authorization).Require(400, "invalid_request")
				apptest.WantPointer(t, a, "#Authorization")
			}
		})
	}
	t.Run("two Authorization headers", func(t *testing.T) {
		bearer := "Bearer " + script.Bearer
		r := h.Script("").WithT(t).Request("GET", apptest.PathCurrentSession, nil, "Authorization", bearer, "Authorization", bearer)
		h.Script("").WithT(t).Send(r).Require(401, "session_required")
	})
	t.Run("two bearer tokens and a cookie", func(t *testing.T) {
		r := browser.WithT(t).Request("GET", apptest.PathCurrentSession, nil, "Authorization", "Bearer a", "Authorization", "Bearer b")
		browser.WithT(t).Send(r).Require(400, "invalid_request")
	})
	t.Run("two session cookies", func(t *testing.T) {
		cookie := "twofold_session=" + browser.Cookie("twofold_session")
		h.Script("").WithT(t).Do("GET", apptest.PathCurrentSession, nil, "Cookie", cookie+"; "+cookie).Require(401, "session_required")
	})
}

func TestT29_RequestLimits_InvalidHTTP(t *testing.T) {
	t.Parallel()
	_, address := apptest.StartServing(t, "TWOFOLD_READ_HEADER_TIMEOUT=200ms", "TWOFOLD_READ_TIMEOUT=300ms")
	// exchange writes a text to a connection and returns the status of the response; zero if there is none.
	exchange := func(t *testing.T, text string) int {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = connection.Close() }()
		if err := connection.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(connection, text) // the server may close the connection
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("the connection is still open after twenty seconds")
		}
		if err != nil {
			return 0
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode >= 400 {
			wantProblem(t, response)
		}
		return response.StatusCode
	}
	get := "GET /healthz HTTP/1.1\r\nHost: x\r\n"
	post := "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	for name, c := range map[string]struct {
		text string
		want []int
	}{
		"a request":                  {get + "\r\n", []int{200}},
		"a header of 15 KiB":         {get + "X-Long: " + strings.Repeat("x", 15<<10) + "\r\n\r\n", []int{200}},
		"a header of 32 KiB":         {get + "X-Long: " + strings.Repeat("x", 32<<10) + "\r\n\r\n", []int{431}},
		"two thousand headers":       {get + strings.Repeat("X-Many: xxxxxxxxxxxx\r\n", 2000) + "\r\n", []int{431}},
		"headers that never end":     {get + "X-Slow: x", []int{0, 408}},
		"a body that never comes":    {post + "Content-Length: 100\r\n\r\n{", []int{400, 408}},
		"two lengths":                {post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", []int{400}},
		"a chunk without a size":     {post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", []int{400}},
		"a length and chunks":        {post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", []int{400}},
		"an encoding that is not":    {post + "Transfer-Encoding: gzip\r\n\r\n{}", []int{501}},
		"a header name with a space": {get + "X Y: z\r\n\r\n", []int{400}},
		"no host":                    {"GET /healthz HTTP/1.1\r\n\r\n", []int{400}},
		"another version of HTTP":    {"GET /healthz HTTP/3.0\r\nHost: x\r\n\r\n", []int{505}},
		"a length of a terabyte":     {post + "Content-Length: " + strconv.Itoa(1<<40) + "\r\n\r\n{", []int{400, 408, 413}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := exchange(t, c.text)
			if !slices.Contains(c.want, got) {
				t.Errorf("got %d, want one of %v", got, c.want)
			}
		})
	}
}

// wantProblem checks that a refusal is a problem, whether a handler or net/http has written it.
func wantProblem(t *testing.T, response *http.Response) {
	t.Helper()
	var problem struct {
		Code   string
		Status int
		Errors []struct{ Detail string }
	}
	err := json.NewDecoder(response.Body).Decode(&problem)
	kind := response.Header.Get("Content-Type")
	if err != nil || kind != "application/problem+json" || problem.Code == "" || problem.Status != response.StatusCode {
		t.Errorf("%d is %s with %+v, %v, want a problem", response.StatusCode, kind, problem, err)
	}
	if response.StatusCode == http.StatusRequestHeaderFieldsTooLarge && (len(problem.Errors) != 1 || !strings.Contains(problem.Errors[0].Detail, "16384 bytes")) {
		t.Errorf("431 has %+v, want the limit", problem)
	}
}
