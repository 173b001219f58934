import a from "a";
import b from "b";

export class X {
  run(): void {
    this.a();
    this.c();
  }
}
