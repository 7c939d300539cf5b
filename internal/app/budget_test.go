package app_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"twofold/internal/store"
	"twofold/internal/test/apptest"
)

// effort is what a request asks of the database: so many statements, in so many commits.
type effort struct{ statements, commits int }

// budget is the record of what every operation asks of the database, so that a change of it shows in review. Whoever
// needs more says why; whoever needs less writes it down. Where the session of a request is looked up, that is one of
// its statements.
var budget = map[string]effort{
	"getHealth":          {0, 0},
	"getReadiness":       {2, 1},
	"getOpenapi":         {0, 0},
	"getJwks":            {0, 0},
	"getService":         {0, 0},
	"getCurrentSession":  {1, 0},
	"getAccount":         {3, 0},
	"getMfa without MFA": {3, 0},
	"listSessions":       {2, 0},
	"listActivity":       {2, 0},
	"getMfa with MFA":    {3, 0},
	"getCurrentSession used again after a minute":    {2, 1},
	"getCurrentSession signed out":                   {1, 0},
	"signIn with a password":                         {7, 2},
	"signIn for the first time":                      {10, 2},
	"signIn in a browser":                            {13, 2},
	"signIn in a known browser, still signed in":     {9, 2},
	"signIn with a wrong password":                   {4, 2},
	"signIn to no account":                           {4, 2},
	"signIn during a wait":                           {3, 1},
	"signIn as far as the code":                      {7, 2},
	"signIn with password and code":                  {8, 2},
	"signIn with password and wrong code":            {7, 2},
	"completeSignIn with a code":                     {7, 1},
	"completeSignIn with a code, in a known browser": {9, 1},
	"completeSignIn with a code, in a new browser":   {13, 1},
	"completeSignIn with a code after a wrong one":   {8, 1},
	"completeSignIn with a wrong code":               {4, 1},
	"completeSignIn with another wrong code":         {4, 1},
	"completeSignIn with a used code":                {6, 1},
	"completeSignIn during a wait":                   {3, 1},
	"completeSignIn of none":                         {1, 0},
	"completeSignIn with a recovery code":            {15, 2},
	"completeSignIn with a wrong recovery code":      {5, 2},
	"stepUp with a password":                         {8, 2},
	"stepUp with password and code":                  {9, 2},
	"stepUp with password and wrong code":            {8, 2},
	"stepUp with the code missing":                   {7, 2},
	"signOut":                                        {5, 1},
	"endSession":                                     {5, 1},
	"endOtherSessions":                               {7, 1},
	"beginTotpEnrollment refused":                    {2, 0},
	"beginTotpEnrollment":                            {7, 1},
	"beginTotpEnrollment again":                      {7, 1},
	"beginTotpEnrollment beside a method":            {7, 1},
	"confirmTotpEnrollment of a first method":        {26, 1},
	"confirmTotpEnrollment of another method":        {16, 1},
	"confirmTotpEnrollment with a wrong code":        {7, 1},
	"cancelTotpEnrollment":                           {5, 1},
	"renameMfaMethod":                                {7, 1},
	"removeMfaMethod":                                {15, 1},
	"generateRecoveryCodes":                          {17, 1},
	"requestMfaRemoval":                              {14, 1},
	"cancelMfaRemoval":                               {11, 1},
	"cancelMfaRemovalByCode":                         {17, 1},
	"cancelMfaRemovalByLink":                         {11, 1},
	"completeMfaRemoval":                             {23, 1},
	"updateAccount":                                  {7, 1},
	"changePassword":                                 {20, 1},
	"changeEmail":                                    {18, 1},
	"setNoticeEmail":                                 {15, 1},
	"removeNoticeEmail":                              {12, 1},
	"cancelPendingAddress":                           {3, 1},
	"confirmAddress":                                 {16, 1},
	"requestPasswordReset":                           {1, 1},
	"resetPassword":                                  {22, 1},
	"reportNotMe":                                    {40, 1},
	"beginSignInEnrollment":                          {4, 1},
	"confirmSignInEnrollment":                        {24, 1},
	"confirmSignInEnrollment with a wrong code":      {4, 1},
	"signIn where MFA is required":                   {7, 2},
	"getCurrentSession before MFA is required":       {2, 0},
	"getCurrentSession from before MFA was required": {1, 0},
	"listSessions from before MFA was required":      {2, 0},
	"findAccounts":                                   {3, 0},
	"findAccounts further on":                        {3, 0},
	"findAccounts for nobody who may":                {2, 0},
	"inspectAccount":                                 {8, 0},
	"listAccountActivity":                            {4, 0},
	"endAccountSessions":                             {16, 1},
	"disableAccount":                                 {23, 1},
	"disableAccount of an administrator":             {24, 1},
	"enableAccount":                                  {14, 1},
	"resetAccountMfa":                                {31, 1},
}

// Nor does a statement of it, or of what a scene needs first, read more than it needs.
func TestQueryBudget(t *testing.T) {
	t.Parallel()
	played := make(map[string]bool)
	for name := range budgetCases {
		operation, _, _ := strings.Cut(name, " ")
		played[operation] = true
	}
	for _, op := range apptest.Operations(t) {
		if !played[op.ID] {
			t.Errorf("%s has no budget: play a scene of it", op.ID)
		}
	}
	for name := range budget {
		if budgetCases[name] == nil {
			t.Errorf("%s has a budget and no scene", name)
		}
	}
	judge := newJudge(t)
	for _, name := range slices.Sorted(maps.Keys(budgetCases)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := judge.stage(t)
			budgetCases[name](s)
			if s.h.OnServer() { // where what must not change meanwhile is locked by statements of their own
				return
			}
			got := effort{s.effort.Statements(), s.effort.Commits()}
			want, recorded := budget[name]
			switch {
			case !recorded:
				t.Errorf("it takes %v and has no budget", got)
			case got.statements > want.statements || got.commits > want.commits:
				t.Errorf("it takes %v, more than its budget of %v", got, want)
			case got != want:
				t.Errorf("it takes %v, less than its budget of %v: record that", got, want)
			}
		})
	}
}

// budgetCase is a house in which Ada has an account, and what the request that the scene is about asked of its database.
type budgetCase struct {
	t      *testing.T
	h      *apptest.Server
	effort store.QueryStats
}

// counted is a client whose requests count.
func (s *budgetCase) counted(c *apptest.Client) *apptest.Client { return c.WithStats(&s.effort) }

// strong is a session of two factors, its phone, and the recovery codes that came with that.
func (s *budgetCase) strong() (*apptest.Client, *apptest.Phone, []string) {
	script := s.h.SignedIn(ada)
	phone := script.Begin()
	codes := shownCodes(s.h.T, script.Confirm(phone, phone.Code()).Require(201, ""))
	s.pass()
	return script, phone, codes
}

// pass lets a step pass, and the mails that are due arrive.
func (s *budgetCase) pass() {
	s.h.Clock.Advance(stepLength)
	s.h.Deliver()
}
