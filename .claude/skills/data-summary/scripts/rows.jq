# A list of objects, one after another or in an array (also in a field of the one object), as CSV with a header.
(if length != 1 then .
 elif (.[0] | type) == "array" then .[0]
 else ([.[0][] | select(type == "array" and length > 0 and (.[0] | type) == "object")] | first) // .
 end) as $rows
| if ($rows | length) == 0 then error("it is empty") else . end
| if ($rows | all(type == "object")) then . else error("not every entry is an object") end
| (reduce ($rows[] | keys_unsorted[]) as $key ({}; .[$key] = true) | keys_unsorted) as $keys
| ($keys | @csv),
  ($rows[] | [. as $row | $keys[] as $key | $row[$key] | if type == "object" or type == "array" then tojson elif type == "string" then gsub("[\r\n]+"; " ") else . end] | @csv)
