//! Where in HTML a value stands, so that it is escaped for that place: between elements, in an attribute, an address,
//! a script, a style.
//!
//! Literal text moves the state on, as html/template does; values never do, for they cannot leave their place.

mod escape;

use crate::value::{Safe, Value};

/// Elements whose content is no markup.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];
/// Attributes that hold addresses.
const ADDRESSES: [&str; 17] = [
    "action",
    "archive",
    "background",
    "cite",
    "classid",
    "codebase",
    "data",
    "formaction",
    "href",
    "icon",
    "longdesc",
    "manifest",
    "poster",
    "profile",
    "src",
    "srcset",
    "usemap",
];

/// Where the end of what was written so far is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Text,
    Comment,
    /// Within a tag, outside of values.
    Tag,
    /// After the `=` of an attribute.
    BeforeValue,
    /// Within a value; `None`: without quotes.
    Value(Option<char>),
    /// Within an element whose content is no markup.
    Raw(&'static str),
}

/// What an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attribute {
    Plain,
    Address,
    Script,
    Style,
}

/// Follows HTML as it is written, and escapes values for where they stand.
#[derive(Debug)]
pub(crate) struct Html {
    state: State,
    /// The element whose tag it is in.
    element: String,
    /// The attribute's name so far.
    name: String,
    /// What was written of an address.
    address: String,
}

impl Default for Html {
    fn default() -> Self {
        Self {
            state: State::Text,
            element: String::new(),
            name: String::new(),
            address: String::new(),
        }
    }
}

impl Html {
    /// Text of the template: as it is, without comments.
    pub(crate) fn literal(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let bytes = match self.state {
                State::Text => self.in_text(rest, next, &mut out),
                State::Comment => match rest.find("-->") {
                    Some(end) => {
                        self.state = State::Text;
                        end + 3
                    }
                    None => rest.len(),
                },
                State::Raw(element) => self.in_raw(rest, element, &mut out),
                State::Tag | State::BeforeValue | State::Value(_) => {
                    self.in_tag(next);
                    out.push(next);
                    next.len_utf8()
                }
            };
            rest = &rest[bytes..];
        }
        out
    }

    fn in_text(&mut self, rest: &str, next: char, out: &mut String) -> usize {
        if next != '<' {
            let end = rest.find('<').unwrap_or(rest.len());
            out.push_str(&rest[..end]);
            return end;
        }
        if rest.starts_with("<!--") {
            self.state = State::Comment;
            return 4;
        }
        let inner = rest[1..].strip_prefix('/').unwrap_or(&rest[1..]);
        let name: String = inner
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ':'))
            .collect();
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let closes = inner.len() < rest.len() - 1;
            self.element = if closes {
                String::new()
            } else {
                name.to_ascii_lowercase()
            };
            self.name.clear();
            self.state = State::Tag;
            let bytes = rest.len() - inner.len() + name.len();
            out.push_str(&rest[..bytes]);
            return bytes;
        }
        let is_declaration = rest
            .get(..9)
            .is_some_and(|word| word.eq_ignore_ascii_case("<!doctype"));
        out.push_str(if is_declaration { "<" } else { "&lt;" });
        1
    }

    fn in_raw(&mut self, rest: &str, element: &'static str, out: &mut String) -> usize {
        let closing = format!("</{element}");
        let end = rest.to_ascii_lowercase().find(&closing);
        let bytes = end.unwrap_or(rest.len());
        out.push_str(&rest[..bytes]);
        if end.is_some() {
            self.element.clear();
            self.name.clear();
            self.state = State::Tag;
            out.push_str(&rest[bytes..bytes + closing.len()]);
            return bytes + closing.len();
        }
        bytes
    }

    fn in_tag(&mut self, next: char) {
        let is_space = next.is_ascii_whitespace();
        match self.state {
            State::Value(Some(quote)) if next == quote => self.after_value(),
            State::Value(None) if is_space => self.after_value(),
            State::Tag | State::BeforeValue | State::Value(None) if next == '>' => {
                let raw = RAW.into_iter().find(|raw| *raw == self.element);
                self.state = raw.map_or(State::Text, State::Raw);
            }
            State::Value(_) => self.address.push(next),
            State::BeforeValue if matches!(next, '"' | '\'') => self.begin_value(Some(next)),
            State::BeforeValue if !is_space => {
                self.begin_value(None);
                self.address.push(next);
            }
            State::Tag if next == '=' => self.state = State::BeforeValue,
            State::Tag if is_space || next == '/' => self.name.clear(),
            State::Tag => self.name.push(next.to_ascii_lowercase()),
            State::Text | State::Comment | State::BeforeValue | State::Raw(_) => {}
        }
    }

    fn begin_value(&mut self, quote: Option<char>) {
        self.address.clear();
        self.state = State::Value(quote);
    }

    fn after_value(&mut self) {
        self.name.clear();
        self.state = State::Tag;
    }

    fn attribute(&self) -> Attribute {
        let name = self.name.strip_prefix("data-").unwrap_or(&self.name);
        if ADDRESSES.contains(&name) || ["src", "uri", "url"].iter().any(|part| name.contains(part)) {
            Attribute::Address
        } else if name.starts_with("on") {
            Attribute::Script
        } else if name == "style" {
            Attribute::Style
        } else {
            Attribute::Plain
        }
    }

    /// A value, escaped for where it stands. `escaped`: the template has done so for text.
    pub(crate) fn value(&mut self, value: &Value, escaped: bool) -> String {
        let text = value.printed();
        match self.state {
            State::Text if escaped || matches!(value, Value::Safe(Safe::Html, _)) => text,
            State::Text => escape::text(&text),
            State::Comment => String::new(),
            State::Tag => escape::name(&text),
            State::BeforeValue => {
                self.begin_value(None);
                self.attribute_value(value, &text, None)
            }
            State::Value(quote) => self.attribute_value(value, &text, quote),
            State::Raw("script") => escape::script(value),
            State::Raw("style") => escape::style(&text),
            State::Raw(_) if escaped => text,
            State::Raw(_) => escape::text(&text),
        }
    }

    fn attribute_value(&mut self, value: &Value, text: &str, quote: Option<char>) -> String {
        let safe = match self.attribute() {
            Attribute::Plain if matches!(value, Value::Safe(Safe::Html, _)) => escape::without_tags(text),
            Attribute::Plain => text.to_owned(),
            Attribute::Address => {
                let is_safe = matches!(value, Value::Safe(Safe::Url, _));
                let written = escape::address(text, &self.address, is_safe);
                self.address.push_str(&written);
                written
            }
            Attribute::Script => escape::script(value),
            Attribute::Style => escape::style(text),
        };
        match quote {
            Some(_) => escape::text(&safe),
            None => escape::without_space(&safe),
        }
    }
}

#[cfg(test)]
mod tests;
