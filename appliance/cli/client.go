package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"picket/appliance"
	"picket/appliance/config"
)

// site names the appliance that a command is about: --data, or the folder of
// --config, or the default one.
type site struct {
	data, config string
}

func (s *site) add(cmd *cobra.Command) {
	cmd.PersistentFlags().StringVar(&s.data, "data", "", "data folder of the appliance (default: the configuration's)")
	cmd.PersistentFlags().StringVar(&s.config, "config", "", "configuration file")
}

func (s *site) folder() (string, error) {
	if s.data != "" {
		return s.data, nil
	}
	c, err := s.load()
	if err != nil {
		return "", err
	}
	return c.Data, nil
}

// load reads the configuration: the named file, else the installed one, else
// the defaults with what --data says.
func (s *site) load() (*config.Config, error) {
	file := s.config
	if file == "" {
		file = "/etc/picket/picket.yaml"
		if _, err := os.Stat(file); err != nil {
			c := config.Default()
			if s.data != "" {
				c.Data = s.data
			} else if _, err := os.Stat("data"); err == nil {
				c.Data = "data" // what make run uses
			}
			return c, nil
		}
	}
	c, err := config.Load(file)
	if err != nil {
		return nil, err
	}
	if s.data != "" {
		c.Data = s.data
	}
	return c, nil
}

// client asks an appliance: the running one over its socket, else the folder of
// the stopped one directly, read only.
type client struct {
	http  http.Client
	close func() error
}

func (s *site) connect(ctx context.Context) (*client, error) {
	data, err := s.folder()
	if err != nil {
		return nil, err
	}
	path := appliance.SocketPath(data)
	var d net.Dialer
	if conn, err := d.DialContext(ctx, "unix", path); err == nil {
		conn.Close()
		return &client{
			http: http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return d.DialContext(ctx, "unix", path)
			}}},
			close: func() error { return nil },
		}, nil
	}
	if _, err := os.Stat(data); err != nil {
		return nil, fmt.Errorf("no appliance runs on %s and there is no such folder (name one with --data)", data)
	}
	archive, err := appliance.OpenArchive(data)
	if err != nil {
		return nil, err
	}
	c := &appliance.Control{Archive: archive, Load: s.load}
	return &client{http: http.Client{Transport: inProcess{c.Handler()}}, close: archive.Close}, nil
}

// get asks and gives the body of a good answer to read.
func (c *client) get(ctx context.Context, path string, q url.Values, read func(io.Reader) error) error {
	return c.do(ctx, http.MethodGet, path, q, nil, read)
}

func (c *client) do(ctx context.Context, method, path string, q url.Values, body io.Reader, read func(io.Reader) error) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://picket"+path+"?"+q.Encode(), body)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("the appliance does not answer: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		var e struct{ Error string }
		if json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&e) == nil && e.Error != "" {
			return errors.New(e.Error)
		}
		return fmt.Errorf("the appliance answers %s", resp.Status)
	}
	return read(resp.Body)
}

// getJSON asks for one JSON value.
func (c *client) getJSON(ctx context.Context, path string, v any) error {
	return c.get(ctx, path, nil, func(r io.Reader) error { return json.NewDecoder(r).Decode(v) })
}

func (c *client) postJSON(ctx context.Context, path string, in, out any) error {
	b, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return c.do(ctx, http.MethodPost, path, nil, bytes.NewReader(b), func(r io.Reader) error { return json.NewDecoder(r).Decode(out) })
}

// inProcess answers requests with a handler of this process, streaming.
type inProcess struct{ handler http.Handler }

// RoundTrip implements [http.RoundTripper].
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	pr, pw := io.Pipe()
	w := &pipeWriter{header: http.Header{}, body: pw, started: make(chan struct{})}
	go func() {
		t.handler.ServeHTTP(w, r)
		w.WriteHeader(http.StatusOK)
		pw.Close()
	}()
	<-w.started
	return &http.Response{StatusCode: w.status, Status: http.StatusText(w.status), Header: w.header, Body: pr, Request: r}, nil
}

type pipeWriter struct {
	header  http.Header
	body    *io.PipeWriter
	status  int
	started chan struct{}
}

func (w *pipeWriter) Header() http.Header { return w.header }

func (w *pipeWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		close(w.started)
	}
}

func (w *pipeWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// parseTime reads a time as people give it: RFC 3339, a day, or a span back
// from now (2h).
func parseTime(flag, s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMilli(), nil
		}
	}
	if d, err := time.ParseDuration(s); err == nil {
		return time.Now().Add(-d.Abs()).UnixMilli(), nil
	}
	return 0, usageError{fmt.Errorf("%s: %q is no time (2026-01-05T12:00:00Z, 2026-01-05, or 2h for two hours ago)", flag, s)}
}
