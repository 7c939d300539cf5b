package api

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

// readBody reads the body, at most limit bytes. A non-empty body must be application/json.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, errBodyTooLarge
	case err != nil:
		return nil, invalid("", "the body could not be read")
	case len(body) == 0:
		return nil, nil
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset, said := params["charset"]; err != nil || kind != "application/json" || (said && !strings.EqualFold(charset, "utf-8")) {
		return nil, errUnsupportedMediaType
	}
	return body, nil
}

// checkBody checks that a body is one JSON value in valid UTF-8 that matches the operation's schema, without duplicate,
// unknown or case-variant members. RFC 8259 §4 leaves duplicates open; here they are rejected.
func checkBody(body []byte, op *operation) error {
	if op.body == nil {
		if len(body) > 0 {
			return invalid("", "this operation takes no body")
		}
		return nil
	}
	if len(body) == 0 {
		if op.bodyRequired {
			return invalid("", "must be a JSON object")
		}
		return nil
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return invalidJSON(err)
	}
	object, ok := value.(map[string]any)
	if !ok {
		return invalid("", "must be an object")
	}
	var wrong invalidError
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if op.body.Properties[name] == nil {
			wrong = append(wrong, FieldError{Pointer: pointer(name), Detail: "is an unknown member"})
		}
	}
	for _, name := range op.body.Required {
		if _, there := object[name]; !there {
			wrong = append(wrong, FieldError{Pointer: pointer(name), Detail: "is required"})
		}
	}
	for name, schema := range op.body.Properties {
		if member, there := object[name]; there {
			if err := schema.Value.VisitJSON(member, openapi3.VisitAsRequest()); err != nil || !isID(schema.Value, member) {
				wrong = append(wrong, FieldError{Pointer: pointer(name), Detail: expectation(schema.Value)})
			}
		}
	}
	if len(wrong) > 0 {
		slices.SortFunc(wrong, func(a, b FieldError) int { return strings.Compare(a.Pointer, b.Pointer) })
		return wrong
	}
	return nil
}

// invalidJSON returns where the text stops being JSON, without repeating it.
func invalidJSON(err error) error {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		if errors.Is(err, jsontext.ErrDuplicateName) {
			return invalid(shortPointer(syntax.JSONPointer), "appears twice")
		}
		return invalid(shortPointer(syntax.JSONPointer), "is not valid JSON")
	}
	return invalid("", "is not valid JSON")
}

// shortPointer returns the pointer, or "" if it is longer than 200 bytes: it grows with the nesting of the input.
func shortPointer(p jsontext.Pointer) string {
	if len(p) > 200 {
		return ""
	}
	return string(p)
}

// expectation describes what a member must be. It is derived from the schema alone, so that it cannot repeat a secret.
func expectation(s *openapi3.Schema) string {
	switch {
	case !s.Type.Is("string"):
		return "must be of type " + strings.Join(s.Type.Slice(), " or ")
	case s.Pattern == codePattern:
		return "must be a string of six digits"
	case s.Format == idFormat:
		return "must be an id: a UUID in lower case"
	case len(s.Enum) > 0:
		words := make([]string, len(s.Enum))
		for i, e := range s.Enum {
			words[i], _ = e.(string)
		}
		return "must be one of " + strings.Join(words, ", ")
	case s.MaxLength != nil:
		return fmt.Sprintf("must be a string of %d to %d characters, without control characters", s.MinLength, *s.MaxLength)
	}
	return "must be a non-empty string"
}

// isID reports whether a member is an id in canonical form. kin-openapi does not check the format.
func isID(s *openapi3.Schema, member any) bool {
	if s.Format != idFormat {
		return true
	}
	text, _ := member.(string)
	id, err := uuid.Parse(text)
	return err == nil && id.String() == text
}

const idFormat = "uuid"

const codePattern = `^\p{Nd}{6}$`

// pointer returns the JSON pointer of a member of the body (RFC 6901 §3).
func pointer(name string) string {
	return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// checkedBody binds the body that the middleware has read and checked.
type checkedBody struct{}

// Bind decodes a request's body. It returns io.EOF for an omitted body, as the generated code expects.
func (checkedBody) Bind(into any, c echo.Context) error {
	body := requestFrom(c.Request().Context()).body
	if len(body) == 0 {
		return io.EOF
	}
	return json.Unmarshal(body, into)
}
