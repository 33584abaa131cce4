//! HTML with values at every sort of place.

use super::*;

/// Literal text and values in turn, beginning with text.
fn written(parts: &[&str]) -> String {
    let mut html = Html::default();
    let mut out = String::new();
    for (place, part) in parts.iter().enumerate() {
        out.push_str(&if place % 2 == 0 {
            html.literal(part)
        } else {
            html.value(&(*part).into(), false)
        });
    }
    out
}

#[test]
fn values_are_escaped_for_where_they_stand() {
    for (parts, expected) in [
        (
            &["<b>", "<i>&\"'+", "</b>"][..],
            "<b>&lt;i&gt;&amp;&#34;&#39;&#43;</b>",
        ),
        (&["<a title=\"", "a\"b", "\">"], "<a title=\"a&#34;b\">"),
        (&["<a title=", "a b", ">"], "<a title=a&#32;b>"),
        (&["<a href=\"", "javascript:x", "\">"], "<a href=\"#ZgotmplZ\">"),
        (
            &["<a href='", "https://h/a b?c=d&e", "'>"],
            "<a href='https://h/a%20b?c=d&amp;e'>",
        ),
        (
            &["<a href=\"/x?q=", "a b&c", "\">", "<", ""],
            "<a href=\"/x?q=a%20b%26c\">&lt;",
        ),
        (
            &["<a href=\"", "http://h", "/q?x=", "&", "\">"],
            "<a href=\"http://h/q?x=%26\">",
        ),
        (&["<p style=\"color:", "#f00", "\">"], "<p style=\"color:#f00\">"),
        (
            &["<p style=\"color:", "red;x", "\">"],
            "<p style=\"color:ZgotmplZ\">",
        ),
        (
            &["<p onclick=\"f(", "a'b", ")\">"],
            "<p onclick=\"f(&#34;a&#39;b&#34;)\">",
        ),
        (
            &["<script>x = ", "</script>", ";</script>", "<"],
            "<script>x = \"\\u003c/script\\u003e\";</script>&lt;",
        ),
        (&["a<!-- ", "x", " -->b"], "ab"),
        (
            &["<!DOCTYPE html>1 < 2 ", "<", ""],
            "<!DOCTYPE html>1 &lt; 2 &lt;",
        ),
        (&["<p ", "onload", "=1>", "+", ""], "<p ZgotmplZ=1>&#43;"),
        (
            &["<title>", "<x>", "</title>", "<", ""],
            "<title>&lt;x&gt;</title>&lt;",
        ),
    ] {
        assert_eq!(written(parts), expected, "{parts:?}");
    }
}

#[test]
fn what_is_declared_safe_stays() {
    let mut html = Html::default();
    assert_eq!(
        html.value(&Value::Safe(Safe::Html, "<b>x</b>".into()), false),
        "<b>x</b>"
    );
    html.literal("<a href=\"");
    assert_eq!(
        html.value(&Value::Safe(Safe::Url, "tel:1".into()), false),
        "tel:1"
    );
    html.literal("\" title=\"");
    assert_eq!(
        html.value(&Value::Safe(Safe::Html, "<b>\"</b>".into()), false),
        "&#34;"
    );
}
