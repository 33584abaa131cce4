//! The terminal: its size, and a screen of our own that gives the old one back whatever happens.

use std::io::{self, IsTerminal as _, Write as _};
use std::thread;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr,
};
use tokio::sync::mpsc;

/// Columns of the terminal that output goes to; none where it goes elsewhere.
#[must_use]
pub fn width() -> Option<usize> {
    size().map(|(columns, _)| columns)
}

/// Columns and rows of the terminal that output goes to.
#[must_use]
pub fn size() -> Option<(usize, usize)> {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    let size = tcgetwinsize(&stdout).ok()?;
    let known = |number: u16, otherwise: usize| {
        if number == 0 {
            otherwise
        } else {
            usize::from(number)
        }
    };
    Some((known(size.ws_col, 80), known(size.ws_row, 24)))
}

/// A screen of our own: the alternate one, without a cursor, without line wrap.
pub struct Screen {
    before: Option<Termios>,
}

impl Screen {
    /// Takes the screen.
    ///
    /// # Errors
    /// If the terminal refuses.
    pub fn enter() -> io::Result<Self> {
        let stdin = io::stdin();
        let before = if stdin.is_terminal() {
            tcgetattr(&stdin).ok()
        } else {
            None
        };
        if let Some(before) = &before {
            let mut keys = before.clone();
            keys.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
            // A read gives what is there and never waits.
            keys.special_codes[SpecialCodeIndex::VMIN] = 0;
            keys.special_codes[SpecialCodeIndex::VTIME] = 0;
            tcsetattr(&stdin, OptionalActions::Now, &keys)?;
        }
        let screen = Self { before };
        write("\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J")?;
        Ok(screen)
    }

    /// Draws lines over what is there, in place, so that nothing flickers.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn draw(&self, lines: &[String]) -> io::Result<()> {
        let mut frame = String::from("\x1b[H");
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                frame.push_str("\r\n");
            }
            frame.push_str(line);
            frame.push_str("\x1b[0m\x1b[K");
        }
        frame.push_str("\x1b[J");
        write(&frame)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // There is nothing left to do if the terminal is gone.
        let _ = write("\x1b[?7h\x1b[?25h\x1b[?1049l");
        if let Some(before) = &self.before {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }
}

fn write(text: &str) -> io::Result<()> {
    // Colours are stripped where they are not wanted; the screen's own sequences must pass.
    let coloured = anstream::stdout().current_choice() != anstream::ColorChoice::Never;
    let mut stdout = io::stdout().lock();
    if coloured {
        stdout.write_all(text.as_bytes())?;
    } else {
        stdout.write_all(without_colours(text).as_bytes())?;
    }
    stdout.flush()
}

/// Drops `ESC [ ... m` and leaves every other sequence.
fn without_colours(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\x1b[") {
        let (before, sequence) = rest.split_at(at);
        out.push_str(before);
        let parameters = &sequence[2..];
        let end = parameters
            .find(|c: char| c.is_ascii_alphabetic())
            .map_or(parameters.len(), |end| end + 1);
        if !parameters[..end].ends_with('m') {
            out.push_str(&sequence[..2 + end]);
        }
        rest = &parameters[end..];
    }
    out.push_str(rest);
    out
}

/// Keys pressed; none are ever read where standard input is no terminal.
pub struct Keys {
    typed: mpsc::Receiver<Vec<u8>>,
}

impl Keys {
    /// Listens to the keys of a screen. The thread that reads ends within a moment of this value.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn of(screen: &Screen) -> io::Result<Self> {
        let (sender, typed) = mpsc::channel(16);
        if screen.before.is_some() {
            thread::Builder::new()
                .name("keys".to_owned())
                .spawn(move || read_keys(&sender))?;
        }
        Ok(Self { typed })
    }

    /// The next bytes typed.
    pub async fn next(&mut self) -> Vec<u8> {
        match self.typed.recv().await {
            Some(bytes) => bytes,
            None => std::future::pending().await,
        }
    }
}

fn read_keys(sender: &mpsc::Sender<Vec<u8>>) {
    let stdin = io::stdin();
    let patience = Timespec {
        tv_sec: 0,
        tv_nsec: 200_000_000,
    };
    while !sender.is_closed() {
        let mut polled = [PollFd::new(&stdin, PollFlags::IN)];
        match poll(&mut polled, Some(&patience)) {
            Ok(0) | Err(Errno::INTR) => continue,
            Ok(_) if polled[0].revents().contains(PollFlags::IN) => {}
            // The terminal is gone; the hang-up signal ends the program.
            Ok(_) | Err(_) => return,
        }
        let mut bytes = [0; 64];
        match rustix::io::read(&stdin, &mut bytes) {
            Ok(0) => {}
            Ok(read) => {
                if sender.blocking_send(bytes[..read].to_vec()).is_err() {
                    return;
                }
            }
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_and_the_screens_own_sequences_stay() {
        assert_eq!(
            without_colours("\x1b[H\x1b[1;31mred\x1b[0m\x1b[K\x1b[?25l ü"),
            "\x1b[Hred\x1b[K\x1b[?25l ü"
        );
    }
}
