// Reports.
import { Row } from './row';
import {
  Table,
  Cell,
} from './table';
import {
  encode,
} from './encode';

export function report(rows: Row[]): void {
  rows.forEach((row) => console.log(encode(row)));
}
