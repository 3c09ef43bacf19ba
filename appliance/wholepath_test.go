package appliance

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"picket/collector"
	"picket/correlate"
	"picket/correlate/sigma"
	"picket/normalize"
	"picket/normalize/ocsf"
	"picket/store"
)

// sigmaCorpus is the folder of rules and events in the rules' own names that
// measuring is done with; the test is skipped where it is not.
func sigmaCorpus(t testing.TB) string {
	for _, dir := range []string{os.Getenv("PICKET_SHARED"), "../../shared"} {
		if st, err := os.Stat(filepath.Join(dir, "corpus", "sigma")); dir != "" && err == nil && st.IsDir() {
			return filepath.Join(dir, "corpus", "sigma")
		}
	}
	t.Skip("no ../shared: the Sigma corpus is not here")
	return ""
}

// flatEvent is an event in the rules' own names.
type flatEvent struct {
	line   string
	fields map[string]any
}

func (e *flatEvent) text(key string) string {
	if v, ok := e.fields[key]; ok && v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// service is what the event says of its log source.
func (e *flatEvent) service() any {
	ls, _ := e.fields["logsource"].(map[string]any)
	return ls["service"]
}

func flatEvents(t testing.TB, file string) []flatEvent {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []flatEvent
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		e := flatEvent{line: sc.Text(), fields: map[string]any{}}
		d := json.NewDecoder(strings.NewReader(e.line))
		d.UseNumber()
		if err := d.Decode(&e.fields); err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// systemNames are what the parts of an event's <System> are called in flat
// events, and what carriers call them: NXLog (im_msvistalog) and Winlogbeat. An
// empty name is not sent.
var systemNames = map[string][2]string{
	"Provider_Name": {"SourceName", "provider_name"}, "Provider_Guid": {"ProviderGuid", "provider_guid"},
	"EventID": {"EventID", "event_id"}, "Channel": {"Channel", "channel"}, "Computer": {"Hostname", "computer_name"},
	"EventRecordID": {"RecordNumber", "record_id"}, "Execution_ProcessID": {"ExecutionProcessID", "process.pid"},
	"Execution_ThreadID": {"ExecutionThreadID", "process.thread.id"}, "Security_UserID": {"UserID", "user.identifier"},
	"Correlation_ActivityID": {"ActivityID", "activity_id"}, "Opcode": {"OpcodeValue", ""}, "Task": {"Task", ""}, "Version": {"Version", "version"},
	"Keywords": {"Keywords", ""}, "Level": {"SeverityValue", ""}, "TimeCreated_SystemTime": {"", ""}, "logsource": {"", ""},
}

const eventTime = "2026-03-02T10:00:00Z"

func nxlog(e *flatEvent) any {
	out := map[string]any{"EventTime": "2026-03-02 10:00:00", "EventReceivedTime": "2026-03-02 10:00:01", "EventType": "INFO", "Severity": "INFO",
		"SourceModuleName": "eventlog", "SourceModuleType": "im_msvistalog"}
	for k, v := range e.fields {
		if names, system := systemNames[k]; system {
			k = names[0]
		}
		if k == "Keywords" {
			v = nxlogSigned(v)
		}
		if k != "" {
			out[k] = v
		}
	}
	return out
}

func winlogbeat(e *flatEvent) any {
	data, winlog := map[string]any{}, map[string]any{"api": "wineventlog"}
	for k, v := range e.fields {
		names, system := systemNames[k]
		switch {
		case !system:
			data[k] = fmt.Sprint(v)
			if v == nil {
				delete(data, k)
			}
		case strings.Contains(names[1], "."):
			top, rest, _ := strings.Cut(names[1], ".")
			winlog[top] = map[string]any{rest: v}
		case names[1] != "":
			winlog[names[1]] = v
		}
	}
	if word := map[string]string{"0x8010000000000000": "Audit Failure", "0x8020000000000000": "Audit Success"}[e.text("Keywords")]; word != "" {
		winlog["keywords"] = []string{word}
	}
	winlog["event_data"] = data
	return map[string]any{"@timestamp": eventTime, "winlog": winlog, "host": map[string]any{"name": e.text("Computer")},
		"event":   map[string]any{"code": e.text("EventID"), "kind": "event", "provider": e.text("Provider_Name")},
		"agent":   map[string]any{"type": "winlogbeat", "version": "8.13.0", "name": "collector"},
		"ecs":     map[string]any{"version": "8.0.0"},
		"message": "", "log": map[string]any{"level": "information"}}
}

func zeekJSON(e *flatEvent) any {
	out := maps.Clone(e.fields)
	delete(out, "logsource")
	if uri, ok := out["c-uri"]; ok { // the rules' name for what Zeek calls uri
		out["uri"] = uri
		delete(out, "c-uri")
	}
	out["_path"] = e.service()
	return out
}

// wrappings are the ways in which collectors send the events.
var wrappings = []struct {
	name    string
	product string
	wrap    func(*flatEvent) any
}{
	{"NXLog", "windows", nxlog},
	{"Winlogbeat", "windows", winlogbeat},
	{"Zeek", "zeek", zeekJSON},
}

// sysmonEvents are the numbers of Sysmon's events by category, and channels the
// logs by category or service: what an event of such a log source has beside
// the fields that rules ask for.
var (
	sysmonEvents = map[string]int{"process_creation": 1, "file_change": 2, "network_connection": 3, "process_termination": 5, "driver_load": 6, "image_load": 7,
		"create_remote_thread": 8, "raw_access_thread": 9, "process_access": 10, "file_event": 11, "registry_add": 12, "registry_delete": 12,
		"registry_event": 13, "registry_set": 13, "registry_rename": 14, "create_stream_hash": 15, "pipe_created": 17, "wmi_event": 19, "dns_query": 22,
		"file_delete": 23, "process_tampering": 25, "file_block_executable": 27, "file_executable_detected": 29}
	channels = map[string]string{"security": "Security", "system": "System", "application": "Application", "ps_script": "Microsoft-Windows-PowerShell/Operational",
		"ps_module": "Microsoft-Windows-PowerShell/Operational", "taskscheduler": "Microsoft-Windows-TaskScheduler/Operational",
		"windefend": "Microsoft-Windows-Windows Defender/Operational", "ntlm": "Microsoft-Windows-NTLM/Operational",
		"bits-client": "Microsoft-Windows-Bits-Client/Operational", "dns-server": "DNS Server", "powershell-classic": "Windows PowerShell"}
	eventNumbers = map[string]int{"ps_script": 4104, "ps_module": 4103}
)

// completed gives a made-up event what the real ones of its log source have
// too; nil when that is not known.
func completed(t *testing.T, e flatEvent) *flatEvent {
	t.Helper()
	ls, _ := e.fields["logsource"].(map[string]any)
	source := fmt.Sprint(ls["category"])
	if ls["category"] == nil {
		source = fmt.Sprint(ls["service"])
	}
	var add map[string]any
	switch number, ok := sysmonEvents[source]; {
	case ls["product"] == "zeek":
		add = map[string]any{"ts": 1772445600.5, "uid": "CAbCdE1fGhIjKlMnO", "id.orig_h": "192.0.2.10", "id.orig_p": 49152, "id.resp_h": "198.51.100.20", "id.resp_p": 445}
	case ls["product"] != "windows":
		return nil
	case ok:
		add = map[string]any{"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": number, "Provider_Name": "Microsoft-Windows-Sysmon"}
	case channels[source] != "":
		add = map[string]any{"Channel": channels[source], "EventID": 1}
		if n := eventNumbers[source]; n != 0 {
			add["EventID"] = n
		}
	default:
		return nil
	}
	if ls["product"] == "windows" {
		add["Computer"], add["EventRecordID"] = "pc7.example.com", 4711
	}
	switch {
	case ls["product"] == "zeek" && ls["service"] == "dns":
		ls["category"] = "dns"
	case ls["service"] == nil && sysmonEvents[source] != 0:
		ls["service"] = "sysmon"
	}
	for k, v := range add {
		if _, has := e.fields[k]; !has {
			e.fields[k] = v
		}
	}
	b, err := json.Marshal(e.fields)
	if err != nil {
		t.Fatal(err)
	}
	e.line = string(b)
	return &e
}

// pathEvents are the events that a wrapping is for: the real ones, or the
// made-up ones.
func pathEvents(t *testing.T, dir, kind, product string) (out []flatEvent) {
	t.Helper()
	for _, e := range flatEvents(t, filepath.Join(dir, "events-"+kind+".jsonl")) {
		if ls, _ := e.fields["logsource"].(map[string]any); ls["product"] != product {
			continue
		}
		if kind == "synthetic" {
			c := completed(t, e)
			if c == nil || e.fields["Level"] != nil { // the level is sent in other words
				continue
			}
			e = *c
		}
		out = append(out, e)
	}
	return out
}

// pathCount compares what rules find in flat events and in lines.
type pathCount struct{ pairs, found, more, invented int }

// nxlogSigned is how NXLog sends keywords: a signed number in decimal.
func nxlogSigned(keywords any) any {
	n, err := strconv.ParseUint(fmt.Sprint(keywords), 0, 64)
	if err != nil {
		return keywords
	}
	return strconv.FormatInt(int64(n), 10)
}

// TestWholePath holds that rules find in the lines of collectors what they find
// in flat events: first one event at a time, then with replay and its findings.
// What the lines have more is counted apart: a 4688 of the security log is the
// creation of a process, though the flat event does not say so.
func TestWholePath(t *testing.T) {
	dir := sigmaCorpus(t)
	parsed, _ := sigma.Load(os.DirFS(filepath.Join(dir, "rules")))
	set, _ := sigma.Compile(parsed, nil, sigma.Options{})
	loaded, err := loadRules(onlyFolder(filepath.Join(dir, "rules")), nil)
	if err != nil {
		t.Fatal(err)
	}
	names := loaded.rules.List()
	for _, w := range wrappings {
		for _, kind := range []string{"natural", "synthetic"} {
			t.Run(w.name+" "+kind, func(t *testing.T) {
				var n pathCount
				var lines strings.Builder
				want, scratch, flatScratch := map[string]bool{}, loaded.rules.NewScratch(), sigma.NewScratch()
				events := pathEvents(t, dir, kind, w.product)
				for i := range events {
					b, err := json.Marshal(w.wrap(&events[i]))
					if err != nil {
						t.Fatal(err)
					}
					lines.Write(append(b, '\n'))
					flat := flatHits(t, set, flatScratch, events[i].line)
					for _, id := range flat {
						want[id] = true
					}
					n.compare(t, set, &events[i], flat, pathHits(loaded.rules, names, scratch, string(b)), string(b))
				}
				for _, id := range replayed(t, filepath.Join(dir, "rules"), lines.String()) {
					delete(want, id)
				}
				for id := range want {
					t.Errorf("replay has no finding of %s", id)
				}
				t.Logf("%d events: %d of %d hits found, %d more as creations of processes, %d invented; %d rules without a finding",
					len(events), n.found, n.pairs, n.more, n.invented, len(want))
			})
		}
	}
}

func (n *pathCount) compare(t *testing.T, set *sigma.Set, e *flatEvent, flat, path []string, line string) {
	t.Helper()
	tell := func(what, id string) {
		t.Errorf("%s %s: %s %s (%s)\n%.600s", e.text("Channel"), e.text("EventID"), what, id, set.Rule(set.Lookup(id)).Title, line)
	}
	for _, id := range flat {
		n.pairs++
		if slices.Contains(path, id) {
			n.found++
			continue
		}
		tell("not found:", id)
	}
	for _, id := range path {
		switch {
		case slices.Contains(flat, id):
		case e.text("EventID") == "4688" && set.Rule(set.Lookup(id)).LogSource.Category == "process_creation":
			n.more++
		default:
			n.invented++
			tell("found and must not be:", id)
		}
	}
}

func flatHits(t *testing.T, set *sigma.Set, sc *sigma.Scratch, line string) (ids []string) {
	t.Helper()
	var rec sigma.Flat
	if err := rec.Parse(line); err != nil {
		t.Fatal(err)
	}
	for _, h := range set.Match(&rec, sc) {
		ids = append(ids, set.Rule(h).Ref())
	}
	return ids
}

var pathNormalizer = normalize.New(normalize.Options{})

func pathHits(rules *correlate.Rules, names []correlate.RuleInfo, scratch *correlate.Scratch, line string) (ids []string) {
	var e ocsf.Event
	pathNormalizer.Normalize(&collector.Record{Raw: line, Received: time.Date(2026, 3, 2, 10, 0, 2, 0, time.UTC), Input: &collector.Input{Name: "test"}}, &e)
	for _, h := range rules.Match(&e, scratch) {
		ids = append(ids, names[h.Rule].ID)
	}
	return ids
}

// replayed returns the rules of the findings that a replay of lines makes.
func replayed(t *testing.T, rules, lines string) (ids []string) {
	t.Helper()
	data := t.TempDir()
	_, err := Replay(context.Background(), ReplayOptions{
		Data: data, Rules: rules, Files: []string{"-"}, Stdin: strings.NewReader(lines), Errors: io.Discard, Zone: time.UTC,
		Now: func(*os.File) time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(data, store.Options{ReadOnly: true, FindingOf: findingOf, IncidentOf: incidentOf})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	list, err := st.Findings()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		ids = append(ids, f.Rule)
	}
	return ids
}
