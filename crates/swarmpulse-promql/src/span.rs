//! Where in the text of an expression something is.

/// A part of the text of an expression, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

impl Span {
    /// From this byte up to, not including, that one.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// From the start of this to the end of that.
    #[must_use]
    pub const fn to(self, last: Self) -> Self {
        Self::new(self.start, last.end)
    }

    /// Its start as `line:column`, both from 1, columns in bytes, as Prometheus shows it.
    #[must_use]
    pub fn line_and_column(self, text: &str) -> String {
        if text.is_empty() {
            return "unknown position".to_owned();
        }
        let Some(before) = text.as_bytes().get(..self.start) else {
            return "invalid position".to_owned();
        };
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let line_start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        format!("{line}:{}", self.start - line_start + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_from_the_line_start() {
        let text = "sum(\n  rate(x[5m]))";
        assert_eq!(Span::new(0, 3).line_and_column(text), "1:1");
        assert_eq!(Span::new(7, 11).line_and_column(text), "2:3");
        assert_eq!(Span::new(999, 999).line_and_column(text), "invalid position");
        assert_eq!(Span::new(0, 0).line_and_column(""), "unknown position");
    }
}
