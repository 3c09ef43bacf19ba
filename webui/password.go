package webui

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Cost of a password's hash: 19 MiB and two passes, the least that OWASP asks
// of Argon2id, because the smallest appliance has 1 GB. No more than two are
// computed at a time.
const (
	argonMemory = 19 << 10 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

// Bounds of what a stored hash may ask for, so that a damaged one cannot stop
// the box.
const (
	maxArgonMemory = 256 << 10
	maxArgonTime   = 16
	maxArgonLanes  = 8
)

var b64 = base64.RawStdEncoding

// HashPassword returns the hash of a password as a PHC string
// ($argon2id$v=19$m=…,t=…,p=…$salt$hash).
func HashPassword(password string) string {
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// phc is a hash taken apart.
type phc struct {
	memory, time uint32
	lanes        uint8
	salt, key    []byte
}

// readPHC reads a hash that [HashPassword] made, with these costs or others.
func readPHC(s string) (phc, error) {
	var h phc
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errors.New("password hash: not a PHC string of Argon2id, version 19")
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.lanes); err != nil {
		return h, fmt.Errorf("password hash: parameters: %w", err)
	}
	if h.lanes < 1 || h.lanes > maxArgonLanes || h.time < 1 || h.time > maxArgonTime ||
		h.memory < 8*uint32(h.lanes) || h.memory > maxArgonMemory {
		return h, errors.New("password hash: parameters out of bounds")
	}
	var err error
	if h.salt, err = b64.DecodeString(part[4]); err != nil || len(h.salt) < 8 || len(h.salt) > 64 {
		return h, errors.New("password hash: salt")
	}
	if h.key, err = b64.DecodeString(part[5]); err != nil || len(h.key) < 16 || len(h.key) > 64 {
		return h, errors.New("password hash: key")
	}
	return h, nil
}

func (h phc) matches(password string) bool {
	key := argon2.IDKey([]byte(password), h.salt, h.time, h.memory, h.lanes, uint32(len(h.key)))
	return subtle.ConstantTimeCompare(key, h.key) == 1
}

// nobody is a hash that no password has; it is checked when there is no such
// account, so that the answer takes as long.
var nobody = phc{memory: argonMemory, time: argonTime, lanes: argonLanes, salt: make([]byte, argonSalt), key: make([]byte, argonKey)}

// hashSlot waits for its turn to compute a hash, and gives back how to end it.
func (s *Server) hashSlot(ctx context.Context) (release func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	select {
	case s.hashing <- struct{}{}:
		return func() { <-s.hashing }, nil
	case <-ctx.Done():
		return nil, errBusy
	}
}

// Lengths of a password, in characters and bytes.
const (
	minPassword = 12
	maxPassword = 256
)

// judgePassword says what is wrong with a new password, "" when it will do.
// Length is what counts (NIST SP 800-63B); no kinds of characters are asked for.
func judgePassword(name, password, again string) (field, wrong string) {
	distinct := map[rune]bool{}
	for _, r := range password {
		distinct[r] = true
	}
	lower := strings.ToLower(password)
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return "password", fmt.Sprintf("The password needs %d characters or more.", minPassword)
	case len(password) > maxPassword:
		return "password", fmt.Sprintf("The password may have %d bytes at most.", maxPassword)
	case len(distinct) < 5, common[lower]:
		return "password", "This password is too easy to guess."
	case len(name) >= 4 && strings.Contains(lower, strings.ToLower(name)) && utf8.RuneCountInString(password)-utf8.RuneCountInString(name) < minPassword:
		return "password", "The password is little more than the name."
	case password != again:
		return "again", "The two passwords are not the same."
	}
	return "", ""
}

// common are long passwords that every list of guesses has.
var common = map[string]bool{
	"password1234": true, "passwordpassword": true, "password12345": true, "123456789012": true, "1234567890123": true,
	"12345678901234": true, "123456123456": true, "qwertyuiop123": true, "qwertyuiop[]": true, "qwertyqwerty": true,
	"1q2w3e4r5t6y": true, "adminadminadmin": true, "administrator": true, "administrator1": true, "letmeinletmein": true,
	"changemechangeme": true, "changeme12345": true, "welcome12345": true, "iloveyou1234": true, "abcdefghijkl": true,
	"picketpicket": true, "correcthorsebatterystaple": true,
}
