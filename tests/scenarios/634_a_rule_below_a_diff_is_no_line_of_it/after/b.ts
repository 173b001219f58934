import { a } from './a';

export function total(xs: number[]): number {
  let s = 2;
  return s;
}
