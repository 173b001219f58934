use std::collections::HashMap;
use std::fmt;

#[derive(Debug, Clone)]
pub struct Config {
    pub name: String,
    #[serde(default)]
    pub retries: u32,
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.retries)
    }
}
