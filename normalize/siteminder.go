package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// siteMinder reads the access log of the Policy Server (smaccess.log): the event,
// the server, the time, "client user", "agent method resource", then in brackets
// transaction, reason and what the authentication server said (Broadcom,
// SiteMinder, Access Log Events).
var siteMinder = &Parser{
	Name: "siteminder", Vendor: "Broadcom", Product: "SiteMinder",
	Apps: "smpolicysrv siteminder",
	Begins: []string{"AuthAccept ", "AuthReject ", "AuthAttempt ", "AuthChallenge ", "AuthLogout ", "AzAccept ", "AzReject ",
		"AdminLogin ", "AdminLogout ", "AdminReject ", "ValidateAccept ", "ValidateReject ", "Visit "},
	Parse: parseSiteMinder,
}

func parseSiteMinder(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	event := firstWord(s)
	host, rest, ok := strings.Cut(strings.TrimPrefix(s[len(event):], " "), " ")
	i := strings.IndexByte(rest, ']')
	if !ok || len(rest) < 24 || rest[0] != '[' || i < 20 {
		return false
	}
	if !l.applyTime(rest[1:i], brandWeight) {
		return false
	}
	rest = rest[i+1:]
	who, rest := quotedText(rest)
	what, rest := quotedText(rest)
	e := l.E
	l.Form = Delimited
	l.put(ocsf.EventCode, ocsf.Text(event), brandWeight)
	l.putText(ocsf.DeviceHostname, host, brandWeight)
	client, user, _ := strings.Cut(strings.TrimSpace(who), " ")
	if _, isAddr := addrOf(client); !isAddr && user == "" { // no address of the client
		client, user = "", client
	}
	l.Set(ocsf.SrcIP, client)
	l.applyUser(meaning{read: readUser, side: targetSide, weight: brandWeight}, strings.TrimSpace(user))
	agent, request, _ := strings.Cut(strings.TrimSpace(what), " ")
	l.Set(ocsf.AppName, agent)
	method, path, _ := strings.Cut(strings.TrimSpace(request), " ")
	if methods[method] {
		l.put(ocsf.HTTPMethod, ocsf.Text(method), brandWeight)
		l.applyURL(path, brandWeight)
	}
	for n := 0; n < 6; n++ { // [transaction] [reason] words …
		j, k := strings.IndexByte(rest, '['), strings.IndexByte(rest, ']')
		if j < 0 || k < j {
			break
		}
		switch v := rest[j+1 : k]; {
		case v == "":
		case n == 0 && strings.IndexByte(v, '=') < 0:
			l.keepKey("transaction", v)
		case n == 1:
			l.put(ocsf.StatusCode, ocsf.Text(v), brandWeight)
		}
		rest = rest[k+1:]
		if words := strings.TrimSpace(rest); n == 1 && words != "" && words[0] != '[' {
			if m := strings.IndexByte(words, '['); m > 0 {
				words = strings.TrimSpace(words[:m])
			}
			l.put(ocsf.StatusDetail, ocsf.Text(words), brandWeight)
		}
	}
	switch {
	case strings.HasSuffix(event, "Reject"), event == "AuthAttempt":
		l.setOutcome(ocsf.Failure, brandWeight)
	case event != "Visit" && event != "AuthChallenge":
		l.setOutcome(ocsf.Success, brandWeight)
	}
	e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	switch event {
	case "AuthLogout", "AdminLogout":
		e.Activity = ocsf.Logoff
	case "AzAccept", "ValidateAccept", "AzReject", "ValidateReject", "Visit": // of a request within a session
		e.Class, e.Activity = ocsf.HTTPActivity, httpActivity(method)
		if event == "AzAccept" {
			l.setAction(ocsf.Allowed, dispAllowed, brandWeight)
		} else if strings.HasSuffix(event, "Reject") {
			l.setAction(ocsf.Denied, dispUnauthorized, brandWeight)
		}
		if method == "" {
			e.Class, e.Activity = ocsf.Authentication, ocsf.Other
		}
	}
	return true
}

// quotedText returns the first text in double quotes and what stands behind.
func quotedText(s string) (in, rest string) {
	_, s, ok := strings.Cut(s, `"`)
	if !ok {
		return "", ""
	}
	in, rest, _ = strings.Cut(s, `"`)
	return in, rest
}
