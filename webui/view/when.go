package view

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/a-h/templ"
)

// at is a time in ms since the epoch on the clock of the site.
func (p Page) at(ms int64) time.Time {
	z := p.Zone
	if z == nil {
		z = time.UTC
	}
	return time.UnixMilli(ms).In(z)
}

// ZoneName names the zone in which times are shown.
func (p Page) ZoneName() string {
	t := p.at(p.Now.UnixMilli())
	return t.Format("MST (UTC-07:00)")
}

// Clock is a time to the second, with the date where it is not today's.
func (p Page) Clock(ms int64) string {
	if ms == 0 {
		return "never"
	}
	t, now := p.at(ms), p.at(p.Now.UnixMilli())
	switch {
	case t.Year() != now.Year():
		return t.Format("2 Jan 2006 15:04:05")
	case t.YearDay() != now.YearDay():
		return t.Format("2 Jan 15:04:05")
	}
	return t.Format("15:04:05")
}

// Full is a time with date, milliseconds and zone.
func (p Page) Full(ms int64) string { return p.at(ms).Format("2006-01-02 15:04:05.000 -07:00") }

// Ago is how long ago a time was, in words.
func (p Page) Ago(ms int64) string {
	if ms == 0 {
		return "never"
	}
	d := p.Now.Sub(time.UnixMilli(ms))
	switch {
	case d < -time.Minute:
		return "in " + Span(-d)
	case d < 5*time.Second:
		return "just now"
	}
	return Span(d) + " ago"
}

// When shows a time, When's title its exact form.
func (p Page) When(ms int64) templ.Component { return p.timeElement(ms, p.Clock(ms)) }

// Since shows how long ago a time was.
func (p Page) Since(ms int64) templ.Component { return p.timeElement(ms, p.Ago(ms)) }

func (p Page) timeElement(ms int64, words string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		if ms == 0 {
			_, err := fmt.Fprintf(w, "<span>%s</span>", words)
			return err
		}
		_, err := fmt.Fprintf(w, `<time datetime="%s" title="%s">%s</time>`,
			time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z"), p.Full(ms), words)
		return err
	})
}

// Span is a length of time in one or two units: "45 s", "12 min", "3 h 20 min",
// "6 days".
func Span(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 24*time.Hour:
		if m := int(d.Minutes()) % 60; m != 0 {
			return fmt.Sprintf("%d h %d min", int(d.Hours()), m)
		}
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return plural(int(d.Hours()/24), "day")
}

// Lasted is the time between two times in ms.
func Lasted(from, to int64) string { return Span(time.Duration(max(0, to-from)) * time.Millisecond) }
