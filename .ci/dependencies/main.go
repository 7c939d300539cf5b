// Dependencies says what others wrote of what a release contains: under which licenses, and whether anything is known against
// it. What the binary contains is asked of Go, for every platform of a release; what the page contains, the page's build says.
//
// It is a module of its own, so that what reads licenses and writes bills of materials is no part of the product's.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	root    = "../.."
	usage   = "usage: dependencies list | check | release FOLDER VERSION | known, with PLATFORMS set, as in linux/amd64"
	listing = root + "/docs/licenses.md"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch strings.Join(args[:min(1, len(args))], "") {
	case "known":
		return known()
	case "list", "check", "release":
	default:
		return errors.New(usage)
	}
	all, err := shipped(strings.Fields(os.Getenv("PLATFORMS")))
	if err != nil {
		return err
	}
	if err := judge(all); err != nil {
		return err
	}
	switch {
	case args[0] == "list":
		return os.WriteFile(listing, []byte(table(all)), 0o644)
	case args[0] == "release" && len(args) == 3:
		return release(all, filepath.Join(root, args[1]), args[2])
	case args[0] == "check":
		written, err := os.ReadFile(listing)
		if err != nil || string(written) != table(all) {
			return fmt.Errorf("docs/licenses.md is not what a release contains; type make licenses, and look at the difference (%v)", err)
		}
		fmt.Printf("%d parts of others, all under licenses that are allowed, all in docs/licenses.md.\n", len(all))
		return nil
	}
	return errors.New(usage)
}

// release writes what lies beside the binaries: the texts of all licenses, and the bill of materials.
func release(all []part, folder, version string) error {
	bill, err := materials(all, version)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "twofold_"+version+".cdx.json"), bill, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "THIRD_PARTY_LICENSES.txt"), []byte(texts(all)), 0o644)
}
