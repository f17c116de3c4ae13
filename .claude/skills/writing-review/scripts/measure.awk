# Counts over prose; code, tables, quotes and front matter are left out. `phrases` is a file: phrase, tab, what is better.
# This awk: patterns are slow; "next" in the last line keeps END from calling functions.

BEGIN {
  long_sentence = 30
  long_paragraph = 150
  while ((getline entry < phrases) > 0) {
    if (entry == "" || substr(entry, 1, 1) == "#") continue
    split(entry, part, "\t")
    phrase[++phrase_count] = part[1]
    better[phrase_count] = part[2]
  }
  split("e.g. i.e. etc. vs. cf. dr. mr. mrs. ms. prof. st. no. fig. approx. z.b. d.h. bzw. ca. usw. nr. str.", list, " ")
  for (i in list) abbreviation[list[i]] = 1
  split("is are was were be been being gets got", list, " ")
  for (i in list) auxiliary[list[i]] = 1
  split("made done given taken written shown seen known sent kept held found built set put chosen driven begun brought paid lost left meant told", list, " ")
  for (i in list) participle[list[i]] = 1
}

function found(kind, line, text) {
  total[kind]++
  if (total[kind] <= 20) listed[kind] = listed[kind] "- line " line ": " text "\n"
}

function end_sentence() {
  if (words_here > 0) {
    sentences++
    if (words_here > longest) { longest = words_here; longest_at = began_at }
    if (words_here > long_sentence) found("long", began_at, words_here " words, \"" opening " …\"")
  }
  words_here = 0
  opening = ""
}

function end_paragraph() {
  end_sentence()
  if (paragraph_words > long_paragraph) found("paragraph", paragraph_at, paragraph_words " words")
  paragraph_words = 0
  before = ""
}

# Without what stands around a word.
function bare(word) {
  while (word != "" && index("\"'()[]*_`.,;:!?„“”‘’«»", substr(word, 1, 1))) word = substr(word, 2)
  while (word != "" && index("\"'()[]*_`.,;:!?„“”‘’«»", substr(word, length(word)))) word = substr(word, 1, length(word) - 1)
  return word
}

function closes(word,    last) {
  if (tolower(word) in abbreviation) return 0
  while (word != "" && index("\"')]*_”“’»", substr(word, length(word)))) word = substr(word, 1, length(word) - 1)
  last = substr(word, length(word))
  return last == "." || last == "!" || last == "?" || last == "…"
}

function read_word(raw,    word, small) {
  word = bare(raw)
  if (word != "") {
    small = tolower(word)
    words++
    words_here++
    if (words_here == 1) began_at = NR
    if (paragraph_words++ == 0) paragraph_at = NR
    if (words_here <= 6) opening = opening == "" ? word : opening " " word
    if (small == before && small !~ /[0-9]/) found("double", NR, "\"" word " " word "\"")
    if (before in auxiliary && (small in participle || (length(small) > 4 && substr(small, length(small) - 1) == "ed"))) {
      found("passive", NR, "\"" before " " word "\"")
    }
    before = small
  }
  # A stop between two equal words makes them two sentences' words.
  if (raw != "" && index(".!?;:,", substr(raw, length(raw)))) before = ""
  if (closes(raw)) end_sentence()
}

function read_prose(text,    n, i, word, plain) {
  if (index(text, "](")) gsub(/\]\([^)]*\)/, "]", text)
  if (index(text, "`")) gsub(/`[^`]*`/, "code", text)
  n = split(text, word, " ")
  for (i = 1; i <= n; i++) read_word(word[i])
  plain = " " tolower(text) " "
  gsub(/[^a-z'-]+/, " ", plain)
  for (i = 1; i <= phrase_count; i++) {
    if (index(plain, " " phrase[i] " ")) found("phrase", NR, "\"" phrase[i] "\" → " better[i])
  }
}

function read_heading(level) {
  end_paragraph()
  if (level_before > 0 && level > level_before + 1) found("heading", NR, "level " level " follows level " level_before)
  level_before = level
  headings++
}

{
  start = $0
  sub(/^[ \t]+/, "", start)
  first = substr(start, 1, 1)
  if (NR == 1 && $0 == "---") front_matter = 1
  else if (front_matter) { if ($0 == "---") front_matter = 0 }
  else if (substr(start, 1, 3) == "```" || substr(start, 1, 3) == "~~~") { end_paragraph(); code = !code }
  else if (code || first == "|" || first == ">") end_paragraph()
  else if (start == "") end_paragraph()
  else if (start ~ /^##?#?#?#?#? /) read_heading(index(start, " ") - 1)
  else {
    if (start ~ /^([-*+]|[0-9]+[.)]) /) {
      end_paragraph()
      start = substr(start, index(start, " ") + 1)
    }
    read_prose(start)
  }
}

function section(kind, title) {
  if (!total[kind]) return
  print "\n## " title ": " total[kind] "\n"
  printf "%s", listed[kind]
  if (total[kind] > 20) print "- and " total[kind] - 20 " more"
}

END {
  end_paragraph()
  print "# Measures of " name "\n"
  print "- Words: " words + 0 ", sentences: " sentences + 0 ", headings: " headings + 0
  if (sentences > 0) {
    printf "- Words per sentence: %.1f; the longest has %d (line %d)\n", words / sentences, longest, longest_at
    printf "- Sentences over %d words: %d %%\n", long_sentence, total["long"] * 100 / sentences
    printf "- Reading time: %d min\n", words < 220 ? 1 : words / 220 + 0.5
  }
  section("long", "Long sentences")
  section("paragraph", "Paragraphs over " long_paragraph " words")
  section("double", "Words that stand twice")
  section("phrase", "Phrases that can be shorter or plainer")
  section("passive", "Perhaps passive")
  section("heading", "Headings that skip a level")
}
