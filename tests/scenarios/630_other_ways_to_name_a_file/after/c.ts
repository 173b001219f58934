export const a = 1;
export const b = 5;
export const c = 3;
