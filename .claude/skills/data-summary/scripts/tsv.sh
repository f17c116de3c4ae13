#!/bin/bash
# Prints a table without quotes, with tabs between the fields, so that cut, sort and awk -F'\t' can take it apart.
# Usage: bash tsv.sh FILE [DELIMITER]

. "$(dirname "$0")/open-table.sh"

tr -d '\r' < "$table" | awk -v D="$delimiter" "$(cat "$here/parse.awk" "$here/tsv.awk")"
