use crate::number::write;

pub struct Whole {
    value: u64,
}

#[derive(Clone)]
pub struct Float {
    value: f64,
}

impl Serialize for Float64 {
    #[inline(always)]
    fn serialize<S>(&self, serializer: S) -> Result<S::Ok, S::Error>
    where
        S: Serializer,
    {
        serializer.serialize_f64(self.value)
    }
}
