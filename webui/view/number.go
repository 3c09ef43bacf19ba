package view

import (
	"fmt"
	"strconv"
)

// Number writes a whole number with its thousands apart.
func Number[T int | int64 | uint64 | uint32](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return sign + s
}

// Bytes writes a size with three figures or less.
func Bytes(n uint64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	x := float64(n)
	for _, unit := range [...]string{"kB", "MB", "GB", "TB"} {
		if x /= 1000; x < 1000 || unit == "TB" {
			if x < 10 {
				return fmt.Sprintf("%.1f %s", x, unit)
			}
			return fmt.Sprintf("%.0f %s", x, unit)
		}
	}
	return ""
}

// Share writes part of whole in percent; a part that is not nothing is never 0.
func Share(part, whole uint64) string {
	if whole == 0 || part == 0 {
		return "0 %"
	}
	x := 100 * float64(part) / float64(whole)
	switch {
	case x < 0.01:
		return "< 0.01 %"
	case x < 1:
		return fmt.Sprintf("%.2f %%", x)
	case part < whole && x > 99.9:
		return "> 99.9 %"
	case x < 10:
		return fmt.Sprintf("%.1f %%", x)
	}
	return fmt.Sprintf("%.0f %%", x)
}

// plural writes a number with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Number(n) + " " + noun + "s"
}
