//! Templates as Go has them (text/template, and of html/template its escaping), giving the same texts and the same errors.
//!
//! The functions beside Go's own, the data and the clock are the user's: rules and notifications have different ones. An
//! expansion is bounded in steps, depth and length, whatever the template says.

mod ast;
mod builtin;
mod compare;
mod exec;
mod expansion;
mod function;
mod html;
pub mod humanize;
mod kind;
mod lexer;
mod library;
mod number;
mod parser;
mod printf;
mod template;
pub mod texts;
mod time;
mod value;

pub use builtin::query_escaped;
pub use expansion::{Expansion, Limits};
pub use function::{Answer, Function, Run, Sort, Surroundings, text};
pub use kind::{ANY_LIST, ANY_MAP, Kind, Method, STRING_LIST, STRING_MAP, Shape};
pub use library::Library;
pub use template::{Template, TemplateError};
pub use time::{Time, duration_text};
pub use value::{List, Map, Safe, Text, Value};
