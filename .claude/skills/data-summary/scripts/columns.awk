# Behind parse.awk: prints what is known of each column. Lines begin with
#   NUMERIC  column, name
#   NUMBERS  column, all its numbers with blanks between
#   COLUMN   column, name, type, filled, missing, distinct, most frequent
#   DATES    column, earliest, latest
#   NOTE     column name or empty, a sentence
#   TABLE    rows, columns, whether there is a header

# Patterns are slow here, so each value gets as few as can be.
function trim(text) {
  if (index(" \t", substr(text, 1, 1)) || index(" \t", substr(text, length(text)))) gsub(/^[ \t]+|[ \t]+$/, "", text)
  return text
}

# One line without what would break a Markdown table.
function shown(text) {
  gsub(/[\n\t]/, " ", text)
  gsub(/\|/, "/", text)
  return length(text) > 40 ? substr(text, 1, 39) "…" : text
}

function type_of(text) {
  if (text == "") return "missing"
  if (text ~ /^[-+]?[0-9.]/) {
    if (text ~ /^[-+]?(0|[1-9][0-9]*)$/) return "integer"
    if (text ~ /^[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+)$/) return "number"
    if (D != "," && text ~ /^[-+]?[0-9]+,[0-9]+$/) return "number"
    if (text ~ /^[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]([T ].*)?$/) return "date"
    if (text ~ /^[0-9][0-9]?[.\/][0-9][0-9]?[.\/][0-9][0-9][0-9][0-9]$/) return "local date"
    return "text"
  }
  if (length(text) > 5) return "text"
  if (toupper(text) ~ /^(NA|N\/A|NULL|NONE|NAN|-|\?)$/) return "missing"
  return tolower(text) ~ /^(true|false|yes|no)$/ ? "boolean" : "text"
}

function joined(list, item) { return list == "" ? item : list ", " item }

function note(c, text) { notes[++noted] = "NOTE\t" (c ? names[c] : "") "\t" text }

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
  if (++types[c, type] <= 3) examples[c, type] = joined(examples[c, type], "\"" shown(value) "\" (line " line ")")
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
  else if (++variants[c] <= 3) variant_list[c] = joined(variant_list[c], "\"" shown(folded[small]) "\" and \"" shown(value) "\"")
}

# As sort understands it: with a point, without an exponent.
function plain(value) {
  sub(/,/, ".", value)
  if (index(tolower(value), "e")) {
    value = sprintf("%.9f", value)
    sub(/\.?0+$/, "", value)
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
  print "COLUMN\t" c "\t" names[c] "\t" best "\t" filled[c] + 0 "\t" missing[c] + 0 "\t" (more[c] ? "over " : "") distinct[c] + 0 "\t" (most > 1 ? shown(top) " (" most "×)" : "")
  if (types[c, "integer"] + types[c, "number"] > 2 && best ~ /^(integer|number)/) {
    print "NUMERIC\t" c "\t" names[c]
    print "NUMBERS\t" c "\t" numbers[c]
  }
  if (best ~ /^date/) print "DATES\t" c "\t" names[c] "\t" earliest[c] "\t" latest[c]
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
  print "TABLE\t" rows + 0 "\t" columns + 0 "\t" has_header + 0
  for (c = 1; c <= columns; c++) describe(c)
  for (i = 1; i <= noted; i++) print notes[i]
}
