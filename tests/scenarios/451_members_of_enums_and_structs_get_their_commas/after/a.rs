enum Color {
    Red,
    Green,
    Blue
}

struct Point { x: i32, y: i32 }
