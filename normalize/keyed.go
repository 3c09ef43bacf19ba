package normalize

// keyed returns a Parse for a brand whose lines are pairs and whose keys say all:
// its own table, then the dictionary, then the words of its texts. need is a key
// that must be there ("" for none); settle, if any, sets class and outcome where
// the brand says more than its keys.
func keyed(keys *Keys, need string, settle func(*Line)) func(*Line) bool {
	return func(l *Line) bool {
		l.Structure()
		if len(l.KV) < 3 || l.Form == Text || l.Form == Delimited || need != "" && l.Get(need) == "" {
			return false
		}
		l.Apply(keys)
		if l.Device.Vendor != "" {
			l.device()
		}
		l.texts()
		if settle != nil {
			settle(l)
		}
		return true
	}
}
