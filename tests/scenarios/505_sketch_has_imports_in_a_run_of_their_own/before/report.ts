// Reports.
import { Row } from './row';
import {
  Table,
  Cell,
} from './table';

export function report(rows: Row[]): void {
  rows.forEach((row) => console.log(row));
}
