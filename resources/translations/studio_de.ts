<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AttentionSection</name>
    <message>
        <source>Attention</source>
        <translation>Attention</translation>
    </message>
    <message>
        <source>Dense</source>
        <translation>Dicht</translation>
    </message>
    <message>
        <source>Faithful</source>
        <translation>Getreu</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>Ausgewogen</translation>
    </message>
    <message>
        <source>Draft</source>
        <translation>Entwurf</translation>
    </message>
    <message>
        <source>Every token is computed: the reference</source>
        <translation>Jedes Token wird berechnet: die Referenz</translation>
    </message>
    <message>
        <source>Reuse where nothing is lost to the eye</source>
        <translation>Wiederverwendet wird nur, wo das Auge nichts vermisst</translation>
    </message>
    <message>
        <source>Faster, with small differences</source>
        <translation>Schneller, mit kleinen Unterschieden</translation>
    </message>
    <message>
        <source>Fastest, for trying ideas</source>
        <translation>Am schnellsten, um Ideen zu versuchen</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>Neighbouring tokens that differ by less are computed once: higher is faster and less exact</source>
        <translation>Benachbarte Tokens, die sich um weniger unterscheiden, werden einmal berechnet: höher ist schneller und ungenauer</translation>
    </message>
    <message>
        <source>Every token is computed: exact, the slowest.</source>
        <translation>Jedes Token wird berechnet: exakt, am langsamsten.</translation>
    </message>
    <message>
        <source>Own presets</source>
        <translation>Eigene Stufen</translation>
    </message>
    <message>
        <source>Presets that you calibrated or opened</source>
        <translation>Stufen, die Sie kalibriert oder geöffnet haben</translation>
    </message>
    <message>
        <source>Estimated from the measured Delta and the measured steps of this run</source>
        <translation>Geschätzt aus dem gemessenen Delta und den gemessenen Schritten dieses Laufs</translation>
    </message>
    <message>
        <source>Acts on the running clip</source>
        <translation>Wirkt auf den laufenden Clip</translation>
    </message>
    <message>
        <source>Presets and threshold act on the run that works, from its next step on; off: on later runs only</source>
        <translation>Stufen und Schwelle wirken auf den Lauf, der arbeitet, von seinem nächsten Schritt an; aus: nur auf spätere Läufe</translation>
    </message>
    <message>
        <source>Threshold, from the next step</source>
        <translation>Schwelle, ab jetzt</translation>
    </message>
    <message>
        <source>Careful values, not measured with these settings yet: the Sweep page does.</source>
        <translation>Vorsichtige Werte, mit diesen Einstellungen noch nicht gemessen: das tut die Seite „Messreihe“.</translation>
    </message>
    <message>
        <source>Own</source>
        <translation>Eigene</translation>
    </message>
    <message>
        <source>Settings that are those of no preset</source>
        <translation>Einstellungen, die keine Stufe hat</translation>
    </message>
    <message>
        <source>Own settings, not measured.</source>
        <translation>Eigene Einstellungen, nicht gemessen.</translation>
    </message>
</context>
<context>
    <name>BatchPanel</name>
    <message>
        <source>Prompts, one a line</source>
        <translation>Prompts, einer je Zeile</translation>
    </message>
    <message>
        <source>Seeds for each prompt</source>
        <translation>Startwerte je Prompt</translation>
    </message>
    <message>
        <source>Add to the queue</source>
        <translation>In die Warteschlange</translation>
    </message>
    <message>
        <source>Seeds for each</source>
        <translation>Startwerte je Prompt</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>Stapel</translation>
    </message>
    <message>
        <source>Write at least one prompt.</source>
        <translation>Mindestens einen Prompt schreiben.</translation>
    </message>
    <message>
        <source>%1 runs; at most %2 at once.</source>
        <translation>%1 Läufe; höchstens %2 auf einmal.</translation>
    </message>
    <message>
        <source>1 run</source>
        <translation>1 Lauf</translation>
    </message>
    <message>
        <source>%1 runs, seeds from %2 on</source>
        <translation>%1 Läufe, Startwerte ab %2</translation>
    </message>
    <message>
        <source>%1 runs</source>
        <translation>%1 Läufe</translation>
    </message>
</context>
<context>
    <name>ChipsPanel</name>
    <message>
        <source>All words that the model was taught</source>
        <translation>Alle Wörter, die das Modell gelernt hat</translation>
    </message>
    <message>
        <source>Word: %1</source>
        <translation>Wort: %1</translation>
    </message>
    <message>
        <source>fewer</source>
        <translation>weniger</translation>
    </message>
    <message>
        <source>%1 more</source>
        <translation>%1 weitere</translation>
    </message>
    <message>
        <source>Fewer words</source>
        <translation>Weniger Wörter</translation>
    </message>
    <message>
        <source>%1 more words</source>
        <translation>%1 weitere Wörter</translation>
    </message>
</context>
<context>
    <name>ClipListModel</name>
    <message>
        <source>%1
%2 × %3, %4 frames, %5 steps, seed %6</source>
        <translation>%1
%2 × %3, %4 Bilder, %5 Schritte, Startwert %6</translation>
    </message>
    <message>
        <source>(no prompt)</source>
        <translation>(kein Prompt)</translation>
    </message>
    <message>
        <source>Clip: %1, %2</source>
        <translation>Clip: %1, %2</translation>
    </message>
    <message>
        <source>ripple</source>
        <translation>Ripple</translation>
    </message>
    <message>
        <source>Clip, being read</source>
        <translation>Clip, wird gelesen</translation>
    </message>
    <message>
        <source>Clip: %1, %2, rated %3 of 5</source>
        <translation>Clip: %1, %2, bewertet mit %3 von 5</translation>
    </message>
    <message>
        <source>%1 · %2 seeds</source>
        <translation>%1 · %2 Startwerte</translation>
    </message>
</context>
<context>
    <name>ClipSection</name>
    <message>
        <source>Size in pixels</source>
        <translation>Größe in Pixeln</translation>
    </message>
    <message>
        <source>Width × height in pixels, multiples of 16</source>
        <translation>Breite × Höhe in Pixeln, Vielfache von 16</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Number of frames: a multiple of 4, and one more</source>
        <translation>Zahl der Bilder: ein Vielfaches von 4 und eines dazu</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Denoising steps: more take longer and give a cleaner clip</source>
        <translation>Schritte des Entrauschens: mehr dauern länger und ergeben einen saubereren Clip</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Führung</translation>
    </message>
    <message>
        <source>How strictly the prompt is followed; 1 and less is without guidance and twice as fast</source>
        <translation>Wie streng der Prompt befolgt wird; 1 und weniger heißt ohne Führung und doppelt so schnell</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>The same seed and settings give the same clip, bit for bit, on the same machine</source>
        <translation>Gleicher Startwert und gleiche Einstellungen ergeben auf demselben Rechner denselben Clip, Bit für Bit</translation>
    </message>
    <message>
        <source>New seed</source>
        <translation>Neuer Startwert</translation>
    </message>
    <message>
        <source>Draw a new seed</source>
        <translation>Einen neuen Startwert ziehen</translation>
    </message>
    <message>
        <source>Lock seed</source>
        <translation>Startwert festhalten</translation>
    </message>
    <message>
        <source>Keep this seed for the next runs; otherwise each run draws a new one</source>
        <translation>Diesen Startwert für die nächsten Läufe behalten; sonst zieht jeder Lauf einen neuen</translation>
    </message>
    <message>
        <source>Clip</source>
        <translation>Clip</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Unlock seed</source>
        <translation>Startwert freigeben</translation>
    </message>
    <message>
        <source>Size: write width × height, for example 128 × 128.</source>
        <translation>Größe: Breite × Höhe schreiben, zum Beispiel 128 × 128.</translation>
    </message>
    <message>
        <source> at %1 fps, %2 s</source>
        <translation> mit %1 fps, %2 s</translation>
    </message>
</context>
<context>
    <name>ComparePage</name>
    <message>
        <source>(no prompt)</source>
        <translation>(kein Prompt)</translation>
    </message>
    <message>
        <source>Left clip, the reference</source>
        <translation>Linker Clip, die Referenz</translation>
    </message>
    <message>
        <source>Right clip</source>
        <translation>Rechter Clip</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Wipe</source>
        <translation>Schieber</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Differenz</translation>
    </message>
    <message>
        <source>Blink</source>
        <translation>Blinken</translation>
    </message>
    <message>
        <source>Gain of the difference</source>
        <translation>Verstärkung der Differenz</translation>
    </message>
    <message>
        <source>How much differences are amplified</source>
        <translation>Wie stark Unterschiede verstärkt werden</translation>
    </message>
    <message>
        <source>Left clip</source>
        <translation>Linker Clip</translation>
    </message>
    <message>
        <source>Both clips in one place</source>
        <translation>Beide Clips an einem Ort</translation>
    </message>
    <message>
        <source>Press Compare to make a clip dense and accelerated from the same noise, or choose two clips above.</source>
        <translation>„Vergleichen“ macht einen Clip dicht und beschleunigt aus demselben Rauschen; oder oben zwei Clips wählen.</translation>
    </message>
    <message>
        <source>frame %1 of %2</source>
        <translation>Bild %1 von %2</translation>
    </message>
    <message>
        <source>%1 | %2</source>
        <translation>%1 | %2</translation>
    </message>
    <message>
        <source>Swap the sides</source>
        <translation>Seiten tauschen</translation>
    </message>
    <message>
        <source>Swap the sides (S)</source>
        <translation>Seiten tauschen (S)</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>SSIM</source>
        <translation>SSIM</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>The heatmap as a third picture</source>
        <translation>Die Karte als drittes Bild</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Ausgeben…</translation>
    </message>
    <message>
        <source>Both clips, the wipe or the heatmap as one clip to show</source>
        <translation>Beide Clips, der Schieber oder die Karte als ein Clip zum Zeigen</translation>
    </message>
    <message>
        <source>Heatmap</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>The clips differ in size or length.</source>
        <translation>Die Clips sind verschieden groß oder lang.</translation>
    </message>
    <message>
        <source>How each token was obtained</source>
        <translation>Wie jedes Token gewonnen wurde</translation>
    </message>
    <message>
        <source>keys, mean of all</source>
        <translation>Keys, Mittel aller</translation>
    </message>
    <message>
        <source>Gain %1×</source>
        <translation>Verstärkung %1×</translation>
    </message>
    <message>
        <source>Difference, gain %1×</source>
        <translation>Differenz, Verstärkung %1×</translation>
    </message>
    <message>
        <source>Loss of SSIM, gain %1×</source>
        <translation>Verlust an SSIM, Verstärkung %1×</translation>
    </message>
</context>
<context>
    <name>Composition</name>
    <message>
        <source>computed</source>
        <translation>berechnet</translation>
    </message>
</context>
<context>
    <name>CurveView</name>
    <message>
        <source>not measured yet</source>
        <translation>noch nicht gemessen</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>DemoClips</name>
    <message>
        <source>There are no demos in %1. resources/demos/make_demos.sh makes them.</source>
        <translation>In %1 sind keine Beispiele. resources/demos/make_demos.sh macht sie.</translation>
    </message>
</context>
<context>
    <name>DemoPage</name>
    <message>
        <source>Reading the demos</source>
        <translation>Die Beispiele werden gelesen</translation>
    </message>
    <message>
        <source>Dense on the left of the line, TimeRipple on the right, from the same noise. Move the mouse over a picture.</source>
        <translation>Links der Linie dicht, rechts TimeRipple, aus demselben Rauschen. Die Maus über ein Bild bewegen.</translation>
    </message>
    <message>
        <source>Times and decibels were measured on the raw frames when these clips were made; the pictures are H.264 copies.</source>
        <translation>Zeiten und Dezibel wurden an den rohen Bildern gemessen, als diese Clips entstanden; gezeigt werden H.264-Kopien.</translation>
    </message>
    <message>
        <source>Demo: %1</source>
        <translation>Beispiel: %1</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Compare: %1</source>
        <translation>Vergleichen: %1</translation>
    </message>
    <message>
        <source>Run it here</source>
        <translation>Hier ausführen</translation>
    </message>
    <message>
        <source>Run it here: %1</source>
        <translation>Hier ausführen: %1</translation>
    </message>
    <message>
        <source>Makes both clips anew on this machine and measures them</source>
        <translation>Macht beide Clips auf diesem Rechner neu und misst sie</translation>
    </message>
</context>
<context>
    <name>DiagnosticsPanel</name>
    <message>
        <source>Diagnostics</source>
        <translation>Diagnose</translation>
    </message>
    <message>
        <source>Versions, devices, settings and the last log. Nothing is sent anywhere: it is written into a folder that you can look at and pass on.</source>
        <translation>Versionen, Geräte, Einstellungen und das letzte Protokoll. Nichts wird verschickt: Alles kommt in einen Ordner, der sich ansehen und weitergeben lässt.</translation>
    </message>
    <message>
        <source>With prompts, names and paths</source>
        <translation>Mit Prompts, Namen und Pfaden</translation>
    </message>
    <message>
        <source>What is written</source>
        <translation>Was geschrieben wird</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the diagnostics</source>
        <translation>Die Diagnose kopieren</translation>
    </message>
    <message>
        <source>Write to a folder…</source>
        <translation>In einen Ordner schreiben…</translation>
    </message>
    <message>
        <source>Write the diagnostics into this folder</source>
        <translation>Die Diagnose in diesen Ordner schreiben</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>Geschrieben: %1</translation>
    </message>
</context>
<context>
    <name>ErrorCard</name>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>A setting does not fit</source>
        <translation>Eine Einstellung passt nicht</translation>
    </message>
    <message>
        <source>A file could not be read</source>
        <translation>Eine Datei ließ sich nicht lesen</translation>
    </message>
    <message>
        <source>This model cannot run here</source>
        <translation>Dieses Modell kann hier nicht laufen</translation>
    </message>
    <message>
        <source>Not enough memory</source>
        <translation>Zu wenig Speicher</translation>
    </message>
    <message>
        <source>The numbers broke down</source>
        <translation>Die Zahlen sind entgleist</translation>
    </message>
    <message>
        <source>Reading or writing failed</source>
        <translation>Lesen oder Schreiben ist misslungen</translation>
    </message>
    <message>
        <source>The engine could not be opened</source>
        <translation>Das Rechenwerk ließ sich nicht öffnen</translation>
    </message>
    <message>
        <source>The device was lost</source>
        <translation>Das Gerät ging verloren</translation>
    </message>
    <message>
        <source>Something went wrong</source>
        <translation>Etwas ist schiefgegangen</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>Was geschah</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the error</source>
        <translation>Den Fehler kopieren</translation>
    </message>
    <message>
        <source>Copy the whole text, for a report</source>
        <translation>Den ganzen Text kopieren, für eine Meldung</translation>
    </message>
    <message>
        <source>Way out</source>
        <translation>Ausweg</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close the error</source>
        <translation>Den Fehler schließen</translation>
    </message>
</context>
<context>
    <name>ExportPanel</name>
    <message>
        <source>Export</source>
        <translation>Ausgabe</translation>
    </message>
    <message>
        <source>What to export</source>
        <translation>Was ausgegeben wird</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Quality (CRF)</source>
        <translation>Qualität (CRF)</translation>
    </message>
    <message>
        <source> times</source>
        <translation> Mal</translation>
    </message>
    <message>
        <source>once</source>
        <translation>einmal</translation>
    </message>
    <message>
        <source>Repeat</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Settings inside the file</source>
        <translation>Einstellungen in der Datei</translation>
    </message>
    <message>
        <source>Dropping the file on this window brings all settings back</source>
        <translation>Die Datei auf dieses Fenster gezogen bringt alle Einstellungen zurück</translation>
    </message>
    <message>
        <source>The prompt too</source>
        <translation>Auch der Prompt</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Choose the file</source>
        <translation>Die Datei wählen</translation>
    </message>
    <message>
        <source>Progress of the export</source>
        <translation>Fortschritt der Ausgabe</translation>
    </message>
    <message>
        <source>State of the export</source>
        <translation>Stand der Ausgabe</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Clip</source>
        <translation>Clip</translation>
    </message>
    <message>
        <source>Content</source>
        <translation>Inhalt</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>Include</source>
        <translation>Mitgeben</translation>
    </message>
    <message>
        <source>Frame %1 of %2</source>
        <translation>Bild %1 von %2</translation>
    </message>
    <message>
        <source>Cancelled. Nothing was written.</source>
        <translation>Abgebrochen. Nichts wurde geschrieben.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>Export to</source>
        <translation>Ausgeben nach</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>Wird geschrieben</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>On H.264&apos;s scale, 0 to 51: lower is better and larger; 18 is hard to tell from the original</source>
        <translation>Auf der Skala von H.264, 0 bis 51: kleiner ist besser und braucht mehr Platz; 18 ist kaum vom Original zu unterscheiden</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>There and back</source>
        <translation>Hin und zurück</translation>
    </message>
    <message>
        <source>Without end</source>
        <translation>Ohne Ende</translation>
    </message>
    <message>
        <source>WebP and GIF begin again at their end</source>
        <translation>WebP und GIF beginnen am Ende von vorn</translation>
    </message>
    <message>
        <source>Names and numbers in the picture</source>
        <translation>Namen und Zahlen im Bild</translation>
    </message>
    <message>
        <source>What each side is, its time, PSNR of every frame</source>
        <translation>Was jede Seite ist, ihre Zeit, PSNR jedes Bildes</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>The file to the clipboard, to be pasted into a folder or a message</source>
        <translation>Die Datei in die Zwischenablage, zum Einfügen in einen Ordner oder eine Nachricht</translation>
    </message>
    <message>
        <source>Copy the file</source>
        <translation>Die Datei kopieren</translation>
    </message>
    <message>
        <source>Written: %1 (%2)</source>
        <translation>Geschrieben: %1 (%2)</translation>
    </message>
    <message>
        <source>Compare makes a clip and its dense twin; a heatmap comes with every accelerated run</source>
        <translation>„Vergleichen“ macht einen Clip und seinen dichten Zwilling; eine Karte kommt mit jedem beschleunigten Lauf</translation>
    </message>
    <message>
        <source>, checking the file</source>
        <translation>, die Datei wird geprüft</translation>
    </message>
    <message>
        <source>, %1 left</source>
        <translation>, noch %1</translation>
    </message>
    <message>
        <source>TimeRipple</source>
        <translation>TimeRipple</translation>
    </message>
    <message>
        <source>TimeRipple %1</source>
        <translation>TimeRipple %1</translation>
    </message>
    <message>
        <source>The clip</source>
        <translation>Der Clip</translation>
    </message>
    <message>
        <source>Side by side with its twin</source>
        <translation>Neben seinem Zwilling</translation>
    </message>
    <message>
        <source>Wipe between both</source>
        <translation>Wischen zwischen beiden</translation>
    </message>
    <message>
        <source>The clip beside its heatmap</source>
        <translation>Der Clip neben seiner Karte</translation>
    </message>
    <message>
        <source>The heatmap over the clip</source>
        <translation>Die Karte über dem Clip</translation>
    </message>
    <message>
        <source>The heatmap as a table (CSV)</source>
        <translation>Die Karte als Tabelle (CSV)</translation>
    </message>
    <message>
        <source>The heatmap as a figure (PNG)</source>
        <translation>Die Karte als Abbildung (PNG)</translation>
    </message>
    <message>
        <source>The heatmap as a figure (SVG)</source>
        <translation>Die Karte als Abbildung (SVG)</translation>
    </message>
    <message>
        <source>H.264 (MP4): plays everywhere</source>
        <translation>H.264 (MP4): läuft überall</translation>
    </message>
    <message>
        <source>H.265 (MP4): smaller, newer players</source>
        <translation>H.265 (MP4): kleiner, neuere Abspieler</translation>
    </message>
    <message>
        <source>AV1 (MP4): smallest, for the web</source>
        <translation>AV1 (MP4): am kleinsten, fürs Netz</translation>
    </message>
    <message>
        <source>ProRes 422 HQ (MOV): for cutting</source>
        <translation>ProRes 422 HQ (MOV): zum Schneiden</translation>
    </message>
    <message>
        <source>FFV1 (MKV): lossless</source>
        <translation>FFV1 (MKV): verlustfrei</translation>
    </message>
    <message>
        <source>WebP: moves in web pages</source>
        <translation>WebP: bewegt in Webseiten</translation>
    </message>
    <message>
        <source>GIF: moves in messages, 255 colours</source>
        <translation>GIF: bewegt in Nachrichten, 255 Farben</translation>
    </message>
    <message>
        <source>PNG pictures in a folder: lossless</source>
        <translation>PNG-Bilder in einem Ordner: verlustfrei</translation>
    </message>
    <message>
        <source>%1 × %2, %3 frames, %4 steps, seed %5</source>
        <translation>%1 × %2, %3 Bilder, %4 Schritte, Startwert %5</translation>
    </message>
    <message>
        <source>keys, mean of all layers and heads</source>
        <translation>Keys, Mittel aller Schichten und Köpfe</translation>
    </message>
    <message>
        <source>Of each picture; a second picture and what is written come on top</source>
        <translation>Eines jeden Bildes; ein zweites Bild und die Beschriftung kommen dazu</translation>
    </message>
    <message>
        <source>There is a file of this name; Export replaces it.</source>
        <translation>Eine Datei dieses Namens gibt es; Exportieren ersetzt sie.</translation>
    </message>
    <message>
        <source>%1 %: %2 × %3</source>
        <translation>%1 %: %2 × %3</translation>
    </message>
</context>
<context>
    <name>FileHandle</name>
    <message>
        <source>Written file</source>
        <translation>Geschriebene Datei</translation>
    </message>
    <message>
        <source>Drag it into another program</source>
        <translation>In ein anderes Programm ziehen</translation>
    </message>
    <message>
        <source>Drag it where you need it</source>
        <translation>Dorthin ziehen, wo sie gebraucht wird</translation>
    </message>
</context>
<context>
    <name>HeatmapFigure</name>
    <message>
        <source>frame %1</source>
        <translation>Bild %1</translation>
    </message>
    <message>
        <source>Attention savings by layer (rows, %1 from the top) and step; ticks mark dense steps</source>
        <translation>Attention-Ersparnis nach Schicht (Zeilen, %1 von oben) und Schritt; Striche zeigen dichte Schritte</translation>
    </message>
    <message>
        <source>step %1</source>
        <translation>Schritt %1</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>Clips appear here.</source>
        <translation>Hier erscheinen die Clips.</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Use these settings</source>
        <translation>Diese Einstellungen übernehmen</translation>
    </message>
    <message>
        <source>Compare with the clip on show</source>
        <translation>Mit dem gezeigten Clip vergleichen</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Ausgeben…</translation>
    </message>
    <message>
        <source>Clips</source>
        <translation>Clips</translation>
    </message>
    <message>
        <source>Search  Ctrl+F</source>
        <translation>Suchen  Strg+F</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>Den Verlauf durchsuchen</translation>
    </message>
    <message>
        <source>Words of prompts and settings, for example: fish seed 5, 24 steps, balanced</source>
        <translation>Wörter aus Prompts und Einstellungen, zum Beispiel: fish seed 5, 24 steps, balanced</translation>
    </message>
    <message>
        <source>Which clips</source>
        <translation>Welche Clips</translation>
    </message>
    <message>
        <source>All clips</source>
        <translation>Alle Clips</translation>
    </message>
    <message>
        <source>Dense</source>
        <translation>Dicht</translation>
    </message>
    <message>
        <source>Accelerated</source>
        <translation>Beschleunigt</translation>
    </message>
    <message>
        <source>Rated</source>
        <translation>Bewertet</translation>
    </message>
    <message>
        <source>Rated %1 and better</source>
        <translation>Mit %1 und besser bewertet</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>Papierkorb</translation>
    </message>
    <message>
        <source>Empty the trash</source>
        <translation>Papierkorb leeren</translation>
    </message>
    <message>
        <source>Moves the files of these clips to the desktop&apos;s trash</source>
        <translation>Verschiebt die Dateien dieser Clips in den Papierkorb des Schreibtischs</translation>
    </message>
    <message>
        <source>The trash is empty.</source>
        <translation>Der Papierkorb ist leer.</translation>
    </message>
    <message>
        <source>No clip is like that.</source>
        <translation>Kein Clip ist so.</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>Bewerten</translation>
    </message>
    <message>
        <source>No rating</source>
        <translation>Keine Bewertung</translation>
    </message>
    <message>
        <source>Put back</source>
        <translation>Zurücklegen</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>Noch einmal ausführen</translation>
    </message>
    <message>
        <source>Same with another seed</source>
        <translation>Dasselbe mit anderem Startwert</translation>
    </message>
    <message>
        <source>Compare these two</source>
        <translation>Diese beiden vergleichen</translation>
    </message>
    <message>
        <source>Copy as command line</source>
        <translation>Als Befehlszeile kopieren</translation>
    </message>
    <message>
        <source>Choose all %1 of this group</source>
        <translation>Alle %1 dieser Gruppe wählen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Delete %1 clips</source>
        <translation>%1 Clips löschen</translation>
    </message>
</context>
<context>
    <name>JobQueueModel</name>
    <message>
        <source>the same, dense twin</source>
        <translation>dasselbe, dichter Zwilling</translation>
    </message>
    <message>
        <source>(no prompt)</source>
        <translation>(kein Prompt)</translation>
    </message>
    <message>
        <source>waits</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>runs</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>stops</source>
        <translation>hält an</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>misslungen</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>, %1 of %2</source>
        <translation>, %1 von %2</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>Das Modell wird geladen</translation>
    </message>
    <message>
        <source>Reading the prompt</source>
        <translation>Der Prompt wird gelesen</translation>
    </message>
    <message>
        <source>Denoising</source>
        <translation>Entrauschen</translation>
    </message>
    <message>
        <source>Decoding frames</source>
        <translation>Bilder werden dekodiert</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>goes on</source>
        <translation>geht weiter</translation>
    </message>
    <message>
        <source>TimeRipple</source>
        <translation>TimeRipple</translation>
    </message>
    <message>
        <source>%1 × %2, %3 frames, %4 steps, seed %5, %6</source>
        <translation>%1 × %2, %3 Bilder, %4 Schritte, Startwert %5, %6</translation>
    </message>
    <message>
        <source>seed %1</source>
        <translation>Startwert %1</translation>
    </message>
</context>
<context>
    <name>LayerHeadMap</name>
    <message>
        <source>Attention saved, by layer and head</source>
        <translation>Gesparte Attention nach Schicht und Kopf</translation>
    </message>
    <message>
        <source>Up and down choose the layer, left and right the head, Escape all of them</source>
        <translation>Auf und ab wählen die Schicht, links und rechts den Kopf, Escape alle</translation>
    </message>
    <message>
        <source>Step %1, layer %2, head %3: %4 of attention saved
unique queries %5, unique keys %6</source>
        <translation>Schritt %1, Schicht %2, Kopf %3: %4 der Attention gespart
verschiedene Queries %5, verschiedene Keys %6</translation>
    </message>
</context>
<context>
    <name>LegendRow</name>
    <message>
        <source>Click to show or hide these tokens in the map</source>
        <translation>Klicken zeigt oder verbirgt diese Tokens in der Karte</translation>
    </message>
    <message>
        <source>hidden</source>
        <translation>verborgen</translation>
    </message>
</context>
<context>
    <name>Library</name>
    <message>
        <source>The library file was damaged. It was moved aside to %1 and a new one was begun; your clips are still in their folder and are taken in again, the queue was lost.</source>
        <translation>Die Datei der Bibliothek war beschädigt. Sie wurde nach %1 beiseitegelegt und eine neue begonnen; die Clips liegen noch in ihrem Ordner und werden wieder aufgenommen, die Warteschlange ging verloren.</translation>
    </message>
</context>
<context>
    <name>LogPanel</name>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Warnings and errors</source>
        <translation>Warnungen und Fehler</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Which lines</source>
        <translation>Welche Zeilen</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search the log</source>
        <translation>Das Protokoll durchsuchen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the log</source>
        <translation>Das Protokoll kopieren</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Open the folder of the log</source>
        <translation>Den Ordner des Protokolls öffnen</translation>
    </message>
    <message>
        <source>Diagnostics…</source>
        <translation>Diagnose…</translation>
    </message>
    <message>
        <source>What helps to find a fault, in one folder</source>
        <translation>Was einen Fehler finden hilft, in einem Ordner</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Undo: %1</source>
        <translation>Rückgängig: %1</translation>
    </message>
    <message>
        <source>Redo: %1</source>
        <translation>Wiederholen: %1</translation>
    </message>
    <message>
        <source>Write the prompt</source>
        <translation>Den Prompt schreiben</translation>
    </message>
    <message>
        <source>New seed</source>
        <translation>Neuer Startwert</translation>
    </message>
    <message>
        <source>Use the settings of this clip</source>
        <translation>Einstellungen dieses Clips übernehmen</translation>
    </message>
    <message>
        <source>Copy as command line</source>
        <translation>Als Befehlszeile kopieren</translation>
    </message>
    <message>
        <source>The command line is on the clipboard.</source>
        <translation>Die Befehlszeile ist in der Zwischenablage.</translation>
    </message>
    <message>
        <source>Open a clip or recipe</source>
        <translation>Clip oder Rezept öffnen</translation>
    </message>
    <message>
        <source>Clips and recipes (*.mp4 *.mkv *.webm *.mov *.png *.json);;All files (*)</source>
        <translation>Clips und Rezepte (*.mp4 *.mkv *.webm *.mov *.png *.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Save this frame</source>
        <translation>Dieses Bild sichern</translation>
    </message>
    <message>
        <source>PNG (*.png)</source>
        <translation>PNG (*.png)</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>Geschrieben: %1</translation>
    </message>
    <message>
        <source>%1 could not be written.</source>
        <translation>%1 ließ sich nicht schreiben.</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Open a clip or recipe…</source>
        <translation>Clip oder Rezept öffnen…</translation>
    </message>
    <message>
        <source>Choose a model folder…</source>
        <translation>Modellordner wählen…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Ausgeben…</translation>
    </message>
    <message>
        <source>Save this frame as a picture…</source>
        <translation>Dieses Bild sichern…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>Protokoll zeigen</translation>
    </message>
    <message>
        <source>Diagnostics…</source>
        <translation>Diagnose…</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>TimeRipple Studio</source>
        <translation>TimeRipple Studio</translation>
    </message>
    <message>
        <source>Watch</source>
        <translation>Zusehen</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>Write what should move, then press Ctrl+Return.
The clip forms here, from the first step on.</source>
        <translation>Schreiben, was sich bewegen soll, dann Strg+Eingabe drücken.
Der Clip entsteht hier, vom ersten Schritt an.</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>F1 keys</source>
        <translation>F1 Tasten</translation>
    </message>
    <message>
        <source>All settings of the clip are back.</source>
        <translation>Alle Einstellungen des Clips sind zurück.</translation>
    </message>
    <message>
        <source>Ready to export: 1 clip</source>
        <translation>Zur Ausgabe bereit: 1 Clip</translation>
    </message>
    <message>
        <source>Ready to export: %1 clips</source>
        <translation>Zur Ausgabe bereit: %1 Clips</translation>
    </message>
    <message>
        <source>Choose a model folder</source>
        <translation>Modellordner wählen</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>As the desktop</source>
        <translation>Wie der Schreibtisch</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Panels</source>
        <translation>Bereiche</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>Abspielen oder anhalten</translation>
    </message>
    <message>
        <source>Play backward, faster</source>
        <translation>Rückwärts, schneller</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Play forward, faster</source>
        <translation>Vorwärts, schneller</translation>
    </message>
    <message>
        <source>One frame back</source>
        <translation>Ein Bild zurück</translation>
    </message>
    <message>
        <source>One frame forward</source>
        <translation>Ein Bild vor</translation>
    </message>
    <message>
        <source>First frame</source>
        <translation>Erstes Bild</translation>
    </message>
    <message>
        <source>Last frame</source>
        <translation>Letztes Bild</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>Endlos</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>Erzeugen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Attention: Dense</source>
        <translation>Attention: Dicht</translation>
    </message>
    <message>
        <source>Attention: Faithful</source>
        <translation>Attention: Getreu</translation>
    </message>
    <message>
        <source>Attention: Balanced</source>
        <translation>Attention: Ausgewogen</translation>
    </message>
    <message>
        <source>Attention: Draft</source>
        <translation>Attention: Entwurf</translation>
    </message>
    <message>
        <source>Compare page</source>
        <translation>Vergleichsseite</translation>
    </message>
    <message>
        <source>Compare side by side</source>
        <translation>Nebeneinander vergleichen</translation>
    </message>
    <message>
        <source>Compare by wipe</source>
        <translation>Mit dem Schieber vergleichen</translation>
    </message>
    <message>
        <source>Show the difference</source>
        <translation>Die Differenz zeigen</translation>
    </message>
    <message>
        <source>Blink between both</source>
        <translation>Zwischen beiden blinken</translation>
    </message>
    <message>
        <source>Swap the sides</source>
        <translation>Seiten tauschen</translation>
    </message>
    <message>
        <source>Back to the clip</source>
        <translation>Zurück zum Clip</translation>
    </message>
    <message>
        <source>Hatch the map as well</source>
        <translation>Die Karte auch schraffieren</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Vollbild</translation>
    </message>
    <message>
        <source>Restart TimeRipple Studio</source>
        <translation>TimeRipple Studio neu starten</translation>
    </message>
    <message>
        <source>Decode again in tiles</source>
        <translation>Noch einmal in Kacheln dekodieren</translation>
    </message>
    <message>
        <source>Cancelled. The model stays loaded.</source>
        <translation>Abgebrochen. Das Modell bleibt geladen.</translation>
    </message>
    <message>
        <source>%1 holds no settings of this program; it is only shown.</source>
        <translation>%1 enthält keine Einstellungen dieses Programms und wird nur gezeigt.</translation>
    </message>
    <message>
        <source>Start normally</source>
        <translation>Normal starten</translation>
    </message>
    <message>
        <source>The last session ended unexpectedly.</source>
        <translation>Die letzte Sitzung endete unerwartet.</translation>
    </message>
    <message>
        <source>Safe start</source>
        <translation>Sicherer Start</translation>
    </message>
    <message>
        <source>Forks after this step: dense and accelerated twins wait in the queue.</source>
        <translation>Gabelt nach diesem Schritt: Der dichte und der beschleunigte Zwilling warten in der Schlange.</translation>
    </message>
    <message>
        <source>This frame is decoded after the step that runs.</source>
        <translation>Dieses Bild wird nach dem laufenden Schritt dekodiert.</translation>
    </message>
    <message>
        <source>Pause or go on</source>
        <translation>Anhalten oder fortsetzen</translation>
    </message>
    <message>
        <source>Go dense from here</source>
        <translation>Von hier an dicht</translation>
    </message>
    <message>
        <source>Fork here</source>
        <translation>Hier gabeln</translation>
    </message>
    <message>
        <source>Decode the frame on show</source>
        <translation>Das gezeigte Bild dekodieren</translation>
    </message>
    <message>
        <source>Ping-pong</source>
        <translation>Hin und zurück</translation>
    </message>
    <message>
        <source>There is no picture to save yet.</source>
        <translation>Noch gibt es kein Bild zu sichern.</translation>
    </message>
    <message>
        <source>Demo</source>
        <translation>Beispiele</translation>
    </message>
    <message>
        <source>Demo page</source>
        <translation>Seite der Beispiele</translation>
    </message>
    <message>
        <source>Short tour</source>
        <translation>Kurzer Rundgang</translation>
    </message>
    <message>
        <source>Say what should move</source>
        <translation>Sagen, was sich bewegen soll</translation>
    </message>
    <message>
        <source>Write a prompt or put it together from the words below, then press Generate (Ctrl+Return). Compare makes the clip twice from the same noise: dense and accelerated.</source>
        <translation>Einen Prompt schreiben oder aus den Wörtern darunter zusammensetzen, dann „Erzeugen“ drücken (Strg+Eingabe). „Vergleichen“ macht den Clip zweimal aus demselben Rauschen: dicht und beschleunigt.</translation>
    </message>
    <message>
        <source>Watch it form</source>
        <translation>Zusehen, wie er entsteht</translation>
    </message>
    <message>
        <source>The clip forms from the first step on. Beside it the map shows which tokens are computed and which reuse the attention of a neighbour in time or space; its colours are filters.</source>
        <translation>Der Clip entsteht vom ersten Schritt an. Daneben zeigt die Karte, welche Tokens berechnet werden und welche die Attention eines Nachbarn in Zeit oder Raum übernehmen; ihre Farben sind Filter.</translation>
    </message>
    <message>
        <source>See what it costs</source>
        <translation>Sehen, was es kostet</translation>
    </message>
    <message>
        <source>The Compare page plays both clips in step, with PSNR of every frame. Demo holds four ready comparisons that play at once. F1 shows all keys.</source>
        <translation>Die Seite „Vergleichen“ spielt beide Clips im Gleichschritt, mit PSNR jedes Bildes. „Beispiele“ enthält vier fertige Vergleiche, die sofort spielen. F1 zeigt alle Tasten.</translation>
    </message>
    <message>
        <source>Save this frame at once</source>
        <translation>Dieses Bild sofort sichern</translation>
    </message>
    <message>
        <source>Copy this frame</source>
        <translation>Dieses Bild kopieren</translation>
    </message>
    <message>
        <source>The frame is on the clipboard.</source>
        <translation>Das Bild ist in der Zwischenablage.</translation>
    </message>
    <message>
        <source>Show the SSIM map</source>
        <translation>Die SSIM-Karte zeigen</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>Ganzes Bild</translation>
    </message>
    <message>
        <source>%1 runs were added to the queue.</source>
        <translation>%1 Läufe kamen in die Warteschlange.</translation>
    </message>
    <message>
        <source>Batch of seeds or prompts…</source>
        <translation>Stapel von Startwerten oder Prompts…</translation>
    </message>
    <message>
        <source>Pause the queue</source>
        <translation>Die Warteschlange anhalten</translation>
    </message>
    <message>
        <source>Added to the queue.</source>
        <translation>In die Warteschlange gelegt.</translation>
    </message>
    <message>
        <source>The clip is in the trash. Ctrl+Z brings it back.</source>
        <translation>Der Clip ist im Papierkorb. Strg+Z holt ihn zurück.</translation>
    </message>
    <message>
        <source>%1 clips are in the trash. Ctrl+Z brings them back.</source>
        <translation>%1 Clips sind im Papierkorb. Strg+Z holt sie zurück.</translation>
    </message>
    <message>
        <source>%1 clips left the library.</source>
        <translation>%1 Clips haben die Bibliothek verlassen.</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>Den Verlauf durchsuchen</translation>
    </message>
    <message>
        <source>This clip with another seed</source>
        <translation>Dieser Clip mit anderem Startwert</translation>
    </message>
    <message>
        <source>About the library</source>
        <translation>Zur Bibliothek</translation>
    </message>
    <message>
        <source>Finished: %1</source>
        <translation>Fertig: %1</translation>
    </message>
    <message>
        <source>Finished: %1, failed: %2</source>
        <translation>Fertig: %1, misslungen: %2</translation>
    </message>
    <message>
        <source>The queue has ended</source>
        <translation>Die Warteschlange ist abgearbeitet</translation>
    </message>
    <message>
        <source>Use other settings</source>
        <translation>Andere Einstellungen übernehmen</translation>
    </message>
    <message>
        <source>%1 presets of %2 were taken in; %3 is chosen. Ctrl+Z goes back.</source>
        <translation>%1 Stufen aus %2 wurden aufgenommen; %3 ist gewählt. Strg+Z geht zurück.</translation>
    </message>
    <message>
        <source>Save the attention settings as a preset file</source>
        <translation>Die Attention-Einstellungen als Stufendatei sichern</translation>
    </message>
    <message>
        <source>Presets (*.json)</source>
        <translation>Stufen (*.json)</translation>
    </message>
    <message>
        <source>Save the attention settings as a preset file…</source>
        <translation>Attention-Einstellungen als Stufendatei sichern…</translation>
    </message>
    <message>
        <source>Sweep</source>
        <translation>Messreihe</translation>
    </message>
    <message>
        <source>Sweep page</source>
        <translation>Seite „Messreihe“</translation>
    </message>
    <message>
        <source>All settings are measured.</source>
        <translation>Alle Einstellungen sind gemessen.</translation>
    </message>
    <message>
        <source>Preset %1: %2</source>
        <translation>Stufe %1: %2</translation>
    </message>
    <message>
        <source>Stopped. What was measured stays.</source>
        <translation>Angehalten. Was gemessen ist, bleibt.</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Ein Modell wählen</translation>
    </message>
    <message>
        <source>Cancelled. The steps are kept: Go on takes them up again.</source>
        <translation>Abgebrochen. Die Schritte sind aufgehoben: Weiter nimmt sie wieder auf.</translation>
    </message>
    <message>
        <source>One run was added to the queue.</source>
        <translation>Ein Lauf wurde eingereiht.</translation>
    </message>
    <message>
        <source>There is no text on the clipboard.</source>
        <translation>In der Zwischenablage ist kein Text.</translation>
    </message>
    <message>
        <source>the text</source>
        <translation>dem Text</translation>
    </message>
    <message>
        <source>Paste settings</source>
        <translation>Einstellungen einfügen</translation>
    </message>
    <message>
        <source>Open the menus</source>
        <translation>Die Menüs öffnen</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Safe start: your queue, history and settings are untouched and not shown; nothing of this session is kept.</source>
        <translation>Sicherer Start: Warteschlange, Verlauf und Einstellungen sind unberührt und werden nicht gezeigt; von dieser Sitzung bleibt nichts.</translation>
    </message>
    <message>
        <source>All settings of the recipe are back. Ctrl+Z takes them out again.</source>
        <translation>Alle Einstellungen des Rezepts sind zurück. Strg+Z nimmt sie wieder heraus.</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>Rezept</translation>
    </message>
    <message>
        <source>Save the recipe as a file</source>
        <translation>Das Rezept als Datei sichern</translation>
    </message>
    <message>
        <source>Recipes (*.json)</source>
        <translation>Rezepte (*.json)</translation>
    </message>
    <message>
        <source>Recipes</source>
        <translation>Rezepte</translation>
    </message>
    <message>
        <source>Saved: %1</source>
        <translation>Gesichert: %1</translation>
    </message>
    <message>
        <source>%1 is there already, with other settings; these are saved as %2.</source>
        <translation>%1 gibt es schon, mit anderen Einstellungen; diese sind als %2 gesichert.</translation>
    </message>
    <message>
        <source>%1 is there already; the name is %2.</source>
        <translation>%1 gibt es schon; der Name ist %2.</translation>
    </message>
    <message>
        <source>%1 is deleted. Ctrl+Z brings it back.</source>
        <translation>%1 ist gelöscht. Strg+Z holt es zurück.</translation>
    </message>
    <message>
        <source>Save the settings as a recipe…</source>
        <translation>Die Einstellungen als Rezept sichern…</translation>
    </message>
    <message>
        <source>There is a preset %1 with other settings already. It stays; the new one is called %2.</source>
        <translation>Eine Stufe %1 mit anderen Einstellungen gibt es schon. Sie bleibt; die neue heißt %2.</translation>
    </message>
</context>
<context>
    <name>MeasurementText</name>
    <message>
        <source>1 clip</source>
        <translation>1 Clip</translation>
    </message>
    <message>
        <source>%1 clips</source>
        <translation>%1 Clips</translation>
    </message>
    <message>
        <source>speed not measured</source>
        <translation>Tempo nicht gemessen</translation>
    </message>
    <message>
        <source>1 thread</source>
        <translation>1 Thread</translation>
    </message>
    <message>
        <source>%1 threads</source>
        <translation>%1 Threads</translation>
    </message>
    <message>
        <source>%1 mean, %2 worst of %3, %4</source>
        <translation>%1 im Mittel, %2 schlechtester von %3, %4</translation>
    </message>
</context>
<context>
    <name>ModelDetails</name>
    <message>
        <source>%1 × %2, %3 frames</source>
        <translation>%1 × %2, %3 Bilder</translation>
    </message>
    <message>
        <source>Decode in tiles</source>
        <translation>In Kacheln dekodieren</translation>
    </message>
    <message>
        <source>Compute in bf16</source>
        <translation>In bf16 rechnen</translation>
    </message>
    <message>
        <source>%1 billion parameters</source>
        <translation>%1 Milliarden Parameter</translation>
    </message>
    <message>
        <source>%1 million parameters</source>
        <translation>%1 Millionen Parameter</translation>
    </message>
    <message>
        <source>%1 parameters</source>
        <translation>%1 Parameter</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>In Gebrauch</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>Dieses Modell benutzen</translation>
    </message>
    <message>
        <source>Built in: %1</source>
        <translation>Eingebaut: %1</translation>
    </message>
    <message>
        <source>Why it cannot run</source>
        <translation>Warum es nicht laufen kann</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy why it cannot run</source>
        <translation>Kopieren, warum es nicht laufen kann</translation>
    </message>
    <message>
        <source>Parts</source>
        <translation>Teile</translation>
    </message>
    <message>
        <source>Memory, estimated</source>
        <translation>Speicher, geschätzt</translation>
    </message>
    <message>
        <source>With the settings on the left: %1.</source>
        <translation>Mit den Einstellungen links: %1.</translation>
    </message>
    <message>
        <source>With the model&apos;s own settings: %1.</source>
        <translation>Mit den Einstellungen des Modells: %1.</translation>
    </message>
    <message>
        <source>Reading the prompt</source>
        <translation>Der Prompt wird gelesen</translation>
    </message>
    <message>
        <source>Denoising</source>
        <translation>Entrauschen</translation>
    </message>
    <message>
        <source>Decoding</source>
        <translation>Dekodieren</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Free: %1</source>
        <translation>Frei: %1</translation>
    </message>
    <message>
        <source>Fits on %1: the most it needs at a time is about %2.</source>
        <translation>Passt auf %1: Mehr als etwa %2 braucht es nie auf einmal.</translation>
    </message>
    <message>
        <source>Does not fit on %1: about %2 are missing.</source>
        <translation>Passt nicht auf %1: Etwa %2 fehlen.</translation>
    </message>
    <message>
        <source>No smaller setting would fit; choose a smaller model.</source>
        <translation>Auch kleinere Einstellungen passen nicht; ein kleineres Modell wählen.</translation>
    </message>
    <message>
        <source>Would fit:</source>
        <translation>Passen würde:</translation>
    </message>
    <message>
        <source>Use this model with this setting</source>
        <translation>Dieses Modell mit dieser Einstellung benutzen</translation>
    </message>
</context>
<context>
    <name>ModelLibrary</name>
    <message>
        <source>cannot run</source>
        <translation>kann nicht laufen</translation>
    </message>
    <message>
        <source>Built in</source>
        <translation>Eingebaut</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Models on this machine</source>
        <translation>Modelle auf diesem Rechner</translation>
    </message>
    <message>
        <source>Folders searched</source>
        <translation>Durchsuchte Ordner</translation>
    </message>
    <message>
        <source>Folders searched for models</source>
        <translation>Nach Modellen durchsuchte Ordner</translation>
    </message>
    <message>
        <source>Add…</source>
        <translation>Hinzufügen…</translation>
    </message>
    <message>
        <source>Add a folder to search</source>
        <translation>Einen Ordner zum Durchsuchen hinzufügen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Take the folder off the list</source>
        <translation>Den Ordner von der Liste nehmen</translation>
    </message>
    <message>
        <source>The folder itself stays as it is</source>
        <translation>Der Ordner selbst bleibt, wie er ist</translation>
    </message>
    <message>
        <source>Search again</source>
        <translation>Neu suchen</translation>
    </message>
    <message>
        <source>Search this folder for models</source>
        <translation>Diesen Ordner nach Modellen durchsuchen</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Sucht…</translation>
    </message>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>%n gefunden</numerusform>
            <numerusform>%n gefunden</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NoticeBar</name>
    <message>
        <source>Notice</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close the notice</source>
        <translation>Den Hinweis schließen</translation>
    </message>
</context>
<context>
    <name>Numbers</name>
    <message>
        <source>identical</source>
        <translation>identisch</translation>
    </message>
    <message>
        <source>%1× slower</source>
        <translation>%1× langsamer</translation>
    </message>
    <message>
        <source>as fast</source>
        <translation>gleich schnell</translation>
    </message>
    <message>
        <source>%1× faster</source>
        <translation>%1× schneller</translation>
    </message>
    <message>
        <source>dense</source>
        <translation>dicht</translation>
    </message>
</context>
<context>
    <name>Pages</name>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
</context>
<context>
    <name>PairResult</name>
    <message>
        <source>an unknown device</source>
        <translation>einem unbekannten Gerät</translation>
    </message>
    <message>
        <source>%1, %2 threads</source>
        <translation>%1, %2 Threads</translation>
    </message>
    <message>
        <source>Denoising %1 left, %2 right</source>
        <translation>Entrauschen links %1, rechts %2</translation>
    </message>
    <message>
        <source>; both measured in this session on %1</source>
        <translation>; beide in dieser Sitzung gemessen auf %1</translation>
    </message>
    <message>
        <source>; as kept with the clips, on %1</source>
        <translation>; wie bei den Clips vermerkt, auf %1</translation>
    </message>
    <message>
        <source>More than attention differs: the factor is not that of the method.</source>
        <translation>Nicht nur die Attention ist verschieden: Der Faktor ist nicht der des Verfahrens.</translation>
    </message>
    <message>
        <source>Made on %1 and on %2: times of different devices give no factor.</source>
        <translation>Gemacht auf %1 und auf %2: Zeiten verschiedener Geräte ergeben keinen Faktor.</translation>
    </message>
    <message>
        <source>Times are not known.</source>
        <translation>Die Zeiten sind nicht bekannt.</translation>
    </message>
    <message>
        <source>%1 mean</source>
        <translation>%1 im Mittel</translation>
    </message>
    <message>
        <source>%1 worst frame %2</source>
        <translation>%1 schlechtestes Bild %2</translation>
    </message>
    <message>
        <source>SSIM %1 mean</source>
        <translation>SSIM %1 im Mittel</translation>
    </message>
    <message>
        <source>Score savings %1, attention savings %2, over all steps</source>
        <translation>Ersparnis an Scores %1, an Attention %2, über alle Schritte</translation>
    </message>
    <message>
        <source>Not measured</source>
        <translation>Nicht gemessen</translation>
    </message>
    <message>
        <source>1 step</source>
        <translation>1 Schritt</translation>
    </message>
    <message>
        <source>%1 steps</source>
        <translation>%1 Schritte</translation>
    </message>
    <message>
        <source>These times are of %1 left and of %2 right, since a run went on from a checkpoint: they give no factor.</source>
        <translation>Diese Zeiten umfassen links %1, rechts %2, denn ein Lauf wurde von einem Sicherungspunkt fortgesetzt: Sie ergeben keinen Faktor.</translation>
    </message>
    <message>
        <source>%1 over %2</source>
        <translation>%1 über %2</translation>
    </message>
</context>
<context>
    <name>PairSummary</name>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Worst frame</source>
        <translation>Schlechtestes Bild</translation>
    </message>
    <message>
        <source>Jump to the frame that differs most</source>
        <translation>Zum Bild springen, das am meisten abweicht</translation>
    </message>
    <message>
        <source>PSNR of every frame</source>
        <translation>PSNR jedes Bildes</translation>
    </message>
    <message>
        <source>SSIM of every frame</source>
        <translation>SSIM jedes Bildes</translation>
    </message>
    <message>
        <source>PSNR by frame</source>
        <translation>PSNR je Bild</translation>
    </message>
    <message>
        <source>SSIM by frame</source>
        <translation>SSIM je Bild</translation>
    </message>
    <message>
        <source>Settings that differ</source>
        <translation>Verschiedene Einstellungen</translation>
    </message>
    <message>
        <source>Differs</source>
        <translation>Anders</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>Links</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Rechts</translation>
    </message>
    <message>
        <source>No pair yet</source>
        <translation>Noch kein Paar</translation>
    </message>
    <message>
        <source>Any two clips can be compared: choose them above.</source>
        <translation>Je zwei Clips lassen sich vergleichen: oben wählen.</translation>
    </message>
    <message>
        <source>The clips differ in size or length, so they cannot be measured against each other.</source>
        <translation>Die Clips sind verschieden groß oder lang und lassen sich nicht aneinander messen.</translation>
    </message>
    <message>
        <source>Measuring the difference</source>
        <translation>Der Unterschied wird gemessen</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
</context>
<context>
    <name>PromptPanel</name>
    <message>
        <source>Generate  Ctrl+⏎</source>
        <translation>Erzeugen  Strg+⏎</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>Erzeugen</translation>
    </message>
    <message>
        <source>Make a clip from these settings (Ctrl+Return)</source>
        <translation>Aus diesen Einstellungen einen Clip machen (Strg+Eingabe)</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Make the clip dense and accelerated from the same noise, and measure the difference</source>
        <translation>Den Clip dicht und beschleunigt aus demselben Rauschen machen und den Unterschied messen</translation>
    </message>
</context>
<context>
    <name>PromptSection</name>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>What should move, and where</source>
        <translation>Was sich bewegen soll, und wo</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>Without (negative prompt)</source>
        <translation>Ohne (negativer Prompt)</translation>
    </message>
    <message>
        <source>What the clip should not show (negative prompt)</source>
        <translation>Was der Clip nicht zeigen soll (negativer Prompt)</translation>
    </message>
    <message>
        <source>Without</source>
        <translation>Ohne</translation>
    </message>
    <message>
        <source>%1 was not taught: %2. It may be ignored.</source>
        <translation>%1 hat das nicht gelernt: %2. Es wird vielleicht übergangen.</translation>
    </message>
</context>
<context>
    <name>QObject</name>
    <message>
        <source>Show: %1</source>
        <translation>Zeigen: %1</translation>
    </message>
</context>
<context>
    <name>QueuePanel</name>
    <message>
        <source>Queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>Generate adds a run; while one works, the next waits here.</source>
        <translation>„Erzeugen“ fügt einen Lauf hinzu; während einer arbeitet, wartet der nächste hier.</translation>
    </message>
    <message>
        <source>1 run</source>
        <translation>1 Lauf</translation>
    </message>
    <message>
        <source>%1 runs</source>
        <translation>%1 Läufe</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>Stapel</translation>
    </message>
    <message>
        <source>Several seeds or prompts at once</source>
        <translation>Mehrere Startwerte oder Prompts auf einmal</translation>
    </message>
    <message>
        <source>Pause queue</source>
        <translation>Schlange anhalten</translation>
    </message>
    <message>
        <source>No further run begins; the one that works goes on to its end</source>
        <translation>Kein weiterer Lauf beginnt; der arbeitende geht bis zu seinem Ende</translation>
    </message>
    <message>
        <source>Progress of the whole queue</source>
        <translation>Fortschritt der ganzen Warteschlange</translation>
    </message>
    <message>
        <source>Delete takes a run out of the queue, Alt with Up or Down moves it</source>
        <translation>Entf nimmt einen Lauf aus der Warteschlange, Alt mit Auf oder Ab verschiebt ihn</translation>
    </message>
    <message>
        <source>Resume queue</source>
        <translation>Schlange fortsetzen</translation>
    </message>
    <message>
        <source>Use these settings</source>
        <translation>Diese Einstellungen übernehmen</translation>
    </message>
    <message>
        <source>To the front</source>
        <translation>Ganz nach vorn</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>Nach oben</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>Nach unten</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>about %1 in all</source>
        <translation>zusammen etwa %1</translation>
    </message>
    <message>
        <source>%1 failed</source>
        <translation>%1 misslungen</translation>
    </message>
</context>
<context>
    <name>RecipeCard</name>
    <message>
        <source>Use these settings</source>
        <translation>Diese Einstellungen übernehmen</translation>
    </message>
    <message>
        <source>Keep mine</source>
        <translation>Meine behalten</translation>
    </message>
    <message>
        <source>Settings of %1</source>
        <translation>Einstellungen von %1</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Settings of a recipe</source>
        <translation>Einstellungen eines Rezepts</translation>
    </message>
    <message>
        <source>%1 has the settings that you have now.</source>
        <translation>%1 hat die Einstellungen, die jetzt eingestellt sind.</translation>
    </message>
    <message>
        <source>in the recipe</source>
        <translation>im Rezept</translation>
    </message>
</context>
<context>
    <name>RecipeListModel</name>
    <message>
        <source>own settings</source>
        <translation>eigene Einstellungen</translation>
    </message>
    <message>
        <source>%1 × %2, %3 frames</source>
        <translation>%1 × %2, %3 Bilder</translation>
    </message>
    <message>
        <source>(no prompt)</source>
        <translation>(kein Prompt)</translation>
    </message>
</context>
<context>
    <name>RecipesPanel</name>
    <message>
        <source>A name for the settings</source>
        <translation>Ein Name für die Einstellungen</translation>
    </message>
    <message>
        <source>Name of the recipe</source>
        <translation>Name des Rezepts</translation>
    </message>
    <message>
        <source>Everything that the left panel says is kept under this name</source>
        <translation>Alles, was links eingestellt ist, wird unter diesem Namen gesichert</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Sichern</translation>
    </message>
    <message>
        <source>Save the settings as a recipe</source>
        <translation>Die Einstellungen als Rezept sichern</translation>
    </message>
    <message>
        <source>Recipes</source>
        <translation>Rezepte</translation>
    </message>
    <message>
        <source>Settings that you save under a name stand here. A recipe shows what it would change before it is used.</source>
        <translation>Hier stehen Einstellungen, die unter einem Namen gesichert sind. Ein Rezept zeigt, was es ändern würde, bevor es übernommen wird.</translation>
    </message>
    <message>
        <source>Use…</source>
        <translation>Übernehmen…</translation>
    </message>
    <message>
        <source>Shows what differs from the settings now, then uses it (Return)</source>
        <translation>Zeigt, was von den jetzigen Einstellungen abweicht, und übernimmt es dann (Eingabe)</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Another name (F2)</source>
        <translation>Ein anderer Name (F2)</translation>
    </message>
    <message>
        <source>Save as a file…</source>
        <translation>Als Datei sichern…</translation>
    </message>
    <message>
        <source>A recipe file, to share: drop it on this window to open it</source>
        <translation>Eine Rezeptdatei zum Weitergeben: Sie öffnet sich, wenn man sie auf dieses Fenster zieht</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Takes the recipe out of the list (Delete); undo brings it back</source>
        <translation>Nimmt das Rezept aus der Liste (Entf); Rückgängig holt es zurück</translation>
    </message>
</context>
<context>
    <name>RequestDifferences</name>
    <message>
        <source>dense</source>
        <translation>dicht</translation>
    </message>
    <message>
        <source>ripple</source>
        <translation>Ripple</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>no</source>
        <translation>nein</translation>
    </message>
    <message>
        <source>threshold</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>first threshold</source>
        <translation>erste Schwelle</translation>
    </message>
    <message>
        <source>dense until step</source>
        <translation>dicht bis Schritt</translation>
    </message>
    <message>
        <source>full threshold from step</source>
        <translation>volle Schwelle ab Schritt</translation>
    </message>
    <message>
        <source>last step dense</source>
        <translation>letzter Schritt dicht</translation>
    </message>
    <message>
        <source>axes</source>
        <translation>Achsen</translation>
    </message>
    <message>
        <source>granularity</source>
        <translation>Körnung</translation>
    </message>
    <message>
        <source>stands for a group</source>
        <translation>steht für eine Gruppe</translation>
    </message>
    <message>
        <source>query factors t · y · x</source>
        <translation>Query-Faktoren t · y · x</translation>
    </message>
    <message>
        <source>key factors t · y · x</source>
        <translation>Key-Faktoren t · y · x</translation>
    </message>
    <message>
        <source>weight of values</source>
        <translation>Gewicht der Values</translation>
    </message>
    <message>
        <source>first frame exempt</source>
        <translation>erstes Bild ausgenommen</translation>
    </message>
    <message>
        <source>dense layers</source>
        <translation>dichte Schichten</translation>
    </message>
    <message>
        <source>dense heads</source>
        <translation>dichte Köpfe</translation>
    </message>
    <message>
        <source>exact near field</source>
        <translation>exaktes Nahfeld</translation>
    </message>
    <message>
        <source>carried over steps</source>
        <translation>über Schritte mitgenommen</translation>
    </message>
    <message>
        <source>attention</source>
        <translation>Attention</translation>
    </message>
    <message>
        <source>prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>without</source>
        <translation>ohne</translation>
    </message>
    <message>
        <source>size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>frames</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>frames a second</source>
        <translation>Bilder je Sekunde</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>guidance</source>
        <translation>Führung</translation>
    </message>
    <message>
        <source>shift</source>
        <translation>Verschiebung</translation>
    </message>
    <message>
        <source>scheduler</source>
        <translation>Scheduler</translation>
    </message>
    <message>
        <source>seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>noise from</source>
        <translation>Rauschen aus</translation>
    </message>
    <message>
        <source>model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>threads</source>
        <translation>Threads</translation>
    </message>
    <message>
        <source>decoding in tiles</source>
        <translation>Dekodieren in Kacheln</translation>
    </message>
    <message>
        <source>changed on the way</source>
        <translation>unterwegs geändert</translation>
    </message>
    <message>
        <source>%1 from step %2</source>
        <translation>%1 ab Schritt %2</translation>
    </message>
    <message>
        <source>threshold %1</source>
        <translation>Schwelle %1</translation>
    </message>
    <message>
        <source>as many as cores</source>
        <translation>so viele wie Kerne</translation>
    </message>
</context>
<context>
    <name>RunPanel</name>
    <message>
        <source>This run</source>
        <translation>Dieser Lauf</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Progress of this run</source>
        <translation>Fortschritt dieses Laufs</translation>
    </message>
    <message>
        <source>Score savings</source>
        <translation>Gesparte Scores</translation>
    </message>
    <message>
        <source>The paper&apos;s estimate: partial scores that were not computed, run average</source>
        <translation>Die Schätzung der Arbeit: Teil-Scores, die nicht berechnet wurden, Mittel des Laufs</translation>
    </message>
    <message>
        <source>Attention savings</source>
        <translation>Gesparte Attention</translation>
    </message>
    <message>
        <source>Multiply-adds of attention that were really left out, run average</source>
        <translation>Multiplikationen der Attention, die wirklich entfielen, Mittel des Laufs</translation>
    </message>
    <message>
        <source>Step, measured</source>
        <translation>Schritt, gemessen</translation>
    </message>
    <message>
        <source>Wall clock: median dense step divided by median accelerated step of this run or its dense twin</source>
        <translation>Nach der Uhr: Median der dichten durch Median der beschleunigten Schritte dieses Laufs oder seines dichten Zwillings</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Resident memory of this program</source>
        <translation>Belegter Speicher dieses Programms</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancel this run</source>
        <translation>Diesen Lauf abbrechen</translation>
    </message>
    <message>
        <source>Stop the run; the model stays loaded (Esc)</source>
        <translation>Den Lauf anhalten; das Modell bleibt geladen (Esc)</translation>
    </message>
    <message>
        <source>Legend</source>
        <translation>Legende</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>Origin</source>
        <translation>Herkunft</translation>
    </message>
    <message>
        <source>Reused share</source>
        <translation>Wiederverwendet</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>The step that preview and map show</source>
        <translation>Der Schritt, den Vorschau und Karte zeigen</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>One transformer block, or the mean of all</source>
        <translation>Ein Transformerblock oder das Mittel aller</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>Kopf</translation>
    </message>
    <message>
        <source>One attention head, or the mean of all</source>
        <translation>Ein Attention-Kopf oder das Mittel aller</translation>
    </message>
    <message>
        <source>Of</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>Queries and keys are decided apart</source>
        <translation>Über Queries und Keys wird getrennt entschieden</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Keys</translation>
    </message>
    <message>
        <source>Queries</source>
        <translation>Queries</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Latest</source>
        <translation>Neuester</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>%1 in all</source>
        <translation>%1 im Ganzen</translation>
    </message>
    <message>
        <source>Clip</source>
        <translation>Clip</translation>
    </message>
    <message>
        <source>%1 × %2, %3 frames
%4 steps, seed %5</source>
        <translation>%1 × %2, %3 Bilder
%4 Schritte, Startwert %5</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Misslungen</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>before the first step</source>
        <translation>vor dem ersten Schritt</translation>
    </message>
    <message>
        <source>after step %1</source>
        <translation>nach Schritt %1</translation>
    </message>
    <message>
        <source>Paused after step %1</source>
        <translation>Angehalten nach Schritt %1</translation>
    </message>
    <message>
        <source>%1 so far</source>
        <translation>%1 bisher</translation>
    </message>
    <message>
        <source>decoding %1</source>
        <translation>Dekodieren %1</translation>
    </message>
    <message>
        <source>Median wall-clock time of an accelerated and of a dense step of this run</source>
        <translation>Median der Zeit eines beschleunigten und eines dichten Schritts dieses Laufs, nach der Uhr</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Let the run stand after this step, or go on (P)</source>
        <translation>Den Lauf nach diesem Schritt stehen lassen oder fortsetzen (P)</translation>
    </message>
    <message>
        <source>Go dense</source>
        <translation>Dicht weiter</translation>
    </message>
    <message>
        <source>Compute every token from the next step on; nothing is lost (Ctrl+Shift+D)</source>
        <translation>Vom nächsten Schritt an jedes Token berechnen; nichts geht verloren (Strg+Umschalt+D)</translation>
    </message>
    <message>
        <source>Fork here</source>
        <translation>Hier gabeln</translation>
    </message>
    <message>
        <source>Two more runs from the latents as they are now, dense and accelerated, to be compared (Ctrl+Shift+F)</source>
        <translation>Zwei weitere Läufe aus den jetzigen Latents, dicht und beschleunigt, zum Vergleich (Strg+Umschalt+F)</translation>
    </message>
    <message>
        <source>How each token was obtained, how often it was reused, how many share its value, or its Delta</source>
        <translation>Wie jedes Token gewonnen wurde, wie oft es wiederverwendet ist, wie viele seinen Wert teilen, oder sein Delta</translation>
    </message>
    <message>
        <source>Merged count</source>
        <translation>Vereint</translation>
    </message>
    <message>
        <source>Delta</source>
        <translation>Delta</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Ort</translation>
    </message>
    <message>
        <source>The map beside the preview or over it</source>
        <translation>Die Karte neben der Vorschau oder darüber</translation>
    </message>
    <message>
        <source>Beside</source>
        <translation>Daneben</translation>
    </message>
    <message>
        <source>Over</source>
        <translation>Darüber</translation>
    </message>
    <message>
        <source>Opacity of the map over the preview</source>
        <translation>Deckkraft der Karte über der Vorschau</translation>
    </message>
    <message>
        <source>0 %</source>
        <translation>0 %</translation>
    </message>
    <message>
        <source>100 %</source>
        <translation>100 %</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Reuse / dense</source>
        <translation>Beschl. / dicht</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 Tokens</translation>
    </message>
</context>
<context>
    <name>RunStrip</name>
    <message>
        <source>Time of every step</source>
        <translation>Zeit jedes Schritts</translation>
    </message>
    <message>
        <source>Attention saved, by layer (rows) and step</source>
        <translation>Gesparte Attention, nach Schicht (Zeilen) und Schritt</translation>
    </message>
    <message>
        <source>0 %</source>
        <translation>0 %</translation>
    </message>
    <message>
        <source>100 %</source>
        <translation>100 %</translation>
    </message>
    <message>
        <source>… and head</source>
        <translation>… und Kopf</translation>
    </message>
    <message>
        <source>Attention saved in the step on show, by layer (rows) and head (columns)</source>
        <translation>Gesparte Attention im gezeigten Schritt, nach Schicht (Zeilen) und Kopf (Spalten)</translation>
    </message>
    <message>
        <source>Step time, s</source>
        <translation>Schrittzeit, s</translation>
    </message>
    <message>
        <source>%1, dense %2</source>
        <translation>%1, dicht %2</translation>
    </message>
    <message>
        <source>dense %1</source>
        <translation>dicht %1</translation>
    </message>
</context>
<context>
    <name>ScatterView</name>
    <message>
        <source>%1 against %2</source>
        <translation>%1 gegen %2</translation>
    </message>
    <message>
        <source>Left and right go from point to point, Return opens it</source>
        <translation>Links und rechts gehen von Punkt zu Punkt, die Eingabetaste öffnet ihn</translation>
    </message>
    <message>
        <source>Nothing measured yet. Every setting becomes a point here: to the right is faster, up is closer to dense.</source>
        <translation>Noch nichts gemessen. Jede Einstellung wird hier ein Punkt: rechts ist schneller, oben näher am dichten Clip.</translation>
    </message>
</context>
<context>
    <name>ScheduleView</name>
    <message>
        <source>The threshold of every step; steps without a bar are dense</source>
        <translation>Die Schwelle jedes Schritts; Schritte ohne Balken sind dicht</translation>
    </message>
</context>
<context>
    <name>SettingsUndo</name>
    <message>
        <source>prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>without</source>
        <translation>ohne</translation>
    </message>
    <message>
        <source>size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>frames</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>guidance</source>
        <translation>Führung</translation>
    </message>
    <message>
        <source>seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>attention</source>
        <translation>Attention</translation>
    </message>
    <message>
        <source>several settings</source>
        <translation>mehrere Einstellungen</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search the keys</source>
        <translation>Die Tasten durchsuchen</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>Neue Taste</translation>
    </message>
    <message>
        <source>Default</source>
        <translation>Vorgabe</translation>
    </message>
    <message>
        <source>Default key of this action</source>
        <translation>Vorgegebene Taste dieser Aktion</translation>
    </message>
    <message>
        <source>No key</source>
        <translation>Keine Taste</translation>
    </message>
    <message>
        <source>All keys as at first</source>
        <translation>Alle Tasten wie zu Beginn</translation>
    </message>
    <message>
        <source>%1 belongs to “%2”. Choose another key, or take it from there first.</source>
        <translation>%1 gehört zu „%2“. Eine andere Taste wählen oder sie dort zuerst wegnehmen.</translation>
    </message>
    <message>
        <source>Click a key to change it.</source>
        <translation>Eine Taste anklicken, um sie zu ändern.</translation>
    </message>
    <message>
        <source>Give “%1” a key</source>
        <translation>„%1“ eine Taste geben</translation>
    </message>
    <message>
        <source>Change the key of “%1”: %2</source>
        <translation>Die Taste von „%1“ ändern: %2</translation>
    </message>
    <message>
        <source>Press the new key of “%1”</source>
        <translation>Die neue Taste für „%1“ drücken</translation>
    </message>
    <message>
        <source>Change a key</source>
        <translation>Eine Taste ändern</translation>
    </message>
</context>
<context>
    <name>SleepGuard</name>
    <message>
        <source>A clip is being made</source>
        <translation>Ein Clip entsteht</translation>
    </message>
</context>
<context>
    <name>Steering</name>
    <message>
        <source>would save %1</source>
        <translation>würde %1 sparen</translation>
    </message>
    <message>
        <source>, %1 sooner</source>
        <translation>, %1 früher</translation>
    </message>
    <message>
        <source>, %1 later</source>
        <translation>, %1 später</translation>
    </message>
    <message>
        <source>preset %1</source>
        <translation>Stufe %1</translation>
    </message>
    <message>
        <source>measured: %1</source>
        <translation>gemessen: %1</translation>
    </message>
    <message>
        <source>a comparison of the history</source>
        <translation>ein Vergleich des Verlaufs</translation>
    </message>
    <message>
        <source>%1 saved: %2, %3</source>
        <translation>%1 gespart: %2, %3</translation>
    </message>
    <message>
        <source>%1, mean of %2 clips</source>
        <translation>%1, Mittel aus %2 Clips</translation>
    </message>
    <message>
        <source>loss not measured for this form</source>
        <translation>Verlust dieser Form nicht gemessen</translation>
    </message>
    <message>
        <source>loss not measured for two forms in one run</source>
        <translation>Verlust zweier Formen in einem Lauf nicht gemessen</translation>
    </message>
    <message>
        <source>no loss: nothing is reused</source>
        <translation>kein Verlust: nichts wird wiederverwendet</translation>
    </message>
    <message>
        <source>about %1 dB against dense</source>
        <translation>etwa %1 dB gegen dicht</translation>
    </message>
    <message>
        <source>above about %1 dB against dense</source>
        <translation>über etwa %1 dB gegen dicht</translation>
    </message>
    <message>
        <source>below about %1 dB against dense</source>
        <translation>unter etwa %1 dB gegen dicht</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation>und %1 weitere</translation>
    </message>
    <message>
        <source>The steps so far reused in another way; what both together cost was never measured.</source>
        <translation>Die bisherigen Schritte haben anders wiederverwendet; was beides zusammen kostet, wurde nie gemessen.</translation>
    </message>
    <message>
        <source>No clip of this model, size, frames and steps was measured against its dense twin
with this form. Compare measures one, the Sweep page several.</source>
        <translation>Kein Clip dieses Modells, dieser Größe, Bilder und Schritte wurde mit dieser Form
gegen seinen dichten Zwilling gemessen. Vergleichen misst einen, die Seite „Messreihe“ mehrere.</translation>
    </message>
    <message>
        <source>Estimated from what was measured with this form, model, size, frames and steps,
over the attention savings of the whole run, here about %1:</source>
        <translation>Geschätzt aus dem, was mit dieser Form, diesem Modell, dieser Größe, Bild- und Schrittzahl gemessen ist,
über die Attention-Einsparung des ganzen Laufs, hier etwa %1:</translation>
    </message>
</context>
<context>
    <name>StepLayerMap</name>
    <message>
        <source>Attention saved, by layer and step</source>
        <translation>Gesparte Attention nach Schicht und Schritt</translation>
    </message>
    <message>
        <source>Left and right choose the step, up and down the layer</source>
        <translation>Links und rechts wählen den Schritt, auf und ab die Schicht</translation>
    </message>
    <message>
        <source>Step %1: dense, %2</source>
        <translation>Schritt %1: dicht, %2</translation>
    </message>
    <message>
        <source>Step %1, layer %2: %3 of attention saved
threshold %4, whole step %5</source>
        <translation>Schritt %1, Schicht %2: %3 der Attention gespart
Schwelle %4, ganzer Schritt %5</translation>
    </message>
</context>
<context>
    <name>SweepPage</name>
    <message>
        <source>Denoising, times faster than dense (measured)</source>
        <translation>Entrauschen, wie viel Mal schneller als dicht (gemessen)</translation>
    </message>
    <message>
        <source>PSNR against dense, dB: mean, and down to the worst clip</source>
        <translation>PSNR gegen dicht, dB: Mittel, und hinab zum schlechtesten Clip</translation>
    </message>
    <message>
        <source>This prompt</source>
        <translation>Dieser Prompt</translation>
    </message>
    <message>
        <source>Three examples</source>
        <translation>Drei Beispiele</translation>
    </message>
    <message>
        <source>Clips to measure</source>
        <translation>Zu messende Clips</translation>
    </message>
    <message>
        <source>A setting is judged by these clips, each against its dense twin from the same noise</source>
        <translation>Eine Einstellung wird an diesen Clips beurteilt, jeder gegen seinen dichten Zwilling aus demselben Rauschen</translation>
    </message>
    <message>
        <source>Sweep</source>
        <translation>Messreihe</translation>
    </message>
    <message>
        <source>Measure a row of settings from careful to bold, with the size, frames and steps on the left</source>
        <translation>Eine Reihe von Einstellungen von vorsichtig bis kühn messen, mit Größe, Bildern und Schritten von links</translation>
    </message>
    <message>
        <source>Progress of the measurement</source>
        <translation>Fortschritt der Messung</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Stop measuring; what was measured stays</source>
        <translation>Messen anhalten; was gemessen ist, bleibt</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>Messen</translation>
    </message>
    <message>
        <source>PSNR at least</source>
        <translation>PSNR mindestens</translation>
    </message>
    <message>
        <source>Savings at least</source>
        <translation>Ersparnis mindestens</translation>
    </message>
    <message>
        <source>Budget of the calibration</source>
        <translation>Vorgabe der Kalibrierung</translation>
    </message>
    <message>
        <source>Budget</source>
        <translation>Vorgabe</translation>
    </message>
    <message>
        <source>Calibrated</source>
        <translation>Kalibriert</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>Name der Stufe</translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation>Kalibrieren</translation>
    </message>
    <message>
        <source>Search the settings that save the most within this budget, and keep them as a preset</source>
        <translation>Die Einstellungen suchen, die innerhalb der Vorgabe am meisten sparen, und als Stufe behalten</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Stufe</translation>
    </message>
    <message>
        <source> dB</source>
        <translation> dB</translation>
    </message>
    <message>
        <source> %</source>
        <translation> %</translation>
    </message>
    <message>
        <source>Show its clip</source>
        <translation>Clip zeigen</translation>
    </message>
    <message>
        <source>The clip of the first prompt with these settings</source>
        <translation>Der Clip des ersten Prompts mit diesen Einstellungen</translation>
    </message>
    <message>
        <source>Make it a preset</source>
        <translation>Zur Stufe machen</translation>
    </message>
    <message>
        <source>Keep these settings under the name on the left</source>
        <translation>Diese Einstellungen unter dem Namen links behalten</translation>
    </message>
    <message>
        <source>This point</source>
        <translation>Dieser Punkt</translation>
    </message>
    <message>
        <source>Searching. Dense twins come first.</source>
        <translation>Sucht. Zuerst kommen die dichten Zwillinge.</translation>
    </message>
    <message>
        <source>Measuring. Dense twins come first.</source>
        <translation>Misst. Zuerst kommen die dichten Zwillinge.</translation>
    </message>
    <message>
        <source>%1 of about %2 runs</source>
        <translation>%1 von etwa %2 Läufen</translation>
    </message>
    <message>
        <source>, about %1 left</source>
        <translation>, noch etwa %1</translation>
    </message>
    <message>
        <source>Make its clip</source>
        <translation>Clip machen</translation>
    </message>
    <message>
        <source>
Score savings %1, attention savings %2, SSIM %3</source>
        <translation>
Ersparnis an Scores %1, an Attention %2, SSIM %3</translation>
    </message>
    <message>
        <source>Preset %1</source>
        <translation>Stufe %1</translation>
    </message>
    <message>
        <source>Click a point: see its clip, or make it a preset.</source>
        <translation>Einen Punkt anklicken: seinen Clip sehen oder ihn zur Stufe machen.</translation>
    </message>
</context>
<context>
    <name>ThresholdView</name>
    <message>
        <source>Threshold in the distribution of Delta</source>
        <translation>Schwelle in der Verteilung von Delta</translation>
    </message>
    <message>
        <source>Left and right move it by 0.01, Page Up and Page Down by 0.05</source>
        <translation>Links und rechts verschieben sie um 0,01, Bild auf und Bild ab um 0,05</translation>
    </message>
    <message>
        <source>How far neighbouring tokens are apart in the last step, over all layers and heads. Pairs left of the line are computed once; drag it.</source>
        <translation>Wie weit benachbarte Tokens im letzten Schritt auseinanderliegen, über alle Schichten und Köpfe. Paare links der Linie werden einmal berechnet; die Linie lässt sich ziehen.</translation>
    </message>
</context>
<context>
    <name>TokenCard</name>
    <message>
        <source>Story of the token under the cursor</source>
        <translation>Geschichte des Tokens unter dem Zeiger</translation>
    </message>
    <message>
        <source>Step by step</source>
        <translation>Schritt für Schritt</translation>
    </message>
</context>
<context>
    <name>TokenMap</name>
    <message>
        <source>computed</source>
        <translation>berechnet</translation>
    </message>
    <message>
        <source>reused along time</source>
        <translation>aus der Zeit übernommen</translation>
    </message>
    <message>
        <source>reused along y</source>
        <translation>entlang y übernommen</translation>
    </message>
    <message>
        <source>reused along x</source>
        <translation>entlang x übernommen</translation>
    </message>
    <message>
        <source>How each token was obtained</source>
        <translation>Wie jedes Token gewonnen wurde</translation>
    </message>
    <message>
        <source>Share of reuse</source>
        <translation>Anteil der Wiederverwendung</translation>
    </message>
    <message>
        <source>How many tokens share one value</source>
        <translation>Wie viele Tokens einen Wert teilen</translation>
    </message>
    <message>
        <source>Delta to the nearest neighbour</source>
        <translation>Delta zum nächsten Nachbarn</translation>
    </message>
</context>
<context>
    <name>TokenStory</name>
    <message>
        <source>Token t %1, y %2, x %3: </source>
        <translation>Token t %1, y %2, x %3: </translation>
    </message>
    <message>
        <source>alone in its group</source>
        <translation>allein in seiner Gruppe</translation>
    </message>
    <message>
        <source>%1 tokens share its value</source>
        <translation>%1 Token teilen seinen Wert</translation>
    </message>
    <message>
        <source>mean Delta %1</source>
        <translation>mittleres Delta %1</translation>
    </message>
    <message>
        <source>, threshold %1</source>
        <translation>, Schwelle %1</translation>
    </message>
    <message>
        <source>Delta about %1</source>
        <translation>Delta etwa %1</translation>
    </message>
    <message>
        <source>no neighbour to take its value from</source>
        <translation>kein Nachbar zum Übernehmen</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>The model that makes the clips</source>
        <translation>Das Modell, das die Clips macht</translation>
    </message>
    <message>
        <source>Pond · built in</source>
        <translation>Pond · eingebaut</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Einen Ordner wählen…</translation>
    </message>
</context>
<context>
    <name>Tour</name>
    <message>
        <source>Short tour</source>
        <translation>Kurzer Rundgang</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
</context>
<context>
    <name>TransportBar</name>
    <message>
        <source>One frame back</source>
        <translation>Ein Bild zurück</translation>
    </message>
    <message>
        <source>One frame back (comma)</source>
        <translation>Ein Bild zurück (Komma)</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Play or pause (Space)</source>
        <translation>Abspielen oder anhalten (Leertaste)</translation>
    </message>
    <message>
        <source>One frame forward</source>
        <translation>Ein Bild vor</translation>
    </message>
    <message>
        <source>One frame forward (period)</source>
        <translation>Ein Bild vor (Punkt)</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>Endlos</translation>
    </message>
    <message>
        <source>Frame</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Frame; drag to scrub</source>
        <translation>Bild; ziehen zum Spulen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>Play over and over (O)</source>
        <translation>Immer wieder abspielen (O)</translation>
    </message>
    <message>
        <source>Ping-pong</source>
        <translation>Hin und zurück</translation>
    </message>
    <message>
        <source>Play there and back (Shift+O)</source>
        <translation>Hin und zurück abspielen (Umschalt+O)</translation>
    </message>
</context>
<context>
    <name>TwoLineDelegate</name>
    <message>
        <source>New name</source>
        <translation>Neuer Name</translation>
    </message>
</context>
<context>
    <name>WatchPage</name>
    <message>
        <source>mean of all</source>
        <translation>Mittel aller</translation>
    </message>
    <message>
        <source>all layers</source>
        <translation>alle Schichten</translation>
    </message>
    <message>
        <source>layer %1</source>
        <translation>Schicht %1</translation>
    </message>
    <message>
        <source>all heads</source>
        <translation>alle Köpfe</translation>
    </message>
    <message>
        <source>head %1</source>
        <translation>Kopf %1</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <source>How each token was obtained</source>
        <translation>Wie jedes Token gewonnen wurde</translation>
    </message>
    <message>
        <source>Here appears which tokens are reused, while they are.</source>
        <translation>Hier erscheint, welche Tokens wiederverwendet werden, während es geschieht.</translation>
    </message>
    <message>
        <source>The first step is on its way.</source>
        <translation>Der erste Schritt ist unterwegs.</translation>
    </message>
    <message>
        <source>A dense run: every token is computed.</source>
        <translation>Ein dichter Lauf: Jedes Token wird berechnet.</translation>
    </message>
    <message>
        <source>The first steps are dense. The map appears with the first step that reuses.</source>
        <translation>Die ersten Schritte sind dicht. Die Karte erscheint mit dem ersten Schritt, der wiederverwendet.</translation>
    </message>
    <message>
        <source>No map was kept of this run.</source>
        <translation>Von diesem Lauf wurde keine Karte behalten.</translation>
    </message>
    <message>
        <source>Clip</source>
        <translation>Clip</translation>
    </message>
    <message>
        <source>frame %1 of %2</source>
        <translation>Bild %1 von %2</translation>
    </message>
    <message>
        <source>Preview, step %1 of %2</source>
        <translation>Vorschau, Schritt %1 von %2</translation>
    </message>
    <message>
        <source>step %1, %2</source>
        <translation>Schritt %1, %2</translation>
    </message>
    <message>
        <source>This run kept no such values.</source>
        <translation>Dieser Lauf hat solche Werte nicht behalten.</translation>
    </message>
    <message>
        <source>Decoded, step %1 of %2</source>
        <translation>Dekodiert, Schritt %1 von %2</translation>
    </message>
    <message>
        <source>Step %1 is dense: every token is computed.</source>
        <translation>Schritt %1 ist dicht: jedes Token wird berechnet.</translation>
    </message>
    <message>
        <source>This run kept no Delta: forms that merge no whole tokens have none, nor have runs of earlier versions by our own GPU kernels.</source>
        <translation>Dieser Lauf hat kein Delta behalten: Formen, die keine ganzen Tokens zusammenlegen, haben keines, ebenso Läufe früherer Versionen mit unseren eigenen GPU-Kerneln.</translation>
    </message>
    <message>
        <source>mean of all, single ones were not kept</source>
        <translation>Mittel aller, einzelne wurden nicht behalten</translation>
    </message>
</context>
<context>
    <name>Workspace</name>
    <message>
        <source>Add a run</source>
        <translation>Lauf hinzufügen</translation>
    </message>
    <message>
        <source>Add %1 runs</source>
        <translation>%1 Läufe hinzufügen</translation>
    </message>
    <message>
        <source>Add a comparison</source>
        <translation>Vergleich hinzufügen</translation>
    </message>
    <message>
        <source>Remove a run</source>
        <translation>Lauf entfernen</translation>
    </message>
    <message>
        <source>Move a run</source>
        <translation>Lauf verschieben</translation>
    </message>
    <message>
        <source>Rate a clip</source>
        <translation>Clip bewerten</translation>
    </message>
    <message>
        <source>Delete a clip</source>
        <translation>Clip löschen</translation>
    </message>
    <message>
        <source>Delete %1 clips</source>
        <translation>%1 Clips löschen</translation>
    </message>
    <message>
        <source>Bring back a clip</source>
        <translation>Einen Clip zurückholen</translation>
    </message>
    <message>
        <source>Bring back %1 clips</source>
        <translation>%1 Clips zurückholen</translation>
    </message>
    <message>
        <source>The dense twin stays dense: the other clip is measured against it. What is chosen acts on later runs.</source>
        <translation>Der dichte Zwilling bleibt dicht: Der andere Clip wird an ihm gemessen. Was gewählt ist, gilt für spätere Läufe.</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Ein Modell wählen</translation>
    </message>
    <message>
        <source>Save a recipe</source>
        <translation>Rezept sichern</translation>
    </message>
    <message>
        <source>Rename a recipe</source>
        <translation>Rezept umbenennen</translation>
    </message>
    <message>
        <source>Delete a recipe</source>
        <translation>Rezept löschen</translation>
    </message>
</context>
</TS>
