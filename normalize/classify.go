package normalize

import "picket/normalize/ocsf"

// classify finds the class and activity of a line that no brand knew, from what
// was found in it and what its words speak of. What is certain comes first: a
// name that was asked for makes a DNS event whatever else the line says. Words
// alone decide only where nothing else does, and a line that says nothing of any
// class stays a base event.
func (l *Line) classify() {
	s := l.signs()
	for _, rule := range classRules {
		if class, activity := rule(l, &s); class != ocsf.BaseEvent {
			l.E.Class, l.E.Activity = class, activity
			return
		}
	}
}

// classRule returns the class of a line and its activity, the base event where
// it has nothing to say.
type classRule func(l *Line, s *signs) (ocsf.Class, uint8)

// classRules are asked in this order.
var classRules = []classRule{
	objectClass, findingClass, messageClass, accountClass, loginClass, weakFindingClass, connectionClass,
	programClass, fileClass, changeClass, sessionClass, endClass, hostClass,
}

// signs are what the rules look at, gathered once.
type signs struct {
	hints hint
	ends  bool // any end of a connection is told
	user  bool
	file  bool // told by more than the shape of a word
	conn  bool // both ends, or one with protocol and port
}

func (l *Line) signs() signs {
	f := &l.facts
	w := &f.weight
	return signs{
		hints: f.hints | f.kind,
		ends:  w[ocsf.SrcIP] > 0 || w[ocsf.DstIP] > 0 || w[ocsf.SrcHostname] > 0 || w[ocsf.DstHostname] > 0 || w[ocsf.SrcMAC] > 0,
		user:  f.user != "" || f.target != "" || f.actor != "",
		file:  w[ocsf.FilePath] >= textWeight || w[ocsf.FileName] >= textWeight,
		conn:  l.connection(),
	}
}

// says reports whether the words speak of any of h.
func (s *signs) says(h hint) bool { return s.hints&h != 0 }

// told reports whether a key told one of the fields.
func (l *Line) told(fs ...ocsf.Field) bool {
	for _, f := range fs {
		if l.facts.weight[f] >= weakWeight {
			return true
		}
	}
	return false
}

// connection reports whether both ends, or one with a port and a protocol, are
// told by keys.
func (l *Line) connection() bool {
	w := &l.facts.weight
	ips := w[ocsf.SrcIP] > 0 && w[ocsf.DstIP] > 0
	ports := w[ocsf.SrcPort] > 0 && w[ocsf.DstPort] > 0 || w[ocsf.Protocol] > 0 && (w[ocsf.DstPort] > 0 || w[ocsf.SrcPort] > 0)
	return ips && (ports || w[ocsf.Protocol] > 0) || ports && (w[ocsf.SrcIP] > 0 || w[ocsf.DstIP] > 0)
}

// roomForFile changes Network Activity, which has no room for a file, to a class
// that has, when a file was told.
func (l *Line) roomForFile() {
	e, w := l.E, &l.facts.weight
	if w[ocsf.FileName] < weakWeight && w[ocsf.FilePath] < weakWeight {
		return
	}
	switch {
	case e.Class == ocsf.EmailActivity && e.Has(ocsf.FileName):
		e.Append(ocsf.EmailFiles, ocsf.ObjectOf(ocsf.Attr(ocsf.EmailFileName, e.Get(ocsf.FileName)), ocsf.Attr(ocsf.EmailFileType, ocsf.Int(0))))
	case e.Class != ocsf.NetworkActivity:
	case e.Has(ocsf.URLString) || e.Has(ocsf.URLPath) || e.Has(ocsf.URLHostname):
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(e.Text(ocsf.HTTPMethod))
	case w[ocsf.SrcIP] > 0 || w[ocsf.SrcHostname] > 0:
		e.Class, e.Activity = ocsf.NetworkFile, ocsf.Other
	}
}
