package webui

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"picket/webui/view"
)

func (s *Server) inventory(w http.ResponseWriter, r *request) error {
	return s.inventoryPage(w, r, http.StatusOK, view.InventoryData{})
}

func (s *Server) inventoryPage(w http.ResponseWriter, r *request, status int, d view.InventoryData) error {
	var err error
	if d.Assets, err = s.opt.Devices.Assets(r.Context()); err != nil {
		return err
	}
	return s.draw(w, r, status, view.Inventory(s.page(r, "devices", "Inventory"), d))
}

func (s *Server) importAssets(w http.ResponseWriter, r *request) error {
	text, err := csvText(r)
	if err != nil {
		return err
	}
	d := view.InventoryData{Form: view.Form{Values: map[string]string{"csv": clip(text, maxForm)}}}
	if strings.TrimSpace(text) == "" {
		d.Form.Error = "Choose a file or paste its text."
		return s.inventoryPage(w, r, http.StatusUnprocessableEntity, d)
	}
	_, wrong, err := s.opt.Devices.Import(r.Context(), r.user(), r.addr.String(), strings.NewReader(text))
	var no Refusal
	switch {
	case errors.As(err, &no):
		d.Form.Error = string(no)
	case err != nil:
		return err
	case len(wrong) > 0:
		d.Form.Error = "Nothing was imported: " + strconv.Itoa(len(wrong)) + " lines are wrong."
		if len(wrong) == 1 {
			d.Form.Error = "Nothing was imported: one line is wrong."
		}
		d.Wrong = wrong[:min(len(wrong), 100)]
	default:
		return done(w, r, "/devices/inventory", "imported")
	}
	return s.inventoryPage(w, r, http.StatusUnprocessableEntity, d)
}

// csvText is the file of the form, or the text that was typed instead.
func csvText(r *request) (string, error) {
	f, _, err := r.FormFile("file")
	switch {
	case errors.Is(err, http.ErrMissingFile), errors.Is(err, http.ErrNotMultipart):
		return r.PostFormValue("csv"), nil
	case err != nil:
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxImport))
	if err != nil || len(b) == 0 {
		return r.PostFormValue("csv"), err
	}
	return string(b), nil
}
