//! The document as a page: groups, routes, parameters, an example of each, and the shapes. No script, nothing external.

use std::fmt::Write;

use serde_json::Value;

use super::routes;

/// The page's style: the tokens of the first page, so that both look like one.
pub(super) const STYLE: &str = include_str!("page.css");

const METHODS: [&str; 4] = ["get", "post", "delete", "put"];
const SERVER: &str = "http://127.0.0.1:9870";

/// The page of a document.
pub(super) fn page(document: &str) -> String {
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let mut page = Page {
        text: String::with_capacity(128 << 10),
    };
    page.head(&document);
    for group in items(&document["tags"]) {
        page.group(&document, group);
    }
    page.shapes(&document["components"]["schemas"]);
    page.text.push_str("</main></body></html>\n");
    page.text
}

struct Page {
    text: String,
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn pairs(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text_of<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// Operations of a group: method, path, operation.
fn operations<'d>(document: &'d Value, group: &str) -> Vec<(&'static str, &'d str, &'d Value)> {
    let all = pairs(&document["paths"]).flat_map(|(path, item)| {
        METHODS
            .into_iter()
            .filter_map(move |method| Some((method, path.as_str(), item.get(method)?)))
    });
    let mut of_group: Vec<_> = all
        .filter(|(_, _, operation)| operation["tags"][0] == group)
        .collect();
    // The order of the table: the parsed document has lost it.
    of_group.sort_by_key(|(_, _, operation)| {
        routes::all().position(|route| operation["operationId"] == route.id)
    });
    of_group
}

impl Page {
    /// Writes with everything between the marks escaped by the caller.
    fn put(&mut self, html: impl AsRef<str>) {
        self.text.push_str(html.as_ref());
    }

    fn head(&mut self, document: &Value) {
        let info = &document["info"];
        let (title, version) = (escape(text_of(info, "title")), escape(text_of(info, "version")));
        let _ = write!(
            self.text,
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} API</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <link rel=\"stylesheet\" href=\"/api.css\"></head>\n<body><header><a href=\"/\">{title}</a> <span>API \
             {version}</span> <a href=\"/openapi.json\">openapi.json</a></header>\n<main><h1>The API</h1>\n<p>{}</p>\n\
             <nav><ul>\n",
            prose(text_of(info, "description")),
        );
        for group in items(&document["tags"]) {
            let name = text_of(group, "name");
            let _ = writeln!(
                self.text,
                "<li><a href=\"#{}\">{}</a><ul>",
                anchor(name),
                escape(name)
            );
            for (method, path, operation) in operations(document, name) {
                let id = escape(text_of(operation, "operationId"));
                let _ = writeln!(
                    self.text,
                    "<li><a href=\"#{id}\"><b>{}</b> <code>{}</code></a></li>",
                    method.to_uppercase(),
                    escape(path)
                );
            }
            self.put("</ul></li>\n");
        }
        self.put("<li><a href=\"#shapes\">Shapes</a></li>\n</ul></nav>\n");
    }

    fn group(&mut self, document: &Value, group: &Value) {
        let name = text_of(group, "name");
        let _ = writeln!(
            self.text,
            "<h2 id=\"{}\">{}</h2>\n<p>{}</p>",
            anchor(name),
            escape(name),
            prose(text_of(group, "description"))
        );
        for (method, path, operation) in operations(document, name) {
            self.operation(method, path, operation);
        }
    }

    fn operation(&mut self, method: &str, path: &str, operation: &Value) {
        let _ = writeln!(
            self.text,
            "<section id=\"{}\"><h3><b>{}</b> <code>{}</code></h3>\n<p>{} {}</p>",
            escape(text_of(operation, "operationId")),
            method.to_uppercase(),
            escape(path),
            prose(text_of(operation, "summary")),
            prose(text_of(operation, "description")),
        );
        let parameters: Vec<&Value> = items(&operation["parameters"]).collect();
        if !parameters.is_empty() {
            self.put("<table><tr><th>Parameter</th><th>Is</th><th></th></tr>\n");
            for parameter in parameters {
                self.parameter(parameter);
            }
            self.put("</table>\n");
        }
        let body = &operation["requestBody"];
        if body.is_object() {
            let shape = pairs(&body["content"])
                .next()
                .map(|(_, content)| form(&content["schema"]));
            let _ = writeln!(
                self.text,
                "<p>Takes {}. {}</p>",
                shape.unwrap_or_default(),
                prose(text_of(body, "description"))
            );
        }
        let _ = writeln!(self.text, "<pre>{}</pre>", escape(&curl(method, path, operation)));
        self.put("<dl>\n");
        for (status, answer) in pairs(&operation["responses"]) {
            let shapes: Vec<String> = pairs(&answer["content"])
                .map(|(_, content)| form(&content["schema"]))
                .collect();
            let shapes = shapes
                .into_iter()
                .filter(|shape| !shape.is_empty())
                .collect::<Vec<_>>()
                .join(", ");
            let status = if status == "default" { "else" } else { status };
            let what = prose(text_of(answer, "description"));
            let _ = writeln!(self.text, "<dt>{}</dt><dd>{what} {shapes}</dd>", escape(status));
        }
        self.put("</dl></section>\n");
    }

    fn parameter(&mut self, parameter: &Value) {
        let schema = &parameter["schema"];
        let mut kind = form(schema);
        if let Some(default) = schema.get("default") {
            let _ = write!(kind, ", {default} by default");
        }
        if let Some(most) = schema.get("maximum") {
            let _ = write!(kind, ", at most {most}");
        }
        if let Some(pattern) = schema["pattern"].as_str() {
            let words = pattern
                .trim_start_matches("^(")
                .split(')')
                .next()
                .unwrap_or_default();
            let _ = write!(kind, ": some of {}", escape(&words.replace('|', ", ")));
        }
        let _ = writeln!(
            self.text,
            "<tr><td><code>{}</code>{}</td><td>{kind}</td><td>{}</td></tr>",
            escape(text_of(parameter, "name")),
            if parameter["in"] == "path" { " (path)" } else { "" },
            prose(text_of(parameter, "description")),
        );
    }

    fn shapes(&mut self, schemas: &Value) {
        self.put("<h2 id=\"shapes\">Shapes</h2>\n");
        for (name, schema) in pairs(schemas) {
            let _ = writeln!(
                self.text,
                "<section id=\"shape-{0}\"><h3>{0}</h3>\n<p>{1}</p>",
                escape(name),
                prose(text_of(schema, "description"))
            );
            let parts: Vec<&Value> = match schema["allOf"].as_array() {
                Some(parts) => parts.iter().collect(),
                None => vec![schema],
            };
            self.put("<table><tr><th>Field</th><th>Is</th><th></th></tr>\n");
            for part in parts {
                self.fields(part);
            }
            self.put("</table></section>\n");
        }
    }

    fn fields(&mut self, schema: &Value) {
        if schema["$ref"].is_string() {
            let _ = writeln!(
                self.text,
                "<tr><td>all of</td><td>{}</td><td></td></tr>",
                form(schema)
            );
        }
        if let Some(words) = schema["enum"].as_array() {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            let _ = writeln!(
                self.text,
                "<tr><td>one of</td><td>{}</td><td></td></tr>",
                escape(&words.join(", "))
            );
        }
        for (name, field) in pairs(&schema["properties"]) {
            let is_needed = items(&schema["required"]).any(|needed| needed == name.as_str());
            let _ = writeln!(
                self.text,
                "<tr><td><code>{}</code>{}</td><td>{}</td><td>{}</td></tr>",
                escape(name),
                if is_needed { "" } else { " <i>optional</i>" },
                form(field),
                prose(text_of(field, "description")),
            );
        }
    }
}

/// What a schema is, in a few words; shapes are links.
fn form(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = escape(reference.rsplit('/').next().unwrap_or_default());
        return format!("<a href=\"#shape-{name}\">{name}</a>");
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if schema[several].is_array() {
            let forms: Vec<String> = items(&schema[several])
                .map(form)
                .filter(|form| form != "null")
                .collect();
            return forms.join(" or ");
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return escape(&format!("one of {}", words.join(", ")));
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .filter(|kind| *kind != "null")
            .collect(),
        _ => Vec::new(),
    };
    if kinds == ["array"] {
        return format!("list of {}", form(&schema["items"]));
    }
    escape(&kinds.join(" or "))
}

/// A command that can be tried as it stands.
fn curl(method: &str, path: &str, operation: &Value) -> String {
    let mut path = path.to_owned();
    let mut query = String::new();
    for parameter in items(&operation["parameters"]) {
        let (name, example) = (text_of(parameter, "name"), &parameter["example"]);
        let example = example
            .as_str()
            .map_or_else(|| example.to_string(), str::to_owned);
        if parameter["in"] == "path" {
            path = path.replace(&format!("{{{name}}}"), &example);
        } else if name == "around" {
            query = format!("?{name}={example}");
        }
    }
    let content = &operation["requestBody"]["content"];
    let body = content["application/json"]["example"].clone();
    let body = if body.is_null() {
        String::new()
    } else {
        format!(" -d '{body}'")
    };
    let flags = match method {
        "get" if operation["responses"]["200"]["content"]["text/event-stream"].is_object() => " -N",
        "post" if body.is_empty() => " -X POST",
        "delete" => " -X DELETE",
        _ => "",
    };
    format!("curl{flags}{body} '{SERVER}{path}{query}'")
}

/// Text for HTML.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Escaped text with what stands between backticks as code.
fn prose(text: &str) -> String {
    let escaped = escape(text);
    let mut html = String::with_capacity(escaped.len());
    for (number, part) in escaped.split('`').enumerate() {
        if number % 2 == 1 {
            html.push_str("<code>");
            html.push_str(part);
            html.push_str("</code>");
        } else {
            html.push_str(part);
        }
    }
    html
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::super::document_text;
    use super::*;

    #[test]
    fn every_route_and_shape_is_on_the_page_and_every_link_leads_somewhere() {
        let document = document_text();
        let page = page(&document);
        let document: Value = serde_json::from_str(&document).unwrap();
        for (path, _) in pairs(&document["paths"]) {
            assert!(
                page.contains(&format!("<code>{}</code></h3>", escape(path))),
                "{path}"
            );
        }
        let ids: std::collections::BTreeSet<&str> = page
            .split(" id=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        for link in page
            .split("href=\"#")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
        {
            assert!(ids.contains(link), "#{link} leads nowhere");
        }
        assert!(ids.len() > 60, "{}", ids.len());
    }

    #[test]
    fn nothing_on_the_page_is_from_elsewhere_or_unescaped() {
        let page = page(&document_text());
        for foreign in ["<script", "src=", "style=\"", "<style", "href=\"http"] {
            assert!(!page.contains(foreign), "{foreign}");
        }
        assert_eq!(
            prose("a `<b>` & \"c\""),
            "a <code>&lt;b&gt;</code> &amp; &quot;c&quot;"
        );
    }
}
