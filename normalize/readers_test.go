package normalize

import (
	"testing"

	"picket/normalize/ocsf"
)

// formLines are a line of each form, with the header that it comes with.
var formLines = []struct {
	form Form
	line string
}{
	{Text, `<13>Mar  2 10:15:02 srv1 app[17]: user anna logged in from 192.0.2.7 port 4711`},
	{KeyValue, `<13>Mar  2 10:15:02 fw1 date=2026-03-02 srcip=192.0.2.7 dstip=198.51.100.9 msg="a b c" action=deny`},
	{KeyValue, `<13>1 2026-03-02T10:15:02Z fw1 app 17 id1 [meta seq="1"] SRC=192.0.2.7, DST = 198.51.100.9; reason=no such rule [x=1]`},
	{KeyValue, `<13>Mar  2 10:15:02 fw1 app: Source: 192.0.2.7, Destination: 198.51.100.9, User: anna`},
	{CEF, `<13>Mar  2 10:15:02 fw1 CEF:0|Example|Wall|1.0|100|blocked|5|src=192.0.2.7 dst=198.51.100.9 cs1Label=zone cs1=dmz msg=a text of words`},
	{LEEF, "<13>Mar  2 10:15:02 fw1 LEEF:1.0|Example|Wall|1.0|100|src=192.0.2.7\tdst=198.51.100.9\tusrName=anna"},
	{LEEF, `<13>Mar  2 10:15:02 fw1 LEEF:2.0|Example|Wall|1.0|100|^|src=192.0.2.7^dst=198.51.100.9^usrName=anna`},
	{JSON, `<13>Mar  2 10:15:02 fw1 app: {"src":{"ip":"192.0.2.7","port":4711},"tags":["a","b"],"ok":true,"none":null}`},
	{XML, `<13>Mar  2 10:15:02 fw1 app: <Event xmlns="urn:example"><System><EventID>4625</EventID></System><EventData><Data Name="IpAddress">192.0.2.7</Data></EventData></Event>`},
	{Delimited, `<13>Mar  2 10:15:02 fw1 1,2026/03/02 10:15:02,0001,TRAFFIC,end,"a, b",192.0.2.7,198.51.100.9,allow,443`},
	{AccessLog, `<13>Mar  2 10:15:02 www nginx: 192.0.2.7 - anna [02/Mar/2026:10:15:02 +0000] "GET /x?y=1 HTTP/1.1" 200 512 "-" "curl/8.9.1"`},
}

// Header and structure readers allocate nothing, whatever the form, once the
// keys are known.
func TestEveryFormIsReadWithoutAllocating(t *testing.T) {
	for _, c := range formLines {
		l := &Line{}
		var e ocsf.Event
		read := func() {
			l.reset(nil, &e)
			l.Body = scanHeader(c.line, &l.Head)
			l.Structure()
		}
		read()
		if l.Form != c.form {
			t.Errorf("read as %v, want %v: %s", l.Form, c.form, c.line)
		}
		if n := testing.AllocsPerRun(200, read); n > 0 {
			t.Errorf("%v: %v allocations: %s", c.form, n, c.line)
		}
	}
}
