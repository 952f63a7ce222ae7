//! The endpoints of authenticity tests, presets and notices, asked as the document says.

use super::Check;
use crate::harness::eventually;

/// Asks everything about tests of a site.
pub(super) async fn ask(check: &mut Check<'_>, site: &str) {
    let talk = r#"{"model":"scenario:text","turns":[{"role":"user","text":"hi"}]}"#;
    let preview = format!("{site}/chat/preview");
    check
        .ask("POST", "/api/sites/{id}/chat/preview", &preview, talk)
        .await;
    let chat = format!("{site}/chat");
    check
        .ask("POST", "/api/sites/{id}/chat", &chat, "nonsense")
        .await;
    let ask = r#"{"model":"claude-opus-5-5","depth":"quick"}"#;
    let estimate = format!("{site}/verify/estimate");
    check
        .ask("POST", "/api/sites/{id}/verify/estimate", &estimate, ask)
        .await;
    let begin = format!("{site}/verify");
    let route = "/api/sites/{id}/verify";
    check.ask("POST", route, &begin, r#"{"model":" "}"#).await;
    let run = check.ask("POST", route, &begin, ask).await;
    let of = |rest: &str| format!("/api/verify/runs/{}{rest}", run["id"].as_str().unwrap());
    let one = "/api/verify/runs/{id}";
    check.get(one, &of("")).await;
    check
        .ask("POST", "/api/verify/runs/{id}/cancel", &of("/cancel"), "")
        .await;
    let door = check.door;
    eventually("the test is over", async || {
        let heard = door.get(&of("")).send().await.json();
        (heard["run"]["state"] == "done").then_some(())
    })
    .await;
    check.get(one, &of("")).await;
    check.get("/api/verify/runs", "/api/verify/runs").await;
    let call = "/api/verify/runs/{id}/calls/{call}";
    check.get(call, &of("/calls/0")).await;
    for format in ["md", "html", "json", "pdf"] {
        let report = of(&format!("/report?format={format}&language=zh-CN"));
        check.get("/api/verify/runs/{id}/report", &report).await;
    }
    let id = run["id"].as_str().unwrap();
    let compare = format!("/api/verify/compare?one={id}&other={id}");
    check.get("/api/verify/compare", &compare).await;
    check
        .get("/api/verify/compare", "/api/verify/compare")
        .await;
    check.get("/api/verify/words", "/api/verify/words").await;
    let standings = "/api/verify/standings";
    check.get(standings, standings).await;
    check.ask("DELETE", one, &of(""), "").await;
    check.get("/api/presets", "/api/presets").await;
    let preset = r#"{"name":"mine","exchange":"req_nobody"}"#;
    check
        .ask("POST", "/api/presets", "/api/presets", preset)
        .await;
    check
        .ask("DELETE", "/api/presets/{name}", "/api/presets/mine", "")
        .await;
    check.get("/api/notices", "/api/notices").await;
    check
        .ask("DELETE", "/api/notices/{id}", "/api/notices/none", "")
        .await;
}
