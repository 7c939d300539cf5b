package api

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

// page is the requested part of a list: at most limit items after the one with the id after (empty: from the start).
// Ids are ordered by time, so that a new item does not repeat an old one on the next page.
type page struct {
	after string
	limit int
}

// defaultLimit is the default of the contract.
const defaultLimit = 50

// parsePage reads the query of a list operation, which the middleware has checked.
func parsePage(limit *Limit, cursor *Cursor) page {
	requested := page{limit: defaultLimit}
	if limit != nil {
		requested.limit = *limit
	}
	if cursor != nil {
		requested.after = cursor.String()
	}
	return requested
}

// fetchLimit is the number of items to fetch: one more than the limit, to know whether another page follows.
func (s page) fetchLimit() int { return s.limit + 1 }

// paginate removes the extra item and returns the cursor of the next page, or nil on the last one.
func paginate[T any](s page, items []T, idOf func(T) string) ([]T, *NextCursor) {
	if len(items) <= s.limit {
		return items, nil
	}
	items = items[:s.limit]
	return items, new(mustUUID(idOf(items[len(items)-1])))
}

// checkQuery checks the query against the operation's schema. It ignores unknown parameters and rejects repeated ones,
// because their values may differ.
func checkQuery(c echo.Context, op *operation) error {
	known := slices.DeleteFunc(slices.Clone(op.params), func(p *openapi3.ParameterRef) bool { return p.Value.In != openapi3.ParameterInQuery })
	if len(known) == 0 {
		return nil
	}
	query, err := url.ParseQuery(c.Request().URL.RawQuery)
	if err != nil {
		return invalid("", "the query could not be read")
	}
	var wrong invalidError
	for _, p := range known {
		values, schema := query[p.Value.Name], p.Value.Schema.Value
		switch {
		case len(values) == 0 && !p.Value.Required:
		case len(values) != 1:
			wrong = append(wrong, FieldError{Pointer: "#" + p.Value.Name, Detail: "is required exactly once"})
		case !matchesSchema(schema, values[0]):
			wrong = append(wrong, FieldError{Pointer: "#" + p.Value.Name, Detail: expectationOfText(schema)})
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

// matchesSchema reports whether a text is a valid parameter value in canonical form.
func matchesSchema(schema *openapi3.Schema, text string) bool {
	if schema.Type.Is(openapi3.TypeInteger) {
		n, err := strconv.Atoi(text)
		return err == nil && strconv.Itoa(n) == text && schema.VisitJSON(float64(n)) == nil
	}
	if schema.Format == "uuid" {
		id, err := uuid.Parse(text)
		return err == nil && id.String() == text
	}
	return schema.VisitJSON(text) == nil
}

// expectationOfText describes what a parameter must be.
func expectationOfText(s *openapi3.Schema) string {
	switch {
	case s.Type.Is(openapi3.TypeInteger) && s.Min != nil && s.Max != nil:
		return fmt.Sprintf("must be an integer from %.0f to %.0f", *s.Min, *s.Max)
	case s.Format == "uuid":
		return "must be the next_cursor of the previous page"
	}
	return expectation(s)
}
