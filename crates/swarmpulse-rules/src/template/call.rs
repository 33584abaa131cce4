//! The table of functions, and what they are called with.

use swarmpulse_model::{Text, Timestamp};

use super::value::TemplateValue;
use super::{TemplateQueries, builtin, compare, functions, humanize, printf};

/// A function of templates.
#[derive(Debug)]
pub(super) struct Function {
    /// Its name.
    pub(super) name: &'static str,
    /// What its arguments must be; of any number more the last one holds.
    pub(super) takes: &'static [Sort],
    /// Any number of further arguments of the last sort may follow: at least so many are needed.
    pub(super) at_least: Option<usize>,
    /// The same arguments always give the same.
    pub(super) pure: bool,
    pub(super) run: Run,
}

/// What a function does.
pub(super) type Run = fn(&Surroundings<'_>, &[TemplateValue]) -> Result<TemplateValue, String>;

/// What an argument must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Any,
    String,
    Samples,
    Sample,
}

/// What functions know beside their arguments.
pub(super) struct Surroundings<'a> {
    pub(super) queries: &'a dyn TemplateQueries,
    pub(super) external_url: &'a str,
    pub(super) at: Timestamp,
}

impl Function {
    const fn new(name: &'static str, takes: &'static [Sort], run: Run) -> Self {
        Self {
            name,
            takes,
            at_least: None,
            pure: true,
            run,
        }
    }

    const fn many(name: &'static str, takes: &'static [Sort], at_least: usize, run: Run) -> Self {
        Self {
            at_least: Some(at_least),
            ..Self::new(name, takes, run)
        }
    }

    const fn impure(self) -> Self {
        Self { pure: false, ..self }
    }

    /// Whether it may be given so many arguments.
    pub(super) fn check_count(&self, count: usize) -> Result<(), String> {
        match self.at_least {
            Some(least) if count < least => Err(format!(
                "wrong number of args for {}: want at least {least} got {count}",
                self.name
            )),
            None if count != self.takes.len() => Err(format!(
                "wrong number of args for {}: want {} got {count}",
                self.name,
                self.takes.len()
            )),
            _ => Ok(()),
        }
    }

    /// What its argument at that place must be.
    pub(super) fn sort_of(&self, place: usize) -> Sort {
        let last = self.takes.last().copied().unwrap_or(Any);
        self.takes.get(place).copied().unwrap_or(last)
    }
}

impl Sort {
    /// Whether a value is of the sort.
    pub(super) fn fits(self, value: &TemplateValue) -> bool {
        match self {
            Self::Any => true,
            Self::String => matches!(value, TemplateValue::String(_)),
            Self::Samples => matches!(value, TemplateValue::List(_)),
            Self::Sample => matches!(value, TemplateValue::Map(_)),
        }
    }

    pub(super) fn type_name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::String => "string",
            Self::Samples => "template.queryResult",
            Self::Sample => "*template.sample",
        }
    }
}

use Sort::{Any, Sample, Samples, String as Str};

/// `and` and `or` stop at what decides: they are evaluated elsewhere.
fn decided_elsewhere(_: &Surroundings<'_>, _: &[TemplateValue]) -> Result<TemplateValue, String> {
    Ok(TemplateValue::Nil)
}

/// Every function. One line each.
const FUNCTIONS: &[Function] = &[
    // Go's own.
    Function::many("and", &[Any], 1, decided_elsewhere),
    Function::many("or", &[Any], 1, decided_elsewhere),
    Function::new("not", &[Any], builtin::not),
    Function::new("len", &[Any], builtin::len),
    Function::many("index", &[Any], 1, builtin::index),
    Function::many("slice", &[Any], 1, builtin::slice),
    Function::many("print", &[Any], 0, builtin::print),
    Function::many("println", &[Any], 0, builtin::println),
    Function::many("printf", &[Str, Any], 1, printf::run),
    Function::many("html", &[Any], 0, builtin::html),
    Function::many("js", &[Any], 0, builtin::js),
    Function::many("urlquery", &[Any], 0, builtin::urlquery),
    Function::many("eq", &[Any], 1, compare::eq),
    Function::new("ne", &[Any, Any], compare::ne),
    Function::new("lt", &[Any, Any], compare::lt),
    Function::new("le", &[Any, Any], compare::le),
    Function::new("gt", &[Any, Any], compare::gt),
    Function::new("ge", &[Any, Any], compare::ge),
    Function::many("call", &[Any], 1, builtin::call),
    // Those of Prometheus.
    Function::new("query", &[Str], functions::query).impure(),
    Function::new("first", &[Samples], functions::first),
    Function::new("label", &[Str, Sample], functions::label),
    Function::new("value", &[Sample], functions::value),
    Function::new("strvalue", &[Sample], functions::strvalue),
    Function::new("sortByLabel", &[Str, Samples], functions::sort_by_label),
    Function::many("args", &[Any], 0, functions::args),
    Function::new("safeHtml", &[Str], functions::safe_html),
    Function::new("externalURL", &[], functions::external_url),
    Function::new("pathPrefix", &[], functions::path_prefix),
    Function::new("title", &[Str], functions::title),
    Function::new("toUpper", &[Str], functions::to_upper),
    Function::new("toLower", &[Str], functions::to_lower),
    Function::new("match", &[Str, Str], functions::matches),
    Function::new("reReplaceAll", &[Str, Str, Str], functions::re_replace_all),
    Function::new("graphLink", &[Str], functions::graph_link),
    Function::new("tableLink", &[Str], functions::table_link),
    Function::new("stripPort", &[Str], functions::strip_port),
    Function::new("stripDomain", &[Str], functions::strip_domain),
    Function::new("urlQueryEscape", &[Str], functions::url_query_escape),
    Function::new("now", &[], functions::now).impure(),
    Function::new("humanize", &[Any], humanize::humanize),
    Function::new("humanize1024", &[Any], humanize::humanize_1024),
    Function::new("humanizeDuration", &[Any], humanize::humanize_duration),
    Function::new("humanizePercentage", &[Any], humanize::humanize_percentage),
    Function::new("humanizeTimestamp", &[Any], humanize::humanize_timestamp),
    Function::new("toTime", &[Any], humanize::to_time),
    Function::new("toDuration", &[Any], humanize::to_duration),
    Function::new("parseDuration", &[Str], humanize::parse_duration),
];

/// The function of that name.
pub(super) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// The text of an argument that was checked to be one.
pub(super) fn text(arguments: &[TemplateValue], place: usize) -> Text {
    match arguments.get(place) {
        Some(TemplateValue::String(text)) => text.clone(),
        _ => Text::default(),
    }
}
