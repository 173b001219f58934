#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_works() {
        assert_eq!(1, 1);
    }

    #[test]
    fn it_fails() {
        assert_eq!(1, 1);
    }

    #[test]
    fn third() {
        assert_eq!(3, 3);
    }
}
