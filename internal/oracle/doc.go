// Package oracle holds no code but tests: random histories of a directory, a tenant and its
// humans, told by somebody who knows the truth.
//
// A history is drawn from a seed. The product reads the directory through all the troubles that are drawn
// with it, writes to a simulated Kiteworks, is killed and started again. What it narrows is judged at once, and
// where it ends up at the end, by a model of its own: a few lines for the few rules in use, which share nothing
// with what they judge. Time is that of a bubble of testing/synctest, so that months pass in a second;
// therefore all connections are pipes.
//
// Nobody imports it. Its tests may import everything.
package oracle
