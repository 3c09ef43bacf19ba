package ocsf

const controlKey = "picket.control"

// Event returns the control as an OCSF Entity Management. now is when it
// changed, in ms.
func (c *Control) Event(now int64) *Event {
	e := &Event{Class: EntityManagement, Activity: 3, Severity: Informational, Time: now, Logged: now, Seq: c.Seq}
	by := c.By
	switch {
	case c.Ended != 0:
		e.Activity, by = 11, c.EndedBy
	case c.Version <= 1:
		e.Activity = 1
	}
	own(e)
	e.SetInt(StatusID, 1)
	e.SetText(Message, c.says())
	e.SetText(EntityName, c.Title)
	e.SetText(EntityUID, c.UID)
	e.SetText(ManagedType, string(c.Kind))
	e.SetText(ActorUser, by)
	e.SetText(Comment, c.Reason)
	keepWhole(e, controlKey, c)
	e.Conform()
	return e
}

func (c *Control) says() string {
	what := "every signature"
	if c.Rule != "" {
		what = c.Rule
	}
	if c.Ended != 0 {
		return "The " + string(c.Kind) + " of " + what + " has ended"
	}
	return "The " + string(c.Kind) + " of " + what + " is in force"
}

// ControlOf returns the control that an event of the log tells, or nil and no
// error when it is not one of Picket's own.
func ControlOf(e *Event) (*Control, error) {
	if e.Class != EntityManagement {
		return nil, nil
	}
	c := &Control{}
	if ok, err := whole(e, controlKey, c); !ok {
		return nil, err
	}
	c.Seq = e.Seq
	return c, nil
}
