// Package modeltest compares the server with a model of it. The goal is to find histories of requests that no single test
// covers: rapid generates random sequences of actions by users, attackers and administrators, with clocks that move, and
// every response must be the one that the model predicts. The model's state holds every account, session, code and token, and
// whether it is still valid. In addition, invariants such as "no code works twice" are checked from the responses alone. A
// failing history is shrunk to its shortest form.
package modeltest
