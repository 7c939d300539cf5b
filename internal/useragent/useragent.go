// Package useragent tells a person which browser, on which system, something came from.
package useragent

import (
	"slices"

	"github.com/mileusna/useragent"
)

// longest is how much of a User-Agent header is looked at.
const longest = 256

// browsers and systems are all that Of ever answers: a header is anybody's to write, and what it says about itself never
// reaches a page or a mail.
var (
	browsers = []string{
		useragent.Chrome, useragent.Edge, useragent.Firefox, useragent.InternetExplorer, useragent.Opera, useragent.OperaMini,
		useragent.OperaTouch, useragent.Safari, useragent.SamsungBrowser, useragent.Vivaldi, useragent.HeadlessChrome,
	}
	systems = []string{
		useragent.Android, useragent.ChromeOS, useragent.FreeBSD, useragent.Harmony, useragent.IOS, useragent.Linux,
		useragent.MacOS, useragent.Windows,
	}
)

// Of reads a User-Agent header: "Firefox" and "Linux". What it does not know is empty.
func Of(userAgent string) (browser, system string) {
	if len(userAgent) > longest {
		userAgent = userAgent[:longest]
	}
	ua := useragent.Parse(userAgent)
	if slices.Contains(browsers, ua.Name) {
		browser = ua.Name
	}
	if ua.OS == useragent.CrOS {
		ua.OS = useragent.ChromeOS
	}
	if slices.Contains(systems, ua.OS) {
		system = ua.OS
	}
	return browser, system
}
