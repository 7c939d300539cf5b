// Package soak checks that no table grows without bound. It simulates months of use, in which users sign in, fail, enroll, reset
// passwords and change addresses. Once rows are purged as fast as they are added, every table must keep its size. `make soak`
// simulates years.
package soak
