package notify

import (
	"errors"
	"strings"
)

// DisputeSubject is the change that a dispute link is about.
type DisputeSubject struct {
	Kind  Kind
	Of    string // the method's id, or the address before the change; may be empty
	First bool   // the method turned MFA on
}

// Supersedes reports whether undoing this change also undoes a later one, because both changed the same address.
func (s DisputeSubject) Supersedes(other DisputeSubject) bool {
	return s.field() != "" && s.field() == other.field()
}

// field returns which address a change is about: EmailChanged, NoticeEmailChanged, or empty if it is about none.
func (s DisputeSubject) field() Kind {
	switch s.Kind {
	case EmailChanged:
		return EmailChanged
	case NoticeEmailChanged, NoticeEmailRemoved:
		return NoticeEmailChanged
	}
	return ""
}

const first = "first"

// String returns the subject as it is stored in a link: kind, Of, and "first" if First, separated by spaces.
func (s DisputeSubject) String() string {
	parts := []string{string(s.Kind), s.Of}
	if s.First {
		parts = append(parts, first)
	}
	return strings.Join(parts, " ")
}

var errSubject = errors.New("malformed subject of a dispute link")

// ParseSubject parses a subject in the form of String.
func ParseSubject(text string) (DisputeSubject, error) {
	parts := strings.Split(text, " ")
	if len(parts) < 2 || len(parts) > 3 || !Kind(parts[0]).hasDisputeLink() {
		return DisputeSubject{}, errSubject
	}
	return DisputeSubject{Kind: Kind(parts[0]), Of: parts[1], First: len(parts) == 3 && parts[2] == first}, nil
}
