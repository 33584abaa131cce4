//! Parameters of a query: what a route knows, said once for parsing and for the document.

/// One parameter of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub what: &'static str,
    /// What it looks like.
    pub form: Form,
    /// An example.
    pub example: &'static str,
}

/// What a parameter looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Any text.
    Text,
    /// A whole number from 0 up to this.
    Count {
        /// Without the parameter.
        default: usize,
        /// The most.
        max: usize,
    },
    /// One of these, or several with commas between them.
    Words {
        /// Those known.
        words: &'static [&'static str],
        /// Whether several may be given.
        many: bool,
    },
    /// A point in time.
    Time,
    /// A span of time.
    Span,
    /// `true` or `false`.
    Flag,
}

pub(crate) const fn text(name: &'static str, what: &'static str, example: &'static str) -> Parameter {
    Parameter {
        name,
        what,
        form: Form::Text,
        example,
    }
}

pub(crate) const fn one_of(
    name: &'static str,
    what: &'static str,
    words: &'static [&'static str],
) -> Parameter {
    Parameter {
        name,
        what,
        form: Form::Words { words, many: false },
        example: words[0],
    }
}

pub(crate) const fn some_of(
    name: &'static str,
    what: &'static str,
    words: &'static [&'static str],
) -> Parameter {
    Parameter {
        name,
        what,
        form: Form::Words { words, many: true },
        example: words[0],
    }
}

pub(crate) const fn time(name: &'static str, what: &'static str) -> Parameter {
    Parameter {
        name,
        what,
        form: Form::Time,
        example: "-1h",
    }
}

pub(crate) const fn flag(name: &'static str, what: &'static str) -> Parameter {
    Parameter {
        name,
        what,
        form: Form::Flag,
        example: "true",
    }
}

pub(crate) const LIMIT: Parameter = Parameter {
    name: "limit",
    what: "Items of a page.",
    form: Form::Count {
        default: 100,
        max: 1000,
    },
    example: "100",
};
pub(crate) const CURSOR: Parameter = text("cursor", "Where the page before ended: its `next`.", "id-1f4");
pub(crate) const NAMESPACE: Parameter = text(
    "namespace",
    "One namespace alone; a token of a namespace sees no other.",
    "default",
);
pub(crate) const IN_NAMESPACE: Parameter = text(
    "namespace",
    "The namespace that it is in; the token's or `default` without it.",
    "default",
);
pub(crate) const FROM: Parameter = time(
    "from",
    "From this time on: RFC 3339, Unix seconds, or back from now as in `-1h`.",
);
pub(crate) const TO: Parameter = time("to", "Before this time: as `from`; now without it.");
