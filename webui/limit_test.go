package webui

import (
	"net/netip"
	"strconv"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	clock := now
	l := newLimiter(func() time.Time { return clock }, 2, 8*time.Second)
	try := func(want time.Duration) {
		t.Helper()
		if got := l.try("a"); got != want {
			t.Fatalf("wait %v, want %v", got, want)
		}
	}
	try(0)
	try(0)
	for _, wait := range []time.Duration{1, 2, 4, 8, 8} {
		wait *= time.Second
		try(wait)
		clock = clock.Add(wait - time.Millisecond)
		try(time.Millisecond)
		clock = clock.Add(time.Millisecond)
		try(0)
	}
	if l.try("b") != 0 {
		t.Error("another key has to wait")
	}
	l.ok("a")
	try(0)
	try(0)
	try(time.Second)
	clock = clock.Add(forget + time.Second)
	try(0)
	try(0)
}

func TestLimiterIsBounded(t *testing.T) {
	clock := now
	l := newLimiter(func() time.Time { return clock }, 1, time.Minute)
	for range 5 {
		l.try("guesser")
		clock = clock.Add(time.Minute)
	}
	for i := range maxKeys + 100 {
		l.try(strconv.Itoa(i))
	}
	if len(l.keys) > maxKeys {
		t.Errorf("%d keys", len(l.keys))
	}
	if l.keys["guesser"] == nil {
		t.Error("a flood of addresses made the limiter forget who guesses")
	}
}

func TestAddrKey(t *testing.T) {
	for a, want := range map[string]string{"192.0.2.1": "192.0.2.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64"} {
		if got := addrKey(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %s, want %s", a, got, want)
		}
	}
}
