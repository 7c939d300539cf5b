// Package mailaddr converts the domains of email addresses between Unicode and the ASCII form that the domain name system
// and mail servers use (UTS 46). It checks nothing else of an address. The entry points are [ToASCII] and [ToUnicode].
package mailaddr

import (
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// ToASCII returns an address with its domain in ASCII: ada@bücher.example becomes ada@xn--bcher-kva.example. The part before
// the @ is unchanged. It returns an error if there is no @ or the domain is not a valid name. Address literals such as
// [192.0.2.1] are not valid here.
func ToASCII(address string) (string, error) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "", errNoDomain
	}
	domain, err := DomainToASCII(address[at+1:])
	if err != nil {
		return "", err
	}
	return address[:at+1] + domain, nil
}

var (
	errNoDomain = errors.New("an email address without a domain")
	errEncoding = errors.New("not valid UTF-8")
)

// lookup is the profile idna.Lookup, which browsers use, and also rejects empty and overlong labels.
var lookup = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.VerifyDNSLength(true))

// DomainToASCII returns a domain in ASCII. It returns an error if the domain is not a valid name.
func DomainToASCII(domain string) (string, error) {
	if !utf8.ValidString(domain) {
		return "", errEncoding
	}
	return lookup.ToASCII(domain)
}

// ToUnicode returns an address with its domain as users write it: ada@xn--bcher-kva.example becomes ada@bücher.example. It
// returns the address unchanged if its domain cannot be shown that way.
func ToUnicode(address string) string {
	at := strings.LastIndexByte(address, '@')
	if !strings.Contains(address[at+1:], "xn--") {
		return address
	}
	domain, err := idna.Display.ToUnicode(address[at+1:])
	if err != nil {
		return address
	}
	return address[:at+1] + domain
}
