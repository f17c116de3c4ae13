# Behind parse.awk: prints each record with tabs between its fields; tabs and line breaks in a field become blanks.
function clean(text) {
  if (index(text, "\t") || index(text, "\n")) gsub(/[\t\n]/, " ", text)
  return text
}

function read_record(record, line,    n, c, text) {
  n = parse(record)
  for (c = 1; c <= n; c++) text = (c == 1 ? "" : text "\t") clean(field[c])
  print text
}

END { if (open) read_record(pending, opened_at) }
