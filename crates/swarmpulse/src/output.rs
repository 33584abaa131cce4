//! Standard output and error: colours only where they are wanted, and a closed pipe is no failure.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

/// Prints text, as it is, with its colours where the terminal takes them.
///
/// # Errors
/// If standard output is closed; `main` takes a broken pipe for an end, not a failure.
pub fn print(text: &str) -> io::Result<()> {
    let mut stream = anstream::stdout().lock();
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

/// Prints a line.
///
/// # Errors
/// As [`print`].
pub fn line(text: &str) -> io::Result<()> {
    print(&format!("{text}\n"))
}

/// Prints JSON, indented for people.
///
/// # Errors
/// As [`print`].
pub fn json(value: &serde_json::Value) -> io::Result<()> {
    line(&format!("{value:#}"))
}

/// Says something beside the output. There is no one to tell if standard error is closed.
pub fn note(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Text in a style.
#[must_use]
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// What is less important.
#[must_use]
pub const fn dim() -> Style {
    Style::new().dimmed()
}

/// What is more important.
#[must_use]
pub const fn bold() -> Style {
    Style::new().bold()
}

/// A colour.
#[must_use]
pub const fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(anstyle::Color::Ansi(colour)))
}

/// Whether an error is a closed pipe at the end of our output.
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
