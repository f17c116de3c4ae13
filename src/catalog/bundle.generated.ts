// Made from .claude and plugins by `npm run bundle`. Do not edit.
import type { Bundle } from '#catalog/plugin.ts';

export const bundle: Bundle = {
  skills: [
    {
      name: `data-summary`,
      description: `Profiles a table (CSV, TSV, JSON or JSON Lines) and answers questions about it. Columns, types, missing values, quartiles, outliers, duplicates, as a Markdown report. Use it when the user uploads data, asks what is in it, whether it is clean, or for totals, groups and rankings.`,
      body: `# Data summary

Look first, then count, then say what it means. Never give a number that no command printed.

## 1. Profile

\`\`\`sh
bash /workspace/.skills/data-summary/scripts/profile.sh input/sales.csv > output/sales-profile.md
\`\`\`

Then read the report. It takes CSV (also with quotes and line breaks in fields), TSV, a JSON array of objects, an object that holds such an array, and JSON Lines. The delimiter is found out; give another as second argument (\`'\\t'\` for a tab).

How to read it:

- **Type** is what the values look like. \`number*\` means that a few values do not fit; they are listed at the end with their lines. \`local date\` is day and month in an order that the file alone may not tell: ask, or say which order you assume.
- Empty, \`NA\`, \`N/A\`, \`NULL\`, \`None\`, \`NaN\`, \`-\` and \`?\` count as **missing**.
- Quartiles are values of the data (nearest rank). **Outliers** lie more than 1.5 times the middle half away from it: a reason to look, not an error.
- Codes with leading zeros (\`00123\`) count as text. An id that looks like a number is listed under numbers; leave its mean out of what you tell.
- A large table is read in part only, and the report says so. Say so as well, and count what matters over the whole file (step 3).

Excel files, archives and databases cannot be read here: ask for an export as CSV.

## 2. Check what stands out

For each point under "To look at", look at the lines themselves before you judge: \`sed -n '17p' input/sales.csv\`. Tell apart

- faults (text in a column of numbers, rows with too few fields, a date in the future),
- choices (blanks, spelling variants, what stands for missing),
- real but rare values.

## 3. Answer questions

\`tsv.sh\` prints any of these formats with tabs and without quotes, so that short commands are right:

\`\`\`sh
cd /workspace
bash .skills/data-summary/scripts/tsv.sh input/sales.csv > /tmp/t.tsv
head -n 1 /tmp/t.tsv | tr '\\t' '\\n' | cat -n                                   # the columns, numbered
awk -F'\\t' 'NR > 1 { s += $3 } END { print s }' /tmp/t.tsv                     # a total
awk -F'\\t' 'NR > 1 { n[$2]++; s[$2] += $3 } END { for (k in n) print k "\\t" n[k] "\\t" s[k] }' /tmp/t.tsv | sort    # by group
tail -n +2 /tmp/t.tsv | sort -t "$(printf '\\t')" -k3,3nr | head -n 10          # the ten largest
tail -n +2 /tmp/t.tsv | cut -f 2 | sort | uniq -c | sort -rn                   # how often each value
awk -F'\\t' 'NR > 1 && $4 >= "2026-02-01" && $4 < "2026-03-01"' /tmp/t.tsv      # one month
\`\`\`

awk takes 100,000 lines at a time. Feed more in pieces (\`head -n 90000\`, \`tail -n +90001 | head -n 90000\`, …) and add up. It has no \`-f\`, no pipes inside and no \`asort\`: use \`sort\`.

Check a result in a second way where it is cheap: groups must add up to the total, and counts to the number of rows.

## 4. Report

Add to the profile in output/, above its tables, a section "Summary":

1. one sentence on what the table is: what one row stands for, how many, over which time;
2. the three to five findings that matter for the user's question, each with its number;
3. what is wrong with the data and what it does to the findings;
4. what you assumed.

In the chat give the summary only, and name the file. Change the user's file never; put a cleaned copy into output/ if one is wanted, and list each kind of change with its count.`,
      files: [
        {
          path: `scripts/columns.awk`,
          text: `# Behind parse.awk: prints what is known of each column. Lines begin with
#   NUMERIC  column, name
#   NUMBERS  column, all its numbers with blanks between
#   COLUMN   column, name, type, filled, missing, distinct, most frequent
#   DATES    column, earliest, latest
#   NOTE     column name or empty, a sentence
#   TABLE    rows, columns, whether there is a header

# Patterns are slow here, so each value gets as few as can be.
function trim(text) {
  if (index(" \\t", substr(text, 1, 1)) || index(" \\t", substr(text, length(text)))) gsub(/^[ \\t]+|[ \\t]+$/, "", text)
  return text
}

# One line without what would break a Markdown table.
function shown(text) {
  gsub(/[\\n\\t]/, " ", text)
  gsub(/\\|/, "/", text)
  return length(text) > 40 ? substr(text, 1, 39) "…" : text
}

function type_of(text) {
  if (text == "") return "missing"
  if (text ~ /^[-+]?[0-9.]/) {
    if (text ~ /^[-+]?(0|[1-9][0-9]*)$/) return "integer"
    if (text ~ /^[-+]?([0-9]+\\.[0-9]*|\\.[0-9]+|[0-9]+(\\.[0-9]*)?[eE][-+]?[0-9]+)$/) return "number"
    if (D != "," && text ~ /^[-+]?[0-9]+,[0-9]+$/) return "number"
    if (text ~ /^[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]([T ].*)?$/) return "date"
    if (text ~ /^[0-9][0-9]?[.\\/][0-9][0-9]?[.\\/][0-9][0-9][0-9][0-9]$/) return "local date"
    return "text"
  }
  if (length(text) > 5) return "text"
  if (toupper(text) ~ /^(NA|N\\/A|NULL|NONE|NAN|-|\\?)$/) return "missing"
  return tolower(text) ~ /^(true|false|yes|no)$/ ? "boolean" : "text"
}

function joined(list, item) { return list == "" ? item : list ", " item }

function note(c, text) { notes[++noted] = "NOTE\\t" (c ? names[c] : "") "\\t" text }

function read_header(n,    c) {
  columns = n
  has_header = 0
  for (c = 1; c <= n; c++) if (type_of(trim(field[c])) !~ /integer|number|date/) has_header = 1
  for (c = 1; c <= n; c++) {
    names[c] = has_header ? shown(trim(field[c])) : "column " c
    if (names[c] == "") names[c] = "column " c
    if (has_header && names[c] in taken) note(0, "The column name " names[c] " stands twice in the header.")
    taken[names[c]] = 1
  }
  # Values that are remembered, over all columns.
  keep = int(40000 / n)
  if (keep > 1000) keep = 1000
}

function read_value(c, raw, line,    value, type, key) {
  value = trim(raw)
  key = c SUBSEP value
  if (key in count) {
    count[key]++
    type = known[key]
  } else {
    type = type_of(value)
    if (type != "missing") remember(c, value, key, type)
  }
  if (type == "missing") { missing[c]++; return }
  filled[c]++
  if (value != raw) padded[c]++
  if (++types[c, type] <= 3) examples[c, type] = joined(examples[c, type], "\\"" shown(value) "\\" (line " line ")")
  if (type == "integer" || type == "number") numbers[c] = numbers[c] " " plain(value)
  else if (type == "date") {
    if (earliest[c] == "" || value < earliest[c]) earliest[c] = value
    if (value > latest[c]) latest[c] = value
  }
}

function remember(c, value, key, type,    small) {
  if (distinct[c] >= keep) { more[c] = 1; return }
  count[key] = 1
  known[key] = type
  values[c, ++distinct[c]] = value
  if (type != "text") return
  small = c SUBSEP tolower(value)
  if (!(small in folded)) folded[small] = value
  else if (++variants[c] <= 3) variant_list[c] = joined(variant_list[c], "\\"" shown(folded[small]) "\\" and \\"" shown(value) "\\"")
}

# As sort understands it: with a point, without an exponent.
function plain(value) {
  sub(/,/, ".", value)
  if (index(tolower(value), "e")) {
    value = sprintf("%.9f", value)
    sub(/\\.?0+$/, "", value)
  }
  return value
}

function read_record(record, line,    n, c) {
  n = parse(record)
  if (!columns) {
    read_header(n)
    if (has_header) return
  }
  rows++
  if (n != columns) {
    uneven++
    if (uneven <= 5) uneven_lines = joined(uneven_lines, line " (" n ")")
  }
  if (rows <= 40000) {
    if (record in seen) {
      repeated++
      if (repeated <= 5) repeated_lines = joined(repeated_lines, line)
    }
    seen[record] = 1
  }
  for (c = 1; c <= columns; c++) read_value(c, c <= n ? field[c] : "", line)
}

function describe(c,    type, best, others, most, top, v, i, share) {
  best = ""
  for (i = 1; i <= 6; i++) {
    type = all_types[i]
    if (types[c, type] > 0 && (best == "" || types[c, type] > types[c, best])) best = type
  }
  if ((best == "integer" || best == "number") && types[c, "integer"] > 0 && types[c, "number"] > 0) best = "number"
  share = best == "number" ? types[c, "integer"] + types[c, "number"] : types[c, best]
  if (best == "") best = "empty"
  else if (best != "text" && share < filled[c]) {
    others = ""
    for (i = 1; i <= 6; i++) {
      type = all_types[i]
      if (types[c, type] > 0 && type != best && !(best == "number" && type == "integer")) {
        others = joined(others, examples[c, type])
        if (types[c, type] > 3) others = others ", …"
      }
    }
    if (share * 10 >= filled[c] * 8) {
      note(c, "values that are not of the type " best ": " filled[c] - share " of " filled[c] ", " others ".")
      best = best "*"
    } else best = "mixed"
  }
  most = 0
  top = ""
  for (i = 1; i <= distinct[c]; i++) {
    v = values[c, i]
    if (count[c SUBSEP v] > most) { most = count[c SUBSEP v]; top = v }
  }
  print "COLUMN\\t" c "\\t" names[c] "\\t" best "\\t" filled[c] + 0 "\\t" missing[c] + 0 "\\t" (more[c] ? "over " : "") distinct[c] + 0 "\\t" (most > 1 ? shown(top) " (" most "×)" : "")
  if (types[c, "integer"] + types[c, "number"] > 2 && best ~ /^(integer|number)/) {
    print "NUMERIC\\t" c "\\t" names[c]
    print "NUMBERS\\t" c "\\t" numbers[c]
  }
  if (best ~ /^date/) print "DATES\\t" c "\\t" names[c] "\\t" earliest[c] "\\t" latest[c]
  if (!filled[c]) note(c, "has no values.")
  else if (distinct[c] == 1 && filled[c] > 1) note(c, "has the same value in each row that is filled.")
  else if (distinct[c] == rows && !missing[c] && rows > 2 && best !~ /^number/) note(c, "is different in each row: it may be a key.")
  if (missing[c] * 5 > rows && filled[c] > 0) note(c, "rows without a value: " missing[c] " of " rows ".")
  if (padded[c] > 0) note(c, "values with blanks around them: " padded[c] ".")
  if (variants[c]) note(c, "values that differ only in upper and lower case: " variant_list[c] (variants[c] > 3 ? ", …" : "."))
}

END {
  all_types[1] = "integer"; all_types[2] = "number"; all_types[3] = "date"
  all_types[4] = "local date"; all_types[5] = "boolean"; all_types[6] = "text"
  if (open) {
    note(0, "A quote that opens in line " opened_at " never closes: what follows it was read as one value.")
    read_record(pending, opened_at)
  }
  if (uneven > 5) uneven_lines = uneven_lines ", …"
  if (repeated > 5) repeated_lines = repeated_lines ", …"
  if (uneven) note(0, "Rows with another number of fields than the first line (" columns "): " uneven ", in line " uneven_lines ".")
  if (repeated) note(0, "Rows that repeat an earlier row: " repeated ", in line " repeated_lines ".")
  print "TABLE\\t" rows + 0 "\\t" columns + 0 "\\t" has_header + 0
  for (c = 1; c <= columns; c++) describe(c)
  for (i = 1; i <= noted; i++) print notes[i]
}
`,
        },
        {
          path: `scripts/open-table.sh`,
          text: `# To be sourced by a script with the arguments FILE [DELIMITER]. Sets file, here (the scripts), work (a scratch folder),
# table (the file as delimited text), delimiter and format.

fail() {
  echo "$(basename "$0"): $1" >&2
  exit 1
}

file=$1
here=$(dirname "$0")
work=/tmp/data-summary
if [ -z "$file" ]; then fail 'say which file, and its delimiter if it is an unusual one'; fi
if [ ! -f "$file" ]; then fail "there is no file $file"; fi
if [ ! -s "$file" ]; then fail "$file is empty"; fi
rm -rf "$work"
mkdir -p "$work"

first=$(head -c 200 "$file" | tr -d ' \\t\\r\\n' | cut -c 1)
if [ "$first" = '{' ] || [ "$first" = '[' ]; then
  format=JSON
  delimiter=,
  table=$work/table
  if ! jq -r -s "$(cat "$here/rows.jq")" "$file" > "$table" 2> "$work/error"; then
    fail "$file is not a list of JSON objects: $(head -n 1 "$work/error")"
  fi
else
  format=text
  table=$file
  delimiter=$2
  if [ "$delimiter" = '\\t' ]; then delimiter='	'; fi
  if [ -z "$delimiter" ]; then
    delimiter=,
    most=0
    for candidate in , ';' '	' '|'; do
      count=$(head -n 1 "$table" | tr -cd "$candidate" | wc -c)
      if [ "$count" -gt "$most" ]; then
        most=$count
        delimiter=$candidate
      fi
    done
  fi
fi
`,
        },
        {
          path: `scripts/parse.awk`,
          text: `# Reads CSV and its like, D being the delimiter: calls read_record(record, line) for each record, which may go over
# several lines; parse(record) takes it apart.

# The fields of a record into \`field\`; answers their number. Quotes as in RFC 4180.
function parse(record,    n, rest, end, value) {
  if (index(record, "\\"") == 0 && D != "|") return split(record, field, D)
  n = 0
  rest = record
  while (1) {
    if (substr(rest, 1, 1) == "\\"") {
      value = ""
      rest = substr(rest, 2)
      while ((end = index(rest, "\\"")) > 0 && substr(rest, end + 1, 1) == "\\"") {
        value = value substr(rest, 1, end)
        rest = substr(rest, end + 2)
      }
      if (end == 0) { field[++n] = value rest; return n }
      value = value substr(rest, 1, end - 1)
      rest = substr(rest, end + 1)
      end = index(rest, D)
      if (end == 0) { field[++n] = value rest; return n }
      field[++n] = value substr(rest, 1, end - 1)
    } else {
      end = index(rest, D)
      if (end == 0) { field[++n] = rest; return n }
      field[++n] = substr(rest, 1, end - 1)
    }
    rest = substr(rest, end + 1)
  }
}

NR == 1 { sub(/^\\357\\273\\277|^\\xef\\xbb\\xbf|^\\ufeff/, "") }
# No "next": this awk remembers one in the last line, and then calls no functions in END.
{
  if (open) pending = pending "\\n" $0
  else { pending = $0; opened_at = NR }
  if (index($0, "\\"") && gsub(/"/, "\\"") % 2 == 1) open = !open
  if (!open && pending != "") read_record(pending, opened_at)
}
`,
        },
        {
          path: `scripts/profile.sh`,
          text: `#!/bin/bash
# Prints a Markdown profile of a table: CSV, TSV, JSON (a list of objects) or JSON Lines.
# Usage: bash profile.sh FILE [DELIMITER]        "\\t" stands for a tab; by default the delimiter is found out.

. "$(dirname "$0")/open-table.sh"

# Values: what a few seconds are enough for.
limit=40000
lines=$(wc -l < "$table")
columns=$(head -n 1 "$table" | tr -cd "$delimiter" | wc -c)
limit=$(( limit / (columns + 1) ))
head -n "$limit" "$table" | tr -d '\\r' |
  awk -v D="$delimiter" "$(cat "$here/parse.awk" "$here/columns.awk")" > "$work/facts"

# Quartiles need the numbers in order: one column at a time.
for column in $(grep '^NUMERIC	' "$work/facts" | cut -f 2); do
  grep "^NUMBERS	$column	" "$work/facts" | cut -f 3 | tr -s ' ' '\\n' | grep . | sort -n > "$work/sorted"
  count=$(wc -l < "$work/sorted")
  q1=$(sed -n "$(( (count + 3) / 4 ))p" "$work/sorted")
  median=$(sed -n "$(( (count + 1) / 2 ))p" "$work/sorted")
  q3=$(sed -n "$(( (3 * count + 3) / 4 ))p" "$work/sorted")
  awk -v c="$column" -v q1="$q1" -v median="$median" -v q3="$q3" "$(cat "$here/spread.awk")" "$work/sorted" >> "$work/spread"
done
touch "$work/spread"

grep -v '^NUMBERS	' "$work/facts" | cat "$work/spread" - |
  awk -v name="$(basename "$file")" -v format="$format" -v D="$delimiter" -v lines="$lines" -v limit="$limit" "$(cat "$here/report.awk")"
`,
        },
        {
          path: `scripts/report.awk`,
          text: `# Turns the facts of columns.awk and spread.awk into Markdown.
BEGIN { FS = "\\t" }
$1 == "SPREAD" { spread[$2] = "| " $3 " | " $4 " | " $5 " | " $6 " | " $7 " | " $8 " | " $9 " |" }
$1 == "OUTSIDE" { outside[$2] = $3 }
$1 == "TABLE" { rows = $2; columns = $3; header = $4 }
$1 == "COLUMN" {
  table = table "| " $2 " | " $3 " | " $4 " | " $5 " | " $6 " | " $7 " | " $8 " |\\n"
  if ($4 ~ /\\*$/) starred = 1
}
$1 == "NUMERIC" {
  numbers = numbers "| " $3 " " spread[$2] "\\n"
  if ($2 in outside) far = far "- **" $3 "**: " outside[$2] "\\n"
}
$1 == "DATES" { dates = dates "| " $3 " | " $4 " | " $5 " |\\n" }
$1 == "NOTE" { findings = findings "- " ($2 == "" ? "" : "**" $2 "**: ") $3 "\\n" }
END {
  print "# Profile of " name "\\n"
  print "- Rows: " rows ", columns: " columns
  if (format == "text") print "- Delimiter " (D == "\\t" ? "tab" : "\`" D "\`") ", " (header ? "header in the first line" : "no header")
  else print "- " format ", read as one row per object; line numbers count rows from the second line on"
  if (lines > limit) print "- Only the first " limit " of " lines " lines were read."
  print "\\n## Columns\\n\\n| # | Column | Type | Filled | Missing | Distinct | Most frequent |\\n|--:|---|---|--:|--:|--:|---|\\n" table
  if (starred) print "\\\\* Not every value is of this type: see below.\\n"
  if (numbers != "") print "## Numbers\\n\\n| Column | Min | 25 % | Median | Mean | 75 % | Max | Outliers |\\n|---|--:|--:|--:|--:|--:|--:|--:|\\n" numbers
  if (dates != "") print "## Dates\\n\\n| Column | Earliest | Latest |\\n|---|---|---|\\n" dates
  findings = findings far
  print "## To look at\\n"
  print findings == "" ? "Nothing stands out." : findings
}
`,
        },
        {
          path: `scripts/rows.jq`,
          text: `# A list of objects, one after another or in an array (also in a field of the one object), as CSV with a header.
(if length != 1 then .
 elif (.[0] | type) == "array" then .[0]
 else ([.[0][] | select(type == "array" and length > 0 and (.[0] | type) == "object")] | first) // .
 end) as $rows
| if ($rows | length) == 0 then error("it is empty") else . end
| if ($rows | all(type == "object")) then . else error("not every entry is an object") end
| (reduce ($rows[] | keys_unsorted[]) as $key ({}; .[$key] = true) | keys_unsorted) as $keys
| ($keys | @csv),
  ($rows[] | [. as $row | $keys[] as $key | $row[$key] | if type == "object" or type == "array" then tojson elif type == "string" then gsub("[\\r\\n]+"; " ") else . end] | @csv)
`,
        },
        {
          path: `scripts/spread.awk`,
          text: `# Over the sorted numbers of the column c: how they spread, and which lie outside 1.5 times the middle half.
function round(x,    s) { s = sprintf("%.4f", x); sub(/\\.?0+$/, "", s); return s }
NR == 1 { low = q1 - 1.5 * (q3 - q1); high = q3 + 1.5 * (q3 - q1); min = $1 + 0 }
{ max = $1 + 0; sum += $1 }
$1 + 0 < low || $1 + 0 > high {
  outliers++
  if (outliers <= 3) extremes = extremes == "" ? $1 : extremes ", " $1
  last = $1
}
END {
  print "SPREAD\\t" c "\\t" round(min) "\\t" round(q1) "\\t" round(median) "\\t" round(sum / NR) "\\t" round(q3) "\\t" round(max) "\\t" outliers + 0
  if (outliers > 3) extremes = extremes " … " last
  if (outliers > 0) print "OUTSIDE\\t" c "\\t" "values outside " round(low) " to " round(high) ": " outliers ", namely " extremes "."
}
`,
        },
        {
          path: `scripts/tsv.awk`,
          text: `# Behind parse.awk: prints each record with tabs between its fields; tabs and line breaks in a field become blanks.
function clean(text) {
  if (index(text, "\\t") || index(text, "\\n")) gsub(/[\\t\\n]/, " ", text)
  return text
}

function read_record(record, line,    n, c, text) {
  n = parse(record)
  for (c = 1; c <= n; c++) text = (c == 1 ? "" : text "\\t") clean(field[c])
  print text
}

END { if (open) read_record(pending, opened_at) }
`,
        },
        {
          path: `scripts/tsv.sh`,
          text: `#!/bin/bash
# Prints a table without quotes, with tabs between the fields, so that cut, sort and awk -F'\\t' can take it apart.
# Usage: bash tsv.sh FILE [DELIMITER]

. "$(dirname "$0")/open-table.sh"

tr -d '\\r' < "$table" | awk -v D="$delimiter" "$(cat "$here/parse.awk" "$here/tsv.awk")"
`,
        },
      ],
    },
    {
      name: `writing-review`,
      description: `Reviews a text (report, article, mail, documentation, application; plain text or Markdown) for purpose, order, clarity and wording, with places and rewrites, or revises it. Use it when the user asks for feedback, proofreading, shortening, or a clearer version of something written.`,
      body: `# Writing review

A review helps when it names the few things that matter most, shows where, and offers words that can be taken over. It is their text: keep their voice, and change nothing that is only a matter of taste.

## 1. Know what it is for

Find out who reads it, what they shall do or know then, and how long it may be. Take it from the request or the text; if the answer would change the review, ask one short question. Say what you assumed.

If the text came in the chat, write it to \`input.md\` first, unchanged, so that lines can be named. PDF files: read them with Read and review without step 3. Word files cannot be opened here: ask for text or PDF.

## 2. Read it twice

The whole text with Read. First as its reader would: note where you stopped, went back, or skipped. Then against \`references/checklist.md\`, from the top: a text that begins in the wrong place is not saved by shorter sentences.

## 3. Measure

\`\`\`sh
bash /workspace/.skills/writing-review/scripts/measure.sh input/report.md
\`\`\`

It counts words and sentences, and lists, with lines: sentences over 30 words, paragraphs over 150, words that stand twice, wordy phrases with better ones (\`references/phrases.tsv\`), what may be passive, headings that skip a level. Code, tables, quotations and front matter are left out. Phrases and passives are found in English only; the rest holds for every language that puts blanks between words.

These are places to look at, not faults. A long sentence that reads well stays. "Perhaps passive" is often neither.

## 4. Report

Write \`output/review.md\`:

1. **In short**: two or three sentences. What the text does well, and the one thing that would help it most.
2. **What matters most**: three to five points, the weightiest first. For each: where (line or heading), what happens to the reader there, and a rewrite.
3. **Line by line**: a table with line, now, better, why. At most 20 rows; true errors (spelling, grammar, wrong numbers) all, matters of style only where they repeat, once each.
4. **Open**: what only the author can settle: facts to check, contradictions, missing sources.

Quote exactly, with the line as \`measure.sh\` and Read show it. Rewrite in the language of the text. Never invent a fact to make a sentence better: put [which month?] where one is missing.

In the chat give "In short" and the first three points, and name the file.

## When a revised text is wanted

Make a copy in output/ and revise that; the original stays. Keep meaning, facts, names, numbers and the author's level of formality. Afterwards run \`diff input/report.md output/report.md\` and \`measure.sh\` on both, and say what changed in kind ("31 → 19 words per sentence, section 3 moved to the front, nothing removed but the second example").`,
      files: [
        {
          path: `references/checklist.md`,
          text: `# What to read for

In this order: a fault higher up makes work on those below it wasted.

## 1. Purpose

- After the first paragraph, does the reader know what this is, whom it concerns, and what to do or decide?
- Does the most important thing come first, or does the text walk towards it?
- Is there anything that the reader at hand does not need? Cut it, or move it to the end.
- Is a question left open that this reader will surely ask?

## 2. Order

- One thought per paragraph, and its first sentence says which.
- Would the headings alone, read in order, tell the story? "Results" tells nothing; "Sales fell in March" does.
- What must be known first stands first. Nothing is explained twice.
- Like things look alike: lists in the same grammar, terms the same each time, units and dates in one form.

## 3. Truth

- Each number, name and date: does it agree with the others in the text, and do sums add up?
- Each claim: is it shown, sourced or marked as an opinion?
- Words that promise too much: always, never, all, only, best, guaranteed.
- What follows from what: does "therefore" stand where it follows?

## 4. Sentences

- Who does what? "It was decided" hides who decided. Passive is right where the doer is unknown or does not matter.
- A verb for what is done: "decide", not "make a decision".
- One main thought; conditions and exceptions in sentences of their own.
- "This", "it", "they": is it clear which thing is meant?
- Positive: "remember", not "do not forget". No double negation.

## 5. Words

- Short and usual ones. A technical term only where this reader uses it, and then always the same.
- Abbreviations are written out once.
- Fillers out: very, really, basically, in order to.
- Buzzwords replaced by what is meant.

## 6. Manner

- The tone fits the reader and the occasion, and stays the same.
- Bad news is said plainly and early, without blame; a request says by when.
- Nobody is left out or talked down to by the choice of words.
`,
        },
        {
          path: `references/phrases.tsv`,
          text: `# English phrase, in lower case	what is better
a large number of	many
a majority of	most
absolutely essential	essential
accordingly	so
adequate number of	enough
advance planning	planning
am of the opinion that	think
as a consequence of	because of
as a matter of fact	(leave out)
at a later date	later
at the present time	now
at this point in time	now
basically	(leave out)
by means of	with, by
by virtue of	by, under
commence	begin
completely eliminate	eliminate
conduct an investigation	investigate
despite the fact that	although
due to the fact that	because
during the course of	during
each and every	each
end result	result
endeavor	try
endeavour	try
facilitate	help, ease
final outcome	outcome
for the purpose of	for, to
for the reason that	because
future plans	plans
give consideration to	consider
going forward	(leave out, or say when)
has the ability to	can
have the ability to	can
impact on	affect
in a timely manner	on time, soon
in accordance with	by, under
in addition to	besides, and
in close proximity to	near
in light of the fact that	because
in order to	to
in regard to	about
in relation to	about
in spite of the fact that	although
in terms of	(say what is meant)
in the event that	if
in the near future	soon (better: when)
in the process of	(leave out)
is able to	can
are able to	can
it is important to note that	(leave out)
it should be noted that	(leave out)
leverage	use
make a decision	decide
make an assumption	assume
methodology	method
needless to say	(leave out)
numerous	many
on a daily basis	daily
on a regular basis	regularly
perform an analysis of	analyse
prior to	before
provide assistance	help
provide support for	support
really	(leave out)
reason why is that	(say: because)
robust	(say what it withstands)
seamless	(say what does not happen)
state-of-the-art	(say what is new)
subsequent to	after
sufficient number of	enough
take into consideration	consider
terminate	end
the fact that	(say it without)
the majority of	most
there is no doubt that	(leave out)
until such time as	until
utilise	use
utilize	use
utilization	use
very	(leave out, or a stronger word)
whether or not	whether
with reference to	about
with regard to	about
with respect to	about
with the exception of	except
`,
        },
        {
          path: `scripts/measure.awk`,
          text: `# Counts over prose; code, tables, quotes and front matter are left out. \`phrases\` is a file: phrase, tab, what is better.
# This awk: patterns are slow; "next" in the last line keeps END from calling functions.

BEGIN {
  long_sentence = 30
  long_paragraph = 150
  while ((getline entry < phrases) > 0) {
    if (entry == "" || substr(entry, 1, 1) == "#") continue
    split(entry, part, "\\t")
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
  if (total[kind] <= 20) listed[kind] = listed[kind] "- line " line ": " text "\\n"
}

function end_sentence() {
  if (words_here > 0) {
    sentences++
    if (words_here > longest) { longest = words_here; longest_at = began_at }
    if (words_here > long_sentence) found("long", began_at, words_here " words, \\"" opening " …\\"")
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
  while (word != "" && index("\\"'()[]*_\`.,;:!?„“”‘’«»", substr(word, 1, 1))) word = substr(word, 2)
  while (word != "" && index("\\"'()[]*_\`.,;:!?„“”‘’«»", substr(word, length(word)))) word = substr(word, 1, length(word) - 1)
  return word
}

function closes(word,    last) {
  if (tolower(word) in abbreviation) return 0
  while (word != "" && index("\\"')]*_”“’»", substr(word, length(word)))) word = substr(word, 1, length(word) - 1)
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
    if (small == before && small !~ /[0-9]/) found("double", NR, "\\"" word " " word "\\"")
    if (before in auxiliary && (small in participle || (length(small) > 4 && substr(small, length(small) - 1) == "ed"))) {
      found("passive", NR, "\\"" before " " word "\\"")
    }
    before = small
  }
  # A stop between two equal words makes them two sentences' words.
  if (raw != "" && index(".!?;:,", substr(raw, length(raw)))) before = ""
  if (closes(raw)) end_sentence()
}

function read_prose(text,    n, i, word, plain) {
  if (index(text, "](")) gsub(/\\]\\([^)]*\\)/, "]", text)
  if (index(text, "\`")) gsub(/\`[^\`]*\`/, "code", text)
  n = split(text, word, " ")
  for (i = 1; i <= n; i++) read_word(word[i])
  plain = " " tolower(text) " "
  gsub(/[^a-z'-]+/, " ", plain)
  for (i = 1; i <= phrase_count; i++) {
    if (index(plain, " " phrase[i] " ")) found("phrase", NR, "\\"" phrase[i] "\\" → " better[i])
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
  sub(/^[ \\t]+/, "", start)
  first = substr(start, 1, 1)
  if (NR == 1 && $0 == "---") front_matter = 1
  else if (front_matter) { if ($0 == "---") front_matter = 0 }
  else if (substr(start, 1, 3) == "\`\`\`" || substr(start, 1, 3) == "~~~") { end_paragraph(); code = !code }
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
  print "\\n## " title ": " total[kind] "\\n"
  printf "%s", listed[kind]
  if (total[kind] > 20) print "- and " total[kind] - 20 " more"
}

END {
  end_paragraph()
  print "# Measures of " name "\\n"
  print "- Words: " words + 0 ", sentences: " sentences + 0 ", headings: " headings + 0
  if (sentences > 0) {
    printf "- Words per sentence: %.1f; the longest has %d (line %d)\\n", words / sentences, longest, longest_at
    printf "- Sentences over %d words: %d %%\\n", long_sentence, total["long"] * 100 / sentences
    printf "- Reading time: %d min\\n", words < 220 ? 1 : words / 220 + 0.5
  }
  section("long", "Long sentences")
  section("paragraph", "Paragraphs over " long_paragraph " words")
  section("double", "Words that stand twice")
  section("phrase", "Phrases that can be shorter or plainer")
  section("passive", "Perhaps passive")
  section("heading", "Headings that skip a level")
}
`,
        },
        {
          path: `scripts/measure.sh`,
          text: `#!/bin/bash
# Prints what can be counted about a text, as Markdown: sentences that are long, words that stand twice, and so on.
# Usage: bash measure.sh FILE        plain text or Markdown

file=$1
if [ ! -f "$file" ]; then
  echo "measure.sh: say which file; there is no file '$file'" >&2
  exit 1
fi
if ! grep -q '[^[:space:]]' "$file"; then
  echo "measure.sh: $file is empty" >&2
  exit 1
fi
here=$(dirname "$0")
tr -d '\\r' < "$file" | awk -v name="$(basename "$file")" -v phrases="$here/../references/phrases.tsv" "$(cat "$here/measure.awk")"
`,
        },
      ],
    },
  ],
  commands: [],
  plugins: [
    {
      name: `writing-tools`,
      description: `Commands to summarize and translate, a subagent that edits, and a skill for longer translations.`,
      version: `1.0.0`,
      folder: `plugins/writing-tools`,
      dependencies: [],
      skills: [
        {
          name: `writing-tools:translation`,
          description: `Translates whole files and keeps their terms, form and markup. Use it when a document is to be translated, not for a sentence or two.`,
          body: `# Translating a file

1. **Read it all** before the first sentence. Find out what kind of text it is and who reads it; that decides between
   formal and informal address. If it cannot be told and the language makes you choose, ask once.
2. **Make a list of terms.** Copy \`/workspace/.skills/writing-tools/skills/translation/terms.md\` to \`output/terms.md\` and fill it in:
   names of products and roles, words that come up often. If the user has such a list already (look into \`input/\`), it
   wins.
3. **Translate in pieces** of one section, each written to the new file before the next. The new file is
   \`output/<name>.<language code>.<ending>\`.
4. **Keep the form**: headings, lists, tables, links, footnotes, placeholders such as \`{name}\` or \`%s\`. Code, commands,
   addresses and quoted names of buttons stay as they are, unless the user says otherwise.
5. **Compare** when all is done: as many headings, list items, table rows, links and placeholders as before (count with
   \`grep -c\`), no sentence left out, every term as in the list.
6. Say where the file is, and name the passages of which you are not sure, with the other reading.`,
          files: [
            {
              path: `terms.md`,
              text: `# Terms

| Original | Translation | Note |
|---|---|---|
`,
            },
          ],
        },
      ],
      commands: [
        {
          name: `writing-tools:summarize`,
          description: `Sum up a file, a page or what was said so far`,
          argumentHint: `[file, address or topic]`,
          body: `Summarize the following: $ARGUMENTS

- If nothing is named there, summarize this conversation so far.
- A path is a file of the workspace: read it. An address is a web page: fetch it.
- Begin with one sentence that says the most important thing. Then at most seven points, the weightiest first, each
  with the figures, names and dates that it rests on.
- End with what is open: questions, decisions to take, contradictions. Leave this part out if there is nothing.
- Write in the language of the material, unless another one is asked for. Add nothing that is not in it.`,
        },
        {
          name: `writing-tools:translate`,
          description: `Translate a text or a file`,
          argumentHint: `<language> <text or file>`,
          body: `Translate into this language: $1

All that was given, the language first and then the text or the path of a file: $ARGUMENTS

- If it is the path of a file of the workspace, load the skill \`writing-tools:translation\` and follow it.
- If it is a text, answer with the translation alone, without remarks.
- If the language or the text is missing, ask for it in one short question.`,
        },
      ],
      subagents: [
        {
          id: `writing-tools:editor`,
          name: `writing-tools:editor`,
          description: `Edits prose in the workspace for clarity, brevity and consistency, and reports what it changed and why. Use it for a text that is finished in content and should read well.`,
          focus: `Edits prose in the workspace for clarity, brevity and consistency, and reports what it changed and …`,
          prompt: `You edit prose. You are given the path of a file in the workspace, and perhaps who will read it.

1. Read the whole text before you change anything. Note its language, its tone and the words it uses for its main things.
2. Edit in place, in small steps. Cut what says nothing, split sentences that carry two thoughts, make the same thing
   have the same name everywhere, mend grammar and punctuation.
3. Leave the meaning, figures, names, quotations and the author's voice alone. Do not add facts. Do not touch code blocks
   and front matter.
4. Answer with a short list: what you changed and why, and, apart from that, what you found doubtful in content but did
   not touch.`,
          tools: [
            `Read`,
            `Edit`,
            `Glob`,
            `Grep`,
          ],
          model: `sonnet`,
          inherits: [
            `model`,
          ],
        },
      ],
      mcpServers: [],
      installedAs: null,
    },
  ],
};
