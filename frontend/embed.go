// Package frontend carries the built page inside the binary.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var files embed.FS

// Dist is the built page: index.html, its hashed assets, and a .br and a .gz beside each file worth compressing. It has
// no index.html before `npm run build`.
func Dist() fs.FS {
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path, the only thing that Sub can refuse.
	}
	return dist
}
