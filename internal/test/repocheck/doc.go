// Package repocheck holds what the repository keeps to as a whole, as tests: which package may import which, how long a
// file may grow, who may read the clock, what lies at the top, and how the container is made.
package repocheck
