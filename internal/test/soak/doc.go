// Package soak lets months and years pass over a server in which people sign in, fail, enroll, forget and move, and wants
// every table to stay as long as it was once things are purged as fast as they come. `make soak` takes years.
package soak
