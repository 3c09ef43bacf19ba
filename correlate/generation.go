package correlate

// generations is a bounded map that forgets what was not used for the longest:
// a full young generation becomes the old one, and what the old one still held
// is gone. It costs one lookup for what is in use, and its content depends on
// the order of use alone.
type generations[K comparable, V any] struct {
	Young, Old map[K]V
	Limit      int
	Evicted    uint64 // entries forgotten
}

func (m *generations[K, V]) get(k K) (V, bool) {
	if v, ok := m.Young[k]; ok {
		return v, true
	}
	v, ok := m.Old[k]
	if ok {
		delete(m.Old, k)
		m.put(k, v)
	}
	return v, ok
}

func (m *generations[K, V]) put(k K, v V) {
	if len(m.Young) >= m.Limit {
		if _, ok := m.Young[k]; !ok {
			m.Evicted += uint64(len(m.Old))
			m.Old, m.Young = m.Young, nil
		}
	}
	if m.Young == nil {
		m.Young = make(map[K]V)
	}
	m.Young[k] = v
}

func (m *generations[K, V]) delete(k K) {
	delete(m.Young, k)
	delete(m.Old, k)
}

// len returns how many entries there are, counting one that moved between the
// generations once.
func (m *generations[K, V]) len() int {
	n := len(m.Young)
	for k := range m.Old {
		if _, ok := m.Young[k]; !ok {
			n++
		}
	}
	return n
}
