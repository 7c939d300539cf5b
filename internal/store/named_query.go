package store

import (
	"fmt"
	"regexp"
)

// namedQuery is a statement whose parameters have names, such as :account.
type namedQuery struct {
	text  string   // with a ? for each parameter
	names []string // of the parameters, in order
}

var parameter = regexp.MustCompile(`:[a-z_]+`)

func newNamedQuery(text string) namedQuery {
	var q namedQuery
	q.text = parameter.ReplaceAllStringFunc(text, func(name string) string {
		q.names = append(q.names, name[1:])
		return "?"
	})
	return q
}

// args returns the values of the parameters in order. It panics if there is none for a name, because that is an error of the
// program.
func (q namedQuery) args(values map[string]any) []any {
	args := make([]any, len(q.names))
	for i, name := range q.names {
		value, known := values[name]
		if !known {
			panic(fmt.Sprintf("no value for the parameter %s", name))
		}
		args[i] = value
	}
	return args
}
