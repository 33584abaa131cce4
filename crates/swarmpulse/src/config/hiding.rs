//! What of a configuration is not shown: values of headers, and queries of addresses, in which tokens stand.

use toml::{Table, Value};

/// What stands in place of a secret.
const MASK: &str = "<secret>";

/// Puts a mask in place of all that may be a secret. Files and variables that hold secrets are named, and stay.
pub(super) fn hide(sections: &mut Table) {
    for endpoint in entries(sections, "endpoints", "http") {
        if let Some(Value::Table(headers)) = endpoint.get_mut("headers") {
            for (_, value) in headers.iter_mut() {
                *value = Value::String(MASK.to_owned());
            }
        }
        if let Some(Value::String(url)) = endpoint.get_mut("url") {
            hide_query(url);
        }
    }
    for job in entries(sections, "scrape", "jobs") {
        let targets = job.get_mut("targets").and_then(Value::as_array_mut);
        for target in targets.into_iter().flatten() {
            if let Value::String(url) = target {
                hide_query(url);
            }
        }
        if let Some(Value::String(path)) = job.get_mut("path") {
            hide_query(path);
        }
    }
}

/// The tables of a list.
fn entries<'t>(sections: &'t mut Table, section: &str, key: &str) -> impl Iterator<Item = &'t mut Table> {
    let list = sections.get_mut(section).and_then(|section| section.get_mut(key));
    let list = list.and_then(Value::as_array_mut);
    list.into_iter().flatten().filter_map(Value::as_table_mut)
}

fn hide_query(address: &mut String) {
    if let Some(at) = address.find('?') {
        address.truncate(at + 1);
        address.push_str(MASK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_masked_and_the_rest_is_as_it_is() {
        let mut sections: Table = toml::from_str(
            "[endpoints]\ninterval_s = 4.0\n[[endpoints.http]]\nurl = \"https://a/health?key=hidden\"\n\
             headers = { \"X-Key\" = \"hidden\" }\nheaders_env = { \"X-Other\" = \"KEY\" }\n\
             [[scrape.jobs]]\npath = \"/metrics?token=hidden\"\ntargets = [\"a:1\", \"http://b/metrics?t=hidden\"]\n",
        )
        .unwrap();
        hide(&mut sections);
        let shown = sections.to_string();
        assert!(!shown.contains("hidden"), "{shown}");
        for kept in [
            "interval_s = 4.0",
            "https://a/health?<secret>",
            "X-Key",
            "KEY",
            "a:1",
            "http://b/metrics?<secret>",
        ] {
            assert!(shown.contains(kept), "{kept}: {shown}");
        }
    }
}
