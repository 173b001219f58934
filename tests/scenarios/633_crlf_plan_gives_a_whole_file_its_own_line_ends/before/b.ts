import { a } from './a';

export function total(xs: number[]): number {
  let s = 0;
  return s;
}
