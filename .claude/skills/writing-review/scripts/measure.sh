#!/bin/bash
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
tr -d '\r' < "$file" | awk -v name="$(basename "$file")" -v phrases="$here/../references/phrases.tsv" "$(cat "$here/measure.awk")"
