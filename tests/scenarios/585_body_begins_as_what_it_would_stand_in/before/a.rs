struct A;

impl A {
    fn run(&self) {}
}
