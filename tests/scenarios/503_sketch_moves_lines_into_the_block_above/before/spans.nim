proc merged(spans: seq[Span]): seq[Span] =
  for span in spans:
    if result.len == 0:
      result.add span
    else:
      result[^1].last = span.last
  let first = result[0].first
  let last = result[^1].last
  echo first, last
