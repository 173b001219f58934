def merged(spans):
    done = []
    for span in spans:
        if not done or span[0] > done[-1][1]:
            done.append(span)
        else:
            done[-1] = (done[-1][0], span[1])
    starts = [start for start, _ in done]
    ends = [end for _, end in done]
    return list(zip(starts, ends))
