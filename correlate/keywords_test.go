package correlate

import "testing"

func TestAuditKeywords(t *testing.T) {
	for in, want := range map[string]string{
		"Audit Failure": auditFailure, "AuditFailure": auditFailure, "-9218868437227405312": auditFailure, auditFailure: auditFailure,
		"audit success": auditSuccess, "-9214364837600034816": auditSuccess, "9232379236109516800": auditSuccess,
		"Classic": "Classic", "": "", "0x8000000000000000": "0x8000000000000000",
	} {
		if got := auditKeywords(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
