export function f(a: string): string;
export function f(a: number): bigint;
export function f(a: any): any {
  return [a];
}

export const one = 1;
