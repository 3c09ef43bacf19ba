package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// accounts reads the programs that change accounts and start jobs on Unix:
// useradd, userdel, usermod, groupadd, groupdel, gpasswd, passwd, chage and
// cron (shadow-utils; cron(8)).
var accounts = &Parser{
	Name: "accounts", Vendor: "Linux", Product: "Linux",
	Apps:  "useradd userdel usermod groupadd groupdel groupmod gpasswd passwd chpasswd chage newusers CRON cron crond anacron",
	Parse: parseAccounts,
}

func parseAccounts(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	app := l.Head.App
	e := l.E
	quoted := func(after1 string) string {
		_, v, ok := strings.Cut(s, after1)
		if !ok {
			return ""
		}
		v, _, _ = strings.Cut(v, "'")
		return v
	}
	user := func(v string) { l.applyUser(meaning{read: readUser, weight: brandWeight}, v) }
	switch {
	case strings.Contains(s, "pam_"):
		return false
	case strings.EqualFold(app, "cron"), app == "crond", app == "anacron":
		// (root) CMD (run-parts /etc/cron.hourly)
		who, rest, ok := strings.Cut(strings.TrimPrefix(s, "("), ") ")
		verb, cmd, ok2 := strings.Cut(rest, " (")
		if !ok || !ok2 || s[0] != '(' {
			return false
		}
		user(who)
		l.put(ocsf.ProductName, ocsf.Text("cron"), brandWeight)
		if verb == "CMD" {
			cmd = strings.TrimSuffix(cmd, ")")
			l.put(ocsf.JobCmd, ocsf.Text(cmd), brandWeight)
			l.put(ocsf.JobName, ocsf.Text(cmd), weakWeight)
			l.put(ocsf.ProcessCmd, ocsf.Text(cmd), brandWeight)
			e.Class, e.Activity = ocsf.ScheduledJob, 6
		} else {
			e.Class, e.Activity = ocsf.ScheduledJob, ocsf.Other
			l.put(ocsf.JobName, ocsf.Text(who), weakWeight)
		}
	case strings.Contains(s, "new user: name="), strings.Contains(s, "new account added"):
		v := after(s, "name=")
		v, _, _ = strings.Cut(v, ",")
		user(v)
		e.Class, e.Activity = ocsf.AccountChange, 1
	case strings.HasPrefix(s, "delete user '"), strings.Contains(s, "account removed"):
		user(quoted("'"))
		e.Class, e.Activity = ocsf.AccountChange, 6
	case strings.Contains(s, "new group: name="), strings.HasPrefix(s, "group added to "):
		v := after(s, "name=")
		v, _, _ = strings.Cut(v, ",")
		l.put(ocsf.GroupName, ocsf.Text(strings.TrimSpace(v)), brandWeight)
		e.Class, e.Activity = ocsf.GroupManagement, 6
	case strings.HasPrefix(s, "group '") && strings.Contains(s, "removed"), strings.HasPrefix(s, "removed group '"), strings.HasPrefix(s, "removed shadow group '"):
		l.put(ocsf.GroupName, ocsf.Text(quoted("group '")), brandWeight)
		e.Class, e.Activity = ocsf.GroupManagement, 5
	case strings.HasPrefix(s, "add '") && strings.Contains(s, "group '"), strings.HasPrefix(s, "user ") && strings.Contains(s, " added by ") && strings.Contains(s, "to group "):
		u := quoted("add '")
		g := quoted("group '")
		if u == "" { // gpasswd: user bob added by root to group wheel
			u = firstWord(s[5:])
			g = firstWord(after(s, "to group "))
			l.applyUser(meaning{read: readUser, side: actorSide, weight: brandWeight}, firstWord(after(s, "added by ")))
		}
		user(u)
		l.put(ocsf.GroupName, ocsf.Text(g), brandWeight)
		e.Class, e.Activity = ocsf.GroupManagement, 3
	case strings.HasPrefix(s, "delete '") && strings.Contains(s, "group '"):
		user(quoted("delete '"))
		l.put(ocsf.GroupName, ocsf.Text(quoted("group '")), brandWeight)
		e.Class, e.Activity = ocsf.GroupManagement, 4
	case strings.HasPrefix(s, "password for '"), strings.Contains(s, "password changed for "):
		v := quoted("password for '")
		if v == "" {
			v = firstWord(after(s, "password changed for "))
		}
		user(v)
		e.Class, e.Activity = ocsf.AccountChange, 3
	case strings.HasPrefix(s, "change user '"), strings.HasPrefix(s, "lock user '"), strings.HasPrefix(s, "unlock user '"):
		user(quoted("user '"))
		e.Class, e.Activity = ocsf.AccountChange, ocsf.Other
		switch s[0] {
		case 'l':
			e.Activity = 9
		case 'u':
			e.Activity = 12
		}
	default:
		return false
	}
	l.put(ocsf.Message, ocsf.Text(s), brandWeight)
	if l.facts.outcome == 0 {
		l.setOutcome(ocsf.Success, weakWeight)
	}
	return true
}
