//! The records that are taken in: the fields of each, as the decoder reads them.

use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, OneOfBuilder, SchemaType};
use utoipa::openapi::{RefOr, Schema, Type};

/// A kind of record.
pub(super) struct Record {
    /// Its name among the shapes.
    pub name: &'static str,
    /// What it says.
    pub what: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
    /// An example.
    pub example: &'static str,
}

/// A field of a record.
pub(super) struct Field {
    name: &'static str,
    is: Is,
    needed: bool,
    what: &'static str,
}

/// What a field may be.
#[derive(Clone, Copy)]
enum Is {
    Id,
    Text,
    Whole,
    Number,
    Flag,
    Time,
    Ids,
    Word(&'static [&'static str]),
    /// Named numbers; these alone where there are any.
    Numbers(&'static [&'static str]),
    Object,
}

const fn needed(name: &'static str, is: Is, what: &'static str) -> Field {
    Field {
        name,
        is,
        needed: true,
        what,
    }
}

const fn field(name: &'static str, is: Is, what: &'static str) -> Field {
    Field {
        name,
        is,
        needed: false,
        what,
    }
}

const ATTRIBUTES: Field = field(
    "attributes",
    Is::Object,
    "Anything else; so are fields that are not listed.",
);
const AT: Field = field("at", Is::Time, "The sender's clock: measured, never trusted.");
const STATUSES: &[&str] = &[
    "pending",
    "claiming",
    "assigned",
    "running",
    "validating",
    "completed",
    "failed",
    "cancelled",
    "retrying",
];

pub(super) const HEARTBEAT: Record = Record {
    name: "Heartbeat",
    what: "An agent is there.",
    fields: &[
        needed("agent", Is::Id, "The agent's id."),
        field("kind", Is::Id, "What sort of agent."),
        field(
            "instance",
            Is::Id,
            "One life of the agent; another value is a restart.",
        ),
        field("host", Is::Id, "The machine it runs on."),
        field(
            "pid",
            Is::Whole,
            "Its process; on the server's own host it is watched by the process probe.",
        ),
        field("sandbox", Is::Id, "The sandbox it runs in."),
        field(
            "status",
            Is::Text,
            "What it does, in its own words; common words have a meaning.",
        ),
        field("task", Is::Id, "The task in hand."),
        field("interval_s", Is::Number, "How often it will report, in seconds."),
        field(
            "on_demand",
            Is::Flag,
            "It reports only while it works: its silence without open work is no sign of death.",
        ),
        field(
            "sequence",
            Is::Whole,
            "Counts its reports within one instance; a gap is lost telemetry.",
        ),
        AT,
        field("metrics", Is::Numbers(&[]), "Numbers about itself."),
        ATTRIBUTES,
    ],
    example: r#"{"agent": "bot-1", "status": "working", "interval_s": 10, "metrics": {"queue_depth": 3}}"#,
};

pub(super) const EVENT: Record = Record {
    name: "Event",
    what: "Something happened to or in an agent. An id that was seen before is dropped.",
    fields: &[
        needed(
            "type",
            Is::Id,
            "What happened: `agent.tool_use`, `iteration.completed`, anything.",
        ),
        field(
            "event",
            Is::Id,
            "The event's own id; a second one of the same id is dropped.",
        ),
        field(
            "source",
            Is::Word(&["agent", "worker", "system"]),
            "Who says so; `system` is never progress.",
        ),
        field("agent", Is::Id, "The agent it is about."),
        field("instance", Is::Id, "The life of the agent that sent it."),
        field("sandbox", Is::Id, "The sandbox it happened in."),
        field("task", Is::Id, "The task it belongs to."),
        AT,
        field("size_bytes", Is::Whole, "The size of what was sent."),
        field(
            "data",
            Is::Object,
            "What the sender says about it; payloads are redacted unless they are kept.",
        ),
        ATTRIBUTES,
    ],
    example: r#"{"event": "e-1", "type": "agent.tool_use", "agent": "bot-1", "data": {"tool": "grep"}}"#,
};

pub(super) const TASK: Record = Record {
    name: "TaskState",
    what: "The state of a unit of work. A finished task is overwritten only by a later attempt.",
    fields: &[
        needed("task", Is::Id, "The task's id."),
        needed("status", Is::Word(STATUSES), "Where it is in its life."),
        field("type", Is::Id, "What sort of work; limits go by it."),
        field("queue", Is::Id, "The queue it came from."),
        field("agent", Is::Id, "The agent that has it."),
        field("sandbox", Is::Id, "The sandbox it runs in."),
        field("priority", Is::Text, "Its priority, as the sender names it."),
        field("user", Is::Text, "Whom it is for."),
        field("attempt", Is::Whole, "1 for the first try."),
        field(
            "queued_at",
            Is::Time,
            "When it was queued, by the sender's clock.",
        ),
        field(
            "assigned_at",
            Is::Time,
            "When it was given to a worker, by the sender's clock.",
        ),
        field("started_at", Is::Time, "When work began, by the sender's clock."),
        field("finished_at", Is::Time, "When it ended, by the sender's clock."),
        field(
            "timeout_s",
            Is::Number,
            "The longest it may go without progress, in seconds.",
        ),
        field("error", Is::Text, "Why it failed."),
        field("retryable", Is::Flag, "Whether another attempt makes sense."),
        ATTRIBUTES,
    ],
    example: r#"{"task": "t-1", "type": "crawl", "status": "running", "agent": "bot-1"}"#,
};

pub(super) const CALL: Record = Record {
    name: "Call",
    what: "A call of a service, opened or closed. `operation: cycle` measures an agent's own cycle time.",
    fields: &[
        needed("service", Is::Id, "What was called."),
        field("call", Is::Id, "Pairs the opening with the closing."),
        field("operation", Is::Text, "What was asked of it."),
        field("agent", Is::Id, "Who called."),
        field("task", Is::Id, "What for."),
        field(
            "state",
            Is::Word(&["open", "closed"]),
            "Whether it has begun or ended.",
        ),
        field("status_code", Is::Whole, "The answer's HTTP status."),
        field("latency_ms", Is::Number, "How long it took, in milliseconds."),
        field(
            "timeout_s",
            Is::Number,
            "The longest it may stay open, in seconds.",
        ),
        field("error", Is::Text, "What went wrong."),
        AT,
        ATTRIBUTES,
    ],
    example: r#"{"service": "llm", "call": "c-1", "agent": "bot-1", "state": "closed", "status_code": 200, "latency_ms": 812.5}"#,
};

pub(super) const SANDBOX: Record = Record {
    name: "SandboxState",
    what: "The state of a container or machine that agents run in.",
    fields: &[
        needed(
            "sandbox",
            Is::Id,
            "The sandbox's id, the provider's where there is one.",
        ),
        field("provider", Is::Id, "Who runs it."),
        field(
            "state",
            Is::Id,
            "The provider's own word; common words have a meaning.",
        ),
        field("agent", Is::Id, "The agent it was made for."),
        field("task", Is::Id, "The task it was made for."),
        field(
            "created_at",
            Is::Time,
            "When it was made, by the provider's clock.",
        ),
        field(
            "last_activity_at",
            Is::Time,
            "When the provider last saw it do something.",
        ),
        field(
            "resources",
            Is::Numbers(&["cpu", "memory_bytes", "disk_bytes"]),
            "What it was given.",
        ),
        field(
            "usage",
            Is::Numbers(&[
                "cpu_ratio",
                "memory_bytes",
                "disk_bytes",
                "network_receive_bytes",
                "network_transmit_bytes",
            ]),
            "What it uses.",
        ),
        field(
            "price_per_hour_usd",
            Is::Number,
            "What an hour costs, in US dollars.",
        ),
        ATTRIBUTES,
    ],
    example: r#"{"sandbox": "sb-1", "provider": "docker", "state": "running", "agent": "bot-1"}"#,
};

pub(super) const SERVICE: Record = Record {
    name: "ServiceDeclaration",
    what: "A service that agents call is declared.",
    fields: &[
        needed("service", Is::Id, "The service's id."),
        field("url", Is::Text, "Where it listens."),
        field(
            "kind",
            Is::Id,
            "What sort: `http`, `llm`, `postgres`, `queue`, ...",
        ),
        field("depends_on", Is::Ids, "The services it needs."),
        ATTRIBUTES,
    ],
    example: r#"{"service": "api", "kind": "http", "depends_on": ["database"]}"#,
};

pub(super) const FAILURE: Record = Record {
    name: "Failure",
    what: "A task failed.",
    fields: &[
        field("task", Is::Id, "The task that failed."),
        field("agent", Is::Id, "The agent that had it."),
        field("type", Is::Id, "What sort of task."),
        field("error", Is::Text, "What went wrong."),
        field("error_code", Is::Text, "A short code for it."),
        AT,
        ATTRIBUTES,
    ],
    example: r#"{"task": "t-1", "agent": "bot-1", "error": "timed out", "error_code": "E42"}"#,
};

impl Record {
    /// One record.
    pub(super) fn schema(&self) -> RefOr<Schema> {
        let mut object = ObjectBuilder::new().description(Some(self.what));
        for field in self.fields {
            object = object.property(field.name, field.schema());
            if field.needed {
                object = object.required(field.name);
            }
        }
        object
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .into()
    }

    /// One record or several.
    pub(super) fn one_or_many(one: RefOr<Schema>) -> RefOr<Schema> {
        OneOfBuilder::new()
            .item(one.clone())
            .item(ArrayBuilder::new().items(one))
            .into()
    }
}

impl Field {
    fn schema(&self) -> RefOr<Schema> {
        let of = |kind: Type| {
            ObjectBuilder::new()
                .schema_type(SchemaType::Type(kind))
                .description(Some(self.what))
        };
        match self.is {
            Is::Id => of(Type::String).min_length(Some(1)).max_length(Some(200)).into(),
            Is::Text => of(Type::String).into(),
            Is::Whole => of(Type::Integer).minimum(Some(0)).into(),
            Is::Number => of(Type::Number).minimum(Some(0)).into(),
            Is::Flag => of(Type::Boolean).into(),
            Is::Time => ObjectBuilder::new()
                .schema_type(SchemaType::Array(vec![Type::String, Type::Number]))
                .description(Some(format!("{} RFC 3339 or Unix seconds.", self.what)))
                .into(),
            Is::Ids => ArrayBuilder::new()
                .items(ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)))
                .description(Some(self.what))
                .into(),
            Is::Word(words) => of(Type::String).enum_values(Some(words.iter().copied())).into(),
            Is::Numbers(names) => {
                let number = || ObjectBuilder::new().schema_type(SchemaType::Type(Type::Number));
                let object = names
                    .iter()
                    .fold(of(Type::Object), |object, name| object.property(*name, number()));
                if names.is_empty() {
                    object
                        .additional_properties(Some(RefOr::<Schema>::from(number())))
                        .into()
                } else {
                    object.into()
                }
            }
            Is::Object => of(Type::Object)
                .additional_properties(Some(AdditionalProperties::FreeForm(true)))
                .into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};
    use swarmpulse_model::Record as Decoded;
    use swarmpulse_wire::{Format, Kind, Limits, Privacy, decode_as};

    use super::*;

    const ALL: [(Kind, &Record); 7] = [
        (Kind::Heartbeats, &HEARTBEAT),
        (Kind::Events, &EVENT),
        (Kind::Tasks, &TASK),
        (Kind::Calls, &CALL),
        (Kind::Sandboxes, &SANDBOX),
        (Kind::Services, &SERVICE),
        (Kind::Failures, &FAILURE),
    ];

    fn decoded(kind: Kind, body: &Value) -> Result<Decoded, String> {
        let body = body.to_string();
        let privacy = Privacy::default();
        let mut decoded =
            decode_as(kind, Format::Auto, body.as_bytes(), &Limits::default(), &privacy).unwrap();
        match decoded.rejected.pop() {
            Some(rejection) => Err(rejection.error),
            None => Ok(decoded.records.remove(0)),
        }
    }

    fn sample(is: Is) -> Value {
        match is {
            Is::Id | Is::Text => json!("x-1"),
            Is::Whole => json!(200),
            Is::Number => json!(1.5),
            Is::Flag => json!(true),
            Is::Time => json!("2026-03-04T05:06:07Z"),
            Is::Ids => json!(["x-2"]),
            Is::Word(words) => json!(words[0]),
            Is::Numbers([]) => json!({"n": 1}),
            Is::Numbers(names) => names.iter().map(|name| ((*name).to_owned(), json!(1))).collect(),
            Is::Object => json!({}),
        }
    }

    /// The decoder knows every field: none becomes an attribute.
    #[test]
    fn the_fields_are_the_decoders() {
        for (kind, record) in ALL {
            let fields = record
                .fields
                .iter()
                .map(|field| (field.name.to_owned(), sample(field.is)));
            let body: Map<String, Value> = fields.collect();
            let record =
                decoded(kind, &body.into()).unwrap_or_else(|error| panic!("{}: {error}", kind.as_str()));
            let attributes = serde_json::to_value(&record).unwrap();
            let attributes = attributes.as_object().unwrap().values().next().unwrap()["attributes"].clone();
            assert_eq!(attributes, json!([]), "{}", kind.as_str());
        }
    }

    #[test]
    fn what_is_needed_is_needed_and_the_rest_is_not() {
        for (kind, record) in ALL {
            let needed: Vec<&Field> = record.fields.iter().filter(|field| field.needed).collect();
            let body = |left_out: Option<&str>| -> Value {
                let kept = needed.iter().filter(|field| Some(field.name) != left_out);
                Value::Object(
                    kept.map(|field| (field.name.to_owned(), sample(field.is)))
                        .collect(),
                )
            };
            if kind != Kind::Failures {
                decoded(kind, &body(None)).unwrap_or_else(|error| panic!("{}: {error}", kind.as_str()));
            }
            for field in &needed {
                let error = decoded(kind, &body(Some(field.name))).unwrap_err();
                assert!(error.contains(field.name), "{}: {error}", kind.as_str());
            }
        }
    }

    #[test]
    fn the_examples_are_taken() {
        for (kind, record) in ALL {
            let example: Value = serde_json::from_str(record.example).unwrap();
            decoded(kind, &example).unwrap_or_else(|error| panic!("{}: {error}", kind.as_str()));
        }
    }
}
