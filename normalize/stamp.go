package normalize

import (
	"strings"
	"time"
)

// stamp is a time as a line writes it, before the year, day and zone that it
// leaves open are filled in (see resolve).
type stamp struct {
	year, month, day     int // year 0: not told; month 0: only a time of day
	hour, min, sec, nano int
	offset               int  // seconds east of UTC
	zoned                bool // offset was told
	either               bool // day and month may be the other way round
	epoch                int64
	isEpoch              bool // epoch holds the time in ms
}

// scanStamp reads the time that s begins with and returns how many bytes it
// took, 0 when s begins with no time. It allocates nothing.
//
// The writings: RFC 3339 and its relatives (space for T, comma for point, any
// zone), RFC 3164 with and without year before or behind, the asctime of C,
// Apache's 02/Jan/2006:15:04:05 +0000, BIND's 02-Jan-2006, slashes in either
// order, NX-OS' 2006 Jan 2, compact 20060102T150405Z, and epochs in s with a
// fraction, ms, µs and ns.
func scanStamp(s string) (st stamp, n int) {
	if len(s) < 8 {
		return st, 0
	}
	c := s[0]
	switch {
	case digit(c):
		return scanDigitStamp(s)
	case upper(c) || lower(c):
		return scanWordStamp(s)
	}
	return st, 0
}

// scanDigitStamp reads a time that begins with a digit.
func scanDigitStamp(s string) (st stamp, n int) {
	d := digits(s)
	switch {
	case d == 4 && len(s) > 10:
		return scanYearFirst(s)
	case (d == 1 || d == 2) && len(s) > d:
		switch c := s[d]; {
		case c == '/' || c == '-' || c == '.' || c == ' ':
			return scanDayFirst(s, d)
		}
	case d == 8:
		return scanCompact(s)
	case d == 14: // 20060102150405
		st.year, st.month, st.day = atoi(s[:4]), atoi(s[4:6]), atoi(s[6:8])
		st.hour, st.min, st.sec = atoi(s[8:10]), atoi(s[10:12]), atoi(s[12:14])
		if !st.valid() || st.year < 1990 || st.year > 2100 {
			return stamp{}, 0
		}
		n = 14 + scanFraction(s[14:], &st)
		return st, n + scanZone(s[n:], &st)
	case d == 6 && len(s) > 14 && s[6] == ' ': // 060102 15:04:05
		st.year, st.month, st.day = 2000+atoi(s[:2]), atoi(s[2:4]), atoi(s[4:6])
		i := 7
		if s[i] == ' ' {
			i++
		}
		m := scanClock(s[i:], &st)
		if m == 0 || !st.valid() {
			return stamp{}, 0
		}
		return st, i + m
	}
	return scanEpoch(s)
}

// scanEpoch reads seconds since 1970 of ten digits with or without a fraction,
// milliseconds of 13, microseconds of 16 and nanoseconds of 19.
func scanEpoch(s string) (st stamp, n int) {
	d := digits(s)
	if d != 10 && d != 13 && d != 16 && d != 19 || s[0] != '1' && s[0] != '2' {
		return st, 0
	}
	v := int64(0)
	for i := 0; i < d; i++ {
		v = v*10 + int64(s[i]-'0')
	}
	st.isEpoch = true
	switch d {
	case 10:
		st.epoch = v * 1000
		if len(s) > d+1 && s[d] == '.' && digit(s[d+1]) {
			f := digits(s[d+1:])
			ms := 0
			for i := range 3 {
				ms *= 10
				if i < f {
					ms += int(s[d+1+i] - '0')
				}
			}
			st.epoch += int64(ms)
			d += 1 + f
		}
	case 13:
		st.epoch = v
	case 16:
		st.epoch = v / 1000
	case 19:
		st.epoch = v / 1e6
	}
	if d < len(s) && (letter(s[d]) || s[d] == '-' || s[d] == '_') {
		return stamp{}, 0
	}
	return st, d
}

// scanYearFirst reads 2006-01-02T15:04:05.000Z, 2006/01/02 15:04, 2006 Jan 2 ….
func scanYearFirst(s string) (st stamp, n int) {
	st.year = atoi(s[:4])
	if st.year < 1970 || st.year > 2200 {
		return stamp{}, 0
	}
	sep := s[4]
	i := 5
	if sep == ' ' {
		m, w := month(s[i:])
		if w == 0 {
			return stamp{}, 0
		}
		st.month = m
		i += w
		for i < len(s) && s[i] == ' ' {
			i++
		}
		d := digits(s[i:])
		if d == 0 || d > 2 {
			return stamp{}, 0
		}
		st.day = atoi(s[i : i+d])
		i += d
	} else {
		if sep != '-' && sep != '/' && sep != '.' {
			return stamp{}, 0
		}
		d := digits(s[i:])
		if d == 0 || d > 2 || i+d >= len(s) || s[i+d] != sep {
			return stamp{}, 0
		}
		st.month = atoi(s[i : i+d])
		i += d + 1
		d = digits(s[i:])
		if d == 0 || d > 2 {
			return stamp{}, 0
		}
		st.day = atoi(s[i : i+d])
		i += d
	}
	if !st.valid() {
		return stamp{}, 0
	}
	return st.clockAfter(s, i)
}

// clockAfter reads the time of day and zone behind the date that ends at i.
func (st stamp) clockAfter(s string, i int) (stamp, int) {
	j := i
	if j < len(s) {
		switch s[j] {
		case 'T', 't', ':', '-', '_', ',':
			j++
			if j < len(s) && s[j] == ' ' {
				j++
			}
		case ' ':
			for j < len(s) && s[j] == ' ' && j < i+3 {
				j++
			}
		default:
			return stamp{}, 0
		}
	}
	m := scanClock(s[j:], &st)
	if m == 0 {
		// 2020-04-30-12.11.52.265056, as IBM writes it
		if j+8 <= len(s) && digits(s[j:]) == 2 && s[j+2] == '.' && digits(s[j+3:]) == 2 && s[j+5] == '.' && digits(s[j+6:]) == 2 {
			st.hour, st.min, st.sec = atoi(s[j:j+2]), atoi(s[j+3:j+5]), atoi(s[j+6:j+8])
			if st.valid() {
				j += 8
				return st, j + scanFraction(s[j:], &st)
			}
		}
		return stamp{}, 0
	}
	j += m
	if !st.valid() {
		return stamp{}, 0
	}
	return st, j + scanZone(s[j:], &st)
}

// scanDayFirst reads what begins with a day or month of d digits.
func scanDayFirst(s string, d int) (st stamp, n int) {
	sep := s[d]
	a := atoi(s[:d])
	i := d + 1
	if m, w := month(s[i:]); w > 0 { // 02/Jan/2006:, 02-Jan-2006, 2 Jan 2006
		st.day, st.month = a, m
		i += w
		if i >= len(s) || s[i] != sep && s[i] != ' ' && s[i] != ',' {
			return stamp{}, 0
		}
		for i < len(s) && (s[i] == sep || s[i] == ' ' || s[i] == ',') {
			i++
		}
		y := digits(s[i:])
		if y != 4 && y != 2 {
			return stamp{}, 0
		}
		st.year = fullYear(s[i : i+y])
		i += y
		if !st.valid() {
			return stamp{}, 0
		}
		return st.clockAfter(s, i)
	}
	if sep == ' ' {
		return stamp{}, 0
	}
	d2 := digits(s[i:])
	if d2 == 0 || d2 > 2 || i+d2 >= len(s) || s[i+d2] != sep {
		return stamp{}, 0
	}
	b := atoi(s[i : i+d2])
	i += d2 + 1
	y := digits(s[i:])
	if y != 4 && y != 2 {
		return stamp{}, 0
	}
	st.year = fullYear(s[i : i+y])
	i += y
	st.month, st.day = a, b // 01/02/2006, the American order, unless it cannot be
	if a > 12 || sep == '.' {
		st.month, st.day = b, a
	}
	st.either = a <= 12 && b <= 12 && a != b && sep != '.'
	if !st.valid() {
		return stamp{}, 0
	}
	return st.clockAfter(s, i)
}

// scanCompact reads 20060102T150405Z and 20060102 15:04:05.
func scanCompact(s string) (st stamp, n int) {
	if len(s) < 15 {
		return st, 0
	}
	st.year, st.month, st.day = atoi(s[:4]), atoi(s[4:6]), atoi(s[6:8])
	if st.year < 1990 || st.year > 2100 || !st.valid() {
		return stamp{}, 0
	}
	if (s[8] == 'T' || s[8] == '-' || s[8] == ' ') && digits(s[9:]) == 6 {
		st.hour, st.min, st.sec = atoi(s[9:11]), atoi(s[11:13]), atoi(s[13:15])
		if !st.valid() {
			return stamp{}, 0
		}
		n = 15 + scanFraction(s[15:], &st)
		return st, n + scanZone(s[n:], &st)
	}
	if s[8] == ' ' || s[8] == 'T' || s[8] == '-' {
		return st.clockAfter(s, 8)
	}
	return stamp{}, 0
}

// scanWordStamp reads Jan _2 15:04:05 with what may stand around it, and
// Mon Jan _2 15:04:05 2006, Mon, 02 Jan 2006 15:04:05 GMT.
func scanWordStamp(s string) (st stamp, n int) {
	i := 0
	if w := weekday(s); w > 0 {
		i = w
		if i < len(s) && s[i] == ',' {
			i++
		}
		if i >= len(s) || s[i] != ' ' {
			return stamp{}, 0
		}
		for i < len(s) && s[i] == ' ' {
			i++
		}
		if i < len(s) && digit(s[i]) {
			d := digits(s[i:])
			if d > 2 || i+d >= len(s) {
				return stamp{}, 0
			}
			st, m := scanDayFirst(s[i:], d)
			if m == 0 {
				return stamp{}, 0
			}
			return st, i + m
		}
	}
	m, w := month(s[i:])
	if w == 0 {
		return stamp{}, 0
	}
	st.month = m
	i += w
	if i >= len(s) || s[i] != ' ' && s[i] != '-' && s[i] != '/' && s[i] != '.' {
		return stamp{}, 0
	}
	for i < len(s) && (s[i] == ' ' || s[i] == '-' || s[i] == '/' || s[i] == '.') {
		i++
	}
	d := digits(s[i:])
	if d == 0 || d > 2 {
		return stamp{}, 0
	}
	st.day = atoi(s[i : i+d])
	i += d
	if i < len(s) && s[i] == ',' {
		i++
	}
	if !st.valid() || i >= len(s) || s[i] != ' ' && s[i] != '-' && s[i] != '/' {
		return stamp{}, 0
	}
	for i < len(s) && s[i] == ' ' {
		i++
	}
	if i < len(s) && (s[i] == '-' || s[i] == '/') {
		i++
	}
	if y := digits(s[i:]); y == 4 && i+5 < len(s) && (s[i+4] == ' ' || s[i+4] == ',') && digit(s[i+5]) || y == 4 && i+6 < len(s) && s[i+4] == ' ' && s[i+5] == ' ' {
		st.year = atoi(s[i : i+4])
		i += 4
		for i < len(s) && (s[i] == ' ' || s[i] == ',') {
			i++
		}
	}
	c := scanClock(s[i:], &st)
	if c == 0 || !st.valid() {
		return stamp{}, 0
	}
	i += c
	z := scanZone(s[i:], &st)
	// asctime has the year behind, after the zone if there is one.
	j := i + z
	if st.year == 0 && j+5 <= len(s) && s[j] == ' ' && digits(s[j+1:]) == 4 && (j+5 == len(s) || !wordByte(s[j+5]) && (s[j+5] != ':' || j+6 == len(s) || s[j+6] == ' ')) {
		if y := atoi(s[j+1 : j+5]); y >= 1990 && y < 2200 {
			st.year = y
			if z == 0 {
				return st, j + 5 + scanZone(s[j+5:], &st)
			}
			return st, j + 5
		}
	}
	return st, j
}

// scanClock reads 15:04:05.000000, 15:04 and 3:04:05 PM.
func scanClock(s string, st *stamp) int {
	d := digits(s)
	if d == 0 || d > 2 || len(s) < d+3 || s[d] != ':' {
		return 0
	}
	st.hour = atoi(s[:d])
	i := d + 1
	if digits(s[i:]) != 2 {
		return 0
	}
	st.min = atoi(s[i : i+2])
	i += 2
	if i+2 < len(s) && s[i] == ':' && digits(s[i+1:]) == 2 {
		st.sec = atoi(s[i+1 : i+3])
		i += 3
		i += scanFraction(s[i:], st)
	}
	if i+2 < len(s) && s[i] == ' ' && (s[i+1] == 'P' || s[i+1] == 'A') && s[i+2] == 'M' {
		st.hour %= 12
		if s[i+1] == 'P' {
			st.hour += 12
		}
		i += 3
	}
	return i
}

// scanFraction reads .123456 or ,123.
func scanFraction(s string, st *stamp) int {
	if len(s) < 2 || s[0] != '.' && s[0] != ',' && s[0] != ':' || !digit(s[1]) {
		return 0
	}
	d := digits(s[1:])
	if s[0] == ':' && d != 3 {
		return 0
	}
	if s[0] == ',' && d != 3 && d != 6 {
		return 0
	}
	nano := 0
	for i := range 9 {
		nano *= 10
		if i < d {
			nano += int(s[1+i] - '0')
		}
	}
	st.nano = nano
	return 1 + d
}

// zones are the names of zones that logs use, in minutes east of UTC. Of names
// that mean several zones the commonest in logs is taken.
var zones = map[string]int{"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "MET": 60, "CEST": 120,
	"MEST": 120, "EET": 120, "EEST": 180, "MSK": 180, "IST": 330, "JST": 540, "KST": 540, "AWST": 480, "ACST": 570, "AEST": 600,
	"AEDT": 660, "NZST": 720, "NZDT": 780, "HKT": 480, "SGT": 480, "SAST": 120, "BRT": -180, "AST": -240, "EST": -300, "EDT": -240,
	"CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600}

// scanZone reads the zone behind a time: Z, +0100, +01:00, UTC, CEST, GMT+2,
// with or without a space before.
func scanZone(s string, st *stamp) int {
	i := 0
	if i < len(s) && s[i] == ' ' {
		i++
	}
	if i >= len(s) {
		return 0
	}
	switch c := s[i]; {
	case c == '+' || c == '-':
		n := scanOffset(s[i:], st)
		if n == 0 {
			return 0
		}
		return i + n
	case upper(c):
		j := i
		for j < len(s) && upper(s[j]) {
			j++
		}
		if j-i > 5 || j < len(s) && (lower(s[j]) || digit(s[j]) || s[j] == '_' || s[j] == '=') {
			return 0
		}
		m, ok := zones[s[i:j]]
		if !ok {
			return 0
		}
		if i == 1 && j < len(s) && s[j] == '-' && !(j+1 < len(s) && digit(s[j+1])) {
			return 0 // the first part of a name
		}
		st.zoned, st.offset = true, m*60
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			if n := scanOffset(s[j:], st); n > 0 {
				return j + n
			}
		}
		return j
	case c == 'z' && i == 0:
		st.zoned = true
		return 1
	}
	return 0
}

// scanOffset reads +0100, +01:00, +1.
func scanOffset(s string, st *stamp) int {
	d := digits(s[1:])
	h, m, n := 0, 0, 1+d
	switch d {
	case 4:
		h, m = atoi(s[1:3]), atoi(s[3:5])
	case 1, 2:
		h = atoi(s[1 : 1+d])
		if n+2 < len(s) && s[n] == ':' && digits(s[n+1:]) == 2 {
			m = atoi(s[n+1 : n+3])
			n += 3
		}
	default:
		return 0
	}
	if h > 14 || m > 59 {
		return 0
	}
	st.offset = h*3600 + m*60
	if s[0] == '-' {
		st.offset = -st.offset
	}
	st.zoned = true
	return n
}

// valid reports whether the parts of a date are in range; a leap second is.
func (st *stamp) valid() bool {
	return st.month >= 1 && st.month <= 12 && st.day >= 1 && st.day <= 31 && st.hour <= 24 && st.min <= 59 && st.sec <= 60
}

// resolve fills in what the stamp leaves open: without a zone it is in loc,
// without a year in the one that puts it nearest to now, at most a day ahead.
// It returns ms since the epoch.
func (st *stamp) resolve(now time.Time, loc *time.Location) int64 {
	if st.isEpoch {
		return st.epoch
	}
	if st.month == 0 {
		n := now.In(loc)
		t := time.Date(n.Year(), n.Month(), n.Day(), st.hour, st.min, st.sec, st.nano, loc)
		switch ahead := t.Sub(now); {
		case ahead > 12*time.Hour:
			t = t.AddDate(0, 0, -1)
		case ahead < -22*time.Hour: // a clock that is ahead, at midnight
			t = t.AddDate(0, 0, 1)
		}
		return t.UnixMilli()
	}
	limit := now.Add(aheadAtMost).UnixMilli()
	if st.year != 0 {
		t := st.in(st.year, loc)
		if st.either && t > limit { // 03/12 of March: no month to come
			other := *st
			other.month, other.day, other.either = st.day, st.month, false
			if o := other.resolve(now, loc); o <= limit {
				return o
			}
		}
		return t
	}
	y := now.In(loc).Year()
	for year := y + 1; year >= y-8; year-- { // eight years lie between leap days at most
		if st.month == 2 && st.day == 29 && !leap(year) {
			continue // the 29th of February tells the year
		}
		if t := st.in(year, loc); t <= limit {
			return t
		}
	}
	return st.in(y, loc)
}

// in returns the moment of st in a year, in ms since the epoch. Where no zone of
// the world's must be asked it counts days itself, which is several times as
// fast as package time.
func (st *stamp) in(year int, loc *time.Location) int64 {
	if st.zoned {
		loc = time.UTC
	}
	if loc == time.UTC && st.month >= 1 && st.month <= 12 {
		s := int64(daysTo(year, st.month)+st.day-1)*86400 + int64(st.hour)*3600 + int64(st.min)*60 + int64(st.sec)
		return (s-st.shift())*1000 + int64(st.nano/1e6)
	}
	return time.Date(year, time.Month(st.month), st.day, st.hour, st.min, st.sec, st.nano, loc).UnixMilli() - st.shift()*1000
}

// shift is how far the zone that was told is from UTC, in s.
func (st *stamp) shift() int64 {
	if st.zoned {
		return int64(st.offset)
	}
	return 0
}

// daysTo returns the days from 1970 to the first of a month, 1 to 12, of a year
// behind 0 in the Gregorian calendar.
func daysTo(year, month int) int {
	y := year - 1
	d := 365*(year-1970) + y/4 - y/100 + y/400 - 477 // leap days before 1970
	d += monthDays[month-1]
	if month > 2 && leap(year) {
		d++
	}
	return d
}

// monthDays are the days before each month of a year that is no leap year.
var monthDays = [12]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

// month reads an English month, short or long, and returns its number and length.
func month(s string) (m, n int) {
	if len(s) < 3 {
		return 0, 0
	}
	switch (uint32(s[0])|0x20)<<16 | (uint32(s[1])|0x20)<<8 | uint32(s[2]) | 0x20 {
	case 'j'<<16 | 'a'<<8 | 'n':
		m = 1
	case 'f'<<16 | 'e'<<8 | 'b':
		m = 2
	case 'm'<<16 | 'a'<<8 | 'r':
		m = 3
	case 'a'<<16 | 'p'<<8 | 'r':
		m = 4
	case 'm'<<16 | 'a'<<8 | 'y':
		m = 5
	case 'j'<<16 | 'u'<<8 | 'n':
		m = 6
	case 'j'<<16 | 'u'<<8 | 'l':
		m = 7
	case 'a'<<16 | 'u'<<8 | 'g':
		m = 8
	case 's'<<16 | 'e'<<8 | 'p':
		m = 9
	case 'o'<<16 | 'c'<<8 | 't':
		m = 10
	case 'n'<<16 | 'o'<<8 | 'v':
		m = 11
	case 'd'<<16 | 'e'<<8 | 'c':
		m = 12
	default:
		return 0, 0
	}
	n = 3
	if n < len(s) && letter(s[n]) {
		full := months[m-1]
		if len(s) < len(full) || !strings.EqualFold(s[:len(full)], full) || len(s) > len(full) && letter(s[len(full)]) {
			return 0, 0
		}
		n = len(full)
	}
	return m, n
}

var months = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

// weekday returns the length of the English weekday that s begins with.
func weekday(s string) int {
	if len(s) < 5 {
		return 0
	}
	d := ""
	switch s[:3] {
	case "Mon":
		d = "Monday"
	case "Tue":
		d = "Tuesday"
	case "Wed":
		d = "Wednesday"
	case "Thu":
		d = "Thursday"
	case "Fri":
		d = "Friday"
	case "Sat":
		d = "Saturday"
	case "Sun":
		d = "Sunday"
	default:
		return 0
	}
	if strings.HasPrefix(s, d) {
		return len(d)
	}
	if !letter(s[3]) {
		return 3
	}
	return 0
}

func fullYear(s string) int {
	y := atoi(s)
	if len(s) == 2 {
		y += 2000
	}
	return y
}

// digits returns how many digits s begins with.
func digits(s string) int {
	i := 0
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}

// atoi reads at most 18 digits; anything else among them makes no sense.
func atoi(s string) int {
	n := 0
	for i := 0; i < len(s) && i < 18; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func digit(c byte) bool  { return c-'0' <= 9 }
func upper(c byte) bool  { return c-'A' <= 25 }
func lower(c byte) bool  { return c-'a' <= 25 }
func letter(c byte) bool { return (c|0x20)-'a' <= 25 }
