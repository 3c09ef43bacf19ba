package webui

import (
	"strings"
	"testing"
)

func TestPasswordHash(t *testing.T) {
	s := HashPassword(testPassword)
	h, err := readPHC(s)
	if err != nil {
		t.Fatal(err)
	}
	if !h.matches(testPassword) || h.matches(testPassword+" ") || h.matches("") {
		t.Error("the hash matches the wrong passwords")
	}
	if s == HashPassword(testPassword) {
		t.Error("two hashes of one password are the same: no salt")
	}
	// A value of the reference implementation (RFC 9106 has none in PHC form): a
	// hash with other costs must be read too.
	other, err := readPHC("$argon2id$v=19$m=64,t=3,p=2$c29tZXNhbHRzb21l$" + b64.EncodeToString(make([]byte, 32)))
	if err != nil || other.memory != 64 || other.time != 3 || other.lanes != 2 {
		t.Errorf("read %+v, %v", other, err)
	}
}

func FuzzReadPHC(f *testing.F) {
	good := HashPassword("x")
	for _, s := range []string{good, "", "$$$$$", strings.Replace(good, "m=19456", "m=4294967295", 1), strings.Replace(good, "p=1", "p=255", 1), strings.Replace(good, "argon2id", "argon2i", 1)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := readPHC(s)
		if err == nil && (h.memory > maxArgonMemory || h.time > maxArgonTime || h.lanes > maxArgonLanes || h.lanes == 0 || h.time == 0 || len(h.salt) < 8 || len(h.key) < 16) {
			t.Errorf("%q was read as %+v", s, h)
		}
	})
}

func TestJudgePassword(t *testing.T) {
	for password, wrong := range map[string]bool{
		testPassword: false, "elevenchars": true, "twelve chars": false, "パスワードはとても長いです": false, "aaaabbbbcccc": true,
		"PasswordPassword": true, "administrator1": true, "administrator1!": true, strings.Repeat("ab cd", 60): true,
	} {
		if _, got := judgePassword("administrator", password, password); (got != "") != wrong {
			t.Errorf("%q: %q", password, got)
		}
	}
}
