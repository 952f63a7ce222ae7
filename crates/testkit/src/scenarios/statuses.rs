//! Failures with an honest status.

use super::{Call, Reads, Scenario};
use crate::delivery::{deliver, json_reply};
use crate::dialect::Failure;
use crate::script::{Script, Step};

pub(super) const ALL: &[Scenario] = &[
    Scenario::new("error-400", "400 in the vendor's shape", |call| {
        failure(call, 400)
    }),
    Scenario::new("error-401", "401 in the vendor's shape", |call| {
        failure(call, 401)
    }),
    Scenario::new("error-402", "402 in the vendor's shape", |call| {
        failure(call, 402)
    }),
    Scenario::new("error-403", "403 in the vendor's shape", |call| {
        failure(call, 403)
    }),
    Scenario::new("error-404", "404 in the vendor's shape", |call| {
        failure(call, 404)
    }),
    Scenario::new("error-413", "413 in the vendor's shape", |call| {
        failure(call, 413)
    }),
    Scenario::new(
        "error-429",
        "429 with `retry-after`; `seconds` (1)",
        |call| failure(call, 429),
    ),
    Scenario::new("error-500", "500 in the vendor's shape", |call| {
        failure(call, 500)
    }),
    Scenario::new("error-503", "503 in the vendor's shape", |call| {
        failure(call, 503)
    }),
    Scenario::new("error-529", "529 in the vendor's shape", |call| {
        failure(call, 529)
    }),
    Scenario::new(
        "prompt-too-long",
        "400 in the words that clients act on",
        prompt_too_long,
    ),
    Scenario::new(
        "recovers",
        "`status` (529) while the client's retry count is below `fails` (1), then `text`",
        recovers,
    ),
    Scenario::new("html-502", "502 with a page in HTML", |_| {
        let page = "<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>\n";
        crate::reply::Reply::new(502)
            .header("content-type", "text/html")
            .whole(page)
    }),
    Scenario {
        name: "refuse-early",
        about: "413 and the end of the connection before the body is read; by header only",
        reads: Reads::HeadOnly,
        play: |call| failure(call, 413).then(Step::Close),
    },
];

/// A failure in the vendor's shape.
pub(crate) fn failure(call: &Call, status: u16) -> Script {
    answer(call, &Failure::usual(call.dialect(), status))
}

fn answer(call: &Call, failure: &Failure) -> Script {
    let mut reply = json_reply(call, failure.status);
    if failure.status == 429 {
        let seconds: u64 = call.parameters.number("seconds", 1);
        reply = reply.header("retry-after", seconds.to_string());
    }
    reply.whole(failure.document(call.dialect(), call.number).to_string())
}

fn prompt_too_long(call: &Call) -> Script {
    let message = "prompt is too long: 214321 tokens > 200000 maximum".to_owned();
    answer(
        call,
        &Failure {
            status: 400,
            message,
        },
    )
}

fn recovers(call: &Call) -> Script {
    let retries = call.request.header("x-stainless-retry-count");
    let retries: u64 = retries.and_then(|text| text.parse().ok()).unwrap_or(0);
    if retries < call.parameters.number("fails", 1) {
        failure(call, call.parameters.number("status", 529))
    } else {
        deliver(call, &call.text_answer())
    }
}
