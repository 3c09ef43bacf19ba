// Package manage knows the site's devices: what sends, how much, what of it was
// not understood and who fell silent ([Sources]); later also which devices there
// are, whether they are well, and what their configuration was.
//
// It learns from the events that pass and asks nobody. Its tables are bounded;
// what does not fit is counted under one name, never lost in silence.
package manage
