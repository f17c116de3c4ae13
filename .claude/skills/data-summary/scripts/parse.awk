# Reads CSV and its like, D being the delimiter: calls read_record(record, line) for each record, which may go over
# several lines; parse(record) takes it apart.

# The fields of a record into `field`; answers their number. Quotes as in RFC 4180.
function parse(record,    n, rest, end, value) {
  if (index(record, "\"") == 0 && D != "|") return split(record, field, D)
  n = 0
  rest = record
  while (1) {
    if (substr(rest, 1, 1) == "\"") {
      value = ""
      rest = substr(rest, 2)
      while ((end = index(rest, "\"")) > 0 && substr(rest, end + 1, 1) == "\"") {
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

NR == 1 { sub(/^\357\273\277|^\xef\xbb\xbf|^\ufeff/, "") }
# No "next": this awk remembers one in the last line, and then calls no functions in END.
{
  if (open) pending = pending "\n" $0
  else { pending = $0; opened_at = NR }
  if (index($0, "\"") && gsub(/"/, "\"") % 2 == 1) open = !open
  if (!open && pending != "") read_record(pending, opened_at)
}
