# To be sourced by a script with the arguments FILE [DELIMITER]. Sets file, here (the scripts), work (a scratch folder),
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

first=$(head -c 200 "$file" | tr -d ' \t\r\n' | cut -c 1)
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
  if [ "$delimiter" = '\t' ]; then delimiter='	'; fi
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
