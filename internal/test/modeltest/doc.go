// Package modeltest holds the house against a model of it: what accounts, sessions, codes and tokens are worth after any
// history, however people, thieves and clocks are interleaved. Random histories are played against the real service, and
// every answer has to be the one that the model predicts.
package modeltest
