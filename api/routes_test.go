package api

import (
	"net/http"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
)

// What the guard protects it finds by the router's own method and path: a route that the contract does not name would
// be open to all.
func TestRoutes_MatchContract(t *testing.T) {
	t.Parallel()
	e := echo.New()
	RegisterHandlers(e, NewStrictHandler((*Server)(nil), nil))
	c := theContract(t)
	var routes []string
	for _, route := range e.Routes() {
		name := route.Method + " " + route.Path
		if routes = append(routes, name); c.find(&http.Request{Method: route.Method}, route.Path) == nil {
			t.Errorf("%s is routed and not in the contract", name)
		}
	}
	eachOperation(document(t), func(where, path string, _ *openapi3.Operation) {
		method := where[:len(where)-len(path)-1]
		if name := method + " " + pathParam.ReplaceAllString(path, ":$1"); !slices.Contains(routes, name) {
			t.Errorf("%s is in the contract and not routed", name)
		}
	})
}
