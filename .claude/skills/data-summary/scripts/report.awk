# Turns the facts of columns.awk and spread.awk into Markdown.
BEGIN { FS = "\t" }
$1 == "SPREAD" { spread[$2] = "| " $3 " | " $4 " | " $5 " | " $6 " | " $7 " | " $8 " | " $9 " |" }
$1 == "OUTSIDE" { outside[$2] = $3 }
$1 == "TABLE" { rows = $2; columns = $3; header = $4 }
$1 == "COLUMN" {
  table = table "| " $2 " | " $3 " | " $4 " | " $5 " | " $6 " | " $7 " | " $8 " |\n"
  if ($4 ~ /\*$/) starred = 1
}
$1 == "NUMERIC" {
  numbers = numbers "| " $3 " " spread[$2] "\n"
  if ($2 in outside) far = far "- **" $3 "**: " outside[$2] "\n"
}
$1 == "DATES" { dates = dates "| " $3 " | " $4 " | " $5 " |\n" }
$1 == "NOTE" { findings = findings "- " ($2 == "" ? "" : "**" $2 "**: ") $3 "\n" }
END {
  print "# Profile of " name "\n"
  print "- Rows: " rows ", columns: " columns
  if (format == "text") print "- Delimiter " (D == "\t" ? "tab" : "`" D "`") ", " (header ? "header in the first line" : "no header")
  else print "- " format ", read as one row per object; line numbers count rows from the second line on"
  if (lines > limit) print "- Only the first " limit " of " lines " lines were read."
  print "\n## Columns\n\n| # | Column | Type | Filled | Missing | Distinct | Most frequent |\n|--:|---|---|--:|--:|--:|---|\n" table
  if (starred) print "\\* Not every value is of this type: see below.\n"
  if (numbers != "") print "## Numbers\n\n| Column | Min | 25 % | Median | Mean | 75 % | Max | Outliers |\n|---|--:|--:|--:|--:|--:|--:|--:|\n" numbers
  if (dates != "") print "## Dates\n\n| Column | Earliest | Latest |\n|---|---|---|\n" dates
  findings = findings far
  print "## To look at\n"
  print findings == "" ? "Nothing stands out." : findings
}
