package view

// LiveCounts is what the live pages count.
type LiveCounts struct {
	Clients int    // now
	Slow    uint64 // dropped because they could not keep up
	Refused uint64 // over the limit
	Skipped uint64 // events not shown because there were too many a second
}

// Facts tells the counts in words.
func (c LiveCounts) Facts() []Fact {
	return []Fact{{"Live pages", plural(c.Clients, "open page") + "; " + Number(c.Slow) + " dropped as too slow, " +
		Number(c.Refused) + " refused, " + Number(c.Skipped) + " events skipped"}}
}
