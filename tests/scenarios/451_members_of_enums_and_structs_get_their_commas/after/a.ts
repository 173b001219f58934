enum Color {
  Red,
  Green,
  Blue
}
