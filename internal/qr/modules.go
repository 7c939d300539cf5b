package qr

import (
	"sync"

	"rsc.io/qr/coding"
)

// masks is how many patterns there are to lay over the data (ISO/IEC 18004 §7.8.2).
const masks = 8

// draw answers the modules of the smallest code that the text fits into, in rows, true for dark. Of the eight masks it
// takes the one that leaves the least of what confuses scanners.
func draw(text coding.Encoding) ([][]bool, error) {
	version := coding.Version(coding.MinVersion)
	for version < coding.MaxVersion && text.Bits(version) > version.DataBytes(coding.M)*8 {
		version++
	}
	plans, err := plansOf[version]()
	if err != nil {
		return nil, err
	}
	var best [][]bool
	least := 0
	for _, plan := range plans {
		code, err := plan.Encode(text)
		if err != nil {
			return nil, err
		}
		modules := modulesOf(code)
		if p := penalty(modules); best == nil || p < least {
			best, least = modules, p
		}
	}
	return best, nil
}

// plansOf are where in a code of a version everything goes, under each mask: made when a text first needs one, and never
// changed.
var plansOf = func() (all [coding.MaxVersion + 1]func() ([]*coding.Plan, error)) {
	for version := range all {
		all[version] = sync.OnceValues(func() ([]*coding.Plan, error) {
			plans := make([]*coding.Plan, masks)
			for mask := range plans {
				var err error
				if plans[mask], err = coding.NewPlan(coding.Version(version), coding.M, coding.Mask(mask)); err != nil {
					return nil, err
				}
			}
			return plans, nil
		})
	}
	return all
}()

func modulesOf(c *coding.Code) [][]bool {
	all := make([]bool, c.Size*c.Size)
	modules := make([][]bool, c.Size)
	for y := range modules {
		modules[y], all = all[:c.Size], all[c.Size:]
		for x := range modules[y] {
			modules[y][x] = c.Black(x, y)
		}
	}
	return modules
}

// penalty is how much of a code confuses scanners (ISO/IEC 18004 §7.8.3.1): lines of one color, blocks of one color, what
// looks like a finder, and more of one color than of the other.
func penalty(modules [][]bool) int {
	size, dark, sum := len(modules), 0, 0
	for i := range size {
		var across, down line
		for j := range size {
			sum += across.next(modules[i][j]) + down.next(modules[j][i])
			if modules[i][j] {
				dark++
			}
			if i > 0 && j > 0 && modules[i][j] == modules[i-1][j] && modules[i][j] == modules[i][j-1] && modules[i][j] == modules[i-1][j-1] {
				sum += 3
			}
		}
	}
	off := 100*dark/(size*size) - 50
	return sum + max(off, -off)/5*10
}

// line is a row or a column as far as it was walked: its last eleven modules, and how long the last color goes on.
type line struct {
	seen, length, run int
}

// A finder's dark and light, 1 : 1 : 3 : 1 : 1, with four light modules after it or before it.
const (
	finderThenLight = 0b1011101_0000
	lightThenFinder = 0b0000_1011101
)

// next walks on and answers the penalty that comes with it.
func (l *line) next(dark bool) (penalty int) {
	last, bit := l.seen&1, 0
	if dark {
		bit = 1
	}
	l.run++
	if l.length == 0 || bit != last {
		l.run = 1
	}
	l.length++
	l.seen = (l.seen<<1 | bit) & (1<<11 - 1)
	switch {
	case l.run == 5:
		penalty = 3
	case l.run > 5:
		penalty = 1
	}
	if l.length >= 11 && (l.seen == finderThenLight || l.seen == lightThenFinder) {
		penalty += 40
	}
	return penalty
}
