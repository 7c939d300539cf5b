package notify

import (
	"fmt"
	"time"

	"twofold/internal/maillink"
)

var germanMonths = [...]string{
	"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
}

var german = catalog{
	hello: "Guten Tag", helloNoName: "Guten Tag",
	when: "Wann", where: "Von", device: "Gerät", on: "auf",
	help: "Brauchen Sie Hilfe?",
	why:  "Sie erhalten diese Mail, weil es um die Sicherheit Ihres Kontos geht. Niemand von uns wird Sie je nach einem Passwort oder einem Code fragen.",
	date: func(at time.Time) string {
		at = at.UTC()
		return fmt.Sprintf("%d. %s %d, %s Uhr UTC", at.Day(), germanMonths[at.Month()-1], at.Year(), at.Format("15:04"))
	},
	noDispute: textFor("Wenn Sie davon nichts wissen, sagen Sie den Betreibern von {{.Product}} Bescheid."),
	dispute: textFor("Wenn Sie das nicht waren, öffnen Sie unten den Link „Das war ich nicht“ und bestätigen Sie. Damit werden alle Geräte von Ihrem Konto " +
		"abgemeldet, und wenn es um eine Authenticator-App geht, wird sie gesperrt. Wählen Sie danach ein neues Passwort. Der Link gilt einmal; ist er abgelaufen, ändern Sie sofort Ihr Passwort."),
	actions: map[maillink.Purpose]string{
		maillink.ResetPassword:   "Neues Passwort wählen",
		maillink.ConfirmAddress:  "Adresse bestätigen",
		maillink.CompleteRemoval: "Multi-Faktor-Authentifizierung entfernen",
		maillink.CancelRemoval:   "Entfernen abbrechen",
		maillink.NotMe:           "Das war ich nicht",
	},
	notices: map[Kind]text{
		MethodAdded: {
			subject: "Eine neue Authenticator-App kann sich bei Ihrem Konto anmelden",
			text:    textFor("{{if .About}}Die Authenticator-App „{{.About}}“{{else}}Eine Authenticator-App{{end}} wurde zu Ihrem Konto bei {{.Product}} hinzugefügt. Mit ihren Codes und Ihrem Passwort kann man sich anmelden."),
		},
		MethodRemoved: {
			subject: "Eine Authenticator-App wurde von Ihrem Konto entfernt",
			text:    textFor("{{if .About}}Die Authenticator-App „{{.About}}“{{else}}Eine Authenticator-App{{end}} wurde von Ihrem Konto bei {{.Product}} entfernt. Ihre Codes gelten nicht mehr."),
		},
		MethodReplaced: {
			subject: "Eine Authenticator-App Ihres Kontos wurde ersetzt",
			text:    textFor("{{if .About}}Die Authenticator-App „{{.About}}“{{else}}Eine neue Authenticator-App{{end}} hat bei Ihrem Konto bei {{.Product}} eine andere ersetzt. Die Codes der alten gelten nicht mehr."),
		},
		RecoveryCodesGenerated: {
			subject: "Für Ihr Konto wurden neue Wiederherstellungscodes erstellt",
			text:    textFor("Für Ihr Konto bei {{.Product}} wurden neue Wiederherstellungscodes erstellt. Ältere gelten nicht mehr."),
		},
		RecoveryCodeUsed: {
			subject: "Ein Wiederherstellungscode Ihres Kontos wurde verwendet",
			text:    textFor("Ein Wiederherstellungscode Ihres Kontos bei {{.Product}} wurde verwendet. {{if eq .Count 0}}Es ist keiner mehr übrig: Erstellen Sie in den Kontoeinstellungen neue.{{else if eq .Count 1}}Einer ist noch übrig: Erstellen Sie in den Kontoeinstellungen neue.{{else}}{{.Count}} sind noch übrig.{{end}}"),
		},
		RecoveryCodesInvalidated: {
			subject: "Ihre Wiederherstellungscodes gelten nicht mehr",
			text:    textFor("Wer {{.Product}} betreibt, hat es aus einer Sicherung wiederhergestellt. Eine Sicherung weiß nicht, welche Wiederherstellungscodes danach benutzt wurden; deshalb gilt keiner von Ihren mehr, und alle wurden abgemeldet. Melden Sie sich mit Ihrer Authenticator-App an und erstellen Sie in den Kontoeinstellungen neue. Sehen Sie dort auch nach, ob Ihre letzten Änderungen noch da sind."),
			not:     textFor("Das betraf alle Konten von {{.Product}}."),
		},
		PasswordChanged: {
			subject: "Das Passwort Ihres Kontos wurde geändert",
			text:    textFor("Das Passwort Ihres Kontos bei {{.Product}} wurde geändert. Andere Geräte wurden abgemeldet."),
		},
		NewDevice: {
			subject: "Ein neues Gerät hat sich bei Ihrem Konto angemeldet",
			text:    textFor("Jemand hat sich bei Ihrem Konto bei {{.Product}} mit einem Gerät angemeldet, das dafür bisher nicht verwendet wurde."),
		},
		SignInAfterFailures: {
			subject: "Eine Anmeldung bei Ihrem Konto nach mehreren falschen Versuchen",
			text:    textFor("Jemand hat sich bei Ihrem Konto bei {{.Product}} nach {{if .Count}}{{.Count}} falschen Versuchen{{else}}mehreren falschen Versuchen{{end}} angemeldet."),
		},
		MFAReset: {
			subject: "Die Multi-Faktor-Authentifizierung Ihres Kontos wurde ausgeschaltet",
			text:    textFor("Ein Administrator hat alle Authenticator-Apps und Wiederherstellungscodes von Ihrem Konto bei {{.Product}} entfernt. Alle Geräte wurden abgemeldet. Bis Sie wieder eine Authenticator-App hinzufügen, schützt es nur das Passwort."),
			not:     textFor("Wenn Sie nicht darum gebeten haben, melden Sie sich an, ändern Sie Ihr Passwort und sagen Sie den Betreibern von {{.Product}} Bescheid."),
		},
		MFARequiredSoon: {
			subject: "Ihr Konto braucht bald Multi-Faktor-Authentifizierung",
			text:    textFor("{{if .Until}}Ab {{.Until}}{{else}}Bald{{end}} ist zum Anmelden bei {{.Product}} Multi-Faktor-Authentifizierung nötig, und Ihr Konto hat noch keine."),
			not:     textFor("Melden Sie sich vorher an und wählen Sie in den Kontoeinstellungen „MFA-Methode registrieren“. Danach werden Sie beim Anmelden darum gebeten."),
		},
		AccountDisabled: {
			subject: "Ihr Konto wurde gesperrt",
			text:    textFor("Ein Administrator hat Ihr Konto bei {{.Product}} gesperrt. Alle Geräte wurden abgemeldet, und bis es wieder freigegeben ist, kann sich niemand anmelden."),
			not:     textFor("Wenn Sie das nicht erwartet haben, fragen Sie die Betreiber von {{.Product}}."),
		},
		AccountEnabled: {
			subject: "Ihr Konto wurde wieder freigegeben",
			text:    textFor("Ein Administrator hat Ihr Konto bei {{.Product}} wieder freigegeben. Melden Sie sich an wie zuvor."),
			not:     textFor("Wenn Sie das nicht erwartet haben, melden Sie sich an, sehen Sie sich die letzten Aktivitäten Ihres Kontos an und sagen Sie den Betreibern von {{.Product}} Bescheid."),
		},
		PasswordResetLink: {
			subject: "Wählen Sie ein neues Passwort für Ihr Konto",
			text:    textFor("Jemand hat für Ihr Konto bei {{.Product}} ein neues Passwort angefordert. Mit dem Link unten können Sie eines wählen. Er gilt einmal und nur kurze Zeit."),
			not:     textFor("Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist. Leiten Sie diese Mail nicht weiter."),
		},
		PasswordResetDone: {
			subject: "Das Passwort Ihres Kontos wurde per Mail geändert",
			text:    textFor("Für Ihr Konto bei {{.Product}} wurde mit einem Link aus einer Mail ein neues Passwort gewählt. Alle Geräte wurden abgemeldet."),
		},
		PasswordResetForced: {
			subject: "Ihr Konto braucht ein neues Passwort",
			text:    textFor("Jemand hat zu einer Nachricht über Ihr Konto bei {{.Product}} gesagt: „Das war ich nicht“. Um das Konto zu schützen, wurden alle Geräte abgemeldet, und das alte Passwort gilt nicht mehr. Mit dem Link unten können Sie ein neues wählen. Er gilt einmal und nur kurze Zeit; auf der Anmeldeseite können Sie einen weiteren anfordern."),
			not:     textFor("Wenn Sie das nicht selbst gesagt haben, wählen Sie trotzdem ein neues Passwort und sehen Sie sich die letzten Aktivitäten Ihres Kontos an."),
		},
		PasswordRemoved: {
			subject: "Das Passwort Ihres Kontos gilt nicht mehr",
			text:    textFor("Jemand hat zu einer Nachricht über Ihr Konto bei {{.Product}} gesagt: „Das war ich nicht“. Um das Konto zu schützen, wurden alle Geräte abgemeldet, und das alte Passwort gilt nicht mehr. Ein Link für ein neues ging an die Adresse, mit der man sich jetzt anmeldet."),
			not:     textFor("Wenn Sie das nicht selbst gesagt haben, kann jemand anderes Mails des Kontos lesen: Sichern Sie Ihre Postfächer und sagen Sie es sofort denen, die {{.Product}} betreiben."),
		},
		MethodSuspended: {
			subject: "Eine Authenticator-App Ihres Kontos wurde gesperrt",
			text:    textFor("Jemand hat zu einer Nachricht über Ihr Konto bei {{.Product}} gesagt: „Das war ich nicht“. Alle Geräte wurden abgemeldet, und {{if .About}}die Authenticator-App „{{.About}}“{{else}}die Authenticator-App, um die es ging,{{end}} kann sich nicht mehr anmelden. Die Multi-Faktor-Authentifizierung bleibt an: Verwenden Sie eine andere Authenticator-App oder einen Wiederherstellungscode."),
			not:     textFor("Wenn Sie das nicht selbst gesagt haben, kann jemand anderes Ihre Mails lesen: Sichern Sie zuerst Ihr Postfach und sehen Sie sich dann die letzten Aktivitäten Ihres Kontos an."),
		},
		ConfirmEmail: {
			subject: "Bestätigen Sie Ihre neue E-Mail-Adresse",
			text:    textFor("Mit der Adresse {{.About}} soll man sich künftig bei einem Konto bei {{.Product}} anmelden. Das gilt, sobald Sie dem Link unten folgen."),
			not:     textFor("Wenn Sie das nicht waren, müssen Sie nichts tun: Ohne den Link ändert sich nichts."),
		},
		ConfirmNoticeEmail: {
			subject: "Bestätigen Sie Ihre Adresse für Nachrichten",
			text:    textFor("Nachrichten über die Sicherheit eines Kontos bei {{.Product}} sollen auch an {{.About}} gehen. Das geschieht, sobald Sie dem Link unten folgen."),
			not:     textFor("Wenn Sie das nicht waren, müssen Sie nichts tun: Ohne den Link ändert sich nichts."),
		},
		AddressInUse: {
			subject: "Diese E-Mail-Adresse hat bereits ein Konto",
			text:    textFor("Jemand wollte die Adresse {{.About}} für ein anderes Konto bei {{.Product}} verwenden. Das geht nicht, denn man meldet sich mit ihr bereits bei Ihrem an. Es wurde nichts geändert."),
			not:     textFor("Wenn Sie es waren: Melden Sie sich mit dieser Adresse an oder verwenden Sie dort eine andere. Wenn nicht, müssen Sie nichts tun."),
		},
		EmailChangeRequested: {
			subject: "Für Ihr Konto wurde eine neue E-Mail-Adresse angefordert",
			text:    textFor("Jemand möchte die E-Mail-Adresse Ihres Kontos bei {{.Product}} in {{.About}} ändern. Sie ändert sich, sobald jemand dem Link in der Mail an diese Adresse folgt."),
		},
		EmailChanged: {
			subject: "Die E-Mail-Adresse Ihres Kontos wurde geändert",
			text:    textFor("Die E-Mail-Adresse Ihres Kontos bei {{.Product}} ist jetzt {{.About}}. Mit der alten kann man sich nicht mehr anmelden."),
		},
		NoticeEmailChanged: {
			subject: "Nachrichten über Ihr Konto gehen auch an eine andere Adresse",
			text:    textFor("Nachrichten über die Sicherheit Ihres Kontos bei {{.Product}} gehen ab jetzt auch an {{.About}}."),
		},
		NoticeEmailRemoved: {
			subject: "Nachrichten über Ihr Konto gehen an eine Adresse weniger",
			text:    textFor("Nachrichten über die Sicherheit Ihres Kontos bei {{.Product}} gehen nicht mehr an {{.About}}."),
		},
		RemovalRequested: {
			subject: "Jemand möchte die Multi-Faktor-Authentifizierung Ihres Kontos entfernen",
			text:    textFor("Jemand, der das Passwort Ihres Kontos bei {{.Product}} kennt, sagt, dass alle Authenticator-Apps und Wiederherstellungscodes verloren sind, und möchte die Multi-Faktor-Authentifizierung entfernen. {{if .Until}}Das ist ab {{.Until}} möglich{{else}}Das ist nach einer Wartezeit möglich{{end}}, wenn es niemand abbricht."),
			not:     textFor("Wenn Sie das nicht waren, brechen Sie es mit dem Link unten ab. Dafür müssen Sie nicht angemeldet sein. Ändern Sie danach Ihr Passwort: Jemand kennt es."),
		},
		RemovalReminder: {
			subject: "Die Multi-Faktor-Authentifizierung Ihres Kontos wird entfernt",
			text:    textFor("Die Multi-Faktor-Authentifizierung Ihres Kontos bei {{.Product}} soll weiterhin entfernt werden. {{if .Until}}Das ist ab {{.Until}} möglich{{else}}Das ist möglich, sobald die Wartezeit vorbei ist{{end}}, wenn es niemand abbricht."),
			not:     textFor("Wenn Sie das nicht waren oder Ihr Telefon oder Ihre Codes wiedergefunden haben, brechen Sie es mit dem Link unten ab. Dafür müssen Sie nicht angemeldet sein."),
		},
		RemovalReady: {
			subject: "Die Multi-Faktor-Authentifizierung Ihres Kontos kann jetzt entfernt werden",
			text:    textFor("Die Wartezeit ist vorbei: Die Multi-Faktor-Authentifizierung Ihres Kontos bei {{.Product}} kann entfernt werden, mit dem Link, der an die Adresse des Kontos selbst geht. Alle Geräte werden dabei abgemeldet. {{if .Until}}Der Link gilt bis {{.Until}}.{{end}}"),
			not:     textFor("Wenn Sie das nicht waren, brechen Sie es mit dem Link unten ab. Dafür müssen Sie nicht angemeldet sein. Ändern Sie danach Ihr Passwort: Jemand kennt es."),
		},
		RemovalCancelled: {
			subject: "Das Entfernen der Multi-Faktor-Authentifizierung wurde abgebrochen",
			text:    textFor("Das Entfernen der Multi-Faktor-Authentifizierung Ihres Kontos bei {{.Product}} wurde abgebrochen. Es wurde nichts entfernt."),
			not:     textFor("Wenn Sie das Entfernen nicht verlangt hatten, ändern Sie Ihr Passwort: Jemand kennt es. Wenn Sie es nicht abgebrochen haben, kann jemand anderes Ihre Mails lesen oder ist bei Ihrem Konto angemeldet."),
		},
		RemovalCompleted: {
			subject: "Die Multi-Faktor-Authentifizierung Ihres Kontos wurde entfernt",
			text:    textFor("Die Multi-Faktor-Authentifizierung Ihres Kontos bei {{.Product}} wurde wie angekündigt entfernt. Alle Geräte wurden abgemeldet. Bis Sie wieder eine Authenticator-App hinzufügen, schützt es nur das Passwort."),
			not:     textFor("Wenn Sie das nicht waren, wählen Sie mit „Passwort vergessen“ auf der Anmeldeseite ein neues Passwort und sagen Sie sofort den Betreibern von {{.Product}} Bescheid."),
		},
	},
}
