package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/uuid"
)

// materials returns the bill of materials of a release, as CycloneDX 1.6. It contains no time and nothing random, so that the
// same release always has the same bill.
func materials(all []part, version string) ([]byte, error) {
	product := cdx.Component{
		Type: cdx.ComponentTypeApplication, Name: "twofold", Version: version, BOMRef: "twofold@" + version,
		Licenses: &cdx.Licenses{{License: &cdx.License{ID: "Apache-2.0"}}},
	}
	var components []cdx.Component
	var direct, everything []string
	references := make(map[string]string)
	for _, p := range all {
		references[p.kind+p.name] = address(p)
	}
	var graph []cdx.Dependency
	for _, p := range all {
		c := cdx.Component{Type: cdx.ComponentTypeLibrary, Name: p.name, Version: p.version, PackageURL: address(p), BOMRef: address(p)}
		licenses := make(cdx.Licenses, len(p.licenses))
		for i, id := range p.licenses {
			licenses[i].License = &cdx.License{ID: id}
		}
		c.Licenses = &licenses
		hashes, err := hashesOf(p)
		if err != nil {
			return nil, err
		}
		if len(hashes) > 0 {
			c.Hashes = &hashes
		}
		components, everything = append(components, c), append(everything, c.BOMRef)
		uses := make([]string, len(p.uses))
		for i, name := range p.uses {
			uses[i] = references[p.kind+name]
		}
		graph = append(graph, cdx.Dependency{Ref: c.BOMRef, Dependencies: &uses})
		if p.direct {
			direct = append(direct, c.BOMRef)
		}
	}
	graph = append([]cdx.Dependency{{Ref: product.BOMRef, Dependencies: &direct}}, graph...)

	bill := cdx.NewBOM()
	bill.Metadata = &cdx.Metadata{Component: &product}
	bill.Components, bill.Dependencies = &components, &graph
	bill.SerialNumber = "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceURL, []byte(version+strings.Join(everything, " "))).String()
	var b bytes.Buffer
	if err := cdx.NewBOMEncoder(&b, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bill, cdx.SpecVersion1_6); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// address returns the package URL of a part.
func address(p part) string {
	name := (&url.URL{Path: p.name}).EscapedPath()
	if p.kind == "npm" {
		name = strings.ReplaceAll(name, "@", "%40")
	}
	return "pkg:" + p.kind + "/" + name + "@" + url.QueryEscape(p.version)
}

// hashesOf returns the hashes of a part from its lock file: go.sum, which hashes a list of file hashes, or package-lock.json.
func hashesOf(p part) ([]cdx.Hash, error) {
	if p.digest == "" {
		return nil, nil
	}
	algorithm := map[string]cdx.HashAlgorithm{"h1:": cdx.HashAlgoSHA256, "sha512-": cdx.HashAlgoSHA512}
	for prefix, of := range algorithm {
		if encoded, ok := strings.CutPrefix(p.digest, prefix); ok {
			raw, err := base64.StdEncoding.DecodeString(encoded)
			return []cdx.Hash{{Algorithm: of, Value: hex.EncodeToString(raw)}}, err
		}
	}
	return nil, fmt.Errorf("%s has the digest %s, whose algorithm is unknown", p.name, p.digest)
}
