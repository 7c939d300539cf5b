// Package modeltest compares the server with a model of it. The goal is to find histories of requests that no single test
// covers: rapid generates random sequences of actions by users, attackers and administrators, with clocks that move, and
// every response must be the one that the model predicts. The model's state says what each account, session, code and token
// is worth; invariants hold beside it, such as "no code works twice". A failing history is shrunk to its shortest form.
package modeltest
