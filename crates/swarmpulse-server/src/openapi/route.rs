//! What the document says of a route.

use swarmpulse_api::Page;
use swarmpulse_store::Scope;
use utoipa::openapi::{ComponentsBuilder, HttpMethod, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::record::Record;
use crate::read::parameter::Parameter;

/// A route with one method.
pub(super) struct Route {
    /// Its name in the document, unique.
    pub id: &'static str,
    /// Its method.
    pub method: HttpMethod,
    /// Its path, with `{names}`.
    pub path: &'static str,
    /// The group it stands in.
    pub group: &'static str,
    /// One sentence.
    pub what: &'static str,
    /// The scope that a token needs; `None` is open to all.
    pub scope: Option<Scope>,
    /// The parameters of its query.
    pub parameters: &'static [Parameter],
    /// What it takes.
    pub body: Body,
    /// What it answers when all is well.
    pub answer: Answer,
}

/// What a route takes.
#[derive(Clone, Copy)]
pub(super) enum Body {
    /// Nothing.
    None,
    /// Records of a kind: an object, an array of them, or NDJSON.
    Records(&'static Record),
    /// JSON of a shape, with an example.
    Json(Shape, &'static str),
    /// Any text.
    Text(&'static str),
}

/// What a route answers when all is well.
#[derive(Clone, Copy)]
pub(super) struct Answer {
    /// The status.
    pub status: &'static str,
    /// What it means.
    pub what: &'static str,
    /// What it holds.
    pub content: Content,
}

/// What an answer holds.
#[derive(Clone, Copy)]
pub(super) enum Content {
    /// JSON of a shape.
    Json(Shape),
    /// Text of a media type.
    Text(&'static str),
    /// Server-sent events, the data of each of one of these shapes.
    Events(&'static [Shape]),
    /// Nothing.
    Nothing,
}

/// A shape: adds itself to the components and gives the reference.
pub(super) type Shape = fn(ComponentsBuilder) -> (ComponentsBuilder, RefOr<Schema>);

/// A type of the API.
pub(super) fn shape<T: ToSchema>(mut components: ComponentsBuilder) -> (ComponentsBuilder, RefOr<Schema>) {
    let mut needed = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut needed);
    for (name, schema) in needed {
        components = components.schema(name, schema);
    }
    (components, Ref::from_schema_name(T::name()).into())
}

/// A page of a type of the API.
pub(super) fn page<T: ToSchema>(components: ComponentsBuilder) -> (ComponentsBuilder, RefOr<Schema>) {
    let (components, _) = shape::<T>(components);
    let name = format!("PageOf{}", T::name());
    (
        components.schema(&name, Page::<T>::schema()),
        Ref::from_schema_name(name).into(),
    )
}

/// An answer of status 200 with JSON.
pub(super) const fn json(what: &'static str, shape: Shape) -> Answer {
    Answer {
        status: "200",
        what,
        content: Content::Json(shape),
    }
}

/// The names in braces of a path, in order.
pub(super) fn names_in(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}
