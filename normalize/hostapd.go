package normalize

import (
	"strings"

	"picket/normalize/ocsf"
)

// hostapd reads the daemon of most access points: "wlan0: STA aa:bb… IEEE 802.11:
// associated", "… WPA: pairwise key handshake completed (RSN)", "… IEEE 802.1X:
// authenticated - EAP type: 25 (PEAP)" (hostapd, ieee802_1x.c, wpa_auth.c).
var hostapd = &Parser{
	Name: "hostapd", Vendor: "hostapd", Product: "hostapd",
	Apps:  "hostapd wpa_supplicant",
	Parse: parseHostapd,
}

func parseHostapd(l *Line) bool {
	s := strings.TrimSpace(l.Body)
	iface, rest, ok := strings.Cut(s, ": ")
	if !ok || strings.IndexByte(iface, ' ') >= 0 {
		return false
	}
	e := l.E
	l.Form, l.KV = Text, l.KV[:0]
	l.Set(ocsf.SrcInterface, iface)
	l.put(ocsf.Message, ocsf.Text(rest), brandWeight)
	sta, text, ok := strings.Cut(strings.TrimPrefix(rest, "STA "), " ")
	if !ok || !macAddress(sta) {
		if i := strings.LastIndexByte(rest, ' '); i > 0 && macAddress(rest[i+1:]) { // AP-STA-CONNECTED aa:bb…
			sta, text = rest[i+1:], rest
		} else {
			l.scanText(rest)
			l.health()
			return true
		}
	}
	l.putText(ocsf.SrcMAC, sta, brandWeight)
	e.Class, e.Activity = ocsf.NetworkActivity, ocsf.NetTraffic
	switch {
	case strings.Contains(text, "802.1X: authenticated"), strings.Contains(text, "802.1X: authentication failed"), strings.Contains(text, "CTRL-EVENT-EAP-SUCCESS"), strings.Contains(text, "CTRL-EVENT-EAP-FAILURE"):
		outcome := int8(ocsf.Success)
		if strings.Contains(text, "fail") || strings.Contains(text, "FAIL") {
			outcome = ocsf.Failure
		}
		l.setOutcome(outcome, brandWeight)
		l.applyUser(meaning{read: readUser, weight: guessWeight}, sta)
		e.Class, e.Activity = ocsf.Authentication, ocsf.Logon
	case strings.Contains(text, "disassociated"), strings.Contains(text, "deauthenticated"), strings.Contains(text, "DISCONNECTED"):
		e.Activity = ocsf.NetClose
	case strings.Contains(text, "associated"), strings.Contains(text, "handshake completed"), strings.Contains(text, "CONNECTED"):
		l.setOutcome(ocsf.Success, weakWeight)
		e.Activity = ocsf.NetOpen
	case strings.Contains(text, "starting accounting session"), strings.Contains(text, "stopped accounting session"):
		l.Set(ocsf.SessionUID, text[strings.LastIndexByte(text, ' ')+1:])
	}
	return true
}
