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
	when: "Wann", where: "IP-Adresse", device: "Gerät", on: "auf",
	help: "Brauchen Sie Hilfe? Wenden Sie sich an den Support:",
	why:  "Sie erhalten diese E-Mail, weil sie die Sicherheit Ihres Kontos betrifft. Wir fragen Sie nie nach Ihrem Passwort oder einem Code.",
	date: func(at time.Time) string {
		at = at.UTC()
		return fmt.Sprintf("%d. %s %d, %s Uhr UTC", at.Day(), germanMonths[at.Month()-1], at.Year(), at.Format("15:04"))
	},
	noDispute: textFor("Wenn Ihnen das nicht bekannt vorkommt, wenden Sie sich an den Support von {{.Product}}."),
	dispute: textFor("Wenn Sie das nicht waren, öffnen Sie unten den Link „Das war ich nicht“ und bestätigen Sie. Damit werden alle Geräte " +
		"abgemeldet. Wenn es in dieser E-Mail um eine Authenticator-App geht, wird diese außerdem gesperrt, oder alle Apps werden entfernt, wenn sie die erste war. " +
		"Wenn es um Wiederherstellungscodes geht, werden alle gelöscht. Legen Sie danach ein neues Passwort fest. Der Link gilt einmal. Ist er abgelaufen, ändern Sie sofort Ihr Passwort."),
	actions: map[maillink.Purpose]string{
		maillink.ResetPassword:   "Passwort festlegen",
		maillink.ConfirmAddress:  "Adresse bestätigen",
		maillink.CompleteRemoval: "MFA entfernen",
		maillink.CancelRemoval:   "Entfernen abbrechen",
		maillink.NotMe:           "Das war ich nicht",
	},
	notices: map[Kind]text{
		MethodAdded: {
			subject: "Ihrem Konto wurde eine neue Authenticator-App hinzugefügt",
			text:    textFor("{{if .About}}Die Authenticator-App „{{.About}}“{{else}}Eine Authenticator-App{{end}} wurde Ihrem Konto bei {{.Product}} hinzugefügt. Mit ihren Codes und Ihrem Passwort ist jetzt eine Anmeldung möglich."),
		},
		MethodRemoved: {
			subject: "Eine Authenticator-App wurde aus Ihrem Konto entfernt",
			text:    textFor("{{if .About}}Die Authenticator-App „{{.About}}“{{else}}Eine Authenticator-App{{end}} wurde aus Ihrem Konto bei {{.Product}} entfernt. Ihre Codes sind nicht mehr gültig."),
		},
		MethodReplaced: {
			subject: "Eine Authenticator-App Ihres Kontos wurde ersetzt",
			text:    textFor("{{if .About}}Die Authenticator-App „{{.About}}“{{else}}Eine neue Authenticator-App{{end}} hat in Ihrem Konto bei {{.Product}} eine andere ersetzt. Die Codes der alten App sind nicht mehr gültig."),
		},
		RecoveryCodesGenerated: {
			subject: "Für Ihr Konto wurden neue Wiederherstellungscodes erstellt",
			text:    textFor("Für Ihr Konto bei {{.Product}} wurden neue Wiederherstellungscodes erstellt. Ältere Codes sind nicht mehr gültig."),
		},
		RecoveryCodeUsed: {
			subject: "Ein Wiederherstellungscode Ihres Kontos wurde verwendet",
			text:    textFor("Ein Wiederherstellungscode Ihres Kontos bei {{.Product}} wurde verwendet. {{if eq .Count 0}}Sie haben keine Codes mehr. Erstellen Sie in den Kontoeinstellungen neue.{{else if eq .Count 1}}Sie haben noch einen Code. Erstellen Sie in den Kontoeinstellungen neue.{{else}}Sie haben noch {{.Count}} Codes.{{end}}"),
		},
		RecoveryCodesInvalidated: {
			subject: "Ihre Wiederherstellungscodes sind nicht mehr gültig",
			text:    textFor("{{.Product}} wurde aus einer Sicherung wiederhergestellt. Die Sicherung enthält nicht, welche Wiederherstellungscodes danach verwendet wurden. Deshalb ist keiner Ihrer Wiederherstellungscodes mehr gültig, und Sie wurden auf allen Geräten abgemeldet. Melden Sie sich mit Ihrer Authenticator-App an und erstellen Sie in den Kontoeinstellungen neue Wiederherstellungscodes. Prüfen Sie dort auch, ob Ihre letzten Änderungen noch vorhanden sind."),
			ifNotMe: textFor("Das betraf alle Konten von {{.Product}}."),
		},
		PasswordChanged: {
			subject: "Ihr Passwort wurde geändert",
			text:    textFor("Das Passwort Ihres Kontos bei {{.Product}} wurde geändert. Ihre anderen Geräte wurden abgemeldet."),
		},
		NewDevice: {
			subject: "Anmeldung bei Ihrem Konto mit einem neuen Gerät",
			text:    textFor("Bei Ihrem Konto bei {{.Product}} gab es eine Anmeldung mit einem Gerät, das dafür bisher nicht verwendet wurde."),
		},
		SignInAfterFailures: {
			subject: "Anmeldung bei Ihrem Konto nach Fehlversuchen",
			text:    textFor("Bei Ihrem Konto bei {{.Product}} gab es eine Anmeldung nach {{if .Count}}{{.Count}} Fehlversuchen{{else}}mehreren Fehlversuchen{{end}}."),
		},
		PasswordWithoutCode: {
			subject: "Ihr Passwort wurde eingegeben, aber kein gültiger Code",
			text:    textFor("Auf einem Gerät, das Ihr Konto bei {{.Product}} nicht kennt, wurde das richtige Passwort eingegeben, danach aber kein gültiger Code. Die Anmeldung wurde nicht abgeschlossen. Wiederholt sich das, folgt die nächste Benachrichtigung frühestens nach einem Tag."),
		},
		MFAReset: {
			subject: "Die Multi-Faktor-Authentifizierung Ihres Kontos wurde ausgeschaltet",
			text:    textFor("Ein Administrator hat alle Authenticator-Apps und Wiederherstellungscodes aus Ihrem Konto bei {{.Product}} entfernt. Die Multi-Faktor-Authentifizierung (MFA) ist damit ausgeschaltet. Alle Geräte wurden abgemeldet. Bis Sie wieder eine Authenticator-App hinzufügen, schützt nur das Passwort Ihr Konto."),
			ifNotMe: textFor("Wenn Sie nicht darum gebeten haben, melden Sie sich an, ändern Sie Ihr Passwort und wenden Sie sich an den Support von {{.Product}}."),
		},
		MFARequiredSoon: {
			subject: "Ihr Konto braucht bald Multi-Faktor-Authentifizierung",
			text:    textFor("{{if .Until}}Ab {{.Until}}{{else}}Bald{{end}} brauchen Sie Multi-Faktor-Authentifizierung (MFA), um sich bei {{.Product}} anzumelden. Ihr Konto hat noch keine."),
			ifNotMe: textFor("Melden Sie sich vorher an und wählen Sie in den Kontoeinstellungen „MFA-Methode registrieren“. Danach werden Sie beim Anmelden dazu aufgefordert."),
		},
		AccountDisabled: {
			subject: "Ihr Konto wurde gesperrt",
			text:    textFor("Ein Administrator hat Ihr Konto bei {{.Product}} gesperrt. Alle Geräte wurden abgemeldet. Sie können sich erst wieder anmelden, wenn das Konto freigegeben ist."),
			ifNotMe: textFor("Wenn Sie das nicht erwartet haben, wenden Sie sich an den Support von {{.Product}}."),
		},
		AccountEnabled: {
			subject: "Ihr Konto wurde wieder freigegeben",
			text:    textFor("Ein Administrator hat Ihr Konto bei {{.Product}} wieder freigegeben. Sie können sich wie zuvor anmelden."),
			ifNotMe: textFor("Wenn Sie das nicht erwartet haben, melden Sie sich an, prüfen Sie die letzten Aktivitäten Ihres Kontos und wenden Sie sich an den Support von {{.Product}}."),
		},
		Invitation: {
			subject: "Legen Sie das Passwort Ihres neuen Kontos fest",
			text:    textFor("Für diese E-Mail-Adresse wurde ein Konto bei {{.Product}} erstellt. Legen Sie mit dem Link unten das Passwort fest und melden Sie sich dann damit an. Der Link gilt einmal{{if .Until}} und bis {{.Until}}{{end}}."),
			ifNotMe: textFor("Wenn Sie das nicht erwartet haben, ignorieren Sie diese E-Mail: Ohne den Link kann das Konto nicht verwendet werden. Leiten Sie diese E-Mail nicht weiter."),
		},
		PasswordResetLink: {
			subject: "Legen Sie ein neues Passwort für Ihr Konto fest",
			text:    textFor("Für Ihr Konto bei {{.Product}} wurde ein neues Passwort angefordert. Mit dem Link unten können Sie eines festlegen. Er gilt einmal und nur kurze Zeit."),
			ifNotMe: textFor("Wenn Sie das nicht angefordert haben, ignorieren Sie diese E-Mail: Ihr Passwort bleibt unverändert. Leiten Sie diese E-Mail nicht weiter."),
		},
		PasswordResetDone: {
			subject: "Für Ihr Konto wurde ein neues Passwort festgelegt",
			text:    textFor("Für Ihr Konto bei {{.Product}} wurde mit einem Einmal-Link ein neues Passwort festgelegt. Alle Geräte wurden abgemeldet."),
		},
		PasswordResetForced: {
			subject: "Ihr Konto braucht ein neues Passwort",
			text:    textFor("Für eine Benachrichtigung zu Ihrem Konto bei {{.Product}} wurde „Das war ich nicht“ gemeldet. Zum Schutz des Kontos wurden alle Geräte abgemeldet, und das alte Passwort ist nicht mehr gültig. Mit dem Link unten können Sie ein neues festlegen. Er gilt einmal und nur kurze Zeit. Auf der Anmeldeseite können Sie einen weiteren anfordern."),
			ifNotMe: textFor("Wenn Sie das nicht gemeldet haben, legen Sie trotzdem ein neues Passwort fest und prüfen Sie die letzten Aktivitäten Ihres Kontos."),
		},
		PasswordRemoved: {
			subject: "Ihr Passwort ist nicht mehr gültig",
			text:    textFor("Für eine Benachrichtigung zu Ihrem Konto bei {{.Product}} wurde „Das war ich nicht“ gemeldet. Zum Schutz des Kontos wurden alle Geräte abgemeldet, und das alte Passwort ist nicht mehr gültig. Ein Link für ein neues wurde an die E-Mail-Adresse gesendet, mit der das Konto jetzt angemeldet wird."),
			ifNotMe: textFor("Wenn Sie das nicht gemeldet haben, kann eine andere Person E-Mails des Kontos lesen. Sichern Sie Ihre Postfächer und wenden Sie sich sofort an den Support von {{.Product}}."),
		},
		PasswordResetByAdmin: {
			subject: "Ein Administrator hat Ihr Passwort zurückgesetzt",
			text:    textFor("Ein Administrator hat das Passwort Ihres Kontos bei {{.Product}} zurückgesetzt. Alle Geräte wurden abgemeldet, und das alte Passwort ist nicht mehr gültig. {{if .Until}}Mit dem Link unten können Sie ein neues festlegen. Er gilt einmal und bis {{.Until}}. Danach können Sie auf der Anmeldeseite einen weiteren anfordern.{{else}}Ein neues legen Sie mit dem Einmal-Link fest, der an die E-Mail-Adresse des Kontos gesendet wurde oder den Sie von einem Administrator erhalten.{{end}}"),
			ifNotMe: textFor("Wenn Sie nicht darum gebeten haben, legen Sie trotzdem ein neues Passwort fest, prüfen Sie die letzten Aktivitäten Ihres Kontos und wenden Sie sich an den Support von {{.Product}}."),
		},
		MethodSuspended: {
			subject: "Eine Authenticator-App Ihres Kontos wurde gesperrt",
			text:    textFor("Für eine Benachrichtigung zu Ihrem Konto bei {{.Product}} wurde „Das war ich nicht“ gemeldet. Alle Geräte wurden abgemeldet, und {{if .About}}die Authenticator-App „{{.About}}“{{else}}die betroffene Authenticator-App{{end}} kann nicht mehr zum Anmelden verwendet werden. Die Multi-Faktor-Authentifizierung (MFA) bleibt an: Verwenden Sie eine andere Authenticator-App oder einen Wiederherstellungscode."),
			ifNotMe: textFor("Wenn Sie das nicht gemeldet haben, kann eine andere Person Ihre E-Mails lesen. Sichern Sie zuerst Ihr Postfach und prüfen Sie dann die letzten Aktivitäten Ihres Kontos."),
		},
		ConfirmEmail: {
			subject: "Bestätigen Sie Ihre neue E-Mail-Adresse",
			text:    textFor("Die Adresse {{.About}} wurde als neue Anmeldeadresse eines Kontos bei {{.Product}} angegeben. Öffnen Sie den Link unten, um sie zu bestätigen."),
			ifNotMe: textFor("Wenn Sie das nicht angefordert haben, ignorieren Sie diese E-Mail: Ohne den Link ändert sich nichts."),
		},
		ConfirmNoticeEmail: {
			subject: "Bestätigen Sie Ihre Adresse für Benachrichtigungen",
			text:    textFor("Die Adresse {{.About}} wurde als zweite Adresse für Benachrichtigungen zur Sicherheit eines Kontos bei {{.Product}} angegeben. Öffnen Sie den Link unten, um sie zu bestätigen."),
			ifNotMe: textFor("Wenn Sie das nicht angefordert haben, ignorieren Sie diese E-Mail: Ohne den Link ändert sich nichts."),
		},
		AddressInUse: {
			subject: "Diese E-Mail-Adresse hat bereits ein Konto",
			text:    textFor("Die Adresse {{.About}} wurde für ein anderes Konto bei {{.Product}} angegeben. Dort kann sie nicht verwendet werden, weil Sie sich mit ihr bereits bei Ihrem Konto anmelden. Es wurde nichts geändert."),
			ifNotMe: textFor("Wenn Sie es waren, melden Sie sich mit dieser Adresse an oder geben Sie für das andere Konto eine andere an. Wenn nicht, müssen Sie nichts tun."),
		},
		EmailChangeRequested: {
			subject: "Für Ihr Konto wurde eine neue E-Mail-Adresse angefordert",
			text:    textFor("Es wurde angefordert, die E-Mail-Adresse Ihres Kontos bei {{.Product}} in {{.About}} zu ändern. Die Änderung gilt, sobald der Link in der E-Mail an diese Adresse bestätigt wird."),
		},
		EmailChanged: {
			subject: "Die E-Mail-Adresse Ihres Kontos wurde geändert",
			text:    textFor("Die E-Mail-Adresse Ihres Kontos bei {{.Product}} ist jetzt {{.About}}. Mit der alten Adresse können Sie sich nicht mehr anmelden."),
		},
		NoticeEmailChanged: {
			subject: "Ihr Konto hat eine neue zweite Adresse für Benachrichtigungen",
			text:    textFor("Benachrichtigungen zur Sicherheit Ihres Kontos bei {{.Product}} werden jetzt auch an {{.About}} gesendet."),
		},
		NoticeEmailRemoved: {
			subject: "Die zweite Adresse für Benachrichtigungen wurde aus Ihrem Konto entfernt",
			text:    textFor("Benachrichtigungen zur Sicherheit Ihres Kontos bei {{.Product}} werden nicht mehr an {{.About}} gesendet."),
		},
		RemovalRequested: {
			subject: "Antrag, die Multi-Faktor-Authentifizierung Ihres Kontos zu entfernen",
			text:    textFor("Mit dem Passwort Ihres Kontos bei {{.Product}} wurde beantragt, die Multi-Faktor-Authentifizierung (MFA) zu entfernen, weil alle Authenticator-Apps und Wiederherstellungscodes verloren sind. {{if .Until}}MFA kann ab {{.Until}} entfernt werden{{else}}MFA kann nach einer Wartezeit entfernt werden{{end}}, wenn der Antrag nicht abgebrochen wird."),
			ifNotMe: textFor("Wenn Sie das nicht waren, brechen Sie das Entfernen mit dem Link unten ab. Dafür müssen Sie sich nicht anmelden. Ändern Sie danach Ihr Passwort, denn eine andere Person kennt es."),
		},
		RemovalReminder: {
			subject: "Die Multi-Faktor-Authentifizierung Ihres Kontos wird entfernt",
			text:    textFor("Der Antrag, die Multi-Faktor-Authentifizierung (MFA) Ihres Kontos bei {{.Product}} zu entfernen, läuft weiterhin. {{if .Until}}MFA kann ab {{.Until}} entfernt werden{{else}}MFA kann nach der Wartezeit entfernt werden{{end}}, wenn der Antrag nicht abgebrochen wird."),
			ifNotMe: textFor("Wenn Sie das nicht waren oder Ihr Telefon oder Ihre Codes wiedergefunden haben, brechen Sie das Entfernen mit dem Link unten ab. Dafür müssen Sie sich nicht anmelden."),
		},
		RemovalReady: {
			subject: "Die Multi-Faktor-Authentifizierung Ihres Kontos kann jetzt entfernt werden",
			text:    textFor("Die Wartezeit ist beendet. Die Multi-Faktor-Authentifizierung (MFA) Ihres Kontos bei {{.Product}} kann jetzt entfernt werden, mit dem Link, der an die Adresse des Kontos selbst gesendet wird. Alle Geräte werden dabei abgemeldet. {{if .Until}}Der Link gilt bis {{.Until}}.{{end}}"),
			ifNotMe: textFor("Wenn Sie das nicht waren, brechen Sie das Entfernen mit dem Link unten ab. Dafür müssen Sie sich nicht anmelden. Ändern Sie danach Ihr Passwort, denn eine andere Person kennt es."),
		},
		RemovalCancelled: {
			subject: "Das Entfernen der Multi-Faktor-Authentifizierung wurde abgebrochen",
			text:    textFor("Das Entfernen der Multi-Faktor-Authentifizierung (MFA) Ihres Kontos bei {{.Product}} wurde abgebrochen. Es wurde nichts entfernt."),
			ifNotMe: textFor("Wenn Sie das Entfernen nicht beantragt haben, ändern Sie Ihr Passwort, denn eine andere Person kennt es. Wenn Sie es nicht abgebrochen haben, kann eine andere Person Ihre E-Mails lesen oder ist bei Ihrem Konto angemeldet."),
		},
		RemovalCompleted: {
			subject: "Die Multi-Faktor-Authentifizierung Ihres Kontos wurde entfernt",
			text:    textFor("Die Multi-Faktor-Authentifizierung (MFA) Ihres Kontos bei {{.Product}} wurde wie angekündigt entfernt. Alle Geräte wurden abgemeldet. Bis Sie wieder eine Authenticator-App hinzufügen, schützt nur das Passwort Ihr Konto."),
			ifNotMe: textFor("Wenn Sie das nicht waren, legen Sie mit „Passwort vergessen?“ auf der Anmeldeseite ein neues Passwort fest und wenden Sie sich sofort an den Support von {{.Product}}."),
		},
	},
}
