//! From the table of routes to the document.

use serde_json::{Value, json};
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, SchemaType};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths, RefOr,
    Required, Response, ResponseBuilder, Schema, Type,
};

use super::record::Record;
use super::route::{Body, Content, Route, names_in, shape};
use super::routes::{self, GROUPS};
use crate::read::parameter::{Form, Parameter};

const ABOUT: &str = "Watches fleets of AI agents and says, with evidence, which are alive. Times are RFC 3339 in UTC with \
    milliseconds; queries also take Unix seconds and times back from now as in `-1h`. Durations are seconds, ids \
    are texts, cursors are opaque. Errors are problem JSON (RFC 9457) with a `request_id` that the server's log names. \
    Parameters that a route does not know are refused. On loopback no token is needed; elsewhere send \
    `Authorization: Bearer TOKEN`. A token of a namespace sees nothing else.";
const TOKEN: &str = "token";

/// The document.
pub(super) fn document() -> OpenApi {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
    let scheme = scheme.description(Some(
        "`swarmpulse token create --scope ingest|read|admin` makes one.",
    ));
    let components = ComponentsBuilder::new().security_scheme(TOKEN, SecurityScheme::Http(scheme.build()));
    let (mut components, problem) = shape::<swarmpulse_api::Problem>(components);
    let mut paths = Paths::new();
    for route in routes::all() {
        let (extended, operation) = operation(route, components, &problem);
        components = extended;
        let item = PathItem::new(route.method.clone(), operation);
        match paths.paths.get_mut(route.path) {
            Some(known) => known.merge_operations(item),
            None => drop(paths.paths.insert(route.path.to_owned(), item)),
        }
    }
    let license = LicenseBuilder::new()
        .name("Apache-2.0")
        .identifier(Some("Apache-2.0"))
        .build();
    let info = InfoBuilder::new()
        .title("Swarmpulse")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license));
    let tags = GROUPS.map(|(name, what)| TagBuilder::new().name(name).description(Some(what)).build());
    OpenApiBuilder::new()
        .info(info)
        .paths(paths)
        .components(Some(components.build()))
        .tags(Some(tags))
        .build()
}

fn operation(
    route: &Route,
    components: ComponentsBuilder,
    problem: &RefOr<Schema>,
) -> (ComponentsBuilder, OperationBuilder) {
    let (components, body) = body(route.body, components);
    let (components, answer) = answer(route, components);
    let failure = ResponseBuilder::new()
        .description("A problem: what is wrong, and the way out.")
        .content(
            "application/problem+json",
            ContentBuilder::new().schema(Some(problem.clone())).build(),
        );
    let mut operation = OperationBuilder::new()
        .operation_id(Some(route.id))
        .tag(route.group)
        .summary(Some(route.what))
        .request_body(body)
        .response(route.answer.status, answer)
        .response("default", failure);
    for name in names_in(route.path) {
        operation = operation.parameter(path_parameter(name));
    }
    for parameter in route.parameters {
        operation = operation.parameter(query_parameter(parameter));
    }
    if let Some(scope) = route.scope {
        let needs = SecurityRequirement::new::<&str, [&str; 0], &str>(TOKEN, []);
        operation = operation
            .security(needs)
            .security(SecurityRequirement::default())
            .description(Some(format!(
                "Needs a token of the scope `{}`; none on loopback.",
                scope.as_str()
            )));
    }
    (components, operation)
}

fn body(body: Body, components: ComponentsBuilder) -> (ComponentsBuilder, Option<RequestBody>) {
    let example = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    match body {
        Body::None => (components, None),
        Body::Text(what) => {
            let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
            let content = ContentBuilder::new().schema(Some(text)).build();
            let body = RequestBodyBuilder::new()
                .description(Some(what))
                .content("text/plain", content)
                .build();
            (components, Some(body))
        }
        Body::Json(shape, text) => {
            let (components, schema) = shape(components);
            let content = ContentBuilder::new()
                .schema(Some(schema))
                .example(Some(example(text)))
                .build();
            let body = RequestBodyBuilder::new()
                .required(Some(Required::True))
                .content("application/json", content);
            (components, Some(body.build()))
        }
        Body::Records(record) => {
            let components = components.schema(record.name, record.schema());
            let one: RefOr<Schema> = utoipa::openapi::Ref::from_schema_name(record.name).into();
            let sample = example(record.example);
            let json = ContentBuilder::new()
                .schema(Some(Record::one_or_many(one.clone())))
                .example(Some(sample))
                .build();
            let lines = ContentBuilder::new().schema(Some(one)).build();
            let body = RequestBodyBuilder::new()
                .description(Some(
                    "One object, an array of them, or one a line; plain, or with `Content-Encoding` gzip, zstd or deflate.",
                ))
                .required(Some(Required::True))
                .content("application/json", json)
                .content("application/x-ndjson", lines);
            (components, Some(body.build()))
        }
    }
}

fn answer(route: &Route, mut components: ComponentsBuilder) -> (ComponentsBuilder, Response) {
    let answer = ResponseBuilder::new().description(route.answer.what);
    let answer = match route.answer.content {
        Content::Nothing => answer,
        Content::Text(media_type) => answer.content(media_type, ContentBuilder::new().build()),
        Content::Json(shape) => {
            let (extended, schema) = shape(components);
            components = extended;
            answer.content(
                "application/json",
                ContentBuilder::new().schema(Some(schema)).build(),
            )
        }
        Content::Events(shapes) => {
            let mut one_of = OneOfBuilder::new();
            for shape in shapes {
                let (extended, schema) = shape(components);
                components = extended;
                one_of = one_of.item(schema);
            }
            answer.content(
                "text/event-stream",
                ContentBuilder::new().schema(Some(one_of)).build(),
            )
        }
    };
    (components, answer.build())
}

fn path_parameter(name: &str) -> ParameterBuilder {
    let (what, example) = match name {
        "agent" => ("The agent's id.", "bot-1"),
        "signal" => ("`start`, `fail`, `log` or an exit code.", "0"),
        "position" => ("A place in the journal, as evidence names it.", "0-1234"),
        "job" => ("The label `job`.", "nightly"),
        "*labels" => ("Pairs of label and value, divided by `/`.", "instance/a"),
        "metric_type" => ("process, health, fleet, tasks, services or host.", "process"),
        _ => ("Its id.", "bot-1"),
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(what))
        .schema(Some(
            ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)),
        ))
        .example(Some(json!(example)))
}

fn query_parameter(parameter: &Parameter) -> ParameterBuilder {
    let of = |kind| ObjectBuilder::new().schema_type(SchemaType::Type(kind));
    let (schema, example): (ObjectBuilder, Value) = match parameter.form {
        Form::Count { default, max } => {
            let schema = of(Type::Integer)
                .minimum(Some(0_u64))
                .maximum(Some(max as u64))
                .default(Some(json!(default)));
            (schema, json!(parameter.example.parse::<u64>().unwrap_or(0)))
        }
        Form::Words { words, many: false } => (
            of(Type::String).enum_values(Some(words.iter().copied())),
            json!(parameter.example),
        ),
        Form::Words { words, many: true } => {
            let any = words.join("|");
            (
                of(Type::String).pattern(Some(format!("^({any})(,({any}))*$"))),
                json!(parameter.example),
            )
        }
        Form::Flag => (of(Type::Boolean), json!(parameter.example == "true")),
        Form::Text | Form::Time | Form::Span => (of(Type::String), json!(parameter.example)),
    };
    ParameterBuilder::new()
        .name(parameter.name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(parameter.what))
        .schema(Some(schema))
        .example(Some(example))
}
