// Dependencies lists the third-party code in a release, checks its licenses, and looks for known vulnerabilities. `go list`
// names the modules in the binary, for every platform of a release. The build of the page writes down the packages in the page.
//
// It is a separate module, so that its own dependencies stay out of the product's go.mod.
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
	usage   = "usage: dependencies list | check | release FOLDER VERSION | known, with PLATFORMS set, such as linux/amd64"
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
		return checkVulnerabilities()
	case "list", "check", "release":
	default:
		return errors.New(usage)
	}
	all, err := releaseParts(strings.Fields(os.Getenv("PLATFORMS")))
	if err != nil {
		return err
	}
	if err := checkLicenses(all); err != nil {
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
			return fmt.Errorf("docs/licenses.md does not match the dependencies of a release; run make licenses and review the difference (%v)", err)
		}
		fmt.Printf("%d dependencies, all under allowed licenses and listed in docs/licenses.md.\n", len(all))
		return nil
	}
	return errors.New(usage)
}

// release writes the license texts and the bill of materials of a version into the folder of its binaries.
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
