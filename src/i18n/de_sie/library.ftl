library-lede = Texte, Infoblätter und Leitfäden. Ihr Name, Ihr Link und die Kennzeichnung sind schon drin.
library-none-found = Dazu gibt es noch nichts. Nehmen Sie einen Filter weg oder suchen Sie anders.
library-no-ref = Sie haben für dieses Programm noch keinen Partnercode, deshalb fehlt Ihr Link. Das Team richtet ihn Ihnen ein.
library-download-hint = Jede Datei trägt Ihren Namen, Ihren Link und die Kennzeichnung.
library-disclosure-hint = „Anzeige“ steht in der ersten Zeile jedes Textes. Bitte lassen Sie es dort stehen: Werbung muss erkennbar sein.
library-manage-empty = Noch kein Material. Beginnen Sie mit einer kurzen Mail, die Partner sofort verschicken können.
library-edit-lede = Schreiben Sie die Texte einmal; jeder Partner bekommt sie mit dem eigenen Link.
error-no_affiliate_ref = Für dieses Programm haben Sie noch keinen Partnercode, deshalb kann der Text Ihren Link nicht tragen. Bitte wenden Sie sich an das Team.
