package uplink

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Receipt says that everything of a lane up to a number is durably stored at
// the SOC.
type Receipt struct {
	Log     string `json:"log"`
	Lane    Lane   `json:"lane"`
	Through uint64 `json:"through"`
}

const maxReceipt = 1024

// ParseReceipt reads a receipt. Members that it does not know are left for
// later versions.
func ParseReceipt(b []byte) (Receipt, error) {
	if len(b) > maxReceipt {
		return Receipt{}, fmt.Errorf("receipt: %d bytes, %d are allowed", len(b), maxReceipt)
	}
	var r Receipt
	if err := json.Unmarshal(bytes.TrimSpace(b), &r); err != nil {
		return Receipt{}, fmt.Errorf("receipt: %w", err)
	}
	if !IsToken(r.Log) || !IsLane(string(r.Lane)) {
		return Receipt{}, errors.New("receipt: log or lane is missing")
	}
	return r, nil
}

// Append appends the receipt's JSON.
func (r Receipt) Append(b []byte) []byte {
	return fmt.Appendf(b, `{"log":%q,"lane":%q,"through":%d}`, r.Log, r.Lane, r.Through)
}
