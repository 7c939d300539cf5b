// Package repocheck tests rules for the repository as a whole: the imports of packages, the length of files, reading the clock,
// the entries at the top level, the Dockerfile, and references from the docs to code and tests.
package repocheck
