package api

import (
	"net/http"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
)

// The guard looks up operations by the method and path of the route, so a route without an operation would be unprotected.
func TestRoutes_MatchContract(t *testing.T) {
	t.Parallel()
	e := echo.New()
	RegisterHandlers(e, NewStrictHandler((*Server)(nil), nil))
	c := theContract(t)
	var routes []string
	for _, route := range e.Routes() {
		name := route.Method + " " + route.Path
		if routes = append(routes, name); c.find(&http.Request{Method: route.Method}, route.Path) == nil {
			t.Errorf("%s is routed but not in the contract", name)
		}
	}
	eachOperation(document(t), func(where, path string, _ *openapi3.Operation) {
		method := where[:len(where)-len(path)-1]
		if name := method + " " + pathParam.ReplaceAllString(path, ":$1"); !slices.Contains(routes, name) {
			t.Errorf("%s is in the contract but not routed", name)
		}
	})
}
