enum Color {
    Red,
    Green
}

struct Point { x: i32 }
