package sniff

import "picket/normalize/ocsf"

// maxNotes bounds what a flow's event says beside its counters.
const maxNotes = 8

// note keeps a fact for f's event, where it stands below unmapped. The same fact
// counts once.
func (f *flow) note(key string, v ocsf.Value) {
	if len(f.notes) >= maxNotes {
		return
	}
	for _, p := range f.notes {
		if p.Key == key && p.Value.Equal(v) {
			return
		}
	}
	f.notes = append(f.notes, ocsf.Pair{Key: key, Value: v})
}
