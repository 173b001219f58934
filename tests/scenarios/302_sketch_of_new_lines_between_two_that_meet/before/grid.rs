use std::fmt;
use std::collections::HashMap;

const WIDTH: usize = 12;

#[derive(Clone, Debug)]
pub struct Grid {
    cells: Vec<u8>,
    names: HashMap<String, usize>,
    width: usize,
}

impl Grid {
    pub fn new(height: usize) -> Self {
        Self {
            cells: vec![0; WIDTH * height],
            names: HashMap::new(),
            width: WIDTH,
        }
    }

    pub fn get(&self, x: usize, y: usize) -> Option<u8> {
        let at = self.index(x, y);
        self.cells.get(at).copied()
    }

    pub fn set(&mut self, x: usize, y: usize, value: u8) {
        let at = self.index(x, y);
        self.cells[at] = value;
    }

    fn index(&self, x: usize, y: usize) -> usize {
        assert!(x < self.width);
        y * self.width + x
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for row in self.cells.chunks(self.width) {
            let line: String = row.iter().map(|cell| (b'0' + cell) as char).collect();
            writeln!(f, "{}", line)?;
        }
        Ok(())
    }
}
