package notify

import (
	"errors"
	"strings"
)

// DisputeSubject is what a "this was not me" link is about.
type DisputeSubject struct {
	Kind  Kind
	Of    string // the method's id, or the address that was there before; may be empty
	First bool   // the method switched MFA on
}

// Supersedes says whether denying this change leaves nothing of a later one: both are of the same address.
func (s DisputeSubject) Supersedes(other DisputeSubject) bool {
	return s.field() != "" && s.field() == other.field()
}

// field is which address a change is of; empty for what is of none.
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

func (s DisputeSubject) String() string {
	parts := []string{string(s.Kind), s.Of}
	if s.First {
		parts = append(parts, first)
	}
	return strings.Join(parts, " ")
}

var errSubject = errors.New("not the subject of a notice")

// ParseSubject reads what String wrote.
func ParseSubject(text string) (DisputeSubject, error) {
	parts := strings.Split(text, " ")
	if len(parts) < 2 || len(parts) > 3 || !Kind(parts[0]).hasDisputeLink() {
		return DisputeSubject{}, errSubject
	}
	return DisputeSubject{Kind: Kind(parts[0]), Of: parts[1], First: len(parts) == 3 && parts[2] == first}, nil
}
