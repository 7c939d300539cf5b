// Platforms checks that Twofold compiles for the platforms that are its arguments, such as linux/arm64. It type-checks the
// program and its dependencies without compiling them. That takes seconds for each platform, where a build with an empty
// cache takes minutes.
package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	failed := false
	for _, platform := range os.Args[1:] {
		system, architecture, _ := strings.Cut(platform, "/")
		found, err := packages.Load(&packages.Config{
			Mode: packages.NeedName | packages.NeedImports | packages.NeedDeps | packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo,
			Dir:  "../..",
			Env:  append(os.Environ(), "GOOS="+system, "GOARCH="+architecture, "CGO_ENABLED=0"),
		}, ".")
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", platform, err)
			os.Exit(1)
		}
		checked := 0
		packages.Visit(found, nil, func(p *packages.Package) {
			checked++
			for _, e := range p.Errors {
				fmt.Fprintf(os.Stderr, "%s: %v\n", platform, e)
				failed = true
			}
		})
		fmt.Printf("%s: %d packages type-checked\n", platform, checked)
	}
	if failed {
		os.Exit(1)
	}
}
