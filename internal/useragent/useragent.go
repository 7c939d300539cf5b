// Package useragent names the browser and the operating system of a User-Agent header, for sessions, activity and
// notices.
package useragent

import (
	"slices"

	"github.com/mileusna/useragent"
)

// longest is the number of bytes of a header that are parsed.
const longest = 256

// browsers and systems are the only names that Of returns. The header is attacker-controlled, so its own text never
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

// Of parses a User-Agent header and returns, for example, "Firefox" and "Linux". Unknown parts are empty.
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
