//! Server-sent events: bytes in any cut to whole messages, as the HTML standard reads them.

/// The longest line or message that is kept.
const MESSAGE_LIMIT_BYTES: usize = 16 << 20;

/// One message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// The `id:` of this message or of the last one that had any.
    pub(crate) id: Option<String>,
    /// The `event:` field; empty where there was none.
    pub(crate) event: String,
    /// The `data:` lines, joined.
    pub(crate) data: String,
}

/// The stream broke the bound.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Cuts a byte stream into messages.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    after_carriage_return: bool,
    at_start: bool,
    id: Option<String>,
    event: String,
    data: String,
    has_data: bool,
}

impl Parser {
    pub(crate) fn new() -> Self {
        Self {
            at_start: true,
            ..Self::default()
        }
    }

    /// Takes the next bytes and hands every message completed by them to `out`.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<Message>) -> Result<(), TooLong> {
        for &byte in bytes {
            let follows = std::mem::replace(&mut self.after_carriage_return, byte == b'\r');
            match byte {
                b'\n' if follows => {}
                b'\n' | b'\r' => self.end_line(out)?,
                _ if self.line.len() >= MESSAGE_LIMIT_BYTES => return Err(TooLong),
                _ => self.line.push(byte),
            }
        }
        Ok(())
    }

    fn end_line(&mut self, out: &mut Vec<Message>) -> Result<(), TooLong> {
        let line = std::mem::take(&mut self.line);
        let mut text = String::from_utf8_lossy(&line).into_owned();
        if std::mem::take(&mut self.at_start)
            && let Some(rest) = text.strip_prefix('\u{feff}')
        {
            text = rest.to_owned();
        }
        if text.is_empty() {
            self.end_message(out);
            return Ok(());
        }
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event),
            "id" if !value.contains('\0') => self.id = (!value.is_empty()).then(|| value.to_owned()),
            "data" => {
                if self.data.len() + value.len() > MESSAGE_LIMIT_BYTES {
                    return Err(TooLong);
                }
                if self.has_data {
                    self.data.push('\n');
                }
                self.data.push_str(value);
                self.has_data = true;
            }
            // Comments (an empty field name) keep the connection warm; `retry` is ours to decide.
            _ => {}
        }
        Ok(())
    }

    fn end_message(&mut self, out: &mut Vec<Message>) {
        let event = std::mem::take(&mut self.event);
        let data = std::mem::take(&mut self.data);
        if std::mem::take(&mut self.has_data) {
            out.push(Message {
                id: self.id.clone(),
                event,
                data,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: Option<&str>, event: &str, data: &str) -> Message {
        Message {
            id: id.map(str::to_owned),
            event: event.to_owned(),
            data: data.to_owned(),
        }
    }

    const STREAM: &str = "\u{feff}: hello\r\n\r\nid: 7\nevent: verdicts\ndata: {\"agent\":\rdata: \"ü\"}\r\n\r\nretry: 10\nevent:summary\ndata:{}\n\nid:8\ndata\n\nevent: lost\n\ndata: cut off";

    fn expected() -> Vec<Message> {
        vec![
            message(Some("7"), "verdicts", "{\"agent\":\n\"ü\"}"),
            message(Some("7"), "summary", "{}"),
            message(Some("8"), "", ""),
        ]
    }

    #[test]
    fn messages_are_the_same_for_every_cut_of_the_bytes() {
        let bytes = STREAM.as_bytes();
        for step in 1..=bytes.len() {
            let mut parser = Parser::new();
            let mut out = Vec::new();
            for chunk in bytes.chunks(step) {
                parser.push(chunk, &mut out).unwrap();
            }
            assert_eq!(out, expected(), "cut every {step} bytes");
        }
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut parser = Parser::new();
        let mut out = Vec::new();
        let chunk = vec![b'x'; 1 << 20];
        let refused = (0..17)
            .map(|_| parser.push(&chunk, &mut out))
            .find(Result::is_err);
        assert_eq!(refused, Some(Err(TooLong)));
    }
}
