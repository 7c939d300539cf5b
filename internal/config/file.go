package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"

	"github.com/caarlos0/env/v11"

	"twofold/internal/secret"
)

// withFiles returns the environment with each setting that is given as a file filled in. Any setting may be given by a
// variable of its name with the suffix _FILE, which names a file that holds the value. Compose, Kubernetes and systemd
// credentials mount secrets this way, which keeps them out of the environment, where child processes and dumps show
// them. The library's own option (`,file`) would make a setting always a file.
func withFiles(environment map[string]string) (map[string]string, error) {
	params, err := env.GetFieldParams(&Config{})
	if err != nil {
		return nil, err
	}
	filled := maps.Clone(environment)
	var wrong []error
	for _, p := range params {
		file := p.Key + "_FILE"
		if environment[file] == "" || !isSetting(params, file) {
			continue
		}
		if environment[p.Key] != "" {
			wrong = append(wrong, fmt.Errorf("%s and %s are both set: set only one of them", p.Key, file))
			continue
		}
		text, err := readFile(environment[file])
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", file, err))
			continue
		}
		filled[p.Key] = text
	}
	return filled, errors.Join(wrong...)
}

func isSetting(params []env.FieldParams, key string) bool {
	for _, p := range params {
		if p.Key == key {
			return true
		}
	}
	return false
}

// readFile returns the single line of a file. Its error does not repeat the content, which may be a password.
func readFile(path string) (string, error) {
	text, err := secret.ReadFile(path)
	var cause *fs.PathError
	if errors.As(err, &cause) {
		err = cause.Err
	}
	if err != nil {
		return "", fmt.Errorf("%q cannot be read: %w", path, err)
	}
	line := strings.TrimRight(string(text), "\r\n")
	if strings.TrimSpace(line) == "" {
		return "", fmt.Errorf("%q is empty: it must hold the setting's value in one line", path)
	}
	if strings.ContainsAny(line, "\r\n\x00") {
		return "", fmt.Errorf("%q holds more than one line: it must hold the setting's value and nothing else", path)
	}
	return line, nil
}
