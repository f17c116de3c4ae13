# Over the sorted numbers of the column c: how they spread, and which lie outside 1.5 times the middle half.
function round(x,    s) { s = sprintf("%.4f", x); sub(/\.?0+$/, "", s); return s }
NR == 1 { low = q1 - 1.5 * (q3 - q1); high = q3 + 1.5 * (q3 - q1); min = $1 + 0 }
{ max = $1 + 0; sum += $1 }
$1 + 0 < low || $1 + 0 > high {
  outliers++
  if (outliers <= 3) extremes = extremes == "" ? $1 : extremes ", " $1
  last = $1
}
END {
  print "SPREAD\t" c "\t" round(min) "\t" round(q1) "\t" round(median) "\t" round(sum / NR) "\t" round(q3) "\t" round(max) "\t" outliers + 0
  if (outliers > 3) extremes = extremes " … " last
  if (outliers > 0) print "OUTSIDE\t" c "\t" "values outside " round(low) " to " round(high) ": " outliers ", namely " extremes "."
}
