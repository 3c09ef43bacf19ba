package correlate

import "strings"

// What Windows sets in the keywords of every event of its security log
// (Microsoft, winmeta.xml: AuditFailure, AuditSuccess).
const (
	auditFailure = "0x8010000000000000"
	auditSuccess = "0x8020000000000000"
)

// auditKeywords gives the keywords of an event as Sigma's rules write them: a
// number in hexadecimal. Collectors send words, or the number in decimal.
func auditKeywords(s string) string {
	switch strings.ToLower(strings.ReplaceAll(s, " ", "")) {
	case "auditfailure", "-9218868437227405312", "9227875636482146304":
		return auditFailure
	case "auditsuccess", "-9214364837600034816", "9232379236109516800":
		return auditSuccess
	}
	return s
}
