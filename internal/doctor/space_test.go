package doctor

import (
	"errors"
	"testing"
)

func TestRun_FullDisk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		free uint64
		err  error
		want State
	}{
		{free: 0, want: Failed}, {free: noSpace - 1, want: Failed}, {free: noSpace, want: Warning}, {free: lowSpace - 1, want: Warning}, {free: lowSpace, want: OK},
		{free: lowSpace, err: errors.New("canary"), want: Warning},
	} {
		var got Finding
		(Doctor{report: func(f Finding) { got = f }}).space("/data", c.free, c.err)
		if got.State != c.want {
			t.Errorf("%d bytes, %v: got %+v, want %s", c.free, c.err, got, c.want)
		}
	}
	if free, err := freeSpace(t.TempDir()); err != nil || free == 0 {
		t.Errorf("free space of this disk: %d, %v", free, err)
	}
}
