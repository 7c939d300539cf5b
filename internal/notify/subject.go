package notify

import (
	"errors"
	"strings"
)

// Subject is what a "this was not me" link is about.
type Subject struct {
	Kind     Kind
	MethodID string // empty where the notice names no method
	First    bool   // the method switched MFA on
}

const first = "first"

func (s Subject) String() string {
	parts := []string{string(s.Kind), s.MethodID}
	if s.First {
		parts = append(parts, first)
	}
	return strings.Join(parts, " ")
}

var errSubject = errors.New("not the subject of a notice")

// ReadSubject reads what String wrote.
func ReadSubject(text string) (Subject, error) {
	parts := strings.Split(text, " ")
	if len(parts) < 2 || len(parts) > 3 || !Kind(parts[0]).canBeDenied() {
		return Subject{}, errSubject
	}
	return Subject{Kind: Kind(parts[0]), MethodID: parts[1], First: len(parts) == 3 && parts[2] == first}, nil
}
