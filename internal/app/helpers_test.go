package app_test

import (
	"time"

	"twofold/internal/test/apptest"
)

// JSON is a request body.
type JSON = apptest.JSON

// Addresses of users.
const (
	ada           = "ada@example.com"
	bob           = "bob@example.com"
	grace         = "grace@example.com" // an administrator
	unknownEmail  = "nil@example.com"   // has no account
	newAddress    = "ada@new.example"   // that ada changes to
	secondAddress = "ada@example.org"   // a notice address of ada
)

const (
	day  = 24 * time.Hour
	week = 7 * day
	// year is longer than activity is kept (400 days).
	year = 401 * day
)
