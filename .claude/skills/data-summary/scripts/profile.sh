#!/bin/bash
# Prints a Markdown profile of a table: CSV, TSV, JSON (a list of objects) or JSON Lines.
# Usage: bash profile.sh FILE [DELIMITER]        "\t" stands for a tab; by default the delimiter is found out.

. "$(dirname "$0")/open-table.sh"

# Values: what a few seconds are enough for.
limit=40000
lines=$(wc -l < "$table")
columns=$(head -n 1 "$table" | tr -cd "$delimiter" | wc -c)
limit=$(( limit / (columns + 1) ))
head -n "$limit" "$table" | tr -d '\r' |
  awk -v D="$delimiter" "$(cat "$here/parse.awk" "$here/columns.awk")" > "$work/facts"

# Quartiles need the numbers in order: one column at a time.
for column in $(grep '^NUMERIC	' "$work/facts" | cut -f 2); do
  grep "^NUMBERS	$column	" "$work/facts" | cut -f 3 | tr -s ' ' '\n' | grep . | sort -n > "$work/sorted"
  count=$(wc -l < "$work/sorted")
  q1=$(sed -n "$(( (count + 3) / 4 ))p" "$work/sorted")
  median=$(sed -n "$(( (count + 1) / 2 ))p" "$work/sorted")
  q3=$(sed -n "$(( (3 * count + 3) / 4 ))p" "$work/sorted")
  awk -v c="$column" -v q1="$q1" -v median="$median" -v q3="$q3" "$(cat "$here/spread.awk")" "$work/sorted" >> "$work/spread"
done
touch "$work/spread"

grep -v '^NUMBERS	' "$work/facts" | cat "$work/spread" - |
  awk -v name="$(basename "$file")" -v format="$format" -v D="$delimiter" -v lines="$lines" -v limit="$limit" "$(cat "$here/report.awk")"
