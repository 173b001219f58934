import { a } from './a';

export function total(xs: number[]): number {
  let s = 1;
  return s;
}
