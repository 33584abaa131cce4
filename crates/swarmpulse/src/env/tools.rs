//! What each tool needs, as its own documentation says.

use clap::ValueEnum;

use super::quote::{Part, Shell};
use super::tool_name;
use crate::connect::TokenSource;

/// A tool that can report here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tool {
    /// Anthropic's Claude Code and its SDK.
    ClaudeCode,
    /// `OpenAI`'s Codex CLI.
    Codex,
    /// Google's Gemini CLI.
    Gemini,
    /// A Python program with OpenTelemetry, or one that speaks to Swarmpulse itself.
    Python,
    /// Anything with an OpenTelemetry SDK.
    Otel,
}

/// What is asked for.
pub struct Request<'a> {
    /// The tool.
    pub tool: Tool,
    /// The agent's name, where it is given.
    pub name: Option<&'a str>,
    /// The server, without a final slash.
    pub endpoint: &'a str,
    /// This machine.
    pub host: &'a str,
    /// Where the token is.
    pub token: TokenSource,
    /// Resource attributes that are set already; ours are laid over them.
    pub inherited: &'a str,
}

/// What the tool needs.
#[derive(Debug, Default)]
pub struct Settings {
    /// Variables to export.
    pub exports: Vec<(&'static str, Vec<Part>)>,
    /// A program that is called with more arguments, as variables do not suffice.
    pub wrapper: Option<(&'static str, Vec<Vec<Part>>)>,
    /// What a person should know.
    pub hints: Vec<String>,
}

impl Settings {
    /// The lines that a shell evaluates.
    #[must_use]
    pub fn render(&self, shell: Shell) -> String {
        let exports = self.exports.iter().map(|(name, parts)| shell.export(name, parts));
        let wrapper = self
            .wrapper
            .iter()
            .map(|(program, arguments)| shell.wrap(program, arguments));
        exports.chain(wrapper).map(|line| format!("{line}\n")).collect()
    }

    fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.exports.push((name, vec![Part::text(value)]));
    }
}

/// The settings of a tool.
#[must_use]
pub fn settings(request: &Request<'_>) -> Settings {
    let mut settings = Settings::default();
    match request.tool {
        Tool::ClaudeCode => {
            settings.set("CLAUDE_CODE_ENABLE_TELEMETRY", "1");
            exporters(&mut settings, request, &["METRICS", "LOGS"]);
            settings.set("OTEL_METRIC_EXPORT_INTERVAL", "10000");
            settings.set("OTEL_LOGS_EXPORT_INTERVAL", "2000");
            settings.hints.push(
                "start `claude` in this shell; prompts are not sent unless you set OTEL_LOG_USER_PROMPTS=1"
                    .to_owned(),
            );
        }
        Tool::Codex => codex(&mut settings, request),
        Tool::Gemini => {
            settings.set("GEMINI_TELEMETRY_ENABLED", "true");
            settings.set("GEMINI_TELEMETRY_TARGET", "local");
            settings.set("GEMINI_TELEMETRY_OTLP_ENDPOINT", request.endpoint);
            settings.set("GEMINI_TELEMETRY_OTLP_PROTOCOL", "http");
            settings.set("GEMINI_TELEMETRY_LOG_PROMPTS", "false");
            headers(&mut settings, request);
            settings.hints.push(
                "start `gemini` in this shell; needs a release that knows otlpProtocol \"http\"".to_owned(),
            );
        }
        Tool::Python => {
            exporters(&mut settings, request, &["METRICS", "LOGS", "TRACES"]);
            settings.set("SWARMPULSE_SERVER", request.endpoint);
            settings.hints.push("run `opentelemetry-instrument python my_bot.py`, or post heartbeats to $SWARMPULSE_SERVER/api/v1/heartbeats".to_owned());
        }
        Tool::Otel => {
            exporters(&mut settings, request, &["METRICS", "LOGS", "TRACES"]);
            settings
                .hints
                .push("any OpenTelemetry SDK that reads the standard variables reports here now".to_owned());
        }
    }
    settings
        .exports
        .push(("OTEL_RESOURCE_ATTRIBUTES", resource_attributes(request)));
    settings
}

fn exporters(settings: &mut Settings, request: &Request<'_>, signals: &[&str]) {
    for (signal, variable) in [
        ("METRICS", "OTEL_METRICS_EXPORTER"),
        ("LOGS", "OTEL_LOGS_EXPORTER"),
        ("TRACES", "OTEL_TRACES_EXPORTER"),
    ] {
        if signals.contains(&signal) {
            settings.set(variable, "otlp");
        }
    }
    settings.set("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    settings.set("OTEL_EXPORTER_OTLP_ENDPOINT", request.endpoint);
    headers(settings, request);
}

fn headers(settings: &mut Settings, request: &Request<'_>) {
    // The variable's values are percent-encoded, by the specification.
    if let Some(token) = token(request) {
        settings.exports.push((
            "OTEL_EXPORTER_OTLP_HEADERS",
            vec![Part::text("Authorization=Bearer%20"), token],
        ));
    }
}

fn token(request: &Request<'_>) -> Option<Part> {
    match &request.token {
        TokenSource::None => None,
        TokenSource::Variable => Some(Part::Variable("SWARMPULSE_TOKEN")),
        TokenSource::File(path) => Some(Part::File(path.to_string_lossy().into_owned())),
    }
}

/// Codex reads exporters from its configuration alone, so the settings go in front of its arguments. The resource
/// attributes it takes from the environment as every OpenTelemetry SDK does.
fn codex(settings: &mut Settings, request: &Request<'_>) {
    let mut arguments = Vec::new();
    for (key, path) in [("exporter", "logs"), ("metrics_exporter", "metrics")] {
        let mut value = vec![Part::text(format!(
            "otel.{key}={{otlp-http={{endpoint=\"{}/v1/{path}\",protocol=\"binary\"",
            request.endpoint
        ))];
        match token(request) {
            Some(token) => {
                value.extend([
                    Part::text(",headers={Authorization=\"Bearer "),
                    token,
                    Part::text("\"}}}"),
                ]);
            }
            None => value.push(Part::text("}}")),
        }
        arguments.extend([vec![Part::text("-c")], value]);
    }
    arguments.extend([
        vec![Part::text("-c")],
        vec![Part::text("otel.log_user_prompt=false")],
    ]);
    settings.wrapper = Some(("codex", arguments));
    settings.hints.extend([
        "`codex` is a function of this shell now, as Codex takes no exporter from the environment.".to_owned(),
        "for every shell and the IDE, put this into ~/.codex/config.toml instead:".to_owned(),
        "  [otel]".to_owned(),
        format!("  exporter = {{ otlp-http = {{ endpoint = \"{}/v1/logs\", protocol = \"binary\" }} }}", request.endpoint),
        format!(
            "  metrics_exporter = {{ otlp-http = {{ endpoint = \"{}/v1/metrics\", protocol = \"binary\" }} }}",
            request.endpoint
        ),
    ]);
}

fn resource_attributes(request: &Request<'_>) -> Vec<Part> {
    let kept: Vec<&str> = request
        .inherited
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty() && !pair.starts_with("agent.id=") && !pair.starts_with("agent.kind="))
        .collect();
    let mut parts = Vec::new();
    if !kept.is_empty() {
        parts.push(Part::text(format!("{},", kept.join(","))));
    }
    let tool = tool_name(request.tool);
    let kind = format!(",agent.kind={tool}");
    match request.name {
        Some(name) => parts.push(Part::text(format!("agent.id={}{kind}", percent_encoded(name)))),
        None => {
            parts.push(Part::text(format!("agent.id={tool}-")));
            parts.push(Part::ShellPid);
            parts.push(Part::text(format!("-{}{kind}", percent_encoded(request.host))));
        }
    }
    parts
}

/// As the specification of the variable asks: anything that could end the value is encoded.
fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' | b':' | b'@' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(tool: Tool, name: Option<&str>, token: TokenSource, inherited: &str) -> String {
        let request = Request {
            tool,
            name,
            endpoint: "http://127.0.0.1:9870",
            host: "box",
            token,
            inherited,
        };
        settings(&request).render(Shell::Bash)
    }

    #[test]
    fn claude_code_gets_its_variables_and_a_name() {
        let text = rendered(Tool::ClaudeCode, None, TokenSource::None, "");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn codex_is_wrapped_and_the_token_is_referred_to() {
        let text = rendered(
            Tool::Codex,
            Some("rev iewer,1"),
            TokenSource::Variable,
            "team=a,agent.id=old",
        );
        insta::assert_snapshot!(text);
    }

    #[test]
    fn gemini_speaks_http_without_prompts() {
        insta::assert_snapshot!(rendered(
            Tool::Gemini,
            Some("g"),
            TokenSource::File("/run/token".into()),
            ""
        ));
    }

    #[test]
    fn no_tool_is_left_without_a_name_and_an_endpoint() {
        for tool in Tool::value_variants() {
            let text = rendered(*tool, None, TokenSource::None, "");
            assert!(
                text.contains(&format!("agent.id={}-", tool_name(*tool))),
                "{text}"
            );
            assert!(text.contains("http://127.0.0.1:9870"), "{text}");
        }
    }
}
