//! What changes or deletes something is refused to who is not signed in, whatever the route.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::Harness;

/// What scripts may do without: emptying the list on screen, which deletes nothing that is kept, and deleting
/// one project's record.
const FREE: [&str; 2] = ["DELETE /api/projects/{id}", "POST /api/clear-history"];

/// Method and path of everything below `/api` that is not only read. That the document holds every route
/// there is, another test looks after.
fn changing() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(include_str!("../openapi.json")).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let routes = paths.iter().filter(|(path, _)| path.starts_with("/api/"));
    let routes = routes.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        let methods = methods.filter(|method| !["get", "head", "options"].contains(&&method[..]));
        methods.map(move |method| (method.to_uppercase(), path.clone()))
    });
    routes.collect()
}

/// A path with something in the place of its parameters.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.starts_with('{') {
        true => "1",
        false => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn nothing_is_changed_or_deleted_without_signing_in() {
    let door = Harness::new().start().await;
    let routes = changing();
    assert!(routes.len() > 30, "{routes:?}");
    let mut free = BTreeSet::new();
    for (method, path) in routes {
        for body in ["", "{}", "nonsense"] {
            let heard = door.ask(&method, &filled(&path)).body(body).send().await;
            let refused = heard.status == 401 && heard.error().1 == "not_signed_in";
            if !refused {
                free.insert(format!("{method} {path}"));
            }
        }
    }
    assert_eq!(free, FREE.map(str::to_owned).into());
}
