export function bare(where: string): Problem {
  return problem(
    `nothing to edit in ${where}`,
    { hint: 'make a working tree first' },
  );
}

export function pointedTo(pointer: string): string {
  const text = read(pointer);
  if (!text?.startsWith('gitdir:')) {
    throw problem(pointer);
  }
  return text;
}
