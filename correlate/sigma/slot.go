package sigma

import (
	"fmt"
	"slices"
	"strings"
)

// slot returns the number of a field of the rule in hand.
func (c *compiler) slot(field string) (int32, error) {
	if field == "" {
		c.keywords = c.slotOf("", []source{{kind: fromAll}}, "\x00all")
		return c.keywords, nil
	}
	var list []source
	specs := c.tax.sourcesOf(field, c.ls)
	for _, s := range specs {
		if c.tax == nil {
			list = append(list, source{kind: fromKey, key: c.key(s)})
			continue
		}
		spec, err := parseSource(s)
		if err != nil {
			return 0, err
		}
		src := source{kind: fromField, field: spec.field}
		if spec.key != "" {
			src = source{kind: fromKey, key: c.key(spec.key)}
		}
		if spec.fn != "" {
			if src.derive = c.opt.Derive[spec.fn]; src.derive == nil {
				return 0, fmt.Errorf("the taxonomy names function %q, which is not there", spec.fn)
			}
		}
		list = append(list, src)
	}
	return c.slotOf(field, list, strings.Join(specs, "\x00")), nil
}

func (c *compiler) slotOf(name string, list []source, key string) int32 {
	if id, ok := c.slotID[key]; ok {
		return id
	}
	id := int32(len(c.slots))
	c.slots = append(c.slots, slot{name, list})
	c.slotID[key] = id
	return id
}

// key returns the number of a record's own key.
func (c *compiler) key(name string) int32 {
	if id, ok := c.keyIDs[name]; ok {
		return id
	}
	if c.tax != nil {
		if id, ok := c.keyFolds[fold(name)]; ok {
			return id
		}
	}
	id := int32(len(c.keyNames))
	c.keyNames = append(c.keyNames, name)
	c.keyIDs[name] = id
	c.keyFolds[fold(name)] = id
	return id
}

// keyOf finds the number of a key that a record has, or -1.
func (s *Set) keyOf(name string, foldKeys bool) int32 {
	if id, ok := s.keyIDs[name]; ok {
		return id
	}
	if foldKeys {
		if id, ok := s.keyFolds[fold(name)]; ok {
			return id
		}
	}
	return -1
}

// compileEntries compiles what the taxonomy says of log sources.
func (c *compiler) compileEntries() {
	if c.tax == nil {
		return
	}
	for i := range c.tax.entries {
		e := &c.tax.entries[i]
		t, err := c.selection(e.selection)
		if err != nil {
			c.failed = append(c.failed, Failure{File: "taxonomy", Reason: fmt.Sprintf("logsource %d: %v", i+1, err)})
			continue
		}
		c.entries = append(c.entries, compiledEntry{*e, t})
		t.walk(func(p int32) {
			if slot := c.preds[p].slot; !slices.Contains(c.labelSlots, slot) {
				c.labelSlots = append(c.labelSlots, slot)
			}
		})
	}
}
