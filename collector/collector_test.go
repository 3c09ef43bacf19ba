package collector

import "testing"

func TestAccountOfAnInput(t *testing.T) {
	var in Input
	in.Received.Store(100)
	in.Stored.Store(60)
	in.Filtered.Store(5)
	in.DroppedFull.Store(20)
	in.DroppedKernel.Store(10)
	if got := in.Dropped(); got != 30 {
		t.Errorf("dropped: got %d, want 30", got)
	}
	if got := in.InFlight(); got != 5 {
		t.Errorf("on its way: got %d, want 5", got)
	}
	in.Stored.Store(66) // read before the rest of a batch was counted as received
	if got := in.InFlight(); got != 0 {
		t.Errorf("on its way: got %d, want 0", got)
	}
}
