//! The page.

use crate::harness::{REMOTE, Server, request, with};

#[tokio::test]
async fn the_page_is_served_with_a_tag_or_as_a_plain_list() {
    let server = Server::start();
    server.get("/ping/%3Cb%3Ebold").await;
    let page = server.get("/").await;
    assert_eq!(
        (page.status.as_u16(), page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    assert!(page.text().contains("Swarmpulse"));
    assert!(!page.text().contains("<b>bold"));
    let tag = page.header("etag").to_owned();
    if tag.is_empty() {
        assert!(
            page.text().contains("&lt;b&gt;bold"),
            "without the built page agents are listed"
        );
        return;
    }
    let known = server
        .send(with(request("GET", "/", ""), "if-none-match", &tag))
        .await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
    let Some(asset) = page.text().split('"').find(|part| part.starts_with("/assets/")) else {
        assert!(
            page.text().contains("its page was not built"),
            "a page has assets"
        );
        return;
    };
    let asset = server.get(asset).await;
    assert_eq!(asset.status, 200);
    assert!(asset.header("cache-control").contains("immutable"));
    assert!(
        asset.header("content-type").starts_with("text/"),
        "{}",
        asset.header("content-type")
    );
}

#[tokio::test]
async fn the_page_shows_no_agents_to_those_without_a_token() {
    let server = Server::start();
    server.get("/ping/secret-agent").await;
    let page = server.send_as(REMOTE, request("GET", "/", "")).await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("secret-agent"));
}
